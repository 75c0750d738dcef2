"""Read ``generator.yaml``: YAML to plain data, with every fault and its place.

PyYAML's C parser gives nodes with positions. Scalars are resolved here and
more narrowly than YAML 1.1 does: only ``true``/``false`` are booleans, only
plain decimal numbers are numbers, and everything else is the text as written,
so that ``1_000``, ``0x1F``, ``on`` and dates stay what they look like.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from generator.errors import Fault, RepositoryError, SpecError
from generator.spec import language, model
from generator.spec.types import Findings, did_you_mean
from generator.spec.types import Path as FieldPath

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

FILE_NAME: Final = "generator.yaml"
MAX_BYTES: Final = 10_000_000
MAX_NODES: Final = 1_000_000
MAX_DEPTH: Final = 60

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_STRING_TAG: Final = "tag:yaml.org,2002:str"


class Number(float):
    """A decimal number that remembers how it was written: ``1.10`` as an environment variable is not ``1.1``."""

    text: str

    def __new__(cls, text: str) -> Number:  # noqa: D102
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class _NodeLoader(_Parser):
    """Composes nodes only; ``_Reader`` resolves scalars."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own name)


class _Reader:
    """Turns nodes into plain data, and remembers nothing but faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.nodes = 0

    def fault(self, node: yaml.Node, path: FieldPath, message: str, hint: str = "") -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.file, mark.line + 1, mark.column + 1, dotted(path), message, hint))

    def value(self, node: yaml.Node, path: FieldPath) -> object:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SpecError([self._too_much(node, path, f"more than {MAX_NODES:,} values once aliases are expanded")])
        if len(path) > MAX_DEPTH:
            raise SpecError(
                [self._too_much(node, path[:5], f"nested deeper than {MAX_DEPTH} levels, or within itself")]
            )
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, path)

    def scalar(self, node: yaml.ScalarNode, path: FieldPath) -> object:
        if node.tag != _STRING_TAG:
            self.fault(
                node, path, f"the tag {node.tag} is not known here", "take it off; quote the value to make it text"
            )
            return None
        text: str = node.value
        if node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        return Number(text) if _FLOAT.fullmatch(text) else text

    def mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, object]:
        result: dict[str, object] = {}
        inherited: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "a key that is not text", "write a name, then a colon")
                continue
            key: str = key_node.value
            if key == "<<" and not key_node.style:
                self._merge(value_node, path, inherited)
                continue
            if key in result:
                self.fault(key_node, (*path, key), "is there twice", "keep one of the two")
                continue
            result[key] = self.value(value_node, (*path, key))
        return {**inherited, **result} if inherited else result

    def _merge(self, node: yaml.Node, path: FieldPath, inherited: dict[str, object]) -> None:
        """``<<: *anchor`` or ``<<: [*one, *two]``: the first that has a key wins."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                self.fault(source, (*path, "<<"), "only maps can be merged", "point << at a map's anchor")
                continue
            for key, item in self.mapping(source, (*path, "<<")).items():
                inherited.setdefault(key, item)

    def _too_much(self, node: yaml.Node, path: FieldPath, message: str) -> Fault:
        mark = node.start_mark
        return Fault(self.file, mark.line + 1, mark.column + 1, dotted(path), message, "take aliases out")


