"""Identify readers (signed in here, by a load balancer, or anonymous), and decide what they may do.

`init_app` must come before the pages, because it decides whether a request reaches them.
"""

from flask import Flask

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the checks of each request, in this order: session, reader, token, rate."""
    # Not before: `config` reads `access.settings`, and what speaks TLS is imported after gevent only.
    from release_board.access import audit_page, csrf, limits, reading, sessions, signing_in

    for part in (sessions, reading, csrf, limits, signing_in):
        part.init_app(app)
    app.register_blueprint(audit_page.blueprint)
