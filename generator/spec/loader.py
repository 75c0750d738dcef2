"""Read ``generator.yaml``: convert YAML to plain data, and report all faults with their places.

``yaml.plain`` returns nodes with positions. This module resolves scalars with
fewer rules than YAML 1.1: only ``true`` and ``false`` are booleans, and only
plain decimal numbers are numbers. Everything else is the text as written, so
``1_000``, ``0x1F``, ``on`` and dates remain text.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader as files_reader
from generator.spec import held_values, language, layout, model, named_lists, placeholder, said
from generator.spec.check_cache import CheckCache, Known
from generator.spec.findings import Findings, dotted, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.places import Places, Written
from generator.spec.plain_data import text as text_of
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.spec.included import Files

Texts = Mapping[str, str]

FILE_NAME: Final = layout.SPEC
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


class _Reader:
    """Converts nodes to plain data, and collects faults."""

    def __init__(self, file: str, written: Written | None = None) -> None:
        self.file, self.written = file, written
        self.faults: list[Fault] = []
        self.nodes = 0
        self.has_null = False

    def fault(self, node: yaml_plain.Node, path: FieldPath, message: str, hint: str = "") -> None:
        self.faults.append(self._told(node, path, message, hint))

    def _told(self, node: yaml_plain.Node, path: FieldPath, message: str, hint: str) -> Fault:
        mark = node.start_mark
        file = self.written.file_of(path) if self.written else self.file
        return Fault(file, mark.line + 1, mark.column + 1, dotted(path), message, hint)

    def value(self, node: yaml_plain.Node, path: FieldPath) -> object:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SpecError([self._too_much(node, path, f"more than {MAX_NODES:,} values once aliases are expanded")])
        if len(path) > MAX_DEPTH:
            raise SpecError(
                [self._too_much(node, path[:5], f"nested deeper than {MAX_DEPTH} levels, or within itself")]
            )
        if node.tag not in _TAGS:
            hint = "remove it; quote the value to make it text"
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
        """Add the fields of ``<<: *anchor`` or ``<<: [*one, *two]``. The first map with a key takes precedence."""
        sources = node.value if isinstance(node, yaml_plain.SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, yaml_plain.MappingNode):
                self.fault(source, (*path, "<<"), "only maps can be merged", "point << at a map's anchor")
                continue
            merged = self.value(source, (*path, "<<"))
            for key, item in (merged if isinstance(merged, dict) else {}).items():
                inherited.setdefault(key, item)

    def _too_much(self, node: yaml_plain.Node, path: FieldPath, message: str) -> Fault:
        return self._told(node, path, message, "take aliases out")


def read(directory: Path) -> str:
    """Return the text of ``generator.yaml`` in ``directory``. Raise RepositoryError if it cannot be read."""
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


def encoded(directory: Path, texts: Texts) -> dict[str, bytes]:
    """Return new texts of a spec's files as bytes; a file with a byte order mark keeps it."""
    return {file: _mark(directory / file) + text.encode() for file, text in texts.items()}


def _mark(file: Path) -> bytes:
    marked = file.is_file() and files_reader.content(os.fspath(file)).startswith(codecs.BOM_UTF8)
    return codecs.BOM_UTF8 if marked else b""


def load(directory: Path, texts: Texts | None = None) -> model.Spec:
    """Return the spec in ``directory``, with promoted bases. Raise SpecError with all faults of its files.

    ``texts`` has texts, by path, to use instead of the files' own.
    """
    spec = parsed(written(directory, texts), CheckCache(directory))
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


def written(directory: Path, texts: Texts | None = None) -> Written:
    """Read the spec in ``directory`` with its included files; ``texts``, by path, replace those of files."""
    given = texts or {}
    text = given.get(FILE_NAME)
    return _whole(read(directory) if text is None else text, _work_tree(directory, given))


def _work_tree(directory: Path, texts: Texts) -> Callable[[], Files]:
    def files() -> Files:
        from generator.spec import included

        return included.WorkTree(directory, texts)

    return files


def _whole(text: str, files: Callable[[], Files]) -> Written:
    """Return a spec joined with the files that it includes. ``files`` is called only if it includes any."""
    found = Written(composed(text), FILE_NAME, {FILE_NAME: text})
    # Most specs include nothing: for these, one search in the text is all the work.
    if "include" not in text:
        return found
    from generator.spec import included

    return included.joined(found, files()) if included.patterns(found.root) else found


