"""Tell why a text is refused: PyYAML's errors as faults with their places, and the limits of what is read."""

from __future__ import annotations

import re
from typing import Final

import yaml

from generator.errors import Fault, SpecError
from generator.yaml.notation import LINE_END

MAX_DEPTH: Final = 200
MAX_NODES: Final = 1_000_000
MEND: Final = "mend the YAML of this file first"


def refused(exc: yaml.YAMLError, text: str, file: str, hint: str) -> SpecError:
    """Return the SpecError for an error of PyYAML."""
    if isinstance(exc, yaml.MarkedYAMLError):
        return SpecError(within([marked(exc, file, hint)], text))
    return SpecError([_forbidden(text, file)])


def marked(exc: yaml.MarkedYAMLError, file: str, hint: str) -> Fault:
    """Return a fault at the position that PyYAML reports."""
    mark = exc.problem_mark or exc.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = exc.problem or exc.context or "cannot be read"
    if "tab character" in problem or "'\\t'" in problem:
        hint = "indent with spaces"
    return Fault(file, line, column, "", problem, hint)


def within(faults: list[Fault], text: str) -> list[Fault]:
    """Return the faults. One after the last line is moved to its end: libyaml reports faults at the end there."""
    lines = LINE_END.split(text)
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    line, column = len(lines), len(lines[-1]) + 1
    return [fault if fault.line <= line else fault._replace(line=line, column=column) for fault in faults]


def _forbidden(text: str, file: str) -> Fault:
    """Return the fault for the first control character; YAML only allows tabs and line ends."""
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff", text)
    position = found.start() if found else 0
    before = LINE_END.split(text[:position])
    line, column = len(before), len(before[-1]) + 1
    code = f"U+{ord(found[0]):04X}" if found else "one"
    return Fault(file, line, column, "", f"a character that YAML does not allow, {code}", "take the character out")