def dotted(path: FieldPath) -> str:
    """``("apps", "web", "ports", 0)`` as ``apps.web.ports[0]``; a key that is no plain word is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_<-]{1,80}", part)
            word = part if plain else f'"{ascii(part)[1:-1][:60]}"'
            text += f".{word}" if text else word
    return text


def read(directory: Path) -> str:
    """The text of ``generator.yaml`` in ``directory``; ``RepositoryError`` if there is none to read."""
    path = directory / FILE_NAME
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RepositoryError(f"{path}: larger than {MAX_BYTES:,} bytes", "split the spec")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as exc:
        raise RepositoryError(
            f"{path}: no such file",
            "run this in the repository's folder, name it with -C DIR, or make a new one: python -m generator init DIR",
        ) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(FILE_NAME, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc
    except OSError as exc:
        raise RepositoryError(f"{path}: {exc.strerror}", "it must be a readable file") from exc


def load(directory: Path) -> model.Spec:
    """The spec in ``directory``. ``SpecError`` holds every fault of the file."""
    return parse(read(directory))


def data(text: str) -> dict[str, Any]:
    """The plain data of a spec that is known to be right."""
    value = _Reader(FILE_NAME).value(_compose(text, FILE_NAME), ())
    assert isinstance(value, dict)
    return value


def parse(text: str, file: str = FILE_NAME) -> model.Spec:
    """A spec from its text; ``file`` names it in faults."""
    root = _compose(text, file)
    reader = _Reader(file)
    data = reader.value(root, ())
    findings = Findings()
    language.SPEC.check(data, (), findings)
    if isinstance(data, dict):
        _cross_check(data, findings)
    if findings.items or reader.faults:
        faults = reader.faults + [
            Fault(file, *locate(root, found.path, found.at_key), dotted(found.path), found.message, found.hint)
            for found in findings.items
        ]
        raise SpecError(list(dict.fromkeys(faults)))
    assert isinstance(data, dict)
    return model.build(data)


def _compose(text: str, file: str) -> yaml.Node:
    try:
        documents = list(yaml.compose_all(text, Loader=_NodeLoader))
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = exc.problem or exc.context or "cannot be read"
        hint = (
            "indent with spaces"
            if "\\t" in problem
            else "YAML cannot be read from here on; look at this line and the one above"
        )
        raise SpecError([Fault(file, line, column, "", problem, hint)]) from exc
    except yaml.YAMLError as exc:  # characters that YAML does not allow
        position = getattr(exc, "position", 0)
        line = text[:position].count("\n") + 1 if isinstance(position, int) else 1
        raise SpecError([Fault(file, line, 1, "", str(exc).splitlines()[0], "take the character out")]) from exc
    except RecursionError as exc:
        raise SpecError([Fault(file, 1, 1, "", "nested too deeply", f"at most {MAX_DEPTH} levels are read")]) from exc
    documents = [node for node in documents if node is not None]
    if not documents:
        raise SpecError(
            [Fault(file, 1, 1, "", "is empty", "start with `version: 1`; `python -m generator schema` tells the rest")]
        )
    if len(documents) > 1:
        mark = documents[1].start_mark
        raise SpecError([Fault(file, mark.line + 1, 1, "", "a second document", "keep everything in one, without ---")])
    return documents[0]


def locate(root: yaml.Node, path: FieldPath, at_key: bool) -> tuple[int, int]:
    """Line and column (1-based) of the value at ``path``, or of its key; of the nearest thing above it that exists."""
    node, mark = root, root.start_mark
    for part in path:
        found = _child(node, part)
        if found is None:
            break
        key, node = found
        mark = key.start_mark if key is not None and (at_key or _is_empty(node)) else node.start_mark
    return mark.line + 1, mark.column + 1


def _is_empty(node: yaml.Node) -> bool:
    return bool(isinstance(node, yaml.ScalarNode) and node.value == "")


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == part:
                return key, value
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == "<<":
                for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    found = _child(source, part)
                    if found:
                        return found
    return None


def _cross_check(data: dict[str, object], findings: Findings) -> None:
    """What one field says of another: names that refer, and names that add up."""
    environments = data.get("environments")
    apps = data.get("apps")
    names = tuple(environments) if isinstance(environments, dict) else ()
    app_names = tuple(apps) if isinstance(apps, dict) else ()
    ci = data.get("ci")
    if isinstance(ci, dict) and isinstance(ci.get("environment"), str) and names and ci["environment"] not in names:
        findings.add(("ci", "environment"), "no such environment", did_you_mean(ci["environment"], names))
    _check_namespaces(environments, data.get("project"), findings)
    _check_renames("environments", environments, findings)
    _check_renames("apps", apps, findings)
    for name, app in (apps if isinstance(apps, dict) else {}).items():
        if not isinstance(app, dict):
            continue
        overrides = app.get("environments")
        for environment, override in (overrides if isinstance(overrides, dict) else {}).items():
            path = ("apps", name, "environments", environment)
            if names and environment not in names:
                findings.add(path, "no such environment", did_you_mean(environment, names), at_key=True)
            if isinstance(override, dict):
                _check_workload({**app, **override}, override, path, app_names, findings)
        _check_workload(app, app, ("apps", name), app_names, findings)
        if app.get("build") is not None and app.get("source") is None:
            findings.add(
                ("apps", name, "build"),
                "nothing to build",
                "say where the Dockerfile is: `source: FOLDER`",
                at_key=True,
            )


def _check_renames(section: str, items: object, findings: Findings) -> None:
    """A former name must be free: two things cannot both have the files of one."""
    former: set[str] = set()
    for name, item in (items if isinstance(items, dict) else {}).items():
        old = item.get("renamed_from") if isinstance(item, dict) else None
        if not isinstance(old, str) or not isinstance(items, dict):
            continue
        if old in items or old in former:
            findings.add((section, name, "renamed_from"), f"{old} is taken", "name what this one was called before")
        former.add(old)


def _check_namespaces(environments: object, project: object, findings: Findings) -> None:
    """Two environments in one namespace of one cluster would prune each other's objects."""
    seen: dict[tuple[object, object], str] = {}
    for name, environment in (environments if isinstance(environments, dict) else {}).items():
        fields = environment if isinstance(environment, dict) else {}
        place = (fields.get("cluster"), fields.get("namespace") or f"{project}-{name}")
        if place in seen:
            findings.add(
                ("environments", name),
                f"shares its namespace with {seen[place]}",
                "give each a namespace of its own",
                at_key=True,
            )
        seen.setdefault(place, name)


