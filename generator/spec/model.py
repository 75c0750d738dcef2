"""What the spec says, with shorthands spelled out: all that rendering sees.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, cast

from generator.errors import ForgeError
from generator.spec import folders, placeholder, quantity, subject
from generator.spec.promotion import Gates, Promotion, gates, promotion
from generator.spec.types import text

Data = Mapping[str, Any]

IN_CLUSTER: Final = "https://kubernetes.default.svc"
ECR: Final = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
# Of these fields there can be one: when an override sets it, the others give way.
_RIVALS: Final = {
    name: group
    for group in (
        ("replicas", "autoscale"),
        ("port", "ports"),
        ("value", "valueFrom"),
        ("httpGet", "tcpSocket", "exec", "grpc"),
        ("minAvailable", "maxUnavailable"),
        ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"),
    )
    for name in group
}


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the container, and the Service's port for it."""

    name: str
    number: int
    service: int
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret variable's value lies: a key of the store, and a field of its JSON."""

    key: str
    property: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """One app as it runs: in every environment (the base) or in one.

    Maps that Kubernetes has a shape for (``resources``, probes, security
    contexts, ``pod``, ``container``) are in that shape.
    """

    name: str
    project: str
    image: str
    ports: tuple[Port, ...] = ()
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[Data, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretRef] = field(default_factory=dict)
    resources: Data = field(default_factory=dict)
    probes: Mapping[str, Data] = field(default_factory=dict)
    replicas: int | None = 1
    autoscale: Data | None = None
    service: Data | None = None
    ingress: Data | None = None
    migration: Data | None = None
    disruption: Data | None = None
    network: Data | None = None
    service_account: Data = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    security_context: Data = field(default_factory=dict)
    pod_security_context: Data = field(default_factory=dict)
    writable: tuple[str, ...] = folders.DEFAULT
    writable_size: str = "1Gi"
    progress_deadline: int | None = None
    container: Data = field(default_factory=dict)
    pod: Data = field(default_factory=dict)
    secret_store: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scan:
    """What the registry's scan must not find: findings of this severity or worse, but for those to ignore."""

    severity: str = "CRITICAL"
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Build:
    """How an app's image comes from this repository.

    ``cache`` and ``scan`` are ``None`` where the spec leaves them to the
    registry's abilities, ``False`` where they are not wanted.
    """

    source: str
    dockerfile: str
    test: tuple[str, ...]
    args: Mapping[str, str]
    reports: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    cache: str | bool | None = None
    sbom: bool = True
    scan: Scan | bool | None = None


@dataclass(frozen=True)
class App:
    """An app: what all environments share, and what it is in each (``workloads``, by environment).

    ``given`` is its plain data, ``shared`` what the project gives to each of its
    apps. Workloads are made when they are asked for: an app that has not
    changed since the last run is never asked.
    """

    name: str
    given: Data
    environments: tuple[str, ...]
    shared: Data

    @cached_property
    def base(self) -> Workload:
        """What all environments share."""
        return _workload(self.name, None, self.general, self.shared)

    @cached_property
    def bases(self) -> Mapping[str, Workload]:
        """What each environment builds on: the base, or what was promoted there where it has a copy of its own."""
        return {
            environment: _workload(self.name, None, self._general_in(environment), self.shared)
            if environment in self._promoted
            else self.base
            for environment in self.environments
        }

    @cached_property
    def workloads(self) -> Mapping[str, Workload]:
        """What it is in each environment; what that builds on itself where nothing differs."""
        overrides: Data = self.given.get("environments") or {}
        return {
            environment: _workload(
                self.name,
                environment,
                overridden(self._general_in(environment), overrides.get(environment) or {}),
                self.shared,
            )
            if overrides.get(environment) or placeholder.has(self._general_in(environment))
            else self.bases[environment]
            for environment in self.environments
        }

    @cached_property
    def general(self) -> dict[str, Any]:
        """What it says of its workload in general."""
        return {name: value for name, value in self.given.items() if value is not None and name not in _ABOUT_APPS}

    @property
    def _promoted(self) -> Mapping[str, Data]:
        """What it said in general when it was promoted to an environment, for those that get the base so."""
        return self.given.get(PROMOTED) or {}

    def _general_in(self, environment: str) -> Data:
        """What it says in general, for an environment."""
        if environment not in self._promoted:
            return self.general
        promoted = dict(self._promoted[environment])
        if not self.shared.get("promotes_config", True):
            promoted.pop("config", None)
            promoted.update({"config": self.general["config"]} if "config" in self.general else {})
        return promoted

    @property
    def tag(self) -> str:
        """The tag to start with."""
        return cast("str", self.given.get("tag") or UNRELEASED)

    @property
    def build(self) -> Build | None:
        """How its image comes from this repository, if it does."""
        source = self.given.get("source")
        return _build(source, self.given.get("build") or {}) if source else None

    @property
    def renamed_from(self) -> str | None:
        """Its former name."""
        return self.given.get("renamed_from")

    @property
    def image(self) -> str:
        """The image without a tag, registry included: the name that overlays set the tag of."""
        return self.base.image

    def image_in(self, environment: str) -> str:
        """The same for one environment: what was promoted there may have had another name for it."""
        return self.bases[environment].image


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where every app runs once."""

    name: str
    namespace: str
    sync: str
    cluster: str
    pod_security: str
    renamed_from: str | None = None
    gates: Gates = field(default_factory=Gates)
    approvers: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    readiness_gate: bool = True

    @property
    def destinations(self) -> list[dict[str, str]]:
        """Its own and its further namespaces, as Argo CD writes them."""
        return [{**self.destination, "namespace": name} for name in (self.namespace, *self.namespaces)]

    @property
    def destination(self) -> dict[str, str]:
        """As Argo CD writes it: ``server`` for a URL or an ARN, ``name`` for a name."""
        kind = "server" if ":" in self.cluster else "name"
        return {kind: self.cluster, "namespace": self.namespace}


@dataclass(frozen=True, slots=True)
class Forge:
    """Where the repository's pull requests are, as far as the spec says so; ``forges.connect`` takes both."""

    kind: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Allow:
    """What the repository may use that is not its own (``language.ALLOW``); destinations are (cluster, namespace)."""

    references: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """The whole of ``generator.yaml``, and as plain ``data``. ``environments`` and ``apps`` keep the file's order."""

    project: str
    repository: str
    branch: str
    registry: str
    environments: Mapping[str, Environment]
    apps: Mapping[str, App]
    argocd_namespace: str
    ci: Data
    data: Data
    promotion: Promotion = field(default_factory=Promotion)
    may_differ: tuple[str, ...] = ()
    forge: Forge = Forge()
    subject: str = subject.AS_IT_IS
    """The form of our commits' first lines; see ``spec.subject``."""
    allow: Allow = Allow()


