"""`python -m release_board COMMAND`: Flask's own commands (`run`, `routes`, `shell`) and those of `command`."""

from flask.cli import FlaskGroup

from release_board import create_app

cli = FlaskGroup(create_app=create_app, help=__doc__)

if __name__ == "__main__":
    cli(prog_name="python -m release_board")
