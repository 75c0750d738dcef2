"""Convert YAML to plain data, for the spec and for the files that it names.

``yaml.plain`` returns nodes with positions. This module resolves scalars with
fewer rules than YAML 1.1: only ``true`` and ``false`` are booleans, and only
plain decimal numbers are numbers. Everything else is the text as written, so
``1_000``, ``0x1F``, ``on`` and dates remain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, SpecError
from generator.spec import layout
from generator.spec.findings import Path as FieldPath
from generator.spec.findings import dotted, shown
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.spec.places import Written

MAX_BYTES: Final = 10_000_000
MAX_NODES: Final = 1_000_000
MAX_DEPTH: Final = 60
# YAML's own limit for a key on one line.
LONGEST_KEY: Final = 1000

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS: Final = (yaml_plain.PLAIN, yaml_plain.TEXT, yaml_plain.LIST, yaml_plain.MAP)
_START: Final = "start with `version: 1`; `python -m generator schema` tells the rest"
_HINT: Final = "the YAML parser stops here; look at this line and the one above"


class Number(float):
    """A decimal number with its original text, because ``1.10`` as an environment variable must not become ``1.1``."""

    text: str

    def __new__(cls, text: str) -> Number:  # noqa: D102
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        """Return the number as it was written."""
        return self.text

    __repr__ = __str__


def _scalar(node: yaml_plain.ScalarNode) -> object:
    text: str = node.value
    if node.tag != yaml_plain.PLAIN:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Number(text) if _FLOAT.fullmatch(text) else text


class Reader:
    """Converts nodes of a file to plain data, and collects faults; ``has_null`` tells whether there was a ``null``."""

    def __init__(self, file: str, written: Written | None = None) -> None:
        """Read a file; or with ``written``, a spec that is joined of several."""
        self.file, self.written = file, written
        self.faults: list[Fault] = []
        self.nodes = 0
        self.has_null = False

    def _fault(self, node: yaml_plain.Node, path: FieldPath, message: str, hint: str = "") -> None:
        self.faults.append(self._told(node, path, message, hint))

    def _told(self, node: yaml_plain.Node, path: FieldPath, message: str, hint: str) -> Fault:
        mark = node.start_mark
        file = self.written.file_of(path) if self.written else self.file
        return Fault(file, mark.line + 1, mark.column + 1, dotted(path), message, hint)

    def value(self, node: yaml_plain.Node, path: FieldPath) -> object:
        """Return the plain data of a node; ``path`` is its place in the spec."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SpecError([self._too_much(node, path, f"more than {MAX_NODES:,} values once aliases are expanded")])
        if len(path) > MAX_DEPTH:
            raise SpecError(
                [self._too_much(node, path[:5], f"nested deeper than {MAX_DEPTH} levels, or within itself")]
            )
        if node.tag not in _TAGS:
            hint = "remove it; quote the value to make it text"
            self._fault(node, path, f"the tag {shown(node.tag)} is not known here", hint)
        if isinstance(node, yaml_plain.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml_plain.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml_plain.MappingNode)
        return self._mapping(node, path)

    def _scalar(self, node: yaml_plain.ScalarNode) -> object:
        found = _scalar(node)
        self.has_null = self.has_null or found is None
        return found

    def _mapping(self, node: yaml_plain.MappingNode, path: FieldPath) -> dict[str, object]:
        result: dict[str, object] = {}
        inherited: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml_plain.ScalarNode):
                self._fault(key_node, path, "a key that is not text", "write a name, then a colon")
                continue
            key: str = key_node.value
            if key == "<<" and not key_node.style:
                self._merge(value_node, path, inherited)
                continue
            if len(key) > LONGEST_KEY:
                self._fault(key_node, path, f"a key of {len(key)} characters", f"at most {LONGEST_KEY} are possible")
                continue
            if key in result:
                self._fault(key_node, (*path, key), "is there twice", "keep one of the two")
                continue
            result[key] = self.value(value_node, (*path, key))
        return {**inherited, **result} if inherited else result

    def _merge(self, node: yaml_plain.Node, path: FieldPath, inherited: dict[str, object]) -> None:
        """Add the fields of ``<<: *anchor`` or ``<<: [*one, *two]``. The first map with a key takes precedence."""
        sources = node.value if isinstance(node, yaml_plain.SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, yaml_plain.MappingNode):
                self._fault(source, (*path, "<<"), "only maps can be merged", "point << at a map's anchor")
                continue
            merged = self.value(source, (*path, "<<"))
            for key, item in (merged if isinstance(merged, dict) else {}).items():
                inherited.setdefault(key, item)

    def _too_much(self, node: yaml_plain.Node, path: FieldPath, message: str) -> Fault:
        return self._told(node, path, message, "take aliases out")


def of_text(text: str) -> dict[str, Any]:
    """Return the plain data of a spec's text, without checks: the spec is known to be right."""
    return _of_root(Reader(layout.SPEC), composed(text))


def of_written(found: Written) -> dict[str, Any]:
    """Return the plain data of a spec and its included files, without checks: the spec is known to be right."""
    return _of_root(Reader(found.file, found), found.root)


def _of_root(reader: Reader, root: yaml_plain.Node) -> dict[str, Any]:
    value = reader.value(root, ())
    assert isinstance(value, dict)
    return value


def documents(text: str, file: str) -> list[object]:
    """Return the plain data of each document in a YAML file that a spec names. Raise SpecError with its faults."""
    reader = Reader(file)
    found = [reader.value(root, ()) for root in _documents(text, file)]
    if reader.faults:
        raise SpecError(yaml_plain.within(reader.faults, text))
    return found


def composed(text: str, file: str = layout.SPEC, start: str = _START) -> yaml_plain.Node:
    """Return the root of a file's only document. Raise SpecError if there is none, or if the text is no YAML."""
    if marker := re.search(r"^<<<<<<< ", text, re.MULTILINE) if "<<<<<<< " in text else None:
        line = text.count("\n", 0, marker.start()) + 1
        raise SpecError(
            [Fault(file, line, 1, "", "a conflict marker of git", "keep the right version, and remove the markers")]
        )
    documents = _documents(text, file)
    if not documents:
        raise SpecError([Fault(file, 1, 1, "", "is empty", start)])
    if len(documents) > 1:
        mark = documents[1].start_mark
        second = Fault(file, mark.line + 1, 1, "", "a second document", "keep everything in one, without ---")
        raise SpecError(yaml_plain.within([second], text))
    return documents[0]


def _documents(text: str, file: str) -> list[yaml_plain.Node]:
    try:
        return yaml_plain.compose(text, file, _HINT, most=None)
    except SpecError as exc:
        # The parser stopped here with its own message; all other messages are the generator's.
        if mark := getattr(exc.__cause__, "problem_mark", None):
            raise SpecError([_in_plain_words(text, file, exc.__cause__, mark)]) from exc
        raise


def _in_plain_words(text: str, file: str, cause: Any, mark: yaml_plain.Mark) -> Fault:
    from generator.yaml import syntax

    begun = cause.context_mark and syntax.Place(cause.context_mark.line, cause.context_mark.column)
    told = syntax.explain(text, cause.problem, syntax.Place(mark.line, mark.column), cause.context, begun)
    return Fault(file, told.place.line + 1, told.place.column + 1, "", told.message, told.hint, told.excerpt)
