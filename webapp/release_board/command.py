"""Commands of `python -m release_board` besides Flask's own."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from release_board.serving import serve_command
from release_board.store.database import get_database
from release_board.store.migration import migrate


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (migrate_command, collect_command, serve_command):
        app.cli.add_command(command)


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Upgrade the database to what this release needs. Safe to repeat, and to run twice at once."""
    migrate(get_database())


@click.command("collect")
@click.option("--once", is_flag=True, help="Fetch, import and ask once, and end.")
@with_appcontext
def collect_command(once: bool) -> None:
    """Keep the mirror and the tables up to date, until a signal ends it."""
    from release_board.sources import collector

    settings, database = current_app.extensions["release_board.settings"], get_database()
    if not database.is_postgresql:
        migrate(database)
    if not once:
        collector.main(database, settings)
        return
    one = collector.Collector(database, settings)
    if settings.repository is None:
        raise click.ClickException(UNSET)
    if one.collect() is None:
        raise click.ClickException(one.problem or "the repository did not answer")
    while one.has_more:
        one.read_sources()
    one.ask()


UNSET = "BOARD_REPOSITORY is not set: give it the URL of the GitOps repository"