UNRELEASED: Final = "unreleased"
# What an app says of itself, and not of its workload.
PROMOTED: Final = "promoted"
_ABOUT_APPS: Final = frozenset({"environments", "source", "build", "tag", "renamed_from", PROMOTED})


def build(data: Data) -> Spec:
    """A ``Spec`` from checked data."""
    project: str = data["project"]
    environments = {name: _environment(project, name, given or {}) for name, given in data["environments"].items()}
    store = {"kind": "ClusterSecretStore", "name": "aws-secrets-manager", **_set(data.get("secretStore") or {})}
    registry: str = data.get("registry") or ""
    about = promotion(data.get("promotion") or {})
    shared = {"project": project, "registry": registry, "store": store, "promotes_config": about.config}
    names = tuple(environments)
    apps = {name: App(name, given, names, shared) for name, given in (data["apps"] or {}).items()}
    return Spec(
        project=project,
        repository=as_pulled(data["repository"], (data.get("forge") or {}).get("kind")),
        branch=data.get("branch") or "main",
        registry=registry,
        environments=environments,
        apps=apps,
        argocd_namespace=(data.get("argocd") or {}).get("namespace") or "argocd",
        ci=_set(data.get("ci") or {}),
        data=data,
        promotion=about,
        may_differ=tuple((data.get("compare") or {}).get("allow") or ()),
        forge=Forge(**_set(data.get("forge") or {})),
        subject=(data.get("commits") or {}).get("subject") or subject.AS_IT_IS,
        allow=_allow(data.get("allow") or {}),
    )


def _allow(given: Data) -> Allow:
    destinations = ((item.get("cluster") or IN_CLUSTER, item["namespace"]) for item in given.get("destinations") or ())
    return Allow(
        references=tuple(given.get("references") or ()),
        repositories=tuple(given.get("repositories") or ()),
        revisions=tuple(given.get("revisions") or ()),
        projects=tuple(given.get("projects") or ()),
        destinations=tuple(destinations),
    )


def as_pulled(url: str, kind: str | None) -> str:
    """The repository's URL as Argo CD can pull it: it does not follow GitLab's redirect to the one with ``.git``."""
    if url.endswith(".git") or not url.startswith(("http://", "https://")):
        return url
    if kind is None and "gitlab" in url:
        from generator import forges

        with suppress(ForgeError):
            kind = forges.kind_of(url)
    return f"{url.rstrip('/')}.git" if kind == "gitlab" else url


def _set(data: Data) -> dict[str, Any]:
    """Without the fields that are ``None``, that is, not set."""
    return {name: value for name, value in data.items() if value is not None}


