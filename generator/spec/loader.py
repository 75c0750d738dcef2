"""Read ``generator.yaml``: YAML to plain data, with every fault and its place.

``yaml.plain`` gives nodes with positions. Scalars are resolved here and
more narrowly than YAML 1.1 does: only ``true``/``false`` are booleans, only
plain decimal numbers are numbers, and everything else is the text as written,
so that ``1_000``, ``0x1F``, ``on`` and dates stay what they look like.
"""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader as files_reader
from generator.spec import checks, language, layout, model, named_lists, placeholder, said
from generator.spec.findings import Findings, dotted, shown
from generator.spec.findings import Path as FieldPath
from generator.yaml import plain as yaml_plain

FILE_NAME: Final = layout.SPEC
MAX_BYTES: Final = 10_000_000
MAX_NODES: Final = 1_000_000
MAX_DEPTH: Final = 60
# YAML itself takes no more for a key on one line.
LONGEST_KEY: Final = 1000

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS: Final = (yaml_plain.PLAIN, yaml_plain.TEXT, yaml_plain.LIST, yaml_plain.MAP)
_HINT: Final = "YAML cannot be read from here on; look at this line and the one above"


class Number(float):
    """A decimal number that remembers how it was written: ``1.10`` as an environment variable is not ``1.1``."""

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


