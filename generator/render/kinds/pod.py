"""The pod of a workload: what a Deployment and a migration Job have in common.

Safe unless the spec says otherwise: not root, no privilege escalation, no
capabilities, the runtime's seccomp profile, a read-only root file system and
no service-account token. That is what the restricted Pod Security Standard
asks for, and a little more.
"""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.metadata import (
    config_name,
    files_name,
    own_config_name,
    own_secret_name,
    secret_name,
    selector,
)
from generator.spec import folders, merge_keys
from generator.spec.override import overridden
from generator.spec.variables import ordered
from generator.spec.workload import ARCHITECTURE, Workload, file_key

# Of every container, unless the spec says otherwise.
_SAFE: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


# What Kubernetes alone does (skews of 5 and 3) leaves two or three pods on one node.
_TOPOLOGIES: Final = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
# The label by which the pods of one version are counted, and not those that they replace.
_VERSIONS: Final = {"Deployment": "pod-template-hash", "StatefulSet": "controller-revision-hash"}
_ROLLOUT_VERSION: Final = "rollouts-pod-template-hash"
# The name of the volume with an app's files.
FILES: Final = "files"


def container(workload: Workload) -> dict[str, Any]:
    """Return the main container, without ports and probes."""
    sources, mounts = _sources(workload), _mounts(workload)
    return {
        "name": workload.container_name,
        "image": workload.image,
        **({"command": list(workload.command)} if workload.command else {}),
        **({"args": list(workload.args)} if workload.args else {}),
        **({"env": variables} if (variables := _variables(workload)) else {}),
        **({"envFrom": sources} if sources else {}),
        "resources": workload.resources,
        "securityContext": overridden(_SAFE, workload.security_context),
        **({"volumeMounts": mounts} if mounts else {}),
    }


def _variables(workload: Workload) -> list[dict[str, Any]]:
    """Return the variables: those of its databases first, which others may refer to."""
    own = [variable for database in workload.databases for variable in database.env()]
    return [*own, *(dict(item) for item in workload.env)]


def _sources(workload: Workload) -> list[dict[str, Any]]:
    """Return what the variables come from; what is a workload's own goes over what is its app's."""
    config = [(workload.shared_config, config_name), (workload.own_config, own_config_name)]
    whole = workload.external_secret.get("dataFrom") or workload.encrypted_secret is not None
    secrets = [(workload.shared_secrets or whole, secret_name), (workload.own_secrets, own_secret_name)]
    return [
        *({"configMapRef": {"name": name(workload)}} for given, name in config if given),
        *({"secretRef": {"name": name(workload)}} for given, name in secrets if given),
    ]


def _mounts(workload: Workload) -> list[dict[str, Any]]:
    folder = [{"name": volume, "mountPath": path} for volume, path in folders.volumes(workload.writable).items()]
    claims = workload.settings.get("volumeClaimTemplates") or {}
    files = [
        # One by one, so that the image's other files in the folder stay.
        {"name": FILES, "mountPath": path, "subPath": file_key(path), "readOnly": True}
        for path in workload.files
    ]
    return (
        folder
        + files
        + [
            {
                "name": name,
                "mountPath": about["mountPath"],
                **({"subPath": about["subPath"]} if about.get("subPath") else {}),
            }
            for name, about in claims.items()
        ]
    )


def pod_spec(workload: Workload, main: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the pod around its ``main`` container, and ``more``.

    The spec's ``container`` and ``pod`` are laid over it.
    """
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    limit = {"sizeLimit": workload.writable_size}
    volumes: list[dict[str, Any]] = [
        {"name": volume, "emptyDir": dict(limit)} for volume in folders.volumes(workload.writable)
    ]
    if workload.files:
        volumes.append({"name": FILES, "configMap": {"name": files_name(workload)}})
    spec = {
        "serviceAccountName": workload.app,
        "automountServiceAccountToken": workload.has_token,
        # A Service named `server` would set SERVER_PORT in every pod of its namespace.
        "enableServiceLinks": False,
        "securityContext": overridden(security, workload.pod_security_context),
        "containers": [_main(_with(main, workload.container))],
        **({"volumes": volumes} if volumes else {}),
        **({"nodeSelector": {ARCHITECTURE: workload.arch}} if workload.arch else {}),
        **(more or {}),
    }
    whole = _counted(_hardened(_with(spec, workload.pod)), workload)
    return _without_unused(whole, {*folders.volumes(workload.writable)})


def _counted(spec: dict[str, Any], workload: Workload) -> dict[str, Any]:
    """Count the workload's own pods where a constraint does not say which: Kubernetes would count none."""
    given = spec.get("topologySpreadConstraints")
    if not given:
        return spec
    own = {"labelSelector": {"matchLabels": selector(workload)}}
    return {**spec, "topologySpreadConstraints": [one if "labelSelector" in one else {**one, **own} for one in given]}


def spread(spec: dict[str, Any], workload: Workload) -> dict[str, Any]:
    """Spread several pods where the project does, and they have no constraint: an empty list is to be none."""
    several = workload.spread and workload.is_several and workload.kind in _VERSIONS
    # Pods that share a volume of one node would be drawn away from it.
    if not several or workload.has_volume_of_one_node or "topologySpreadConstraints" in spec:
        return spec
    version = _ROLLOUT_VERSION if workload.settings.get("rollout") else _VERSIONS[workload.kind]
    # A preference: no pod waits for a zone or a node that is not there.
    about = {
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(workload)},
        "matchLabelKeys": [version],
    }
    constraints = [{"maxSkew": 1, "topologyKey": topology, **about} for topology in _TOPOLOGIES]
    return {**spec, "topologySpreadConstraints": constraints}


def _hardened(spec: dict[str, Any]) -> dict[str, Any]:
    """Give the containers beside the main one the same safe defaults."""
    main, *others = spec["containers"]
    groups = {"initContainers": spec.get("initContainers") or [], "containers": others}
    safe = {
        name: [{**item, "securityContext": overridden(_SAFE, item.get("securityContext") or {})} for item in items]
        for name, items in groups.items()
    }
    return {**spec, **{name: items for name, items in safe.items() if items}, "containers": [main, *safe["containers"]]}


def _without_unused(spec: dict[str, Any], ours: set[str]) -> dict[str, Any]:
    """Leave out those of our volumes that are mounted nowhere any more: the spec mounts another in their place."""
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    mounted = {mount.get("name") for item in containers for mount in item.get("volumeMounts") or []}
    volumes = [volume for volume in spec.get("volumes", []) if volume.get("name") not in ours - mounted]
    return (
        {**spec, "volumes": volumes} if volumes else {name: value for name, value in spec.items() if name != "volumes"}
    )


def _main(container: dict[str, Any]) -> dict[str, Any]:
    """Put its variables in an order in which Kubernetes can fill in ``$(NAME)``, wherever each of them comes from."""
    return {**container, "env": ordered(container["env"])} if container.get("env") else container


def _with(base: dict[str, Any], extra: Any) -> dict[str, Any]:
    """Lay ``extra`` over ``base``: maps merge, lists merge by Kubernetes' key, and lists without one are joined."""
    result = dict(base)
    for name, value in extra.items():
        present = result.get(name)
        if isinstance(value, dict) and isinstance(present, dict):
            result[name] = _with(present, value)
        elif isinstance(value, list) and isinstance(present, list):
            keyed = name in merge_keys.KEYS
            result[name] = merge_keys.merged(name, present, value, _with) if keyed else [*present, *value]
        elif value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result
