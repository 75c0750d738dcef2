"""A board with sign-in, for tests of who may do what: without a repository, in a database of its own."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from migrated import sqlite_url

KEY = "k" * 40
ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/board/50dc6c495c0c9188"
ISSUER = "https://idp.example.com"
SIGNED_IN = {
    "SESSION_KEY": KEY,
    "PUBLIC_URL": "https://board.example.com",
    "OIDC_ISSUER": "http://127.0.0.1:9",
    "OIDC_CLIENT_ID": "board",
    "OIDC_CLIENT_SECRET": "the-secret-of-the-client",
    "ROLE_PROMOTERS": "releasers",
    "ROLE_PRODUCTION": "operators",
}


def board(folder: Path, **environment: str) -> Flask:
    """Return a board on an SQLite file in this folder."""
    return on(sqlite_url(folder / "access.sqlite3"), **environment)


def on(url: str, **environment: str) -> Flask:
    """Return a board on a database that is migrated."""
    from release_board import create_app
    from release_board.config import Settings

    return create_app(Settings.from_environment({"DATABASE_URL": url, **environment}))


def audited(app: Flask) -> list[tuple[str, str, str]]:
    """Return who did what and how it ended, the oldest first."""
    from sqlalchemy import select

    from release_board.store.models import AuditEntry

    with app.extensions["release_board.database"].session() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.who, row.action, row.outcome) for row in rows]
