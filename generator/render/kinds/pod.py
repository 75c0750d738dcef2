"""The pod of a workload, for Deployments, migration Jobs and all other kinds.

The defaults are safe: not root, no privilege escalation, no capabilities, the
runtime's seccomp profile, a read-only root file system and no token of the
ServiceAccount. This is a little more than the restricted Pod Security Standard
requires.
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

# The defaults for all containers.
_SAFE: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


# Kubernetes' own defaults (skews of 5 and 3) can put two or three pods on one node.
_TOPOLOGIES: Final = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
# With this label, only pods of the same version count, and not the pods that they replace.
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
    """Return the variables. Those of databases come first, because others may refer to them."""
    own = [variable for database in workload.databases for variable in database.env()]
    return [*own, *(dict(item) for item in workload.env)]


def _sources(workload: Workload) -> list[dict[str, Any]]:
    """Return the sources of variables (``envFrom``). A workload's own source comes last, and overrides the app's."""
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
        # Files are mounted one by one, so that other files of the image in the folder stay.
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
    """Return the pod's ``spec`` with its ``main`` container and the fields in ``more``.

    The app's ``container`` and ``pod`` are merged over it.
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
    """Add the workload's own selector to constraints without one, because Kubernetes would count no pods."""
    given = spec.get("topologySpreadConstraints")
    if not given:
        return spec
    own = {"labelSelector": {"matchLabels": selector(workload)}}
    return {**spec, "topologySpreadConstraints": [one if "labelSelector" in one else {**one, **own} for one in given]}


def spread(spec: dict[str, Any], workload: Workload) -> dict[str, Any]:
    """Add the project's spread for several pods without a constraint. An empty list means that they want none."""
    several = workload.spread and workload.is_several and workload.kind in _VERSIONS
    # Pods that share a volume of one node must stay on that node.
    if not several or workload.has_volume_of_one_node or "topologySpreadConstraints" in spec:
        return spec
    version = _ROLLOUT_VERSION if workload.settings.get("rollout") else _VERSIONS[workload.kind]
    # This is a preference: no pod waits for a zone or a node that does not exist.
    about = {
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(workload)},
        "matchLabelKeys": [version],
    }
    constraints = [{"maxSkew": 1, "topologyKey": topology, **about} for topology in _TOPOLOGIES]
    return {**spec, "topologySpreadConstraints": constraints}


def _hardened(spec: dict[str, Any]) -> dict[str, Any]:
    """Give sidecars and init containers the same safe defaults."""
    main, *others = spec["containers"]
    groups = {"initContainers": spec.get("initContainers") or [], "containers": others}
    safe = {
        name: [{**item, "securityContext": overridden(_SAFE, item.get("securityContext") or {})} for item in items]
        for name, items in groups.items()
    }
    return {**spec, **{name: items for name, items in safe.items() if items}, "containers": [main, *safe["containers"]]}


def _without_unused(spec: dict[str, Any], ours: set[str]) -> dict[str, Any]:
    """Remove generated volumes without a mount: the spec has mounted another volume in their place."""
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    mounted = {mount.get("name") for item in containers for mount in item.get("volumeMounts") or []}
    volumes = [volume for volume in spec.get("volumes", []) if volume.get("name") not in ours - mounted]
    return (
        {**spec, "volumes": volumes} if volumes else {name: value for name, value in spec.items() if name != "volumes"}
    )


def _main(container: dict[str, Any]) -> dict[str, Any]:
    """Order the container's variables so that Kubernetes can replace each ``$(NAME)``."""
    return {**container, "env": ordered(container["env"])} if container.get("env") else container


def _with(base: dict[str, Any], extra: Any) -> dict[str, Any]:
    """Merge ``extra`` over ``base``: maps merge, lists merge by Kubernetes' key, lists without a key are joined."""
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
