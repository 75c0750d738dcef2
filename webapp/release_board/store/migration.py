"""Migrate the schema to this release's version, and check its version.

Migrations only add (removals follow a release later), so that two releases can share a database during a rollout or a
rollback. So this release also accepts a database that is *ahead* of it.
"""

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from release_board.store.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
# Any number is possible, but all releases must use the same one.
LOCK = 0x626F6172

logger = logging.getLogger("release_board.migration")


def migrate(database: Database) -> str:
    """Upgrade to this release's head, and return the revision of the database. A repetition changes nothing.

    Several processes may call it at the same time, such as replicas or a retried Job: one works, the others wait.
    """
    with database.exclusive(LOCK) as connection:
        before = current_revision(connection)
        if is_ahead(before):
            logger.warning("database is ahead of this release, left as it is", extra={"fields": {"revision": before}})
            return str(before)
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    message = "database is up to date" if before == head_revision() else "database migrated"
    fields = {"database": database.name, "from": before, "revision": head_revision()}
    logger.info(message, extra={"fields": fields})
    return head_revision()


def pending(connection: Connection) -> str | None:
    """Return the reason why this release cannot use the database yet, or None if it can."""
    current = current_revision(connection)
    if current == head_revision() or is_ahead(current):
        return None
    return f"the database is at revision {current or 'none'}, this release needs {head_revision()}"


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the database; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def is_ahead(revision: str | None) -> bool:
    """Tell whether a newer release wrote `revision`: this release does not know it."""
    return revision is not None and revision not in known_revisions()


@cache
def known_revisions() -> frozenset[str]:
    """Return the revisions in this release's `migrations/`."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


@cache
def head_revision() -> str:
    """Return the newest revision; two heads would be a bug, which tests find."""
    return str(_scripts().get_current_head())


def alembic_config() -> Config:
    """Return Alembic's configuration without an ini file; each `%` is doubled, as configparser reads the values."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    """Return the migration scripts; they are imported only once."""
    return ScriptDirectory.from_config(alembic_config())
