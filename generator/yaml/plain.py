"""Read YAML as PyYAML's composed nodes or as plain data; positions are only needed for faults.

This takes a third of the time of ``reader``, which matters for a spec of hundreds of apps and for the manifests of a
whole repository. Nodes have no positions of aliases. Scalars of nodes stay text as written. A scalar without quotes
has the tag ``PLAIN``, so that readers can distinguish it from a quoted one and from one with ``!!str``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import yaml
from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from generator.errors import Fault, SpecError
from generator.yaml.notation import CORE, TEXT
from generator.yaml.refusals import MAX_DEPTH, MAX_NODES, MEND, marked, refused, within

try:
    from yaml import CSafeLoader as _Parser
except ImportError:
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

__all__ = [
    "LIST", "MAP", "MAX_DEPTH", "MEND", "PLAIN", "TEXT",
    "MappingNode", "Mark", "Node", "ScalarNode", "SequenceNode",
    "compose", "load", "may_be_deep", "strings", "within",
]  # fmt: skip

PLAIN: Final = "plain"
LIST: Final = f"{CORE}seq"
MAP: Final = f"{CORE}map"
_TAGS: Final = {ScalarNode: TEXT, SequenceNode: LIST, MappingNode: MAP}
# The composer recurses in C without a limit and could crash the process. So text that may be nested too deeply is
# checked first; other text is not, because the check takes as long as the composer.
_SUSPICIOUS: Final = 5000
# A pair of brackets around plain words. Both count, or neither, if they are in a string or a comment.
_PAIR: Final = re.compile(r"\{[\w .,:/@-]*\}|\[[\w .,:/@-]*\]")
_DEEP_LINE: Final = re.compile(rf"^[ ?:-]{{{_SUSPICIOUS},}}", re.MULTILINE)


class _NodeLoader(_Parser):
    """Composes nodes without resolving values."""

    def resolve(self, kind: type[Node], _value: object, implicit: object) -> str:
        if kind is ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return PLAIN
        return _TAGS[kind]


def compose(text: str, file: str, hint: str, most: int | None = MAX_NODES) -> list[Node]:
    """Return the root nodes of the documents in ``text``, without empty ones.

    Raise SpecError with ``hint`` if it is no YAML. ``most`` is the limit for the number of nodes after aliases are
    expanded; with ``None``, the caller must count them.
    """
    return _composed(text, file, hint, _NodeLoader, most)


def load(text: str, file: str, hint: str = MEND) -> list[Any]:
    """Return the documents of ``text`` as plain data, with the same rules for values as Kubernetes.

    Raise SpecError if it is no YAML, or has more values than a user would write.
    """
    nodes = _composed(text, file, hint, _Parser, MAX_NODES)
    constructor = _Parser("")
    try:
        return [constructor.construct_document(node) for node in nodes]
    except yaml.MarkedYAMLError as exc:
        raise SpecError([marked(exc, file, hint)]) from exc
    except ValueError as exc:  # A value looks like a date, but is none.
        raise SpecError([Fault(file, 1, 1, "", str(exc), hint)]) from exc
    finally:
        constructor.dispose()


def _composed(text: str, file: str, hint: str, loader: type[_Parser], most: int | None) -> list[Node]:
    try:
        if may_be_deep(text):
            _refuse_depth(text, file)
        nodes = [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
        if most is not None and "&" in text and "*" in text:
            _refuse_excess(nodes, file, most)
        return nodes
    except yaml.YAMLError as exc:
        raise refused(exc, text, file, hint) from exc
    except RecursionError as exc:
        raise SpecError([Fault(file, 1, 1, "", "nested too deeply", f"at most {MAX_DEPTH} levels are read")]) from exc


def strings(nodes: Iterable[Node], field: str = "") -> Iterator[tuple[str, str]]:
    """Yield (innermost field, text) for each value in documents."""
    for node in nodes:
        if isinstance(node, ScalarNode):
            yield field, node.value
        elif isinstance(node, SequenceNode):
            yield from strings(node.value, field)
        elif isinstance(node, MappingNode):
            for key, value in node.value:
                yield from strings([value], str(key.value))


def may_be_deep(text: str) -> bool:
    """Tell whether the text has so many brackets, or such a deep line, that composing it could overflow the stack."""
    if _DEEP_LINE.search(text):
        return True
    for _ in range(3):
        if text.count("[") + text.count("{") <= _SUSPICIOUS:
            return False
        text = _PAIR.sub("", text)
    return True


def _refuse_excess(nodes: list[Node], file: str, most: int) -> None:
    """Raise SpecError if there are too many values with aliases expanded. Each node is counted without expansion."""
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        known = sizes.get(id(node))
        if known is not None:
            return known
        # Until it is known, the size is over the limit, because a node that contains itself has no end.
        sizes[id(node)] = most + 1
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
