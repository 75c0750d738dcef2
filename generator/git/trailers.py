"""Read the trailers of a commit's message by git's own rule, so that the generator, git and Argo CD agree.

``git interpret-trailers`` is the authority. Trailers are the lines ``Key: value`` of the last paragraph, which is not
the subject, if all its lines are trailers, or if one of them is git's own (``Signed-off-by``, ``(cherry picked …``)
and a quarter are trailers. A line that begins with a space continues the one above. What looks like a trailer
elsewhere, as in the list that a squash merge makes of its commits, is prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

_TRAILER: Final = re.compile(r"(?P<key>[A-Za-z0-9-]+)[ \t]*:(?P<value>.*)", re.DOTALL)
_GITS_OWN: Final = ("Signed-off-by: ", "(cherry picked from commit ")
_COMMENT: Final = "#"
_CONFLICTS: Final = "Conflicts:"
_SCISSORS: Final = "# ------------------------ >8 ------------------------\n"
# What git itself takes for a space, whatever Unicode calls one.
_SPACES: Final = " \t\r\n"
_CONTINUES: Final = tuple(_SPACES)
_FOLD: Final = re.compile(r"\n[ \t\r\n]*")


def parse(message: str) -> list[tuple[str, str]]:
    """Return the keys and values of a message's trailers, each value on one line."""
    found: list[tuple[str, str]] = []
    continues = False
    for line in _block(_without_tail(message)):
        if continues and line.startswith(_CONTINUES):
            key, value = found[-1]
            found[-1] = (key, f"{value}\n{line}")
            continue
        match = _TRAILER.match(line)
        continues = match is not None
        if match:
            found.append((match["key"], match["value"]))
    return [(key, (_FOLD.sub(" ", value) if "\n" in value else value).strip(_SPACES)) for key, value in found]


def values(message: str, name: str) -> list[str]:
    """Return the values of one trailer; as in git, the case of its name does not matter."""
    return list(_values(message).get(name.lower(), ()))


@lru_cache(maxsize=64)
def _values(message: str) -> Mapping[str, Sequence[str]]:
    """Return values by name, in small letters; a message is asked for several trailers, one right after the other."""
    found: dict[str, list[str]] = {}
    for key, value in parse(message):
        found.setdefault(key.lower(), []).append(value)
    return found


def _without_tail(message: str) -> list[str]:
    """Return a message's lines without the comments and the list of conflicts that git leaves at its end."""
    message = message.lstrip("\n")
    if _COMMENT not in message and _CONFLICTS not in message:
        return message.split("\n")
    cut = f"\n{message}".find(f"\n{_SCISSORS}")
    lines = (message if cut < 0 else message[:cut]).split("\n")
    end, in_conflicts = len(lines), False
    for number, line in enumerate(lines):
        if line == _CONFLICTS:
            in_conflicts = True
        elif line and not line.startswith(_COMMENT) and not (in_conflicts and line.startswith("\t")):
            end, in_conflicts = len(lines), False
            continue
        end = min(end, number)
    return lines[:end]


def _block(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines of the last paragraph, or none if those are no trailers."""
    end = len(lines)
    while end and (_is_blank(lines[end - 1]) or lines[end - 1].startswith(_COMMENT)):
        end -= 1
    start = end
    while start and not _is_blank(lines[start - 1]):
        start -= 1
    # Without a blank line above, this is the subject.
    return lines[start:end] if start and _is_of_trailers(lines[start:end]) else ()


def _is_of_trailers(paragraph: Sequence[str]) -> bool:
    """Tell whether git takes a paragraph for trailers: all its lines, or a quarter if one is git's own."""
    trailers, others, recognized, after_prose = 0, 0, False, True
    for line in paragraph:
        if line.startswith(_COMMENT):
            after_prose = True
        elif line.startswith(_CONTINUES):  # continues a trailer, or is prose below prose
            others += after_prose
        elif _TRAILER.match(line) or line.startswith(_GITS_OWN):
            trailers += 1
            recognized |= line.startswith(_GITS_OWN)
            after_prose = False
        else:
            others += 1
            after_prose = True
    return trailers * 3 >= others if recognized else trailers > 0 and others == 0


def _is_blank(line: str) -> bool:
    return not line.strip(_SPACES)
