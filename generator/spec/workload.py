"""One workload, with short forms written out: ports, probes, requests, disruption budgets.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from generator.spec import encrypted_secrets, folders, probes, workload_kinds
from generator.spec.container_values import env_list, fixed_texts, full_image, requested
from generator.spec.field_groups import OF_ECS, has_stores
from generator.spec.needs import NONE, Needs
from generator.spec.plain_data import Data, named_texts, text, without_nulls, words
from generator.spec.workload_names import object_name, pods_label

if TYPE_CHECKING:
    from generator.spec.database import Database

# The default time limit of a migration.
DEFAULT_MIGRATION_SECONDS: Final = 600
# Fields that are rendered with the same name and shape, if the kind has them.
SETTINGS: Final = (
    "schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit", "suspend", "backoffLimit", "activeDeadlineSeconds", "completions", "parallelism",
    "ttlSecondsAfterFinished", "podManagementPolicy", "volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy",
    "updateStrategy", "strategy", "minReadySeconds", "revisionHistoryLimit", "rollout", "metrics", "logs",
)  # fmt: skip

# The label of nodes with their type of processor.
ARCHITECTURE: Final = "kubernetes.io/arch"


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the container, with the Service's port for it; ``None`` if the Service does not have this port."""

    name: str
    number: int
    service: int | None
    protocol: str = "TCP"
    node: int | None = None
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The place of a secret variable's value: a key of the store, and a field of the JSON there."""

    key: str
    property: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """An object that runs pods of an app, for all environments (the base) or for one.

    ``resources``, probes, security contexts, ``pod`` and ``container`` have
    Kubernetes' own shape.

    Attributes:
        name: The name of its object.
        app: The name of its app, which has the image, the configuration and the ServiceAccount.
        key: Its name in the spec; the app's name if the app has no other workload.
        settings: Kubernetes' own fields of its object, by name; they are rendered without changes.
        own_config: Its configuration in addition to the app's ``config``, or instead of it.
        shared_config: The part of the app's ``config`` that it uses.
        needs: The apps that its app connects to, and those that connect to it.
        own_network: Whether its ``network`` differs from the app's.
        files: The texts of its files, by their paths in the container.
        own_files: Whether its files differ from the app's.
        arch: The processor of its nodes; empty for any.
        spread: Whether several pods are spread over zones and nodes, unless the spec has another rule.
    """

    name: str
    project: str
    image: str
    app: str = ""
    key: str = ""
    kind: str = workload_kinds.DEFAULT
    settings: Data = field(default_factory=dict)
    own_config: Mapping[str, str] = field(default_factory=dict)
    shared_config: Mapping[str, str] = field(default_factory=dict)
    own_secrets: Mapping[str, SecretRef] = field(default_factory=dict)
    shared_secrets: Mapping[str, SecretRef] = field(default_factory=dict)
    own_network: bool = False
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
    databases: tuple[Database, ...] = ()
    gateway: Data | None = None
    role: Data = field(default_factory=dict)
    external_secret: Data = field(default_factory=dict)
    encrypted_secret: Data | None = None
    keda: Data | None = None
    needs: Needs = NONE
    claims: Data = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    own_files: bool = False
    services: Data = field(default_factory=dict)
    ecs: Data = field(default_factory=dict)
    aws_ports: tuple[int, ...] = ()
    arch: str = ""
    spread: bool = False

    @property
    def has_token(self) -> bool:
        """Tell whether its pods get the token of their ServiceAccount. By default, those with a Role get it."""
        token = self.service_account.get("token")
        return bool(self.role if token is None else token)

    @property
    def scaled(self) -> bool:
        """Tell whether a controller decides the number of its pods."""
        return self.autoscale is not None or self.keda is not None

    @property
    def is_several(self) -> bool:
        """Tell whether there may be more than one of its pods."""
        scaler = self.autoscale or self.keda
        return bool(scaler["max"] > 1 if scaler else (self.replicas or 0) > 1)

    @property
    def has_volume_of_one_node(self) -> bool:
        """Tell whether its pods share a claim that can only be mounted on one node at a time."""
        several = {"ReadOnlyMany", "ReadWriteMany"}
        return any(several.isdisjoint(about.get("accessModes") or ()) for about in self.claims.values() if about)

    @property
    def main(self) -> bool:
        """Tell whether its object has the app's name, like the only workload of an app."""
        return self.name == self.app

    @property
    def label(self) -> str:
        """Return the value of the name label of its pods: the app's name, or with a dot, which no app's name has."""
        return pods_label(self.app, self.key, self.name)

    @property
    def container_name(self) -> str:
        """Return the name of its main container."""
        return self.name if self.main else self.key


