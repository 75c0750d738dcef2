"""Write Terraform's language in the form of its own formatter: values aligned, blocks separated by blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_WIDEST: Final = 100
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression that is written unchanged, such as a reference or a call."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its head, like ``module "network"``, and its body.

    An item of the body is another block, a name with its value, a comment, or an empty text for a blank line.
    ``file`` is the name of its file in a configuration; empty for the usual one.
    """

    head: str
    body: Sequence[Item]
    comment: str = ""
    file: str = ""


Value = str | bool | int | float | None | Raw | Sequence["Value"] | Mapping[str, "Value"]
Item = Block | tuple[str, Value] | str


def document(header: str, blocks: Sequence[Block]) -> str:
    """Return the text of a file: the comment at the top, and the blocks."""
    return "\n".join([header, *(f"{line}\n" for line in ("\n".join(_block(one, "")) for one in blocks))])


def quoted(text: str) -> str:
    """Return a text as a literal, with interpolations escaped."""
    escaped = text.translate(_ESCAPES)
    return f'"{escaped.replace("${", "$${").replace("%{", "%%{")}"'


def _block(block: Block, indent: str) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in block.comment.splitlines())
    if not block.body:
        yield f"{indent}{block.head} {{}}"
        return
    yield f"{indent}{block.head} {{"
    yield from _body(block.body, f"{indent}  ")
    yield f"{indent}}}"


def _body(items: Sequence[Item], indent: str) -> Iterator[str]:
    group: list[tuple[str, str]] = []
    for position, item in enumerate(items):
        if isinstance(item, tuple):
            text = value(item[1], indent)
            if "\n" not in text:
                group.append((item[0], text))
                continue
            yield from _aligned(group, indent)
            yield f"{indent}{item[0]} = {text}"
        else:
            yield from _aligned(group, indent)
            if isinstance(item, Block):
                yield from [""] if position and items[position - 1] != "" else []
                yield from _block(item, indent)
            else:
                yield f"{indent}# {item}" if item else ""
        group.clear()
    yield from _aligned(group, indent)


def _aligned(group: Sequence[tuple[str, str]], indent: str) -> Iterator[str]:
    widest = max((len(name) for name, _ in group), default=0)
    for name, text in group:
        yield f"{indent}{name.ljust(widest)} = {text}"


def value(given: Value, indent: str = "") -> str:
    """Return a value as an expression. ``indent`` is the indentation of the line; further lines get it, too."""
    if isinstance(given, Raw):
        return given.text
    if given is None:
        return "null"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return quoted(given)
    if isinstance(given, int | float):
        return str(given)
    return _map(given, indent) if isinstance(given, Mapping) else _list(given, indent)


def _list(given: Sequence[Value], indent: str) -> str:
    parts = [value(one, f"{indent}  ") for one in given]
    short = f"[{', '.join(parts)}]"
    if not any("\n" in part for part in parts) and len(short) <= _WIDEST:
        return short
    if len(parts) == 1:
        # The brackets of a list with one item are on the same line as those of the item, as the formatter keeps them.
        return f"[{value(given[0], indent)}]"
    return "[\n" + "".join(f"{indent}  {part},\n" for part in parts) + f"{indent}]"


def _map(given: Mapping[str, Value], indent: str) -> str:
    if not given:
        return "{}"
    items = [(name if _NAME.fullmatch(name) else quoted(name), one) for name, one in given.items()]
    short = "{ " + ", ".join(f"{name} = {value(one)}" for name, one in items) + " }"
    if "\n" not in short and len(short) <= _WIDEST - 20 and len(items) < 4:
        return short
    return "{\n" + "".join(f"{line}\n" for line in _body(items, f"{indent}  ")) + f"{indent}}}"
