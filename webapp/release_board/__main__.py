"""`python -m release_board COMMAND`: Flask's own commands (`run`, `routes`, `shell`) and those of `command`."""

from flask import Flask
from flask.cli import FlaskGroup

from release_board.serving import serve_command


def create_app() -> Flask:
    """Load the app for the commands that need it."""
    from release_board import create_app

    return create_app()


cli = FlaskGroup(create_app=create_app, help=__doc__)
cli.add_command(serve_command)

if __name__ == "__main__":
    cli(prog_name="python -m release_board")
