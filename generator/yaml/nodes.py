"""Parse YAML into nodes with positions, or into tokens: the only user of PyYAML's composer and scanner.

Scalars stay the text that they are. A plain one has the tag ``PLAIN``, so that
readers can tell it from a quoted one and from one that is marked ``!!str``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import yaml

from generator.errors import Fault, SpecError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

PLAIN: Final = "plain"
TEXT: Final = "tag:yaml.org,2002:str"
LIST: Final = "tag:yaml.org,2002:seq"
MAP: Final = "tag:yaml.org,2002:map"
_TAGS: Final = {yaml.ScalarNode: TEXT, yaml.SequenceNode: LIST, yaml.MappingNode: MAP}

MAX_DEPTH: Final = 200
MAX_NODES: Final = 1_000_000
MEND: Final = "mend the YAML of this file first"
# The composer recurses in C without a limit and would take the process down, so text that could be nested
# so deeply is looked through first. That costs as much again, so other text is not.
_SUSPICIOUS: Final = 5000
# A pair of brackets around plain words: either both count or, within a string or a comment, neither does.
_PAIR: Final = re.compile(r"\{[\w .,:/@-]*\}|\[[\w .,:/@-]*\]")
_DEEP_LINE: Final = re.compile(rf"^[ ?:-]{{{_SUSPICIOUS},}}", re.MULTILINE)
# YAML 1.1's, which kustomize's reader goes by, too.
LINE_END: Final = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")


class _NodeLoader(_Parser):
    """Composes nodes; no value is resolved."""

    def resolve(self, kind: type[yaml.Node], _value: object, implicit: object) -> str:
        if kind is yaml.ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return PLAIN
        return _TAGS[kind]


def compose(text: str, file: str, hint: str, most: int | None = MAX_NODES) -> list[yaml.Node]:
    """The documents of ``text``, empty ones left out; ``SpecError`` where it is no YAML. ``hint`` is the way out.

    ``most`` limits how many nodes there may be once aliases are expanded; ``None``: whoever walks them keeps count.
    """
    return _composed(text, file, hint, _NodeLoader, most)


def load(text: str, file: str, hint: str = MEND) -> list[Any]:
    """The documents of ``text`` as plain data, as Kubernetes' readers resolve it; ``SpecError`` as of ``compose``."""
    nodes = _composed(text, file, hint, _Parser, MAX_NODES)
    constructor = _Parser("")
    try:
        return [constructor.construct_document(node) for node in nodes]
    except yaml.MarkedYAMLError as exc:
        raise SpecError([_marked(exc, file, hint)]) from exc
    except ValueError as exc:  # what looks like a date, and is none
        raise SpecError([Fault(file, 1, 1, "", str(exc), hint)]) from exc
    finally:
        constructor.dispose()


def _composed(text: str, file: str, hint: str, loader: type[_Parser], most: int | None) -> list[yaml.Node]:
    try:
        if may_be_deep(text):
            _refuse_depth(text, file)
        nodes = [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
        if most is not None and "&" in text and "*" in text:
            _refuse_excess(nodes, file, most)
        return nodes
    except yaml.MarkedYAMLError as exc:
        raise SpecError(within([_marked(exc, file, hint)], text)) from exc
    except yaml.reader.ReaderError as exc:
        raise SpecError([_forbidden(text, file)]) from exc
    except RecursionError as exc:
        raise SpecError([Fault(file, 1, 1, "", "nested too deeply", f"at most {MAX_DEPTH} levels are read")]) from exc


def _marked(exc: yaml.MarkedYAMLError, file: str, hint: str) -> Fault:
    mark = exc.problem_mark or exc.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = exc.problem or exc.context or "cannot be read"
    if "tab character" in problem or "'\\t'" in problem:
        hint = "indent with spaces"
    return Fault(file, line, column, "", problem, hint)


def strings(nodes: Iterable[yaml.Node], field: str = "") -> Iterator[tuple[str, str]]:
    """Every value in some documents, as text, with the innermost field that it stands under."""
    for node in nodes:
        if isinstance(node, yaml.ScalarNode):
            yield field, node.value
        elif isinstance(node, yaml.SequenceNode):
            yield from strings(node.value, field)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from strings([value], str(key.value))


def tokens(text: str) -> list[yaml.Token]:
    """The tokens of ``text``, which is known to be YAML: where commas, colons, anchors and aliases stand."""
    return list(yaml.scan(text, Loader=_NodeLoader))


def within(faults: list[Fault], text: str) -> list[Fault]:
    """The faults, with places behind the last line moved to its end: libyaml puts there what ends with the file."""
    lines = LINE_END.split(text)
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    line, column = len(lines), len(lines[-1]) + 1
    return [fault if fault.line <= line else fault._replace(line=line, column=column) for fault in faults]


def _forbidden(text: str, file: str) -> Fault:
    """YAML allows no control characters but tab and line ends."""
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff", text)
    position = found.start() if found else 0
    before = LINE_END.split(text[:position])
    line, column = len(before), len(before[-1]) + 1
    code = f"U+{ord(found[0]):04X}" if found else "one"
    return Fault(file, line, column, "", f"a character that YAML does not allow, {code}", "take the character out")


def may_be_deep(text: str) -> bool:
    """Whether the text has so many brackets, or so deep a line, that composing it could overflow the stack."""
    if _DEEP_LINE.search(text):
        return True
    for _ in range(3):
        if text.count("[") + text.count("{") <= _SUSPICIOUS:
            return False
        text = _PAIR.sub("", text)
    return True


def _refuse_excess(nodes: list[yaml.Node], file: str, most: int) -> None:
    """Count what the aliases stand for without expanding them: each node once."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        known = sizes.get(id(node))
        if known is not None:
            return known
        sizes[id(node)] = most + 1  # as much as too many, while it is not known: what holds itself has no end
        total = 1
        for item in node.value if isinstance(node, yaml.CollectionNode) else ():
            total += sum(map(size, item)) if isinstance(item, tuple) else size(item)
        if total > most:
            mark = node.start_mark
            about = f"more than {most:,} values once aliases are expanded"
            raise SpecError([Fault(file, mark.line + 1, mark.column + 1, "", about, "take aliases out")])
        sizes[id(node)] = total
        return total

    for node in nodes:
        size(node)


def _refuse_depth(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_NodeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        mark = event.start_mark
        if depth > MAX_DEPTH and mark is not None:
            about = f"nested deeper than {MAX_DEPTH} levels"
            raise SpecError([Fault(file, mark.line + 1, mark.column + 1, "", about, "take levels out")])
