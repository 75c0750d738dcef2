"""Names in paths: of apps and environments, as the spec allows them; anything else is no page."""

import re

from flask import abort

from release_board.store.models import NAME

PATTERN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def named(text: str) -> str:
    """Return a name that an app or an environment can have; anything else is answered with 404."""
    if len(text) > NAME or not PATTERN.fullmatch(text):
        abort(404, "No app and no environment has such a name.")
    return text