def committed(history: History) -> Written:
    """Read the spec at a history's newest commit, with its included files. Raise RepositoryError if there is none."""
    content = history.read(history.tip, FILE_NAME)
    if content is None:
        raise RepositoryError(f"{history.tip[:12]} has no {FILE_NAME}", "name a commit that has one")

    def files() -> Files:
        from generator.spec import included

        return included.Commit(history)

    return _whole(content.decode("utf-8-sig", errors="replace"), files)


def reads(history: History) -> list[str]:
    """Return the files and folders that the spec at a history's newest commit is read from, if it can be read."""
    from generator.spec import file_sources, hatch_sources

    named: set[str] = set()
    try:
        found = committed(history)
        named.update(found.texts.keys() - {FILE_NAME})
        data = parsed(found).data
        named.update(file_sources.named(data), hatch_sources.named(data))
        named.update((data.get("kubernetes") or {}).get("crds") or ())
    except SpecError:
        pass  # Code that loads the spec reports the fault.
    return sorted(named)


def data(text: str) -> dict[str, Any]:
    """Return the plain data of a spec's text, without checks: the spec is known to be right."""
    return plain(Written(composed(text), FILE_NAME, {}))


def plain(found: Written) -> dict[str, Any]:
    """Return the plain data of a spec and its included files, without checks: the spec is known to be right."""
    value = _Reader(found.file, found).value(found.root, ())
    assert isinstance(value, dict)
    return value


def documents(text: str, file: str) -> list[object]:
    """Return the plain data of each document in a YAML file that a spec names. Raise SpecError with its faults."""
    reader = _Reader(file)
    found = [reader.value(root, ()) for root in _documents(text, file)]
    if reader.faults:
        raise SpecError(yaml_plain.within(reader.faults, text))
    return found


def faults(directory: Path, findings: Findings) -> list[Fault]:
    """Return findings about a spec in ``directory`` as faults with file, line and column."""
    return written(directory).told(findings.items) if findings.items else []


def parse(text: str, file: str = FILE_NAME) -> model.Spec:
    """Return a spec from its text only. ``file`` is the name in faults."""
    return parsed(Written(composed(text, file), file, {file: text}))


def parsed(found: Written, cache: CheckCache | None = None) -> model.Spec:
    """Return the checked spec. Raise SpecError with all faults. ``cache`` knows which parts passed before."""
    reader = _Reader(found.file, found)
    data = reader.value(found.root, ())
    if isinstance(data, dict):
        data = named_lists.as_maps(data)
    findings = Findings()
    language.SPEC.check(data, (), findings)
    known = None
    if isinstance(data, dict):
        _write_texts(data, findings.texts)
        data = _as_said(data) if reader.has_null else data
        placeholders = any(map(_may_have_placeholders, found.texts.values()))
        known = cache.about(data, placeholders=placeholders) if cache else None
        if not (known and known.whole):
            _check(data, findings, known, placeholders=placeholders)
    if findings.items or reader.faults or found.faults:
        raise SpecError(found.within([*found.faults, *reader.faults, *found.told(findings.items)]))
    assert isinstance(data, dict)
    if known and not known.whole:
        known.learn()
    return model.build({**data, said.INCLUDED: found.about} if found.about else data)


def _check(data: dict[str, object], findings: Findings, known: Known | None, *, placeholders: bool) -> None:
    """Check fields against each other, without apps that are known to be right."""
    from generator.spec import checks  # Most runs read a spec that was checked before.

    findings.kubernetes = checks.kubernetes_version(data)
    held_values.settle(findings)
    checks.check(data, findings, placeholders=placeholders, settled=known.apps if known else ())


def _write_texts(data: Any, paths: list[FieldPath]) -> None:
    """Replace numbers and booleans in places for text by their text as written."""
    for path in paths:
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = text_of(holder[path[-1]])


def _as_said(data: dict[str, object]) -> dict[str, object]:
    """Return a spec's data without fields that are ``null`` and are therefore not set."""
    from generator.spec import unset

    found = unset.without(data, language.SPEC)
    assert isinstance(found, dict)
    return found


def _may_have_placeholders(text: str) -> bool:
    # An escape in quotes can also stand for this character.
    return "\\" in text or bool(placeholder.ANY.search(text))


def scanner(file: str) -> _Reader:
    """Return a reader that converts nodes of a file to plain data, and collects faults."""
    return _Reader(file)


def composed(text: str, file: str = FILE_NAME, start: str = _START) -> yaml_plain.Node:
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


def places(text: str) -> Places:
    """Return the positions of the values of a spec that is known to be right."""
    return Places(composed(text))
