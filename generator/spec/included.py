"""Join a spec with the files that it includes. Each file has `apps`, and can name their owners.

The files are joined as YAML nodes before any check. So apps in all files are checked and read in the same way, and a
fault has the file and the line of its app. This module is only imported for specs that include files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.git import sparse
from generator.spec import layout, yaml_data
from generator.spec.findings import Findings, did_you_mean, dotted
from generator.spec.findings import Path as FieldPath
from generator.spec.language.names import INCLUDE
from generator.spec.places import Places, Written
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.spec.types import Record

FIELD: Final = "include"
APPS: Final = "apps"
_MOST: Final = 5_000
_HINT: Final = f"a file that is included holds `{APPS}:`, and `owners:` if it has any"


class Files(Protocol):
    """A source of included files: a work tree or a commit."""

    def matching(self, pattern: str) -> list[str]:
        """Return the paths of the files that a pattern stands for. Raises RepositoryError where one is a link."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if it is not there. Raises RepositoryError where it may not be read."""

    def near(self, path: str) -> str:
        """Return a hint for a file that is not there."""


class WorkTree:
    """The files of a work tree, some replaced by other texts.

    Files that a sparse checkout leaves out are read from git's index: an app must not disappear because a build has
    only a part of the repository.
    """

    def __init__(self, directory: Path, texts: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._texts = dict(texts or {})
        self._partial = sparse.possible(directory)

    def matching(self, pattern: str) -> list[str]:
        """Return the paths of the files that a pattern stands for. Raises RepositoryError where one is a link."""
        fits = matcher(pattern)
        known = {*self._texts, *(sparse.left_out(self._directory) if self._partial else ())}
        return sorted({*self._on_disk("", pattern.split("/")), *filter(fits, known)})

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if it is not there. Raises RepositoryError where it may not be read."""
        if path in self._texts:
            return self._texts[path].encode()
        if os.path.lexists(self._directory / path):
            return reader.read(self._directory, path)
        return sparse.read(self._directory, [path]).get(path) if self._partial else None

    def near(self, path: str) -> str:
        """Return a hint for a file that is not there."""
        folder = (self._directory / path).parent
        names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        return did_you_mean(Path(path).name, names, "a path from the top of the repository")

    def _on_disk(self, folder: str, parts: list[str]) -> Iterator[str]:
        first, *rest = parts
        if "*" not in first:
            place = f"{folder}{first}"
            if rest and (self._directory / place).is_symlink():
                raise RepositoryError(f"{place}: a symbolic link", "replace it by a folder")
            if rest and (self._directory / place).is_dir():
                yield from self._on_disk(f"{place}/", rest)
            elif not rest and os.path.lexists(self._directory / place):
                yield place
            return
        fits = matcher(first)
        with os.scandir(self._directory / folder) as entries:
            found = sorted((entry for entry in entries if fits(entry.name)), key=lambda entry: entry.name)
        for entry in found:
            if entry.is_symlink():
                raise RepositoryError(f"{folder}{entry.name}: a symbolic link", "replace it by what it points to")
            if entry.is_dir():
                yield from self._on_disk(f"{folder}{entry.name}/", rest) if rest else ()
            elif not rest:
                yield f"{folder}{entry.name}"


class Commit:
    """The files of the newest commit of a history."""

    def __init__(self, history: History) -> None:
        self._history = history

    def matching(self, pattern: str) -> list[str]:
        """Return the paths of the files that a pattern stands for."""
        found = self._history.paths(self._history.tip, pattern.partition("/")[0])
        return sorted(filter(matcher(pattern), found))

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if it is not there."""
        return self._history.read(self._history.tip, path)

    def near(self, path: str) -> str:
        """Return a hint for a file that is not there."""
        return f"commit {path} as well"


def matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a path matches a pattern. `*` matches any part of a name but a first dot."""
    text = re.escape(pattern).replace(r"\*", "[^/]*")
    text = re.sub(r"(?:^|(?<=/))\[\^/\]\*", r"(?!\\.)[^/]*", text)
    found = re.compile(text)
    return lambda path: found.fullmatch(path) is not None


def patterns(root: yaml_plain.Node) -> list[tuple[str, yaml_plain.Node]]:
    """Return the paths and patterns that a spec includes, without values of a wrong type: other checks report these."""
    node = _field(root, FIELD)
    items = node.value if isinstance(node, yaml_plain.SequenceNode) else []
    return [(item.value, item) for item in items if isinstance(item, yaml_plain.ScalarNode) and _is_pattern(item.value)]


def _is_pattern(text: str) -> bool:
    findings = Findings()
    INCLUDE.check(text, (), findings)
    return not findings.items


class Language(NamedTuple):
    """The types of ``generator.yaml``, and of a file of apps."""

    spec: Record
    file: Record


def joined(written: Written, files: Files, language: Language) -> Written:
    """Return a spec with the apps of all files that it includes, and the faults of these files."""
    joining = _Joining(written, files, language)
    for path, node in joining.paths():
        joining.add(path, node)
    return joining.result()


class _Joining:
    """Collects the apps and faults of one spec's files."""

    def __init__(self, written: Written, files: Files, language: Language) -> None:
        self.written, self.files, self.language = written, files, language
        self.faults: list[Fault] = []
        self.texts = dict(written.texts)
        self.homes: dict[str, str] = {}
        self.about: dict[str, Any] = {}
        self.size = sum(map(len, self.texts.values()))
        own = _field(written.root, APPS)
        self.own = own
        self.apps = list(own.value) if isinstance(own, yaml_plain.MappingNode) else []
        self.known = {key.value: (written.file, key) for key, _ in self.apps}

    def paths(self) -> list[tuple[str, yaml_plain.Node]]:
        """Return the paths of the files, each with the first item of `include` that matches it."""
        found: dict[str, yaml_plain.Node] = {}
        for pattern, node in patterns(self.written.root):
            try:
                matching = self.files.matching(pattern)
            except RepositoryError as exc:
                self._at(node, exc.message, exc.hint)
                continue
            if not matching and "*" in pattern:
                self._at(
                    node, f"{pattern} matches no file", "write a pattern that matches existing files, or remove it"
                )
            elif not matching:
                self._at(node, f"there is no {pattern}", self.files.near(pattern))
            for path in matching:
                found.setdefault(path, node)
        if len(found) > _MOST:
            raise SpecError([self._fault(_field(self.written.root, FIELD), f"more than {_MOST:,} files", "join some")])
        return sorted(found.items())

    def add(self, path: str, item: yaml_plain.Node) -> None:
        """Read one file and add its apps."""
        try:
            content = self.files.read(path) or b""
            self.texts[path] = content.decode("utf-8-sig", errors="replace")
            text = content.decode("utf-8-sig")
        except RepositoryError as exc:
            self.faults.append(self._fault(item, exc.message, exc.hint))
            return
        except UnicodeDecodeError as exc:
            line = exc.object[: exc.start].count(b"\n") + 1
            self.faults.append(Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8"))
            return
        self.size += len(text)
        if self.size > yaml_data.MAX_BYTES:
            about = f"with {path}, more than {yaml_data.MAX_BYTES:,} bytes are included"
            raise SpecError([self._fault(item, about, "take something out")])
        try:
            root = yaml_data.composed(text, path, _HINT)
        except SpecError as exc:
            self.faults += exc.faults
            return
        self._document(path, root)

    def _document(self, path: str, root: yaml_plain.Node) -> None:
        if not isinstance(root, yaml_plain.MappingNode):
            self.faults.append(_fault(path, root, (), "expected a map", _HINT))
            return
        given: dict[str, Any] = {}
        scan = yaml_data.Reader(path)
        for key, value in root.value:
            name = str(key.value)
            if name in given:
                self.faults.append(_fault(path, key, (name,), "is there twice", "keep one of the two"))
            elif name == APPS:
                given[APPS] = {}
                self._apps(path, value)
            elif name not in self.language.file.fields:
                self.faults.append(
                    _fault(path, key, (name,), f"unknown field {name!r} of a file of apps", _where(name, self.language))
                )
            else:
                given[name] = scan.value(value, (name,))
        self.faults += scan.faults
        self._check(path, root, given)

    def _check(self, path: str, root: yaml_plain.Node, given: dict[str, Any]) -> None:
        findings = Findings()
        self.language.file.check(given, (), findings)
        places = Places(root)
        for found in findings.items:
            line, column = places.of(found.path, found.at_key)
            self.faults.append(Fault(path, line, column, dotted(found.path), found.message, found.hint))
        self.about[path] = {name: value for name, value in given.items() if name != APPS and value is not None}

    def _apps(self, path: str, node: yaml_plain.Node) -> None:
        if isinstance(node, yaml_plain.ScalarNode) and not node.value:
            return
        if not isinstance(node, yaml_plain.MappingNode):
            self.faults.append(_fault(path, node, (APPS,), "expected a map", 'write "name: …" lines'))
            return
        for key, value in node.value:
            if not isinstance(key, yaml_plain.ScalarNode):
                self.faults.append(_fault(path, key, (APPS,), "a key that is not text", "write a name, then a colon"))
            elif key.value == "<<" and not key.style:
                about = "apps cannot be merged into a file of apps"
                self.faults.append(_fault(path, key, (APPS, "<<"), about, "merge maps within an app"))
            elif key.value in self.known:
                other, there = self.known[key.value]
                about = f"is in {other}:{there.start_mark.line + 1}, too"
                self.faults.append(_fault(path, key, (APPS, key.value), about, "keep one of the two"))
            else:
                self.known[key.value] = (path, key)
                self.homes[key.value] = path
                self.apps.append((key, value))

    def result(self) -> Written:
        """Return the spec with everything that was read."""
        return Written(
            self._root(), self.written.file, self.texts, self.homes, [*self.written.faults, *self.faults], self.about
        )

    def _root(self) -> yaml_plain.Node:
        """Return the spec's root with all apps; unchanged if its own `apps` is not a map."""
        root, own = self.written.root, self.own
        empty = own is None or (isinstance(own, yaml_plain.ScalarNode) and not own.value)
        if not (empty or isinstance(own, yaml_plain.MappingNode)):
            return root
        start = own.start_mark if own else root.start_mark
        apps = yaml_plain.MappingNode(yaml_plain.MAP, self.apps, start, start)
        fields = [(key, apps if value is own else value) for key, value in root.value]
        if own is None:
            fields.append((yaml_plain.ScalarNode(yaml_plain.PLAIN, APPS, start, start), apps))
        return yaml_plain.MappingNode(yaml_plain.MAP, fields, root.start_mark, root.end_mark)

    def _at(self, node: yaml_plain.Node, message: str, hint: str) -> None:
        items = _field(self.written.root, FIELD)
        index = items.value.index(node) if items else 0
        self.faults.append(_fault(self.written.file, node, (FIELD, index), message, hint))

    def _fault(self, node: yaml_plain.Node | None, message: str, hint: str) -> Fault:
        return _fault(self.written.file, node or self.written.root, (FIELD,), message, hint)


def _fault(file: str, node: yaml_plain.Node, path: FieldPath, message: str, hint: str) -> Fault:
    mark = node.start_mark
    return Fault(file, mark.line + 1, mark.column + 1, dotted(path), message, hint)


def _field(root: yaml_plain.Node, name: str) -> yaml_plain.Node | None:
    pairs: list[tuple[yaml_plain.Node, yaml_plain.Node]] = (
        root.value if isinstance(root, yaml_plain.MappingNode) else []
    )
    return next((value for key, value in pairs if key.value == name), None)


def _where(name: str, language: Language) -> str:
    if name in language.spec.fields:
        return f"say it in {layout.SPEC}; {_HINT}"
    return did_you_mean(name, tuple(language.file.fields), _HINT)
