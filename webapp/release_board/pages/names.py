"""Names of apps and environments in URLs. Other texts than those that the spec allows are answered with 404."""

import re

from flask import abort

from release_board.store.models import NAME

PATTERN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def named(text: str) -> str:
    """Return a text if it can be the name of an app or an environment. Raise 404 if not."""
    if len(text) > NAME or not PATTERN.fullmatch(text):
        abort(404, "No app and no environment has such a name.")
    return text
