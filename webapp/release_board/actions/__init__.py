"""Promote, roll back, pin and unpin: open the same requests as the command line, for users with a role."""

from flask import Flask

from release_board.actions import links, page, turns


def init_app(app: Flask) -> None:
    """Register the pages, and the actions on the page of a cell."""
    turns.init_app(app)
    app.register_blueprint(page.blueprint)
    app.context_processor(links.about)
