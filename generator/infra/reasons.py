"""Find `*` in policies without a written reason, in the text of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from generator.infra.findings import Finding, Layer

WIDE: Final = re.compile(r'^\s*(?:Resource|Action|resources|actions)\s*=\s*\[?\s*"(?:[\w-]+:)?\*"', re.MULTILINE)
REASON: Final = "# Reason:"
# A statement is at most as long as this; one that denies may deny everything.
LINES: Final = 30


def unexplained(root: Path) -> Iterator[Finding]:
    """Yield each line that allows everything, where the line before does not begin with ``# Reason:``."""
    for path in sorted(root.rglob("*.tf")):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if WIDE.match(line) and not _explained(lines, number):
                what = " ".join(line.split())
                message = f"{what} without a reason: name what is meant, or write `{REASON} …` on the line before"
                yield Finding(str(path.relative_to(root)), number + 1, Layer.RULES, "", message)


def _explained(lines: list[str], number: int) -> bool:
    before = number - 1
    while before >= 0 and lines[before].lstrip().startswith("#"):
        if REASON in lines[before]:
            return True
        before -= 1
    for line in reversed(lines[max(0, number - LINES) : number]):
        if found := re.search(r'[Ee]ffect\s*=\s*"(\w+)"', line):
            return found[1] == "Deny"
    return False
