"""Convert a Score file (score.dev/v1b1) to an app of the spec, and report every field without a counterpart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.adoption.images import Image
from generator.errors import Fault, SpecError
from generator.spec.findings import Path, dotted
from generator.spec.places import Places
from generator.spec.plain_data import as_map as _map
from generator.yaml import plain as yaml_plain

_API: Final = "score.dev/"
_HOLE: Final = re.compile(r"(?<!\$)\$\{([^}]*)\}")
# What a resource of a type is here.
_RESOURCES: Final[Mapping[str, str]] = {
    "postgres": "a database in the cluster: `databases: {main: {engine: postgres}}`",
    "postgres-instance": "a database in the cluster: `databases: {main: {engine: postgres}}`",
    "dns": "the host of an Ingress: `ingress: {host: …}`",
    "route": "an Ingress: `ingress: {host: …, path: …}`",
    "volume": "a claim: `claims: {NAME: {size: 1Gi, mountPath: …}}`",
    "environment": "what differs between environments: `environments: {prod: {config: …}}`",
    "service": "another app: its address is its name; say `network: {from: […]}` there",
}
_ELSEWHERE: Final = "what runs already: its address in `config`, its password in `secrets`"


@dataclass(slots=True)
class Imported:
    """An app: its name, the fields that it says in our language, and what has no place there."""

    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    left: list[Fault] = field(default_factory=list)


def read(text: str, file: str) -> Imported:
    """Read a Score file. Raises ``SpecError`` where it is none."""
    roots = yaml_plain.compose(text, file, yaml_plain.MEND)
    loaded = yaml_plain.load(text, file)
    data = _map(loaded[0]) if len(loaded) == 1 else {}
    name = _map(data.get("metadata")).get("name")
    if (
        not str(data.get("apiVersion")).startswith(_API)
        or not isinstance(name, str)
        or not _map(data.get("containers"))
    ):
        hint = "a Score file has `apiVersion: score.dev/v1b1`, `metadata: {name: …}` and `containers`"
        raise SpecError([Fault(file, 1, 1, "", "is no Score file", hint)])
    return _Reading(data, Places(roots[0]), file, Imported(name)).done()


@dataclass(slots=True)
class _Reading:
    data: Mapping[str, Any]
    places: Places
    file: str
    found: Imported

    def done(self) -> Imported:
        """Place what has a place."""
        for name in self.data:
            if name not in ("apiVersion", "metadata", "containers", "service", "resources"):
                self.leave((name,), "nothing here is like it")
        self.rest(
            ("metadata",), _map(self.data.get("metadata")), ("name",), "a note for readers: write it as a comment"
        )
        containers = _map(self.data.get("containers"))
        own = self.found.name if self.found.name in containers else next(iter(containers))
        for name, given in containers.items():
            fields = self.container(("containers", name), _map(given), is_app=name == own)
            if name == own:
                self.found.fields |= fields
            else:
                self.found.fields.setdefault("sidecars", {})[name] = fields
        self.service(_map(_map(self.data.get("service")).get("ports")))
        for name, given in _map(self.data.get("resources")).items():
            kind = str(_map(given).get("type"))
            self.leave(("resources", name), f"a resource of type {kind} is {_RESOURCES.get(kind, _ELSEWHERE)}")
        return self.found

    def leave(self, path: Path, hint: str) -> None:
        """Note a field that has no place."""
        line, column = self.places.of(path, at_key=True)
        self.found.left.append(Fault(self.file, line, column, dotted(path), "has no place in the app", hint))

    def rest(self, path: Path, given: Mapping[str, Any], known: tuple[str, ...], hint: str) -> None:
        """Note all fields but the known ones."""
        for name in given:
            if name not in known:
                self.leave((*path, name), hint)

    def container(self, path: Path, given: Mapping[str, Any], *, is_app: bool) -> dict[str, Any]:
        """Return a container's fields."""
        fields: dict[str, Any] = self.image(path, str(given.get("image") or "."), is_app=is_app)
        for name in ("command", "args", "resources", "livenessProbe", "readinessProbe"):
            if given.get(name) is not None:
                fields[name] = given[name]
        variables = _map(given.get("variables"))
        texts = {name: text for name in variables if (text := self.filled((*path, "variables", name), variables[name]))}
        if texts:
            fields["config" if is_app else "env"] = texts
        if files := self.files((*path, "files"), given.get("files")):
            if is_app:
                fields["files"] = files
            else:
                self.leave((*path, "files"), "files of a sidecar: put them into a volume, with `volumeMounts`")
        if given.get("volumes"):
            self.leave((*path, "volumes"), "`claims: {NAME: {size: 1Gi, mountPath: …}}`, or `volumes:`")
        known = (
            "image",
            "command",
            "args",
            "resources",
            "livenessProbe",
            "readinessProbe",
            "variables",
            "files",
            "volumes",
        )
        self.rest(path, given, known, "say it under `container:` if Kubernetes has it")
        return fields

    def image(self, path: Path, text: str, *, is_app: bool) -> dict[str, Any]:
        """Return what says which image it is."""
        if text == ".":
            hint = "it is built here: `source: FOLDER`, or name it: `image: …`"
            self.leave((*path, "image"), hint)
            return {}
        if not is_app:
            return {"image": text}
        image = Image.parse(text)
        return {
            "image": image.name,
            **({"tag": image.tag} if image.tag else {}),
            **({"digest": image.digest} if image.digest else {}),
        }

    def filled(self, path: Path, value: object) -> str:
        """Return a text with what the file itself fills in; empty where a resource would fill something in."""
        text = str(value).replace("${metadata.name}", self.found.name)
        if _HOLE.search(text):
            self.leave(
                path, f"{text} comes from a resource: write what it is there, or `secrets: {{{path[-1]}: NAME#KEY}}`"
            )
            return ""
        return text.replace("$${", "${")

    def files(self, path: Path, given: object) -> dict[str, Any]:
        """Return the files of the app's container, by where they lie in it."""
        listed = given if isinstance(given, list) else []
        items = [((*path, number), str(_map(one).get("target")), _map(one)) for number, one in enumerate(listed)]
        items += [((*path, place), place, _map(one)) for place, one in _map(given).items()]
        found: dict[str, Any] = {}
        for where, place, about in items:
            content = about.get("content")
            text = "\n".join(map(str, content)) if isinstance(content, list) else content
            if isinstance(text, str):
                raw = about.get("noExpand") is True
                if filled := text if raw else self.filled((*where, "content"), text):
                    found[place] = {"content": filled}
            elif isinstance(origin := about.get("source"), str):
                found[place] = origin.removeprefix("./")
            else:
                self.leave(where, "only texts are files here: mount a Secret or a volume")
            self.rest(where, about, ("target", "content", "source", "noExpand"), "files are read-only here, mode 0444")
        return found

    def service(self, ports: Mapping[str, Any]) -> None:
        """Place the ports: a single one in short."""
        listed = [self.port(name, _map(about)) for name, about in ports.items()]
        if len(listed) == 1 and "protocol" not in listed[0]:
            self.found.fields["port"] = listed[0]["containerPort"]
            if "servicePort" in listed[0]:
                self.found.fields["service"] = {"port": listed[0]["servicePort"]}
        elif listed:
            self.found.fields["ports"] = listed

    def port(self, name: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return one port."""
        own, target = about.get("port"), about.get("targetPort") or about.get("port")
        self.rest(("service", "ports", name), about, ("port", "targetPort", "protocol"), "say it under `service:`")
        return {
            "name": name,
            "containerPort": target,
            **({"servicePort": own} if own != target else {}),
            **({"protocol": about["protocol"]} if about.get("protocol") not in (None, "TCP") else {}),
        }
