"""Build the Flask application from its parts."""

from flask import Flask

from release_board import access, actions, api, command, pages, webhooks
from release_board.config import Settings
from release_board.live import etag
from release_board.live.hub import Hub
from release_board.operations import exposition, failure, logs, probe, request_log, response_header, tracing
from release_board.store.aws import ManagedPassword
from release_board.store.database import Database
from release_board.store.event_log import open_log


def create_app(settings: Settings | None = None) -> Flask:
    """Return an app without open connections: the first request or command connects to the database.

    Without `settings`, they come from environment variables, see `release_board.config`.
    """
    settings = settings or Settings.from_environment()
    logs.configure_logging(settings.log_level)
    app = Flask(__package__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    app.extensions["release_board.settings"] = settings
    password = ManagedPassword(settings.database_secret) if settings.database_secret else None
    app.extensions["release_board.database"] = Database(settings.database_url, password)
    app.extensions["release_board.events"] = open_log(settings)
    app.extensions["release_board.live"] = Hub(app)
    parts = (
        request_log,
        response_header,
        failure,
        exposition,
        access,
        command,
        etag,
        pages,
        actions,
        api,
        webhooks,
        tracing,
    )
    for part in parts:
        part.init_app(app)
    app.register_blueprint(probe.blueprint)
    return app
