"""Read untrusted JSON and query strings into typed values, and report all bad fields at once."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from shop.failure import InvalidInput

LARGEST_ID = 2**31 - 1


class Fields:
    """Fields of one object; their faults are collected, and `check` raises them together.

    `prefix` names the object in messages: `items[2].` gives `items[2].quantity`.
    """

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self.values = dict(values)
        self.prefix = prefix
        self.faults: dict[str, str] = {}

    def text(self, name: str, longest: int) -> str:
        """Read a non-empty string, trimmed; PostgreSQL and logs cannot take all control characters, so it has none."""
        value = self.values.pop(name, None)
        if isinstance(value, str) and 0 < len(value.strip()) <= longest and value.isprintable():
            return value.strip()
        self.fault(name, f"must be 1 to {longest} printable characters")
        return ""

    def integer(self, name: str, smallest: int, largest: int) -> int:
        """Read a whole number; `true` and `1.0` are none."""
        value = self.values.pop(name, None)
        if type(value) is int and smallest <= value <= largest:
            return value
        self.fault(name, f"must be a whole number from {smallest} to {largest}")
        return smallest

    def objects(self, name: str, most: int) -> "list[Fields]":
        """Read a list of 1 to `most` objects, each with its own fields; `check` raises their faults as well."""
        value = self.values.pop(name, None)
        if isinstance(value, list) and 0 < len(value) <= most and all(isinstance(item, dict) for item in value):
            return [Fields(item, f"{self.prefix}{name}[{index}].") for index, item in enumerate(value)]
        self.fault(name, f"must be a list of 1 to {most} objects")
        return []

    def fault(self, name: str, message: str) -> None:
        """Record that field `name` breaks the rule `message`."""
        self.faults[self.prefix + name] = message

    def check(self, *inner: "Fields") -> None:
        """Raise `InvalidInput` if anything here or in `inner` is wrong; so is a field that was not read."""
        faults: dict[str, str] = {}
        for fields in (self, *inner):
            faults |= fields.faults | {fields.prefix + name: "is not a known field" for name in fields.values}
        if faults:
            raise InvalidInput(faults)


def json_fields() -> Fields:
    """Read the request's body, which must be a JSON object."""
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("The JSON is nested too deeply.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return Fields(body)


def query_integer(name: str, default: int, smallest: int, largest: int) -> int:
    """Read a number from the query string; `default` where it is missing."""
    text = request.args.get(name, str(default))
    if text.isascii() and text.isdigit() and len(text) <= 10 and smallest <= int(text) <= largest:
        return int(text)
    raise InvalidInput({name: f"must be a whole number from {smallest} to {largest}"})
