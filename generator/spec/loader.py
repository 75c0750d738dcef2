"""Read ``generator.yaml``: YAML to plain data, with every fault and its place.

``yaml_nodes`` gives nodes with positions. Scalars are resolved here and
more narrowly than YAML 1.1 does: only ``true``/``false`` are booleans, only
plain decimal numbers are numbers, and everything else is the text as written,
so that ``1_000``, ``0x1F``, ``on`` and dates stay what they look like.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from generator import yaml_nodes
from generator.errors import Fault, RepositoryError, SpecError
from generator.spec import language, model, paths
from generator.spec.types import Findings, did_you_mean, shown
from generator.spec.types import Path as FieldPath

FILE_NAME: Final = paths.SPEC
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
_TAGS: Final = (yaml_nodes.PLAIN, yaml_nodes.TEXT, yaml_nodes.LIST, yaml_nodes.MAP)
_HINT: Final = "YAML cannot be read from here on; look at this line and the one above"


class Number(float):
    """A decimal number that remembers how it was written: ``1.10`` as an environment variable is not ``1.1``."""

    text: str

    def __new__(cls, text: str) -> Number:  # noqa: D102
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def _scalar(node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.tag != yaml_nodes.PLAIN:
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
        if node.tag not in _TAGS:
            hint = "take it off; quote the value to make it text"
            self.fault(node, path, f"the tag {shown(node.tag)} is not known here", hint)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, path)

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
            if len(key) > LONGEST_KEY:
                self.fault(key_node, path, f"a key of {len(key)} characters", f"at most {LONGEST_KEY} are possible")
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
            merged = self.value(source, (*path, "<<"))
            for key, item in (merged if isinstance(merged, dict) else {}).items():
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
    """The spec in ``directory``, with what was promoted there. ``SpecError`` holds every fault of the file."""
    spec = parse(read(directory))
    if not spec.promotion.base:
        return spec
    from generator.spec import promoted

    return promoted.attached(directory, spec)


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
        places = Places(root)
        faults = reader.faults + [
            Fault(file, *places.of(found.path, found.at_key), dotted(found.path), found.message, found.hint)
            for found in findings.items
        ]
        raise SpecError(yaml_nodes.within(list(dict.fromkeys(faults)), text))
    assert isinstance(data, dict)
    return model.build(data)


def _compose(text: str, file: str) -> yaml.Node:
    if marker := re.search(r"^<<<<<<< ", text, re.MULTILINE) if "<<<<<<< " in text else None:
        line = text.count("\n", 0, marker.start()) + 1
        raise SpecError([Fault(file, line, 1, "", "a conflict marker of git", "keep what is right, and take it out")])
    documents = yaml_nodes.compose(text, file, _HINT)
    if not documents:
        raise SpecError(
            [Fault(file, 1, 1, "", "is empty", "start with `version: 1`; `python -m generator schema` tells the rest")]
        )
    if len(documents) > 1:
        mark = documents[1].start_mark
        second = Fault(file, mark.line + 1, 1, "", "a second document", "keep everything in one, without ---")
        raise SpecError(yaml_nodes.within([second], text))
    return documents[0]


class Places:
    """Where the values of a file stand."""

    def __init__(self, root: yaml.Node) -> None:
        self.root = root
        self._fields: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def of(self, path: FieldPath, at_key: bool) -> tuple[int, int]:
        """Line and column (1-based) of the value at ``path``, or of its key; of the nearest above it that exists."""
        node, mark = self.root, self.root.start_mark
        for part in path:
            if isinstance(part, int) and isinstance(node, yaml.SequenceNode) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            elif isinstance(node, yaml.MappingNode) and part in (fields := self._fields_of(node)):
                key, node = fields[str(part)]
                mark = key.start_mark if at_key or _is_empty(node) else node.start_mark
            else:
                break
        return mark.line + 1, mark.column + 1

    def _fields_of(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Its fields by name, those that it inherits through ``<<`` included."""
        known = self._fields.get(id(node))
        if known is not None:
            return known
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        inherited: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value == "<<" and not key.style:
                for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(source, yaml.MappingNode):
                        inherited = {**self._fields_of(source), **inherited}
            else:
                own.setdefault(key.value, (key, value))
        self._fields[id(node)] = {**inherited, **own}
        return self._fields[id(node)]


