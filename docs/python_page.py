"""Write the reference of what `import generator` has, from the code itself."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any, Final

import generator

# Longer signatures have a line for each parameter.
WIDTH: Final = 100
_HEAD: Final = """\
<!-- Written by docs/write.py from the docstrings of the package. Do not edit it here. -->
# Python

What `import generator` has. Nothing else is public: modules below may change with any version. How it is used:
[from Python](../guides/python-api.md).
"""


def page() -> str:
    """Return the page."""
    names = [name for name in generator.__all__ if name != "errors"]
    functions = sorted(name for name in names if inspect.isfunction(getattr(generator, name)))
    classes = sorted(set(names) - set(functions))
    parts = [_HEAD, "## Operations\n", *(_function(name) for name in functions)]
    parts += ["## Types\n", *(_class(name) for name in classes)]
    parts += ["## Errors\n", "`generator.errors`, with what each is for:\n", _fenced(_errors())]
    return "\n".join(parts)


def _function(name: str) -> str:
    function = getattr(generator, name)
    return f"### {name}\n\n{_signature(name, function)}\n{_about(function)}"


def _class(name: str) -> str:
    found = getattr(generator, name)
    if not inspect.isclass(found):
        return f"### {name}\n\n`{str(found).replace('typing.', '')}`\n"
    fields = list(_fields(found))
    shown = _fenced("\n".join(fields)) if fields else ""
    methods = "".join(_method(member, own) for member, own in vars(found).items() if not member.startswith("_"))
    return f"### {name}\n\n{_about(found)}\n{shown}{methods}"


def _method(name: str, member: Any) -> str:
    if isinstance(member, property):
        return f"\n`{name}`: {inspect.getdoc(member)}\n"
    function = getattr(member, "__func__", member)
    if not inspect.isfunction(function):
        return ""
    return f"\n{_signature(name, function)}\n{_about(function)}"


def _fields(found: type) -> Iterator[str]:
    """Yield the fields of a value, with their types and defaults."""
    types = getattr(found, "__annotations__", {})
    if dataclasses.is_dataclass(found):
        # Those that are given by name alone stand last, whichever class they are from.
        for field in sorted(dataclasses.fields(found), key=lambda field: bool(field.kw_only)):
            made = field.default_factory is not dataclasses.MISSING
            yield _field(field.name, field.type, {} if made else field.default, dataclasses.MISSING)
    elif hasattr(found, "_fields"):
        for name in found._fields:
            yield _field(name, types[name], found._field_defaults.get(name, dataclasses.MISSING), dataclasses.MISSING)


def _field(name: str, kind: object, default: object, missing: object) -> str:
    kind = getattr(kind, "__forward_arg__", kind)  # of a NamedTuple
    return f"{name}: {kind}" + ("" if default is missing else f" = {_value(default)}")


def _value(default: object) -> str:
    return repr(default).replace("PosixPath('.')", "Path()")


def _signature(name: str, function: Any) -> str:
    shown = str(inspect.signature(function)).replace("'", "")
    shown = (
        shown.replace("PosixPath(.)", "Path()").replace("<function silent", "silent").replace("Credentials()", "NONE")
    )
    text = f"{name}{_without_addresses(shown)}"
    if len(text) > WIDTH:
        inner, _, result = text.partition("(")[2].rpartition(") -> ")
        lines = ",\n    ".join(inner.split(", "))
        text = f"{name}(\n    {lines},\n) -> {result}"
    return _fenced(text)


def _without_addresses(text: str) -> str:
    """Return a signature without the place in memory of a default."""
    before, found, after = text.partition("silent at 0x")
    return f"{before}silent{after.partition('>')[2]}" if found else text


def _about(found: Any) -> str:
    return f"{inspect.cleandoc(found.__doc__ or '').replace('``', '`')}\n"


def _errors() -> str:
    return textwrap.dedent(generator.errors.__doc__ or "").strip()


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```\n"
