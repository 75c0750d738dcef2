"""Findings: what is wrong with plain data, where, and how messages show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]

_PASSED_THROUGH = ("PodSpec", "Container")
_PASSWORD = re.compile(r"//[^/@\s]*:[^/\s]*@")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at ``path``; ``at_key`` points at the field's name rather than at its value."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False


class Held(NamedTuple):
    """A value in Kubernetes' own shape, which is checked once the version of Kubernetes is known.

    Attributes:
        of: The kind of the schema that it is of, like `PodSpec`, or a list of them: `[Toleration]`; of a custom kind,
            its group, version, name and a path in it.
        partial: It is laid over another value, so that nothing in it is required.
    """

    of: str
    value: object
    path: Path
    partial: bool


@dataclass(slots=True)
class Findings:
    """Collection of what the checks find.

    Attributes:
        held: What is still to be held against Kubernetes' schema.
        texts: Where a number or a boolean stands for a text.
        kubernetes: The version of that schema; the newest where it is empty.
    """

    items: list[Finding] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    kubernetes: str = ""

    def add(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Record one finding."""
        self.items.append(Finding(path, message, hint, at_key))

    def settle(self) -> None:
        """Hold against Kubernetes' schema what waits for that."""
        # Of what is passed through, nothing is needed.
        held = [one for one in self.held if one.value or one.of not in _PASSED_THROUGH]
        self.held.clear()
        if custom := [one for one in held if "/" in one.of]:
            from generator.spec import custom_kinds

            custom_kinds.check(custom, self)
        if len(held) > len(custom):
            from generator.spec.kubernetes import schema

            schema.check([one for one in held if "/" not in one.of], self.kubernetes, self)


def shown(value: object) -> str:
    """Return a value as it may stand in a message: short, on one line, and without passwords."""
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, str):
        text = _PASSWORD.sub("//…@", value if value.isprintable() else ascii(value)[1:-1])
        return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…" ({len(text)} characters)'
    if isinstance(value, Sequence):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def dotted(path: Path) -> str:
    """Write ``("apps", "web", "ports", 0)`` as ``apps.web.ports[0]``; a key that is no plain word is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_<-]{1,80}", part)
            word = part if plain else f'"{ascii(part)[1:-1][:60]}"'
            text += f".{word}" if text else word
    return text


def did_you_mean(word: object, known: Sequence[str], otherwise: str = "") -> str:
    """Return a hint that names the nearest known word; ``otherwise``, or all of them, where none is near."""
    import difflib

    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return otherwise or f"known here: {', '.join(sorted(known))}"
