"""Find ``{infra.OUTPUT}`` in texts: an output of an environment's Terraform, which is known after an apply.

Braces after ``$`` or after another ``{`` belong to a shell or a template, and do not change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

START: Final = "{infra."
# This also matches invalid names, which are faults.
ANY: Final = re.compile(r"(?<![${])\{infra\.([^{}]*)\}")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def names(value: object) -> list[str]:
    """Return the names of outputs in plain data, each once, in order."""
    written = value if isinstance(value, str) else repr(value)
    return list(dict.fromkeys(ANY.findall(written))) if START in written else []


def pieces(text: str) -> tuple[list[str], list[str]]:
    """Return the texts before, between and after references (one more than references), and the outputs' names."""
    found = ANY.split(text)
    return found[::2], found[1::2]


def values(content: bytes, file: str) -> dict[str, str]:
    """Return the outputs in an environment's file, by name. Raise SpecError if the file is not valid YAML."""
    from generator.yaml import plain

    found: dict[str, str] = {}
    for document in plain.load(content.decode(errors="replace"), file):
        data = document.get("data") if isinstance(document, dict) else None
        found |= {str(name): str(value) for name, value in (data or {}).items()}
    return found


def filled(value: Any, outputs: Mapping[str, str]) -> Any:
    """Return plain data with known references replaced by their values."""
    if isinstance(value, str):
        return ANY.sub(lambda found: outputs.get(found[1], found[0]), value) if START in value else value
    if isinstance(value, Mapping):
        return {name: filled(item, outputs) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, outputs) for item in value]
    return value
