"""Commands of `python -m shop` and `flask --app shop` besides Flask's own."""

import os
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from shop.database import get_database
from shop.migration import migrate
from shop.models import Product

GUNICORN_CONFIG = Path(__file__).parent / "gunicorn.conf.py"
SAMPLES = (("mug", "Enamel mug", 1450, 120), ("tote", "Canvas tote", 1800, 60), ("cap", "Wool cap", 2400, 0))


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (migrate_command, seed_command, serve_command):
        app.cli.add_command(command)


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Upgrade the database to what this release needs. Safe to repeat, and to run twice at once."""
    migrate(get_database())


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Add a few sample products, unless there are products already."""
    with get_database().session() as session:
        if session.scalar(select(Product.id).limit(1)) is None:
            for sku, name, price_cents, stock in SAMPLES:
                session.add(Product(sku=sku, name=name, price_cents=price_cents, stock=stock))


@click.command("serve")
def serve_command() -> None:
    """Serve with gunicorn, exactly as the image does. It takes over this process, so that signals reach it."""
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG), "shop:create_app()"]
    os.execv(sys.executable, arguments)  # noqa: S606 (no shell wanted: gunicorn replaces this process)