def file_key(path: str) -> str:
    """Return the key of a file in its ConfigMap, made from the whole path, so that all files have different keys."""
    return path.strip("/").replace("/", "_")


def _files(given: Data) -> dict[str, str]:
    """Return the text of each file by its path in the container; empty for a file that was not read."""
    found: dict[str, str] = {}
    for path, about in without_nulls(given).items():
        content = about.get("content", "") if isinstance(about, Mapping) else ""
        found[path] = content.decode() if isinstance(content, bytes) else text(content or "")
    return found


def workload(app: str, key: str, given: Data, shared: Data) -> Workload:
    """Build a workload of an app from its complete data."""
    kind = given.get("kind") or workload_kinds.DEFAULT
    config, secrets, ports = fixed_texts(given.get("config")), _secrets(given.get("secrets")), _ports(given)
    return Workload(
        name=object_name(app, key, given),
        app=app,
        key=key,
        project=shared["project"],
        image=full_image(given["image"], shared["registry"]),
        settings={name: given[name] for name in SETTINGS if given.get(name) is not None},
        ports=ports,
        command=words(given.get("command")),
        args=words(given.get("args")),
        env=tuple(env_list(given.get("env") or {})),
        config=config,
        shared_config=config,
        secrets=secrets,
        shared_secrets=secrets,
        resources=requested(given.get("resources") or {}),
        probes=probes.of(given, ports[0].name if ports else None),
        **_counted(kind, given),
        service=_service(given.get("service"), ports),
        ingress=_annotated(given.get("ingress")) or None,
        gateway=_annotated(given.get("gateway")) or None,
        needs=shared["needs"].get(app, NONE).seen_from(shared.get("peers") or {}),
        migration=_migration(given.get("migration"), shared.get("migration_seconds")),
        network=_network(given["network"], shared) if given.get("network") is not None else None,
        service_account=_annotated(given.get("serviceAccount")),
        role=_role(given.get("role")),
        external_secret=without_nulls(given.get("externalSecret") or {}),
        encrypted_secret=encrypted_secrets.document(given.get(encrypted_secrets.FIELD)),
        labels=fixed_texts(given.get("labels")),
        annotations=fixed_texts(given.get("annotations")),
        security_context=given.get("securityContext") or {},
        pod_security_context=_pod_security(given.get("podSecurityContext") or {}),
        writable=tuple(given.get("writable", folders.DEFAULT)),
        writable_size=text(given.get("writableSize") or "1Gi"),
        progress_deadline=given.get("progressDeadlineSeconds"),
        container=given.get("container") or {},
        pod=given.get("pod") or {},
        secret_store=shared["store"],
        **_stores(app, shared["project"], given),
        claims=given.get("claims") or {},
        files=_files(given.get("files") or {}),
        ecs={name: given[name] for name in OF_ECS if given.get(name) is not None},
        arch=given.get("arch") or "",
        spread=bool(shared.get("spread")),
        services={name: _annotated(about) for name, about in without_nulls(given.get("services") or {}).items()},
    )


def _stores(app: str, project: str, given: Data) -> dict[str, Any]:
    if not has_stores(given):
        return {}
    from generator.spec.database import of_stores  # Most apps have none.

    return of_stores(app, project, given)