def _check_workload(
    merged: dict[str, object], own: dict[str, object], path: FieldPath, apps: tuple[str, ...], findings: Findings
) -> None:
    """``merged`` is the app with its override, ``own`` what was written at ``path``."""
    if own.get("port") is not None and own.get("ports") is not None:
        findings.add((*path, "port"), "both port and ports", "keep one of the two", at_key=True)
    has_ports = bool(merged.get("port") or merged.get("ports"))
    for probe in ("health", "ready", "ingress"):
        if own.get(probe) is not None and not has_ports:
            findings.add((*path, probe), "needs a port", "add `port: 8080`", at_key=True)
    if own.get("ingress") is not None and merged.get("service") is False:
        findings.add((*path, "ingress"), "needs a Service", "take `service: false` out", at_key=True)
    scale = own.get("autoscale")
    if isinstance(scale, dict):
        least, most = scale.get("min"), scale.get("max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            findings.add((*path, "autoscale", "min"), f"{least} is more than max, {most}", "min must not exceed max")
        if own.get("replicas") is not None:
            findings.add((*path, "replicas"), "the autoscaler says how many", "keep replicas or autoscale", at_key=True)
    network = own.get("network")
    for index, name in enumerate(network.get("from") or [] if isinstance(network, dict) else []):
        if isinstance(name, str) and name not in apps:
            findings.add((*path, "network", "from", index), "no such app", did_you_mean(name, apps))
    both = set(_names(own.get("env"))) & set(_names(own.get("config")) + _names(own.get("secrets")))
    both |= set(_names(own.get("config"))) & set(_names(own.get("secrets")))
    for name in sorted(both):
        findings.add(
            (*path, "env" if name in _names(own.get("env")) else "secrets", name), "is set in two places", "keep one"
        )


def _names(variables: object) -> list[str]:
    if isinstance(variables, dict):
        return list(variables)
    if isinstance(variables, list):
        return [item["name"] for item in variables if isinstance(item, dict) and isinstance(item.get("name"), str)]
    return []
