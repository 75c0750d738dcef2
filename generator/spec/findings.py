"""Findings: faults in plain data with their paths, and functions for the text of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

Path = tuple[str | int, ...]

# Shorter words begin many others by chance.
_BEGUN: Final = 3
_PASSWORD = re.compile(r"//[^/@\s]*:[^/\s]*@")


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault at ``path``. ``at_key`` places it at the field's name instead of its value."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False


class Held(NamedTuple):
    """A value in Kubernetes' own shape. ``held_values`` checks it, once the version of Kubernetes is known.

    Attributes:
        of: The name of its schema, like `PodSpec`, or `[Toleration]` for a list; for a custom kind
            `GROUP/VERSION/KIND:PATH`.
        partial: Whether the value is merged over another one, so that no field in it is required.
    """

    of: str
    value: object
    path: Path
    partial: bool


@dataclass(slots=True)
class Findings:
    """The findings of all checks.

    Attributes:
        held: Values that must still be checked against Kubernetes' schema.
        texts: Paths of numbers and booleans in places for text.
        kubernetes: The version of that schema; the newest if empty.
    """

    items: list[Finding] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    kubernetes: str = ""

    def add(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Record one finding."""
        self.items.append(Finding(path, message, hint, at_key))


def shown(value: object) -> str:
    """Return the text of a value for messages: short, on one line, and without passwords."""
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
    """Return a path like ``("apps", "web", "ports", 0)`` as ``apps.web.ports[0]``. Keys with other signs are quoted."""
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
    """Return a hint with the most similar known word. If none is similar, return ``otherwise`` or list all words.

    A word is also similar if it is the only one that begins like the other: ``prod`` for ``production``.
    """
    import difflib

    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6) or _begun(str(word), known)
    if near:
        return f'did you mean "{near[0]}"?'
    return otherwise or f"known here: {', '.join(known)}"


def _begun(word: str, known: Sequence[str]) -> list[str]:
    """Return the known word that the word begins with, or that begins with it, if there is exactly one."""
    alike = (one for one in known if one.startswith(word) or word.startswith(one))
    found = [one for one in alike if min(len(one), len(word)) >= _BEGUN]
    return found if len(found) == 1 else []
