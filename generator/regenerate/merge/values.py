"""Values as the emitter and messages take them."""

from __future__ import annotations

from generator.yaml import emit as yaml_emit
from generator.yaml.tree import Scalar, Value


class Unspliceable(Exception):
    """The shape of the text cannot be edited in place; the caller reports a conflict."""


def plain(value: Value) -> object:
    """Return a value in the form for the emitter."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return _plain_scalar(value)


def shown(value: Value | None) -> str | None:
    """Return a value as YAML on one line, for messages; None for None."""
    if value is None:
        return None
    try:
        return yaml_emit.flow(plain(value))
    except Unspliceable:
        return str(value)


def _plain_scalar(value: Scalar) -> object:
    prefix, _, kind = value.tag.rpartition(":")
    if prefix != "tag:yaml.org,2002" or kind == "binary":
        raise Unspliceable(f"a value with the tag {value.tag}")
    if kind == "str":
        # A block scalar that keeps its last blank lines would also keep the blank lines below it.
        return yaml_emit.Verbatim(yaml_emit.quoted(value.text)) if value.text.endswith("\n\n") else value.text
    return None if kind == "null" else yaml_emit.Verbatim(value.text)
