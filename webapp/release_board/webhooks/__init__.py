"""Webhooks: others say that there is something new. What they send is proved to be theirs before it is read.

No webhook is believed about what runs where: it makes the collector look. Only an incident brings facts of its own.
"""

from flask import Flask

from release_board.webhooks import argocd, forge, incident


def init_app(app: Flask) -> None:
    """Register the routes."""
    for topic in (forge, argocd, incident):
        app.register_blueprint(topic.blueprint)
