"""Change YAML texts by splicing, and prove what came of it: the only code that edits YAML.

The text is parsed for places only and never written from the parse, so comments, quotes, anchors, line ends and
everything else stay byte for byte. What the splices have made of it is parsed again before it is returned: it
must mean what it was to mean, and hold every comment that was there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from generator.errors import SpecError
from generator.yaml import emit as yaml_emit
from generator.yaml.reader import Parsed
from generator.yaml.tree import BREAKS, LINE_END, Node

# An anchor or a tag, and what may stand behind it.
_PROPERTY: Final = re.compile(r"!<[^>]*>|[&!][^\s,\[\]{}]*")
GAP: Final = rf"(?:\s|#[^{BREAKS}]*+)*+"
_BEHIND: Final = re.compile(GAP)


class Unspliceable(Exception):
    """The text has a shape that cannot be edited in place."""


class Splice(NamedTuple):
    """``text`` in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


def applied(text: str, splices: Sequence[Splice], start: int = 0, end: int | None = None) -> str:
    """Return a stretch of a text, edited. Splices at one place apply in the order in which they were made."""
    end = len(text) if end is None else end
    pieces: list[str] = []
    # What is entered at a place comes before what is taken out from there on.
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
    """Return the first of ``texts`` that can be read and ``is_right``; ``Unspliceable`` where none is.

    Comments that ``before`` has must be in it, but for the ``spare`` ones.
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
    """Write ``new`` in the quotes that were chosen for a former scalar; ``plain`` is how to write it where none were.

    Quotes are no choice where ``text``, which the former scalar means, needed them.
    """
    quote = former[:1]
    if quote not in ("'", '"') or former == yaml_emit.scalar(text):
        return plain
    if quote == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return yaml_emit.quoted(new)


def bare(parsed: Parsed, node: Node) -> int:
    """Return where a node begins without its anchor and tag."""
    position = found = node.start
    while node.kind != "alias" and (match := _PROPERTY.match(parsed.text, position, node.end)):
        found = match.end()
        gap = _BEHIND.match(parsed.text, found, node.end)
        position = gap.end() if gap else found
    return found if position == node.end else position


def lines_after(parsed: Parsed, offset: int, lines: Sequence[str]) -> Splice:
    """Enter lines behind the line of an offset, which need not have an end."""
    found = LINE_END.search(parsed.text, offset)
    if found is None:
        end = len(parsed.text)
        return Splice(end, end, "".join(parsed.newline + line for line in lines))
    return Splice(found.end(), found.end(), "".join(line + found[0] for line in lines))
