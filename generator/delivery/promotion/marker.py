"""The marker in the body of a promotion's request, and what of the body is ours."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Final

WITHDRAWN: Final = "withdrawn"
BEGIN: Final = "<!-- gitops-generator begin: write above this line; what is below is replaced -->"
END: Final = "<!-- gitops-generator end: write below this line -->"
# On a line of its own, as no words of others can be that are quoted in our text.
_MARKER: Final = re.compile(r"^<!-- gitops-generator promotion (\{.*\}) -->\r?$", re.MULTILINE)
_NAME: Final = re.compile(r"[a-z0-9-]{1,63}")
_LESS, _GREATER = r"\u003c", r"\u003e"
# In characters; where more apps move, a reader takes the table for the list.
_LONGEST_MOVES: Final = 1_500


@dataclass(frozen=True, slots=True)
class Marker:
    """Data about a request for the next run, in a Markdown comment that the forge does not show.

    Anyone who may edit the request may edit the marker, so it only identifies the generator's own requests.

    Attributes:
        apps: The apps that the promotion was asked for; empty for all.
        content: A name for exactly what it would change.
        told: The content about which the approvers were notified. title: Digest of the generated title, to recognize
        a title that a user has written. moves: The apps that it changes; None if an older version wrote it, or there
        are too many to list.
    """

    apps: tuple[str, ...]
    content: str
    told: str = ""
    title: str = ""
    moves: tuple[str, ...] | None = None

    def __str__(self) -> str:
        data = asdict(self)
        if self.moves is None or len(",".join(self.moves)) > _LONGEST_MOVES:
            del data["moves"]
        text = json.dumps(data, separators=(",", ":"))
        # No value may end the comment.
        return f"<!-- gitops-generator promotion {text.replace('<', _LESS).replace('>', _GREATER)} -->"


def _found(body: str) -> re.Match[str] | None:
    """Return where our marker is: the last one above the end of our text, since reviewers write below that."""
    ends = [*re.finditer(rf"^{re.escape(END)}", body, re.MULTILINE)]
    return next(iter([*_MARKER.finditer(body, 0, ends[-1].start() if ends else len(body))][::-1]), None)


def read(body: str) -> Marker | None:
    """Return the marker in a body, if there is one of the right shape."""
    found = _found(body)
    try:
        data = json.loads(found[1]) if found else {}
        told, title, content = (data.get(name, "") for name in ("told", "title", "content"))
        apps, moves = _names(data.get("apps")), _names(data.get("moves"))
    except (ValueError, AttributeError, RecursionError):
        return None
    if apps is None or "content" not in data:
        return None
    return Marker(apps, str(content), str(told), str(title), moves)


def _names(given: object) -> tuple[str, ...] | None:
    """Return a list of apps' names, or None for anything else."""
    if not isinstance(given, list) or not all(isinstance(one, str) and _NAME.fullmatch(one) for one in given):
        return None
    return tuple(given)


def marked(body: str, mark: Marker) -> str:
    """Return the body with another marker."""
    found = _found(body)
    return f"{body[: found.start()]}{mark}{body[found.end() :]}" if found else body


def digest(title: str) -> str:
    """Return a short digest of a title."""
    return hashlib.blake2b(title.strip().encode(), digest_size=6).hexdigest()


def outside(body: str) -> tuple[str, str]:
    """Return what reviewers have written above and below the generated text; each may be empty.

    If a user has removed the line at which it begins or ends, everything above the marker counts as generated.
    """
    text = body.replace("\r\n", "\n")
    mark = _found(text)
    if mark is None and not (BEGIN in text and END in text):
        return (f"{text.rstrip()}\n\n" if text.strip() else ""), ""
    start = re.search(rf"^{re.escape(BEGIN)}$", text, re.MULTILINE)
    ends = [*re.finditer(rf"^{re.escape(END)}\n?", text, re.MULTILINE)]
    last = ends[-1].end() if ends else mark.end() if mark else len(text)
    return text[: start.start()] if start else "", text[last:].removeprefix("\n" if not ends else "")


def joined(body: str, generated: str) -> str:
    """Return what reviewers have written, with this text in place of the generated one."""
    above, below = outside(body)
    return f"{above}{generated}{below}"


def withdrawn(body: str) -> str:
    """Return the body of a request that the generator closes: no reviewer has rejected its content."""
    found = read(body)
    return marked(body, replace(found, content=WITHDRAWN)) if found else body