def _environment(project: str, name: str, given: Data) -> Environment:
    return Environment(
        name=name,
        namespace=given.get("namespace") or f"{project}-{name}",
        sync=given.get("sync") or "auto",
        cluster=given.get("cluster") or IN_CLUSTER,
        pod_security=given.get("podSecurity") or "restricted",
        readiness_gate=given.get("readinessGate") is not False,
        renamed_from=given.get("renamed_from"),
        gates=gates(given),
        approvers=tuple(given.get("approvers") or ()),
        namespaces=tuple(given.get("namespaces") or ()),
    )


def _build(source: str, about: Data) -> Build:
    return Build(
        source=source,
        dockerfile=about.get("dockerfile") or "Dockerfile",
        test=_words(about.get("test")),
        args={name: text(value) for name, value in (about.get("args") or {}).items()},
        reports=tuple(about.get("reports") or ()),
        platforms=tuple(about.get("platforms") or ()),
        cache=about.get("cache"),
        sbom=about.get("sbom") is not False,
        scan=_scan(about.get("scan")),
    )


def _scan(given: Data | bool | None) -> Scan | bool | None:
    if not isinstance(given, Mapping):
        return given
    return Scan(given.get("severity") or "CRITICAL", tuple(given.get("ignore") or ()))


def overridden(base: Data, override: Data) -> dict[str, Any]:
    """``base`` with ``override`` laid over it: maps merge, anything else is replaced, ``None`` takes out."""
    result = dict(base)
    for name, value in override.items():
        if value is not None:
            for rival in _RIVALS.get(name, ()):
                if rival != name and rival not in override:
                    result.pop(rival, None)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = overridden(result[name], value)
        else:
            result[name] = value
    return result


def _workload(name: str, environment: str | None, given: Data, shared: Data) -> Workload:
    """``environment`` is ``None`` for the base, which leaves out what only an environment can fill in."""
    if environment is not None and placeholder.has(given):
        given = placeholder.filled(given, environment)
    ports = _ports(given)
    health, ready = given.get("health"), given.get("ready")
    service = given.get("service")
    if service is not False:
        service = _annotated({} if service is True else service) if ports else None
    replicas = None if given.get("autoscale") else given.get("replicas", 1)
    autoscale = given.get("autoscale")
    return Workload(
        name=name,
        project=shared["project"],
        image=full_image(given["image"], shared["registry"]),
        ports=ports,
        command=_words(given.get("command")),
        args=_words(given.get("args")),
        env=tuple(_env(given.get("env") or {})),
        config=_texts(given.get("config")),
        secrets={variable: _secret(value) for variable, value in _set(given.get("secrets") or {}).items()},
        resources=_resources(given.get("resources") or {}),
        probes=_probes(given, ports, health, ready),
        replicas=replicas,
        autoscale=_set(autoscale) if autoscale else None,
        service=cast("Data | None", service or (None if service is False or service is None else {})),
        ingress=_annotated(given.get("ingress")) or None,
        migration=_migration(given.get("migration")),
        disruption=_disruption(given.get("disruption"), replicas, autoscale),
        network=_set(given["network"]) if given.get("network") is not None else None,
        service_account=_annotated(given.get("serviceAccount")),
        labels=_texts(given.get("labels")),
        annotations=_texts(given.get("annotations")),
        security_context=given.get("securityContext") or {},
        pod_security_context=_pod_security(given.get("podSecurityContext") or {}),
        writable=tuple(given.get("writable", folders.DEFAULT)),
        writable_size=text(given.get("writableSize") or "1Gi"),
        progress_deadline=given.get("progressDeadlineSeconds"),
        container=given.get("container") or {},
        pod=given.get("pod") or {},
        secret_store=shared["store"],
    )


def full_image(image: str, registry: str) -> str:
    """``image`` with ``registry`` before it, unless it names one: a first part with a dot or a colon, or localhost."""
    first, slash, _ = image.partition("/")
    named = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return image if named or not registry else f"{registry}/{image}"


def _texts(values: Data | None) -> dict[str, str]:
    """A map of texts. A placeholder in one is the base's, which leaves it to the overlays."""
    texts = {key: text(value) for key, value in _set(values or {}).items()}
    return {key: value for key, value in texts.items() if not placeholder.has(value)}


