"""Find the file, line and column of a value in a spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from generator.errors import Fault
from generator.spec.findings import Finding, dotted
from generator.spec.findings import Path as FieldPath
from generator.yaml import plain as yaml_plain

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Written(NamedTuple):
    """The YAML of a spec, joined with the apps of all files that it includes.

    Attributes:
        root: The root node of the joined YAML.
        file: The path of the spec itself.
        texts: The text of each file, by path.
        homes: The file of each app in an included file, by app.
        faults: The faults of included files.
        about: Other data of included files, by path.
    """

    root: yaml_plain.Node
    file: str
    texts: Mapping[str, str]
    homes: Mapping[str, str] = _NONE
    faults: Sequence[Fault] = ()
    about: Mapping[str, Any] = _NONE

    def file_of(self, path: FieldPath) -> str:
        """Return the path of the file that contains the value at ``path``."""
        return self.homes.get(str(path[1]), self.file) if len(path) > 1 and path[0] == "apps" else self.file

    def told(self, found: Iterable[Finding]) -> list[Fault]:
        """Return a fault with file, line and column for each finding."""
        places = Places(self.root)
        return [
            Fault(self.file_of(one.path), *places.of(one.path, one.at_key), dotted(one.path), one.message, one.hint)
            for one in found
        ]

    def within(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return each fault once; a place after the end of its file is moved to the end."""
        by_file: dict[str, list[Fault]] = {}
        for fault in dict.fromkeys(faults):
            by_file.setdefault(fault.file, []).append(fault)
        known = ((found, self.texts.get(file)) for file, found in by_file.items())
        return [one for found, text in known for one in (found if text is None else yaml_plain.within(found, text))]


class Places:
    """Finds the line and column of values in one file."""

    def __init__(self, root: yaml_plain.Node) -> None:
        """Search in the document with this root node."""
        self.root = root
        self._fields: dict[int, dict[str, tuple[yaml_plain.Node, yaml_plain.Node]]] = {}

    def of(self, path: FieldPath, at_key: bool) -> tuple[int, int]:
        """Return line and column (from 1) of the value at ``path`` or of its key; if missing, of the nearest parent."""
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
        """Return the item with the field ``name: NAME`` of a list; None if there is none."""
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
        """Return the fields of a map by name, including those that it inherits by ``<<``."""
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