class _Reader:
    """Turns nodes into plain data, and remembers nothing but faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.nodes = 0
        self.has_null = False

    def fault(self, node: yaml_plain.Node, path: FieldPath, message: str, hint: str = "") -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.file, mark.line + 1, mark.column + 1, dotted(path), message, hint))

    def value(self, node: yaml_plain.Node, path: FieldPath) -> object:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SpecError([self._too_much(node, path, f"more than {MAX_NODES:,} values once aliases are expanded")])
        if len(path) > MAX_DEPTH:
            raise SpecError(
                [self._too_much(node, path[:5], f"nested deeper than {MAX_DEPTH} levels, or within itself")]
            )
        if node.tag not in _TAGS:
            hint = "take it off; quote the value to make it text"
            self.fault(node, path, f"the tag {shown(node.tag)} is not known here", hint)
        if isinstance(node, yaml_plain.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml_plain.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml_plain.MappingNode)
        return self.mapping(node, path)

    def scalar(self, node: yaml_plain.ScalarNode) -> object:
        found = _scalar(node)
        self.has_null = self.has_null or found is None
        return found

    def mapping(self, node: yaml_plain.MappingNode, path: FieldPath) -> dict[str, object]:
        result: dict[str, object] = {}
        inherited: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml_plain.ScalarNode):
                self.fault(key_node, path, "a key that is not text", "write a name, then a colon")
                continue
            key: str = key_node.value
            if key == "<<" and not key_node.style:
                self._merge(value_node, path, inherited)
                continue
            if len(key) > LONGEST_KEY:
                self.fault(key_node, path, f"a key of {len(key)} characters", f"at most {LONGEST_KEY} are possible")
                continue
            if key in result:
                self.fault(key_node, (*path, key), "is there twice", "keep one of the two")
                continue
            result[key] = self.value(value_node, (*path, key))
        return {**inherited, **result} if inherited else result

    def _merge(self, node: yaml_plain.Node, path: FieldPath, inherited: dict[str, object]) -> None:
        """Merge ``<<: *anchor`` or ``<<: [*one, *two]``: the first that has a key wins."""
        sources = node.value if isinstance(node, yaml_plain.SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, yaml_plain.MappingNode):
                self.fault(source, (*path, "<<"), "only maps can be merged", "point << at a map's anchor")
                continue
            merged = self.value(source, (*path, "<<"))
            for key, item in (merged if isinstance(merged, dict) else {}).items():
                inherited.setdefault(key, item)

    def _too_much(self, node: yaml_plain.Node, path: FieldPath, message: str) -> Fault:
        mark = node.start_mark
        return Fault(self.file, mark.line + 1, mark.column + 1, dotted(path), message, "take aliases out")


def read(directory: Path) -> str:
    """Return the text of ``generator.yaml`` in ``directory``. ``RepositoryError`` if there is none to read."""
    path = directory / FILE_NAME
    try:
        content = files_reader.content(os.fspath(path))
        if len(content) > MAX_BYTES:
            raise RepositoryError(f"{path}: larger than {MAX_BYTES:,} bytes", "split the spec")
        return content.decode("utf-8-sig")
    except FileNotFoundError as exc:
        if not directory.is_dir():
            raise RepositoryError(f"{directory}: no such folder", "name the repository's folder with -C DIR") from exc
        raise RepositoryError(
            f"{path}: no such file",
            "run this in the repository's folder, name it with -C DIR, or make a new one: python -m generator init DIR",
        ) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(FILE_NAME, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc
    except OSError as exc:
        raise files_reader.refusal(str(path), exc) from exc


def encoded(directory: Path, text: str) -> bytes:
    """Return a new text of ``generator.yaml`` as bytes, with the byte order mark that the file has."""
    mark = (
        codecs.BOM_UTF8 if files_reader.content(os.fspath(directory / FILE_NAME)).startswith(codecs.BOM_UTF8) else b""
    )
    return mark + text.encode()


def load(directory: Path, text: str | None = None) -> model.Spec:
    """Return the spec in ``directory``, with what was promoted there. ``SpecError`` holds every fault of the file.

    ``text`` is one in place of the file's.
    """
    spec = parse(read(directory) if text is None else text)
    if said.has_files(spec.data):
        from generator.spec import file_sources

        spec = file_sources.attached(directory, spec)
    if said.has_hatches(spec.data):
        from generator.spec import hatch_sources

        spec = hatch_sources.attached(directory, spec)
    if not spec.promotion.base:
        return spec
    from generator.spec import promoted

    return promoted.attached(directory, spec)


def reads(text: str) -> list[str]:
    """Return the files and folders that a spec is read with, as far as its text tells."""
    from generator.spec import file_sources, hatch_sources

    try:
        found = parse(text).data
    except SpecError:
        return []
    return sorted({*file_sources.named(found), *hatch_sources.named(found)})


def data(text: str) -> dict[str, Any]:
    """Return the plain data of a spec that is known to be right."""
    value = _Reader(FILE_NAME).value(_compose(text, FILE_NAME), ())
    assert isinstance(value, dict)
    return value


def documents(text: str, file: str) -> list[object]:
    """Return the plain data of every document of a YAML file that a spec names. ``SpecError`` holds its faults."""
    reader = _Reader(file)
    found = [reader.value(root, ()) for root in _documents(text, file)]
    if reader.faults:
        raise SpecError(yaml_plain.within(reader.faults, text))
    return found


def faults(directory: Path, findings: Findings) -> list[Fault]:
    """Return what was found wrong with a spec after it was read, where it stands in the file."""
    places = Places(_compose(read(directory), FILE_NAME))
    return [
        Fault(FILE_NAME, *places.of(found.path, found.at_key), dotted(found.path), found.message, found.hint)
        for found in findings.items
    ]


def parse(text: str, file: str = FILE_NAME) -> model.Spec:
    """Return a spec from its text; ``file`` names it in faults."""
    root = _compose(text, file)
    reader = _Reader(file)
    data = reader.value(root, ())
    if isinstance(data, dict):
        data = named_lists.as_maps(data)
    findings = Findings()
    language.SPEC.check(data, (), findings)
    if isinstance(data, dict):
        data = _as_said(data) if reader.has_null else data
        findings.kubernetes = checks.kubernetes_version(data)
        findings.settle()
        # An escape in quotes could spell one, too.
        checks.check(data, findings, placeholders="\\" in text or bool(placeholder.ANY.search(text)))
    if findings.items or reader.faults:
        places = Places(root)
        faults = reader.faults + [
            Fault(file, *places.of(found.path, found.at_key), dotted(found.path), found.message, found.hint)
            for found in findings.items
        ]
        raise SpecError(yaml_plain.within(list(dict.fromkeys(faults)), text))
    assert isinstance(data, dict)
    return model.build(data)


def _as_said(data: dict[str, object]) -> dict[str, object]:
    """Return a spec's data without what is ``null`` and says nothing by that."""
    from generator.spec import unset

    found = unset.without(data, language.SPEC)
    assert isinstance(found, dict)
    return found