def _counted(kind: str, given: Data) -> dict[str, Any]:
    """Return the attributes for the kind, the number of pods or the autoscaler, and the disruption budget."""
    autoscale, keda = given.get("autoscale"), given.get("keda")
    scaler = autoscale or keda
    replicas = None if scaler or not workload_kinds.takes(kind, "replicas") else given.get("replicas", 1)
    return {
        "kind": kind,
        "replicas": replicas,
        "autoscale": without_nulls(autoscale) if autoscale else None,
        "keda": without_nulls(keda) if keda else None,
        "disruption": _disruption(given.get("disruption"), replicas, scaler),
    }


def _role(given: object) -> Data:
    """Return the rules of a Role, and the reason for them if the spec has one."""
    return without_nulls(given) if isinstance(given, Mapping) else {"rules": given} if given else {}


def _annotated(given: Data | None) -> dict[str, Any]:
    """Return a map with its ``annotations`` converted to texts."""
    found = without_nulls(given or {})
    return {**found, "annotations": fixed_texts(found["annotations"])} if "annotations" in found else found


def _pod_security(given: Data) -> Data:
    return {**given, "sysctls": named_texts(given["sysctls"])} if given.get("sysctls") else given


def _migration(given: Data | None, most: int | None) -> Data | None:
    """Return a migration. If Argo CD limits a sync, ``most`` is the default of its time limit, in seconds."""
    if not given:
        return None
    limit = {"timeout": min(most, DEFAULT_MIGRATION_SECONDS)} if most else {}
    return {**limit, **without_nulls(given), "command": words(given["command"])}


def _secrets(given: Data | None) -> dict[str, SecretRef]:
    return {variable: _secret(value) for variable, value in without_nulls(given or {}).items()}


def _network(given: Data, shared: Data) -> Data:
    """Return who may connect: each app with the labels of its pods, and with its namespace if it is another one."""
    found, several, apart = without_nulls(given), shared["several"], shared.get("peers") or {}
    if not found.get("from"):
        return found
    return {**found, "from": [(app, several.get(app, (app,)), apart.get(app)) for app in found["from"]]}


def _secret(value: str | Data) -> SecretRef:
    """Return the place of a secret. The base keeps keys with a placeholder for its `envFrom`; overlays replace them."""
    if isinstance(value, str):
        key, _, name = value.partition("#")
        return SecretRef(key, name or None)
    return SecretRef(value["key"], value.get("property"), value.get("version"))


def _ports(given: Data) -> tuple[Port, ...]:
    """Return the ports. ``port: 8080`` means a port named ``http``, with port 80 in the Service."""
    items = given.get("ports") or ([{"name": "http", "containerPort": given["port"]}] if given.get("port") else [])
    service: Data = given.get("service") or {}
    first = service.get("port") if isinstance(service, dict) else None
    result: list[Port] = []
    for index, item in enumerate(items):
        number: int = item["containerPort"]
        name = item.get("name") or ("http" if index == 0 else f"port-{number}")
        usual = first if index == 0 and first else (80 if name == "http" else number)
        offered = item.get("servicePort", usual)
        node = item.get("nodePort") or (service.get("nodePort") if index == 0 and isinstance(service, dict) else None)
        result.append(Port(name, number, offered, item.get("protocol") or "TCP", node, item.get("appProtocol")))
    return tuple(result)


def _service(given: object, ports: tuple[Port, ...]) -> Data | None:
    """Return the settings of the Service; ``None`` if there is no Service."""
    if given is False or not _offered(ports):
        return None
    return _annotated(given) if isinstance(given, Mapping) else {}


def _offered(ports: tuple[Port, ...]) -> bool:
    return any(port.service is not None for port in ports)


def _disruption(given: object, replicas: int | None, scaler: Data | None) -> Data | None:
    """Return the disruption budget. By default, one pod at a time may be evicted if there is more than one."""
    if given is False:
        return None
    if isinstance(given, dict):
        return given
    several = (scaler.get("min", 1) if scaler else replicas or 0) > 1
    return {"maxUnavailable": 1} if several else None
