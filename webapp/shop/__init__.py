"""A small shop: products with stock, and orders that take from it.

`create_app` is the only entry point; the Flask command line, gunicorn and the tests all go through it:

    python -m shop migrate && python -m shop serve
"""

from flask import Flask

from shop import command, failure, request_log, response_header
from shop.aws import ManagedPassword
from shop.carts import Carts
from shop.config import Settings
from shop.database import Database
from shop.logs import configure_logging
from shop.views import BLUEPRINTS

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """Build an app that has opened no connection yet: the database is first asked for by a request or a command.

    Without `settings` the environment decides, see `shop.config`.
    """
    settings = settings or Settings.from_environment()
    configure_logging(settings.log_level)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    app.extensions["shop.settings"] = settings
    password = ManagedPassword(settings.database_secret) if settings.database_secret else None
    app.extensions["shop.database"] = Database(settings.database_url, password)
    app.extensions["shop.carts"] = Carts(settings.carts_table) if settings.carts_table else None
    for part in (request_log, response_header, failure, command):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
