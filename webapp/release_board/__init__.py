"""The release board: which build of which app runs where, since when, and what it waits for.

`create_app` is the only entry point; the Flask command line, gunicorn and the tests all use it:

    python -m release_board migrate && python -m release_board serve

It is imported when it is used. gunicorn reads its settings from this package before a worker's gevent replaces parts
of the standard library; what was imported by then would keep the former parts, and could not open TLS connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from release_board.application import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name != "create_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from release_board.application import create_app

    return create_app