def _words(values: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(text(value) for value in values or ())


def _annotated(given: Data | None) -> dict[str, Any]:
    """A map whose ``annotations`` are texts."""
    found = _set(given or {})
    return {**found, "annotations": _texts(found["annotations"])} if "annotations" in found else found


def _named_texts(items: object) -> list[dict[str, Any]]:
    """Items of a name and a value, whose value is text."""
    return [{**item, "value": text(item["value"])} for item in cast("list[Data]", items)]


def _pod_security(given: Data) -> Data:
    return {**given, "sysctls": _named_texts(given["sysctls"])} if given.get("sysctls") else given


def _migration(given: Data | None) -> Data | None:
    return {**_set(given), "command": _words(given["command"])} if given else None


def _env(given: object) -> list[Data]:
    """Both spellings as Kubernetes' list; values as text. A placeholder in one is left to the overlays."""
    items: list[dict[str, Any]] = []
    if isinstance(given, dict):
        for name, value in _set(given).items():
            items.append({"name": name, **value} if isinstance(value, dict) else {"name": name, "value": text(value)})
    else:
        for item in cast("list[Data]", given):
            entry = _set(item)
            items.append({**entry, "value": text(entry["value"])} if "value" in entry else entry)
    return [item for item in items if not placeholder.has(item)]


def _secret(value: str | Data) -> SecretRef:
    """The base keeps a variable whose key has a placeholder, for its `envFrom`; only overlays know the key."""
    if isinstance(value, str):
        key, _, name = value.partition("#")
        return SecretRef(key, name or None)
    return SecretRef(value["key"], value.get("property"), value.get("version"))


def _ports(given: Data) -> tuple[Port, ...]:
    """``port: 8080`` is one port named ``http``, which the Service offers as 80."""
    items = given.get("ports") or ([{"name": "http", "containerPort": given["port"]}] if given.get("port") else [])
    service: Data = given.get("service") or {}
    first = service.get("port") if isinstance(service, dict) else None
    result: list[Port] = []
    for index, item in enumerate(items):
        number: int = item["containerPort"]
        name = item.get("name") or ("http" if index == 0 else f"port-{number}")
        offered = item.get("servicePort") or (first if index == 0 and first else (80 if name == "http" else number))
        result.append(Port(name, number, offered, item.get("protocol") or "TCP"))
    return tuple(result)


def _resources(given: Data) -> Data:
    """Requests always, so that the scheduler knows; a memory limit as large as its request is left to people."""
    limits = _texts(given.get("limits"))
    requests = {**_default_requests(limits), **_texts(given.get("requests"))}
    claims = given.get("claims")
    return {"requests": requests, **({"limits": limits} if limits else {}), **({"claims": claims} if claims else {})}


def _default_requests(limits: Mapping[str, str]) -> dict[str, str]:
    """What is asked for where the spec does not say: never more than the limit, which the API refuses."""
    result = dict(quantity.DEFAULT_REQUESTS)
    for resource, usual in quantity.DEFAULT_REQUESTS.items():
        most, asked = quantity.parse(limits.get(resource)), quantity.parse(usual)
        if most is not None and asked is not None and most < asked:
            result[resource] = limits[resource]
    return result


def _probes(given: Data, ports: tuple[Port, ...], health: str | None, ready: str | None) -> dict[str, Data]:
    """``health`` and ``ready`` spelled out; a probe written in full replaces what they would give."""
    result: dict[str, Data] = {}
    if ports:
        port = ports[0].name
        if health:
            result["startupProbe"] = {
                "httpGet": {"path": health, "port": port},
                "periodSeconds": 2,
                "failureThreshold": 30,
            }
            result["livenessProbe"] = {
                "httpGet": {"path": health, "port": port},
                "periodSeconds": 10,
                "timeoutSeconds": 5,
                # A restart mends a process that hangs, and makes worse what is only slow: a minute, where readiness
                # takes the pod out after 15 seconds.
                "failureThreshold": 6,
            }
        if ready or health:
            result["readinessProbe"] = {
                "httpGet": {"path": ready or health, "port": port}, "periodSeconds": 5, "timeoutSeconds": 3
            }  # fmt: skip
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        if given.get(name):
            probe = dict(_set(given[name]))
            if probe.get("exec"):
                probe["exec"] = {"command": list(_words(probe["exec"]["command"]))}
            for action in ("httpGet", "tcpSocket"):
                if isinstance(probe.get(action), dict) and ports:
                    probe[action] = {"port": ports[0].name, **_set(probe[action])}
            if (probe.get("httpGet") or {}).get("httpHeaders"):
                probe["httpGet"] = {**probe["httpGet"], "httpHeaders": _named_texts(probe["httpGet"]["httpHeaders"])}
            result[name] = probe
    return result


def _disruption(given: object, replicas: int | None, autoscale: Data | None) -> Data | None:
    """By default one pod at a time may be taken away, wherever there is more than one."""
    if given is False:
        return None
    if isinstance(given, dict):
        return given
    several = (autoscale["min"] if autoscale else replicas or 0) > 1
    return {"maxUnavailable": 1} if several else None