def _is_empty(node: yaml.Node) -> bool:
    return bool(isinstance(node, yaml.ScalarNode) and node.value == "")


def _cross_check(data: dict[str, object], findings: Findings) -> None:
    """What one field says of another: names that refer, and names that add up."""
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    names = tuple(environments)
    deployed = _map(data.get("ci")).get("environment")
    if isinstance(deployed, str) and names and deployed not in names:
        findings.add(("ci", "environment"), "no such environment", did_you_mean(deployed, names))
    _check_requests(data, findings)
    _check_namespaces(environments, data.get("project"), findings)
    _check_renames("environments", environments, findings)
    _check_renames("apps", apps, findings)
    for name, app in apps.items():
        if isinstance(app, dict):
            _check_app(("apps", name), app, names, tuple(apps), findings)
            _check_scan(("apps", name), app, data.get("registry"), findings)


def _check_requests(data: dict[str, object], findings: Findings) -> None:
    """What git gets from CodeBuild by itself opens no pull requests, but in CodeCommit, where the role does."""
    ci = _map(data.get("ci"))
    known = ci.get("credentials") or ci.get("github_app") or ci.get("codebuild") is False
    if ci.get("pull_request") and not known and "codecommit" not in (f"{data.get('repository')}{data.get('forge')}"):
        findings.add(
            ("ci", "pull_request"),
            "CodeBuild has nothing to open pull requests with",
            "add ci.credentials, a secret with git `username` and `token`, or ci.github_app",
        )


