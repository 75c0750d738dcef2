"""Explain in plain words why a text is no YAML, and show the position. Only imported after an error of the parser.

A parser reports where it noticed the error, in terms of its grammar. The cause is often further up: a quote or a
bracket that was not closed, or a wrong indentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

_PASSWORD: Final = re.compile(r"//[^/@\s]*:[^/\s]*@")
_WIDEST: Final = 100
_CLOSING: Final = {"{": "}", "[": "]"}
_KEY: Final = re.compile(r"""(?:- +)*(?:"[^"]*"|'[^']*'|[^\s#:{\[&*!|>'"%@`-][^#]*?):(?:\s|$)""")


class Place(NamedTuple):
    """A line and a column of a text, both counted from 0."""

    line: int
    column: int


class Told(NamedTuple):
    """A fault of a YAML text: message, position (from 0), hint, and the lines around it."""

    place: Place
    message: str
    hint: str
    excerpt: str


class Noticed(NamedTuple):
    """A parser's report: the problem and its position, and the structure that it was reading and its start."""

    lines: list[str]
    problem: str
    place: Place
    context: str
    begun: Place

    def line(self, number: int) -> str:
        """Return a line; an empty text after the last line."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def last(self) -> int:
        """Return the number of the last line with text, up to the position."""
        number = min(self.place.line, len(self.lines) - 1)
        while number > 0 and not self.lines[number].strip():
            number -= 1
        return number


_Answer = tuple[Place, str, str]


def explain(text: str, problem: str, place: Place, context: str, begun: Place | None) -> Told:
    """Return the explanation of a parser's error."""
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)
    noticed = Noticed(lines, problem or "", place, context or "", begun or place)
    found = next(answer for look in _LOOKS if (answer := look(noticed)))
    where, message, hint = found
    where = Place(min(where.line, len(lines) - 1), where.column)
    return Told(where, message, hint, excerpt(lines, where, noticed.last))


def excerpt(lines: list[str], place: Place, noticed: int) -> str:
    """Return the line with a caret under the column, the two lines before it, and the line of the parser's report."""
    shown = [number for number in range(max(0, place.line - 2), place.line + 1) if lines[number].strip()]
    width = len(str(max(noticed, place.line) + 1))
    rows = [f"{number + 1:>{width}} | {_cut(lines[number])}" for number in shown]
    rows.append(f"{'':>{width}} | {' ' * min(place.column, _WIDEST)}^")
    if noticed > place.line:
        rows += [
            *([f"{'':>{width}} …"] if noticed > place.line + 1 else []),
            f"{noticed + 1:>{width}} | {_cut(lines[noticed])}",
        ]
    return "\n".join(rows)


def _cut(line: str) -> str:
    line = _PASSWORD.sub("//…@", line.replace("\t", "→"))
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# -- one look for each mistake; the first that fits tells ---------------------------------------------------------


def _tab(noticed: Noticed) -> _Answer | None:
    for number in (noticed.place.line, noticed.last):
        line = noticed.line(number)
        blank = line[: len(line) - len(line.lstrip())]
        if "\t" in blank and ("tab" in noticed.problem or "cannot start any token" in noticed.problem):
            return (
                Place(number, blank.index("\t")),
                "a tab at the beginning of a line",
                "YAML is indented with spaces only",
            )
    return None


def _open_quote(noticed: Noticed) -> _Answer | None:
    """Explain a quote that is not closed up to the end of the file."""
    if "quoted scalar" not in noticed.context or "end of stream" not in noticed.problem:
        return None
    return _never_closed(noticed, noticed.begun)


def _never_closed(noticed: Noticed, begun: Place) -> _Answer:
    quote = noticed.line(begun.line)[begun.column : begun.column + 1] or '"'
    return begun, f"the quote that opens here is never closed: {quote}", f"write another {quote} where the text ends"


def _quote_over_lines(noticed: Noticed) -> _Answer | None:
    """Explain a quote that is closed on a later line by a quote that was meant to open another text."""
    if noticed.problem not in (
        "did not find expected key",
        "did not find expected ',' or '}'",
        "did not find expected ',' or ']'",
    ):
        return None
    begun = _quote_open_before(noticed.lines, noticed.place)
    if begun is None or begun.line == noticed.place.line:
        return None
    return _never_closed(noticed, begun)


def _quote_open_before(lines: list[str], place: Place) -> Place | None:
    """Return the start of the quoted text that ends directly before a position; None if there is none."""
    opened: Place | None = None
    ended: Place | None = None
    for number, line in enumerate(lines[: place.line + 1]):
        end = place.column if number == place.line else len(line)
        column = 0
        while column < end:
            letter = line[column]
            if opened is not None:
                if letter == "\\" and lines[opened.line][opened.column] == '"':
                    column += 1
                elif letter == lines[opened.line][opened.column]:
                    ended, opened = opened, None
            elif letter in "\"'" and (column == 0 or line[column - 1] in " [{,:("):
                opened = Place(number, column)
            elif letter == "#" and (column == 0 or line[column - 1] == " "):
                break
            column += 1
    return ended


def _open_bracket(noticed: Noticed) -> _Answer | None:
    if "parsing a flow" not in noticed.context:
        return None
    bracket = noticed.line(noticed.begun.line)[noticed.begun.column : noticed.begun.column + 1]
    closing = _CLOSING.get(bracket)
    if closing is None:
        return None
    rest = noticed.line(noticed.begun.line)[noticed.begun.column :]
    if noticed.place.line == noticed.begun.line and closing in rest:
        return (
            noticed.place,
            "a comma is missing before this",
            f"put a comma between the parts within {bracket} {closing}",
        )
    return noticed.begun, f"the bracket that opens here is never closed: {bracket}", f"write {closing} where it ends"


def _no_colon(noticed: Noticed) -> _Answer | None:
    if "simple key" not in noticed.context:
        return None
    line = noticed.line(noticed.begun.line).strip()
    name, _, value = line.replace(":", ": ", 1).partition(" ") if ":" in line else line.partition(" ")
    meant = f"`{name.rstrip(':')}: {value.strip()}`" if value.strip() else f"`{line}: …`, or `- {line}` in a list"
    missing = "no space behind the colon" if ":" in line else "no colon behind the name"
    return noticed.begun, missing, f"did you mean {_PASSWORD.sub('//…@', meant)}?"


def _deeper(noticed: Noticed) -> _Answer | None:
    """Explain a line that is indented deeper than the line above, although that line has a value."""
    if "mapping values are not allowed" not in noticed.problem:
        return None
    line = noticed.line(noticed.place.line)
    above = next((number for number in range(noticed.place.line - 1, -1, -1) if _says(noticed.line(number))), None)
    if above is None or not _KEY.match(line.strip()):
        return None
    before = noticed.line(above)
    own, other = _indent(line), _indent(before) + (len(before.strip()) - len(before.strip().lstrip("- ")))
    first = line.lstrip()[: noticed.place.column - _indent(line)]
    if own <= other or ":" in first or not _KEY.match(before.strip()):
        return None
    return _indented(noticed.place.line, own, other)


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")


def _indented(line: int, own: int, other: int) -> _Answer:
    spaces = f"{other} space{'s' if other != 1 else ''}" if other else "no space"
    return Place(line, own), f"indented by {own}, and its neighbours by {other}", f"begin the line with {spaces}"


def _two_colons(noticed: Noticed) -> _Answer | None:
    if "mapping values are not allowed" not in noticed.problem:
        return None
    line = noticed.line(noticed.place.line).strip()
    name, _, value = line.partition(":")
    hint = f"if it is one text, quote it: `{name}: {_quoted(value)}`" if value.strip() else "take one of them out"
    return noticed.place, "a second colon on the line", _PASSWORD.sub("//…@", hint)


def _quoted(value: str) -> str:
    text = value.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' if len(text) <= _WIDEST else '"…"'


def _dash(noticed: Noticed) -> _Answer | None:
    line = noticed.line(noticed.last).strip()
    if "block sequence entries" in noticed.problem:
        return noticed.place, "a list begins on a line of its own", "write each `- …` on a line of its own, or [a, b]"
    if "'-' indicator" in noticed.problem:
        hint = "begin it with a dash, or indent it further if it belongs to the one above"
        return noticed.place, "its neighbours begin with a dash, and this does not", hint
    if noticed.problem == "did not find expected key" and line.startswith("- "):
        return noticed.place, "an item of a list among names", "indent it below the name that the list belongs to"
    return None


def _between(noticed: Noticed) -> _Answer | None:
    """Explain a line with an indentation that no line above it has."""
    if noticed.problem not in ("did not find expected key", "did not find expected <document start>"):
        return None
    own = _indent(noticed.line(noticed.place.line))
    if noticed.place.column != own:
        return noticed.place, "text that nothing leads up to", "quote the whole value, or take this out"
    above = [_indent(noticed.line(number)) for number in range(noticed.place.line) if _says(noticed.line(number))]
    if not above or (own in above and "document start" not in noticed.problem):
        return None
    if own < min(above):  # All lines above are indented too deep, from the first one on.
        first = next(number for number in range(noticed.place.line) if _says(noticed.line(number)))
        return _indented(first, above[0], own)
    near = min(reversed(above), key=lambda indent: abs(indent - own))
    return _indented(noticed.place.line, own, near)


def _letter(noticed: Noticed) -> _Answer | None:
    """Explain a text that begins with a sign of YAML's syntax."""
    starts = ("cannot start any token", "alphabetic or numeric character", "expected node content")
    if not any(start in noticed.problem for start in starts):
        return None
    place = noticed.begun if "alphabetic" in noticed.problem else noticed.place
    letter = noticed.line(place.line)[place.column : place.column + 1]
    if letter in ("}", "]"):
        return place, f"{letter} closes what was never opened", "take it out, or quote the text"
    return place, f"a text cannot begin with {letter or 'this'}", "put it in quotes"


def _alias(noticed: Noticed) -> _Answer | None:
    if "undefined alias" not in noticed.problem:
        return None
    word = re.match(r"\*[^\s,\]}]*", noticed.line(noticed.place.line)[noticed.place.column :])
    name = word[0] if word else "*"
    hint = f"mark a value above with &{name[1:]}, or quote the text if it is one"
    return noticed.place, f"{name} repeats a value that no line marks with &{name[1:]}", hint


def _escape(noticed: Noticed) -> _Answer | None:
    if "escape character" not in noticed.problem:
        return None
    hint = "write \\\\ for a backslash, or use single quotes"
    return noticed.place, "a backslash with a letter that means nothing", hint


def _block(noticed: Noticed) -> _Answer | None:
    if "block scalar" not in noticed.context:
        return None
    return noticed.place, "text behind | or >", "begin the text on the next line, indented"


def _otherwise(noticed: Noticed) -> _Answer:
    return noticed.place, "the YAML parser stops here", "look at this line and the one above"


_LOOKS: Final[tuple[Callable[[Noticed], _Answer | None], ...]] = (
    _tab, _open_quote, _quote_over_lines, _open_bracket, _no_colon, _deeper, _two_colons, _dash, _between, _letter,
    _alias, _escape, _block, _otherwise,
)  # fmt: skip
