"""Change YAML texts by splicing, and verify the result. Only this module edits YAML.

The text is parsed only for positions and is never written from the parsed form, so comments, quotes, anchors, line
ends and all other bytes stay unchanged. The edited text is parsed again before it is returned: it must have the
intended values and all comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import SpecError
from generator.yaml import emit as yaml_emit
from generator.yaml.notation import BREAKS, LINE_END

if TYPE_CHECKING:
    from generator.yaml.reader import Parsed
    from generator.yaml.tree import Node

# An anchor or a tag, and the spaces, comments and line ends after it.
_PROPERTY: Final = re.compile(r"!<[^>]*>|[&!][^\s,\[\]{}]*")
GAP: Final = rf"(?:\s|#[^{BREAKS}]*+)*+"
_BEHIND: Final = re.compile(GAP)


class Unspliceable(Exception):
    """The shape of the text cannot be edited in place."""


class Splice(NamedTuple):
    """Replaces the text from ``start`` to ``end`` by ``text``."""

    start: int
    end: int
    text: str


def applied(text: str, splices: Sequence[Splice], start: int = 0, end: int | None = None) -> str:
    """Return a range of a text with splices. Splices at the same position apply in their order."""
    end = len(text) if end is None else end
    pieces: list[str] = []
    # An insertion at a position comes before a removal that starts there.
    for splice in sorted(splices, key=lambda splice: splice[:2]):
        if not start <= splice.start <= splice.end <= end:
            raise Unspliceable("two changes at the same place")
        pieces += [text[start : splice.start], splice.text]
        start = splice.end
    return "".join([*pieces, text[start:end]])


def proven(
    before: Parsed,
    texts: Sequence[str],
    read: Callable[[str], Parsed],
    is_right: Callable[[Parsed], bool],
    spare: Counter[str] | None = None,
) -> str:
    """Return the first of ``texts`` that can be read and ``is_right``. Raise Unspliceable if there is none.

    It must have all comments of ``before``, except the ``spare`` ones.
    """
    for text in texts:
        with suppress(SpecError):
            after = read(text)
            if is_right(after):
                break
    else:
        raise Unspliceable("this shape of YAML")
    if comments := before.comments():
        lost = Counter(comment.says for comment in comments)
        lost -= Counter(comment.says for comment in after.comments()) + (spare or Counter())
        if lost:
            raise Unspliceable(f"a comment would be lost: # {next(iter(lost))}")
    return text


def restyled(former: str, text: str, new: str, plain: str) -> str:
    """Return ``new`` with the quotes of a former scalar; ``plain`` is its form without quotes.

    If ``text``, the value of the former scalar, needed quotes, they were not the user's choice and are not kept.
    """
    quote = former[:1]
    if quote not in ("'", '"') or former == yaml_emit.scalar(text):
        return plain
    if quote == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return yaml_emit.quoted(new)


def bare(parsed: Parsed, node: Node) -> int:
    """Return the offset of a node's start after its anchor and tag."""
    position = found = node.start
    while node.kind != "alias" and (match := _PROPERTY.match(parsed.text, position, node.end)):
        found = match.end()
        gap = _BEHIND.match(parsed.text, found, node.end)
        position = gap.end() if gap else found
    return found if position == node.end else position


def lines_after(parsed: Parsed, offset: int, lines: Sequence[str]) -> Splice:
    """Return a splice that inserts lines after the line of an offset; that line may have no newline."""
    found = LINE_END.search(parsed.text, offset)
    if found is None:
        end = len(parsed.text)
        return Splice(end, end, "".join(parsed.newline + line for line in lines))
    return Splice(found.end(), found.end(), "".join(line + found[0] for line in lines))
