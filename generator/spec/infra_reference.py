"""Find ``{infra.OUTPUT}`` in texts: a value that Terraform gives an environment, and that is known after an apply.

After ``$`` or a second ``{`` the braces belong to a shell or a template, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

START: Final = "{infra."
# Also what has no fitting name, which is a fault.
ANY: Final = re.compile(r"(?<![${])\{infra\.([^{}]*)\}")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def names(value: object) -> list[str]:
    """Return the outputs that plain data names, each once, in order."""
    written = value if isinstance(value, str) else repr(value)
    return list(dict.fromkeys(ANY.findall(written))) if START in written else []


def pieces(text: str) -> tuple[list[str], list[str]]:
    """Return what stands before, between and after references (one more than these), and the outputs."""
    found = ANY.split(text)
    return found[::2], found[1::2]


def values(content: bytes, file: str) -> dict[str, str]:
    """Return the outputs that an environment's file has. ``SpecError`` where it is no YAML."""
    from generator.yaml import plain

    found: dict[str, str] = {}
    for document in plain.load(content.decode(errors="replace"), file):
        data = document.get("data") if isinstance(document, dict) else None
        found |= {str(name): str(value) for name, value in (data or {}).items()}
    return found


def filled(value: Any, outputs: Mapping[str, str]) -> Any:
    """Return plain data with values in place of the references whose values are known."""
    if isinstance(value, str):
        return ANY.sub(lambda found: outputs.get(found[1], found[0]), value) if START in value else value
    if isinstance(value, Mapping):
        return {name: filled(item, outputs) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, outputs) for item in value]
    return value