def _compose(text: str, file: str) -> yaml_plain.Node:
    if marker := re.search(r"^<<<<<<< ", text, re.MULTILINE) if "<<<<<<< " in text else None:
        line = text.count("\n", 0, marker.start()) + 1
        raise SpecError([Fault(file, line, 1, "", "a conflict marker of git", "keep what is right, and take it out")])
    documents = _documents(text, file)
    if not documents:
        raise SpecError(
            [Fault(file, 1, 1, "", "is empty", "start with `version: 1`; `python -m generator schema` tells the rest")]
        )
    if len(documents) > 1:
        mark = documents[1].start_mark
        second = Fault(file, mark.line + 1, 1, "", "a second document", "keep everything in one, without ---")
        raise SpecError(yaml_plain.within([second], text))
    return documents[0]


def _documents(text: str, file: str) -> list[yaml_plain.Node]:
    try:
        return yaml_plain.compose(text, file, _HINT, most=None)
    except SpecError as exc:
        # A parser's own words, where it has given up; other faults are ours.
        if mark := getattr(exc.__cause__, "problem_mark", None):
            raise SpecError([_in_plain_words(text, file, exc.__cause__, mark)]) from exc
        raise


def _in_plain_words(text: str, file: str, cause: Any, mark: yaml_plain.Mark) -> Fault:
    from generator.yaml import syntax

    begun = cause.context_mark and syntax.Place(cause.context_mark.line, cause.context_mark.column)
    told = syntax.explain(text, cause.problem, syntax.Place(mark.line, mark.column), cause.context, begun)
    return Fault(file, told.place.line + 1, told.place.column + 1, "", told.message, told.hint, told.excerpt)


def places(text: str) -> Places:
    """Return where the values of a spec stand that is known to be right."""
    return Places(_compose(text, FILE_NAME))


class Places:
    """Finds where the values of a file stand."""

    def __init__(self, root: yaml_plain.Node) -> None:
        """Look into the document with this root."""
        self.root = root
        self._fields: dict[int, dict[str, tuple[yaml_plain.Node, yaml_plain.Node]]] = {}

    def of(self, path: FieldPath, at_key: bool) -> tuple[int, int]:
        """Return line and column (1-based) of the value at ``path`` or of its key, or of the nearest one above."""
        node, mark = self.root, self.root.start_mark
        for part in path:
            if isinstance(part, int) and isinstance(node, yaml_plain.SequenceNode) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            elif isinstance(node, yaml_plain.SequenceNode) and (item := self._named(node, part)):
                node, mark = item, item.start_mark
            elif isinstance(node, yaml_plain.MappingNode) and part in (fields := self._fields_of(node)):
                key, node = fields[str(part)]
                mark = key.start_mark if at_key or _is_empty(node) else node.start_mark
            else:
                break
        return mark.line + 1, mark.column + 1

    def _named(self, node: yaml_plain.SequenceNode, name: object) -> yaml_plain.MappingNode | None:
        """Return the item of a list that has this name, in Kubernetes' shape."""
        for item in node.value:
            if not isinstance(item, yaml_plain.MappingNode):
                continue
            about = self._fields_of(item)
            if "metadata" in about and isinstance(about["metadata"][1], yaml_plain.MappingNode):
                about = self._fields_of(about["metadata"][1])
            if "name" in about and about["name"][1].value == name:
                return item
        return None

    def _fields_of(self, node: yaml_plain.MappingNode) -> dict[str, tuple[yaml_plain.Node, yaml_plain.Node]]:
        """Return the fields of a map by name, those included that it inherits through ``<<``."""
        known = self._fields.get(id(node))
        if known is not None:
            return known
        own: dict[str, tuple[yaml_plain.Node, yaml_plain.Node]] = {}
        inherited: dict[str, tuple[yaml_plain.Node, yaml_plain.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml_plain.ScalarNode):
                continue
            if key.value == "<<" and not key.style:
                for source in value.value if isinstance(value, yaml_plain.SequenceNode) else [value]:
                    if isinstance(source, yaml_plain.MappingNode):
                        inherited = {**self._fields_of(source), **inherited}
            else:
                own.setdefault(key.value, (key, value))
        self._fields[id(node)] = {**inherited, **own}
        return self._fields[id(node)]


def _is_empty(node: yaml_plain.Node) -> bool:
    return bool(isinstance(node, yaml_plain.ScalarNode) and node.value == "")
