"""Promote, roll back, pin and unpin: the same requests as the command line opens, for people whose role lets them."""

from flask import Flask

from release_board.actions import links, page, turns


def init_app(app: Flask) -> None:
    """Register the pages, and what the page of a cell offers."""
    turns.init_app(app)
    app.register_blueprint(page.blueprint)
    app.context_processor(links.about)
