"""`python -m shop COMMAND`: Flask's own commands (`run`, `routes`, `shell`) and those of `shop.command`."""

from flask.cli import FlaskGroup

from shop import create_app

cli = FlaskGroup(create_app=create_app, help=__doc__)

if __name__ == "__main__":
    cli(prog_name="python -m shop")
