"""Webhooks about news from other systems. The sender is verified before the content is read.

The board does not store states from webhooks: they only make the collector ask. The exception is an incident.
"""

from flask import Flask

from release_board.webhooks import argocd, forge, incident


def init_app(app: Flask) -> None:
    """Register the routes."""
    for topic in (forge, argocd, incident):
        app.register_blueprint(topic.blueprint)
