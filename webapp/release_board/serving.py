"""`python -m release_board serve`, which needs nothing of the app: gunicorn loads that once, in its own process."""

import os
import sys
from pathlib import Path

import click

GUNICORN_CONFIG = Path(__file__).parent / "gunicorn.conf.py"


@click.command("serve")
def serve_command() -> None:
    """Serve with gunicorn, exactly as the image does. It takes over this process, so that signals reach it."""
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG), "release_board:create_app()"]
    os.execv(sys.executable, arguments)  # noqa: S606 (no shell wanted: gunicorn replaces this process)