def _map(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _check_renames(section: str, items: dict[str, object], findings: Findings) -> None:
    """A former name must be free: two things cannot both have the files of one."""
    former: set[str] = set()
    for name, item in items.items():
        old = _map(item).get("renamed_from")
        if not isinstance(old, str):
            continue
        if old in items or old in former:
            findings.add((section, name, "renamed_from"), f"{old} is taken", "name what this one was called before")
        former.add(old)


def _check_scan(path: FieldPath, app: dict[str, object], registry: object, findings: Findings) -> None:
    """A gate that nobody keeps would be worse than none."""
    wanted, image = _map(app.get("build")).get("scan"), app.get("image")
    if not wanted or not isinstance(image, str):
        return
    if not model.ECR.fullmatch(model.full_image(image, str(registry or "")).partition("/")[0]):
        findings.add(
            (*path, "build", "scan"), "ECR scans images, and this one is not in ECR", "take it out", at_key=True
        )


def _check_app(
    path: FieldPath, app: dict[str, object], environments: tuple[str, ...], apps: tuple[str, ...], findings: Findings
) -> None:
    general = {name: value for name, value in app.items() if name in language.WORKLOAD}
    own = Findings()
    _check_workload(general, apps, own)
    for found in own.items:
        findings.add((*path, *found.path), found.message, found.hint, at_key=found.at_key)
    if app.get("build") is not None and app.get("source") is None:
        hint = "say where the Dockerfile is: `source: FOLDER`"
        findings.add((*path, "build"), "nothing to build", hint, at_key=True)
    language.COMPLETE.check(general, (), own)
    for environment, override in _map(app.get("environments")).items():
        place = (*path, "environments", environment)
        if environments and environment not in environments:
            findings.add(place, "no such environment", did_you_mean(environment, environments), at_key=True)
        if isinstance(override, dict):
            _check_override(place, general, override, apps, own, findings)


def _check_override(
    path: FieldPath,
    general: dict[str, object],
    override: dict[str, object],
    apps: tuple[str, ...],
    own: Findings,
    findings: Findings,
) -> None:
    """What is wrong with the app as it is in one environment, and neither in general nor with the override alone."""
    changes = {name: value for name, value in override.items() if name in language.WORKLOAD}
    merged = model.overridden(general, changes)
    found = Findings()
    language.COMPLETE.check(merged, (), found)
    _check_workload(merged, apps, found)
    if not found.items:
        return
    alone = Findings()
    language.OVERRIDE.check(changes, (), alone)
    known = {(item.path, item.message) for item in (*own.items, *alone.items)}
    for item in found.items:
        if (item.path, item.message) not in known:
            there = _existing(changes, item.path)
            whole = there == item.path
            message = item.message if whole else f"{dotted(item.path)}: {item.message}"
            findings.add((*path, *there), message, item.hint, at_key=item.at_key or not whole)


def _existing(data: object, path: FieldPath) -> FieldPath:
    """As much of ``path`` as there is in ``data``."""
    for depth, part in enumerate(path):
        try:
            data = data[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return path[:depth]
    return path


def _check_namespaces(environments: dict[str, object], project: object, findings: Findings) -> None:
    """Two environments in one namespace of one cluster would prune each other's objects."""
    seen: dict[tuple[str, str], str] = {}
    for name, environment in environments.items():
        fields = _map(environment)
        place = (str(fields.get("cluster") or model.IN_CLUSTER), str(fields.get("namespace") or f"{project}-{name}"))
        if place in seen:
            message, hint = f"shares its namespace with {seen[place]}", "give each a namespace of its own"
            findings.add(("environments", name), message, hint, at_key=True)
        seen.setdefault(place, name)


def _check_workload(app: dict[str, object], apps: tuple[str, ...], findings: Findings) -> None:
    """One app, in general or in one environment; paths are relative to it."""
    if app.get("port") is not None and app.get("ports") is not None:
        findings.add(("port",), "both port and ports", "keep one of the two", at_key=True)
    for probe in ("health", "ready", "ingress"):
        if app.get(probe) is not None and not (app.get("port") or app.get("ports")):
            findings.add((probe,), "needs a port", "add `port: 8080`", at_key=True)
    if app.get("ingress") is not None and app.get("service") is False:
        findings.add(("ingress",), "needs a Service", "take `service: false` out", at_key=True)
    _check_ports(app, findings)
    if isinstance(scale := app.get("autoscale"), dict):
        least, most = scale.get("min"), scale.get("max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            findings.add(("autoscale", "min"), f"{least} is more than max, {most}", "min must not exceed max")
        if app.get("replicas") is not None:
            findings.add(("replicas",), "the autoscaler says how many", "keep replicas or autoscale", at_key=True)
    peers = _map(app.get("network")).get("from")
    for index, name in enumerate(peers if isinstance(peers, list) else []):
        if isinstance(name, str) and name not in apps:
            findings.add(("network", "from", index), "no such app", did_you_mean(name, apps))
    env, config, secrets = (_names(app.get(field)) for field in ("env", "config", "secrets"))
    for name in sorted(set(env) & {*config, *secrets} | set(config) & set(secrets)):
        findings.add(("env" if name in env else "secrets", name), "is set in two places", "keep one")


def _check_ports(app: dict[str, object], findings: Findings) -> None:
    """No two ports with one name, or with one number in the Service; probes name a port that there is."""
    ports = app.get("ports")
    names: list[str] = ["http"] if app.get("port") and not ports else []
    offered: set[tuple[str, str]] = set()
    for index, item in enumerate(ports if isinstance(ports, list) else []):
        fields = _map(item)
        number = fields.get("containerPort")
        name = str(fields.get("name") or ("http" if index == 0 else f"port-{number}"))
        if name in names and not (fields.get("name") and _map_at(ports, names.index(name)).get("name")):
            findings.add(("ports", index), f"a second port named {name}", "give each a name of its own")
            continue
        names.append(name)
        first = _map(app.get("service")).get("port") if index == 0 else None
        place = (
            str(fields.get("servicePort") or first or (80 if name == "http" else number)),
            str(fields.get("protocol") or "TCP"),
        )
        if place in offered and app.get("service") is not False:
            findings.add(("ports", index), f"the Service has port {place[0]} already", "set another `servicePort`")
        offered.add(place)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        for action in ("httpGet", "tcpSocket"):
            port = _map(_map(app.get(probe)).get(action)).get("port")
            if isinstance(port, str) and port not in names:
                findings.add((probe, action, "port"), f"no port is named {shown(port)}", did_you_mean(port, names))


def _map_at(items: object, index: int) -> dict[str, object]:
    return _map(items[index]) if isinstance(items, list) and index < len(items) else {}


def _names(variables: object) -> list[str]:
    if isinstance(variables, dict):
        return [name for name, value in variables.items() if value is not None]
    if isinstance(variables, list):
        return [item["name"] for item in variables if isinstance(item, dict) and isinstance(item.get("name"), str)]
    return []
