"""Convert the manifests of AWS Copilot to a spec, and report every field without a counterpart.

What a service is called, the names of its secrets, its repository in ECR and its name in Cloud Map stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.adoption import copilot_images, copilot_sites
from generator.errors import Fault, SpecError
from generator.spec.findings import Path, dotted
from generator.spec.places import Places
from generator.spec.plain_data import as_map as _map
from generator.yaml import plain as yaml_plain

STATIC: Final = "Static Site"
JOB: Final = "Scheduled Job"
# Each type, with what becomes of it.
TYPES: Final = (
    "Load Balanced Web Service", "Backend Service", "Worker Service", JOB, STATIC, "Request-Driven Web Service",
)  # fmt: skip
_VARIABLES: Final = {
    "${COPILOT_ENVIRONMENT_NAME}": "{environment}",
    "$COPILOT_ENVIRONMENT_NAME": "{environment}",
}
_HOLE: Final = re.compile(r"\$\{?[A-Za-z_]")
_RANGE: Final = re.compile(r"([0-9]+)-([0-9]+)")
_HINTS: Final[Mapping[str, str]] = {
    "publish": "say `queues`, and give the app the topic's ARN as `config`",
    "subscribe": "say `queues: {NAME: {}}`, whose address the app gets",
    "storage": "data in a bucket or a database; Amazon EFS by hand in task-definition.json",
    "network": "the environment's subnets and security groups are Terraform's: `infra`",
    "exec": "switch it on in service.json by hand: `enableExecuteCommand`",
    "env_file": "write the variables as `config`",
    "nlb": "a network load balancer is made by hand in infra/environments; `ingress` is the ALB",
    "logging": "all that a container prints goes to its log group; change `logConfiguration` by hand",
    "observability": "add the collector as a sidecar",
    "taskdef_overrides": "edit task-definition.json in the overlay; edits are kept",
    "deployment": "say `deploy: {strategy: rolling, minimumHealthyPercent: …}`",
    "retries": "ECS starts no run again that has failed: let the job try again by itself",
    "timeout": "end the task in the job itself",
    "files": "`aws s3 sync` in the pipeline, and a bucket: `buckets`",
}
_NONE: Final = "nothing here is like it"


@dataclass(slots=True)
class Imported:
    """Apps and sites by name, in our language, the apps whose images Copilot built, and what has no place there."""

    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    built: list[str] = field(default_factory=list)
    sites: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: list[Fault] = field(default_factory=list)


def read(application: str, files: Mapping[str, str], *, serves_sites: bool = False) -> Imported:
    """Read manifests, by path; static sites become sites if ``serves_sites``, whether the region has CloudFront.

    Raises:
        SpecError: A file is no manifest.
    """
    found, faults = Imported(), []
    for path, text in files.items():
        roots, loaded = yaml_plain.compose(text, path, yaml_plain.MEND), yaml_plain.load(text, path)
        # A plain `on` is true in YAML.
        known: dict[Any, Any] = _map(loaded[0] if loaded else {})
        data = {"on" if name is True else name: value for name, value in known.items()}
        if data.get("type") not in TYPES or not isinstance(data.get("name"), str):
            hint = f"a manifest has `name` and `type`, one of: {', '.join(TYPES)}"
            faults.append(Fault(path, 1, 1, "", "is no manifest of Copilot", hint))
            continue
        _Manifest(application, data, Places(roots[0]), path, found, serves_sites).place()
    if faults:
        raise SpecError(faults)
    return found


@dataclass(slots=True)
class _Manifest:
    application: str
    data: Mapping[str, Any]
    places: Places
    file: str
    found: Imported
    serves_sites: bool

    def place(self) -> None:
        """Place what has a place."""
        name, kind = str(self.data["name"]), str(self.data["type"])
        if kind == STATIC:
            self.site(name)
            return
        fields: dict[str, Any] = {"image": f"{self.application}/{name}"}
        if kind == JOB:
            fields["kind"] = "CronJob"
        fields |= self.fields((), {key: value for key, value in self.data.items() if key not in _OF_FILES}, kind)
        overrides = {
            key: self.fields(("environments", key), _map(about), kind)
            for key, about in _map(self.data.get("environments")).items()
        }
        if overrides := {key: about for key, about in overrides.items() if about}:
            fields["environments"] = overrides
        self.found.apps[name] = fields

    def site(self, name: str) -> None:
        """Place a static site, if the account that serves it is known and its files are one folder."""
        folder = copilot_sites.source(self.data)
        if folder is None or not self.serves_sites:
            hint = f"add `sites: {{{name}: {{source: FOLDER}}}}` and `infra`: {copilot_sites.ONE_FOLDER}"
            self.leave(("type",), hint, f"the static site {name} has no place in the spec")
            return
        self.found.sites[name] = {"source": folder}
        for path, hint in copilot_sites.left(self.data):
            self.leave(path, hint, "has no place in the site")

    def leave(self, path: Path, hint: str, message: str = "has no place in the app") -> None:
        """Note a field that has no place."""
        line, column = self.places.of(path, at_key=True)
        self.found.left.append(Fault(self.file, line, column, dotted(path), message, hint))

    def fields(self, path: Path, given: Mapping[str, Any], kind: str) -> dict[str, Any]:
        """Return what a manifest, or one of its environments, says."""
        result: dict[str, Any] = {}
        for name, value in given.items():
            if name in _PLACED:
                result |= _PLACED[name](self, (*path, name), value)
            else:
                self.leave((*path, name), _HINTS.get(name, _NONE))
        if "port" in result and kind == "Request-Driven Web Service" and not path:
            result.setdefault("ingress", {"host": f"{self.data['name']}-{{environment}}.example.com"})
            self.leave(("type",), "App Runner gave it an address: say its `ingress: {host: …}`", "has no host")
        return result

    # -- fields, one by one ----------------------------------------------------

    def image(self, path: Path, value: object) -> dict[str, Any]:
        about, result = _map(value), dict[str, Any]()
        for name, one in about.items():
            if name == "port":
                result["port"] = one
            elif name == "location":
                result |= copilot_images.of_app(str(one))
            elif name == "build":
                self.found.built.append(str(self.data["name"]))
                result |= self.build((*path, name), one)
            elif name == "healthcheck":
                result |= self.health(_map(one))
            else:
                self.leave((*path, name), _NONE)
        return result

    def build(self, path: Path, value: object) -> dict[str, Any]:
        about = _map(value) or {"dockerfile": value}
        dockerfile = str(about.get("dockerfile") or "Dockerfile").removeprefix("./")
        context = str(about.get("context") or dockerfile.rpartition("/")[0]).strip("./") or ""
        for name in about:
            if name not in ("dockerfile", "context", "args"):
                self.leave((*path, name), "say it under `build:`, if it is there")
        if not context:
            self.leave(path, "say which folder is built: `source: FOLDER`; the root of the repository cannot be one")
            return {}
        inner = dockerfile.removeprefix(f"{context}/")
        build = {"dockerfile": inner} if inner != "Dockerfile" else {}
        arguments = {"args": dict(_map(about["args"]))} if about.get("args") else {}
        return {"source": context, **({"build": {**build, **arguments}} if build or arguments else {})}

    @staticmethod
    def health(about: Mapping[str, Any]) -> dict[str, Any]:
        command = [str(word) for word in about.get("command") or ()]
        words = command[1:] if command[:1] == ["CMD"] else ["sh", "-c", *command[1:]]
        seconds = {"interval": "periodSeconds", "timeout": "timeoutSeconds", "start_period": "initialDelaySeconds"}
        times = {ours: int(str(about[name]).rstrip("s")) for name, ours in seconds.items() if about.get(name)}
        tries = {"failureThreshold": about["retries"]} if about.get("retries") else {}
        return {"livenessProbe": {"exec": {"command": words}, **times, **tries}} if command else {}

    def http(self, path: Path, value: object) -> dict[str, Any]:
        if value is False:
            return {}
        about, result = _map(value), dict[str, Any]()
        alias = about.get("alias")
        hosts = alias if isinstance(alias, list) else [alias] if alias else []
        hosts = [str(_map(one).get("name") or one) for one in hosts]
        ingress: dict[str, Any] = {"hosts": hosts} if len(hosts) > 1 else {"host": hosts[0]} if hosts else {}
        if not ingress:
            ingress = {"host": f"{self.data['name']}-{{environment}}.example.com"}
            self.leave(path, "say its host: `ingress: {host: …}`; one of example.com stands there now", "has no alias")
        if about.get("path") not in (None, "/"):
            ingress["path"] = f"/{str(about['path']).lstrip('/')}"
        check = about.get("healthcheck")
        if ready := check if isinstance(check, str) else _map(check).get("path"):
            result["ready"] = ready
        for name in about:
            if name not in ("path", "alias", "healthcheck"):
                self.leave((*path, name), "the target group's: infra/environments has it")
        return {**result, "ingress": ingress}

    def count(self, path: Path, value: object) -> dict[str, Any]:
        if isinstance(value, int):
            return {"replicas": value}
        about = _map(value)
        span = about.get("range")
        numbers = _RANGE.fullmatch(str(span))
        spread: Mapping[str, Any] = _map(span)
        least, most = (numbers[1], numbers[2]) if numbers else (spread.get("min") or 1, spread.get("max") or 1)
        result: dict[str, Any] = {}
        percent = {"cpu_percentage": "cpu", "memory_percentage": "memory"}
        aims = {ours: self.number(about[name]) for name, ours in percent.items() if about.get(name)}
        if span is not None:
            result["autoscale"] = {"min": int(least), "max": int(most), **aims}
        if about.get("spot") is not None:
            result |= {"replicas": about["spot"], "spot": {"weight": 1000}}
        elif spread.get("spot_from") is not None:
            result["spot"] = {"base": int(spread["spot_from"]) - 1, "weight": 1000}
        for name in about:
            if name not in ("range", "spot", *percent):
                self.leave((*path, name), "other metrics are for Application Auto Scaling: infra/environments")
        return result

    @staticmethod
    def number(value: object) -> object:
        return _map(value).get("value") if _map(value) else value

    def variables(self, path: Path, value: object) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in _map(value).items():
            text = self.text(one)
            if isinstance(one, dict | list) or _HOLE.search(text):
                self.leave((*path, name), f"write what it is: `config: {{{name}: …}}`")
            else:
                found[name] = text
        return {"config": found} if found else {}

    def secrets(self, path: Path, value: object) -> dict[str, Any]:
        """Keep names: a plain one is a parameter of Systems Manager, as Copilot reads it."""
        found: dict[str, Any] = {}
        for name, one in _map(value).items():
            manager = _map(one).get("secretsmanager")
            text = self.text(manager or one)
            if isinstance(one, dict) and not manager:
                self.leave((*path, name), f"write its name: `secrets: {{{name}: …}}`")
                continue
            key, _, rest = text.partition(":")
            if not manager:
                found[name] = text if text.startswith("/") else f"/{text}"
            else:
                found[name] = f"{key}#{rest.partition(':')[0]}" if rest else key
        return {"secrets": found} if found else {}

    def text(self, value: object) -> str:
        """Return a text with the names that Copilot fills in."""
        if isinstance(value, bool):
            return "true" if value else "false"
        text = str(value)
        for form in ("${COPILOT_APPLICATION_NAME}", "$COPILOT_APPLICATION_NAME"):
            text = text.replace(form, self.application)
        for form, ours in _VARIABLES.items():
            text = text.replace(form, ours)
        return text

    def platform(self, path: Path, value: object) -> dict[str, Any]:
        if value == "linux/arm64":
            return {"arch": "arm64"}
        if value not in ("linux/amd64", "linux/x86_64"):
            self.leave(path, "linux on amd64 or arm64")
        return {}

    def sidecars(self, path: Path, value: object) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, given in _map(value).items():
            about = _map(given)
            found[name] = {"image": copilot_images.full(str(about.get("image") or ""))}
            if variables := self.variables((*path, name, "variables"), about.get("variables")).get("config"):
                found[name]["env"] = variables
            for inner in about:
                if inner not in ("image", "variables"):
                    self.leave((*path, name, inner), "edit task-definition.json in the overlay; edits are kept")
        return {"sidecars": found} if found else {}

    def schedule(self, path: Path, value: object) -> dict[str, Any]:
        text = str(_map(value).get("schedule"))
        fields = text.removeprefix("cron(").removesuffix(")").split()
        if text.startswith("@") and not text.startswith("@every"):
            return {"schedule": text}
        if len(fields) not in (5, 6) or text.startswith(("@every", "rate(")):
            self.leave((*path, "schedule"), 'write it as cron has it: `schedule: "0 3 * * *"`; 03:00 stands there now')
            return {"schedule": "0 3 * * *"}
        return {"schedule": " ".join("*" if one == "?" else one for one in fields[:5])}


def _words(ours: str) -> Callable[[_Manifest, Path, object], dict[str, Any]]:
    def place(_manifest: _Manifest, _path: Path, value: object) -> dict[str, Any]:
        return {ours: [str(word) for word in value] if isinstance(value, list) else str(value).split()}

    return place


def _same(ours: str) -> Callable[[_Manifest, Path, object], dict[str, Any]]:
    return lambda _manifest, _path, value: {ours: value}


_OF_FILES: Final = ("name", "type", "environments")
_PLACED: Final[Mapping[str, Callable[[_Manifest, Path, Any], dict[str, Any]]]] = {
    "image": _Manifest.image, "http": _Manifest.http, "count": _Manifest.count, "variables": _Manifest.variables,
    "secrets": _Manifest.secrets, "platform": _Manifest.platform, "sidecars": _Manifest.sidecars,
    "on": _Manifest.schedule, "cpu": _same("cpu"), "memory": _same("memory"), "command": _words("args"),
    "entrypoint": _words("command"),
}  # fmt: skip
