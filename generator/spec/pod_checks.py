"""Check that the API server accepts an app's pod, with ``pod`` and ``container`` merged into it.

Rules between fields that are only in ``pod`` or ``container`` are checked by ``validate`` (``pod_rules.problems``).
Paths are relative to the app.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from generator.spec import (
    folders,
    folding,
    pod_rules,
    pod_words,
    quantity,
    shapes,
    workload,
    workload_kinds,
)
from generator.spec.findings import Finding, Findings, Path, did_you_mean, shown
from generator.spec.plain_data import as_map, text

_GRACE_SECONDS: Final = 30
# An app without these fields has no mounts. Looking at the names first saves time, as there may be thousands of apps.
_MOUNTING: Final = frozenset({"pod", "container", "files", "volumeClaimTemplates", "volumeMounts", *pod_words.VOLUMES})
_ALWAYS: Final = "its pods run until they are replaced; what runs to an end is of `kind: Job` or `kind: CronJob`"
_ENDS: Final = "its pods run to an end; what runs on is of `kind: Deployment`"
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_APP_ARMOR_PROFILE: Final = re.compile(r"runtime/default|unconfined|localhost/.+")
# Pod annotations that the API server reads, their valid values, and the field with the same meaning.
_READ_BY_KUBERNETES: Final = {
    "seccomp.security.alpha.kubernetes.io/pod": ("runtime/default", "say `podSecurityContext: {seccompProfile: …}`"),
    "scheduler.alpha.kubernetes.io/tolerations": (r"\[\s*\]", "say `pod: {tolerations: […]}`"),
    "controller.kubernetes.io/pod-deletion-cost": (r"0|-?[1-9][0-9]{0,8}", "a whole number, like 100"),
    "kubernetes.io/config.mirror": ("(?!)", "take it out: it marks pods that a node makes itself"),
}


def check(name: object, app: dict[str, object], findings: Findings) -> None:
    """Add findings about the pod of the app ``name``; ``app`` has the complete data of its pod."""
    if not _MOUNTING.isdisjoint(app):
        from generator.spec import mount_checks

        mount_checks.check(app, findings)
    if pod_words.FOLDED.isdisjoint(app):
        _check(name, app, findings)
        return
    from generator.spec import pod_word_checks

    whole, own = dict(folding.folded("", app)), Findings()
    _check(name, whole, own)
    pod_word_checks.check(app, own)
    findings.items += [
        Finding(folding.origin(app, whole, found.path), found.message, found.hint, found.at_key) for found in own.items
    ]


def _check(name: object, app: dict[str, object], findings: Findings) -> None:
    _check_processor(app, findings)
    _check_folders(app, findings)
    _check_mounts(app, findings)
    _check_containers(name, app, findings)
    _check_ports(app, findings)
    _check_said_twice(app, findings)
    _check_requests(app, findings)
    _check_claims(app, findings)
    _check_life(app, findings)
    _check_annotations(name, app, findings)
    for field in ("securityContext", "podSecurityContext"):
        _check_profiles(field, as_map(app.get(field)), findings)
    _check_privileges(app, findings)
    for path, message, hint in pod_rules.alone(as_map(app.get("pod"))):
        findings.add(("pod", *path), message, hint)


def _items(value: object) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the index and the value of each map in a list."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))


def _names(value: object) -> list[str]:
    return [str(item.get("name")) for _, item in _items(value)]


def _writable(app: dict[str, object]) -> list[str]:
    given = app.get("writable", list(folders.DEFAULT))
    return [folder for folder in given if isinstance(folder, str)] if isinstance(given, list) else []


def _check_processor(app: dict[str, object], findings: Findings) -> None:
    """Check that no other field contradicts ``arch``, because no node would fit."""
    arch = app.get("arch")
    given = as_map(as_map(app.get("pod")).get("nodeSelector")).get(workload.ARCHITECTURE)
    if isinstance(arch, str) and given not in (None, arch):
        hint = f"keep one of the two: `arch: {given}`, or the selector"
        findings.add(("pod", "nodeSelector", workload.ARCHITECTURE), f"its nodes are {arch}, by `arch`", hint)


def _check_folders(app: dict[str, object], findings: Findings) -> None:
    """Check that writable folders differ, and that none is the root of the image."""
    given = app.get("writable")
    if odd := quantity.mistake("ephemeral-storage", app.get("writableSize")):
        findings.add(("writableSize",), *odd)
    seen: set[str] = set()
    for index, folder in enumerate(given if isinstance(given, list) else []):
        if not isinstance(folder, str):
            continue
        plain = folder.rstrip("/") or "/"
        if plain == "/":
            hint = "name folders in it, or turn it off: `securityContext: {readOnlyRootFilesystem: false}`"
            findings.add(("writable", index), "an empty folder would hide the whole image", hint)
        elif plain in seen:
            findings.add(("writable", index), f"{plain} is there twice", "keep one of the two")
        seen.add(plain)


def _check_mounts(app: dict[str, object], findings: Findings) -> None:
    """Check the app's own volumes and mounts together with those of ``writable``."""
    if _MOUNTING.isdisjoint(app):
        return
    pod, container = as_map(app.get("pod")), as_map(app.get("container"))
    own, claims = folders.volumes(_writable(app)), as_map(app.get("volumeClaimTemplates"))
    taken = {*own.values()}
    for called, claim in claims.items():
        _check_claim(called, str(as_map(claim).get("mountPath")), own, taken, findings)
        if called in _names(pod.get("volumes")):
            about = (f"a second volume named {called}", "rename one of the two")
            findings.add(("volumeClaimTemplates", called), *about, at_key=True)
    known = [*own, *(["files"] if app.get("files") else []), *claims, *_names(pod.get("volumes"))]
    groups: dict[Path, object] = {("container", "volumeMounts"): container.get("volumeMounts")}
    for field in ("initContainers", "containers"):
        for index, item in _items(pod.get(field)):
            groups["pod", field, index, "volumeMounts"] = item.get("volumeMounts")
    groups["container", "volumeDevices"] = container.get("volumeDevices")
    _check_files(app, findings)
    for place, mounts in groups.items():
        for index, mount in _items(mounts):
            name = mount.get("name")
            if isinstance(name, str) and name not in known:
                hint = did_you_mean(name, known, f"add it: `volumes: {{{name}: {{emptyDir: {{}}}}}}`")
                findings.add((*place, index, "name"), f"no volume is named {shown(name)}", hint)


def _check_claim(name: str, path: str, own: Mapping[str, str], taken: set[str], findings: Findings) -> None:
    """Check that no other volume has the name or the folder of a claim's volume."""
    if name in own:
        hint = f"call it otherwise, or take {own[name]} out of `writable` (which has /tmp by default)"
        findings.add(("volumeClaimTemplates", name), f"{name} is the volume of `writable` already", hint, at_key=True)
    elif path in taken:
        hint = "mount one volume there; `writable` has /tmp by default: `writable: []`"
        findings.add(("volumeClaimTemplates", name, "mountPath"), f"{path} has a volume already", hint)
    taken.add(path)


def _check_files(app: dict[str, object], findings: Findings) -> None:
    """Check that files have different keys in their ConfigMap, and that no file is in a writable folder's place."""
    keys: dict[str, str] = {}
    for path, about in as_map(app.get("files")).items():
        other = keys.setdefault(workload.file_key(path), path) if about is not None else path
        if other != path:
            findings.add(
                ("files", path), f"is named like {other} in the ConfigMap", "rename one of the two", at_key=True
            )
        if path in {folder.rstrip("/") for folder in _writable(app)}:
            findings.add(
                ("files", path), "a folder to write to lies there", "name a file in it, or another one", at_key=True
            )


def _check_containers(name: object, app: dict[str, object], findings: Findings) -> None:
    """Check that the containers of a pod have different names; the migration's container is ``migrate``."""
    pod, container = as_map(app.get("pod")), as_map(app.get("container"))
    shapes.CONTAINER_NAME.check(container.get("name"), ("container", "name"), findings)
    taken = {str(container.get("name") or name), *(["migrate"] if app.get("migration") else [])}
    for field in ("initContainers", "containers"):
        for index, item in _items(pod.get(field)):
            other = item.get("name")
            if other in taken:
                findings.add(("pod", field, index, "name"), f"a second container named {other}", "rename it")
            taken.add(str(other))


def _check_ports(app: dict[str, object], findings: Findings) -> None:
    taken = {"http"} if app.get("port") else set(_names(app.get("ports")))
    for index, port in _items(as_map(app.get("container")).get("ports")):
        if isinstance(name := port.get("name"), str) and name in taken:
            place: Path = ("container", "ports", index, "name")
            findings.add(place, f"a second port named {name}", "say it under `ports`, or give it another name")
        taken.add(str(name))
    pod = as_map(app.get("pod"))
    for group in ("initContainers", "containers"):
        for at, item in _items(pod.get(group)):
            seen: set[str] = set()
            for index, port in _items(item.get("ports")):
                if isinstance(name := port.get("name"), str) and name in seen:
                    place = ("pod", group, at, "ports", index, "name")
                    findings.add(place, f"a second port named {name}", "give it another name")
                seen.add(str(name))


def _check_said_twice(app: dict[str, object], findings: Findings) -> None:
    """Check that ``container`` has no field that the app sets by another field, if the two cannot be merged."""
    more = as_map(app.get("container"))
    if more.get("image") is not None:
        hint = "say it as `image:`, without its tag: that is what is released, promoted and shown"
        findings.add(("container", "image"), "the image is the app's", hint, at_key=True)
    for field in ("command", "args"):
        if app.get(field) and more.get(field):
            findings.add(("container", field), f"{field} is set twice", f"keep `{field}:` of the app", at_key=True)
    said = {name: field for field in ("env", "config", "secrets") for name in _variables(app.get(field))}
    for index, item in _items(more.get("env")):
        if isinstance(name := item.get("name"), str) and name in said:
            findings.add(("container", "env", index, "name"), f"{name} is set under `{said[name]}` as well", "keep one")


def _variables(given: object) -> list[str]:
    """Return the names of variables; ``env`` may be a map or a list."""
    return [name for name, value in given.items() if value is not None] if isinstance(given, dict) else _names(given)


def _check_requests(app: dict[str, object], findings: Findings) -> None:
    """Check requests and limits after ``container: {resources: …}`` is merged over ``resources`` and its defaults."""
    more = as_map(as_map(app.get("container")).get("resources"))
    said = as_map(app.get("resources"))
    limits = {**as_map(said.get("limits")), **as_map(more.get("limits"))}
    asked = {**quantity.DEFAULT_REQUESTS, **as_map(said.get("requests")), **as_map(more.get("requests"))}
    for resource in as_map(more.get("limits")):
        least, most = quantity.parse(asked.get(resource)), quantity.parse(limits.get(resource))
        if least is not None and most is not None and least > most:
            message = f"{asked[resource]} of {resource} is asked for, and the limit is {limits[resource]}"
            findings.add(("container", "resources", "limits", resource), message, "say both under `resources`")


def _check_claims(app: dict[str, object], findings: Findings) -> None:
    known = _names(as_map(app.get("pod")).get("resourceClaims"))
    seen: set[tuple[object, object]] = set()
    for index, claim in _items(as_map(app.get("resources")).get("claims")):
        name, request = claim.get("name"), claim.get("request")
        place = ("resources", "claims", index)
        if isinstance(name, str) and name not in known:
            findings.add((*place, "name"), f"no claim is named {shown(name)}", "add it: `pod: {resourceClaims: […]}`")
        elif (name, request) in seen or (name, None) in seen or (request is None and name in {one for one, _ in seen}):
            findings.add((*place, "name"), f"{name} is claimed already", "claim it once, or different requests of it")
        seen.add((name, request))


def _check_life(app: dict[str, object], findings: Findings) -> None:
    """Check that a pod does not end by itself, and that its hooks fit into the time for its end."""
    pod = as_map(app.get("pod"))
    ends = workload_kinds.ends(str(app.get("kind") or workload_kinds.DEFAULT))
    if ends and pod.get("restartPolicy") not in (None, "Never", "OnFailure"):
        findings.add(("pod", "restartPolicy"), "only Never and OnFailure are possible here", _ENDS)
    elif not ends and pod.get("restartPolicy") not in (None, "Always"):
        findings.add(("pod", "restartPolicy"), "only Always is possible here", _ALWAYS)
    if not ends and pod.get("activeDeadlineSeconds") is not None:
        findings.add(("pod", "activeDeadlineSeconds"), "cannot be set here", _ALWAYS, at_key=True)
    grace = pod.get("terminationGracePeriodSeconds", _GRACE_SECONDS)
    hooks: dict[Path, object] = {("container", "lifecycle"): as_map(app.get("container")).get("lifecycle")}
    for group in ("initContainers", "containers"):
        hooks.update({("pod", group, at, "lifecycle"): item.get("lifecycle") for at, item in _items(pod.get(group))})
    for place, lifecycle in hooks.items():
        seconds = as_map(as_map(as_map(lifecycle).get("preStop")).get("sleep")).get("seconds")
        if isinstance(seconds, int) and isinstance(grace, int) and seconds > grace:
            hint = f"the pod has {grace} seconds to end: `terminationGracePeriodSeconds: {seconds + 10}` gives more"
            findings.add((*place, "preStop", "sleep", "seconds"), f"{seconds} is too long", hint)


def _check_annotations(name: object, app: dict[str, object], findings: Findings) -> None:
    """Check the annotations of pods that the API server reads."""
    pod = as_map(app.get("pod"))
    containers = {str(name), *_names(pod.get("containers")), *_names(pod.get("initContainers"))}
    for key, value in as_map(app.get("annotations")).items():
        written = text(value)
        pattern, hint = _READ_BY_KUBERNETES.get(key, ("", ""))
        if hint and value is not None and not re.fullmatch(pattern, written):
            findings.add(("annotations", key), f"Kubernetes reads this one, and does not take {shown(written)}", hint)
        if key.startswith(_APP_ARMOR) and value is not None:
            known = key.removeprefix(_APP_ARMOR) in containers and _APP_ARMOR_PROFILE.fullmatch(written)
            hint = "say `securityContext: {appArmorProfile: …}`"
            if not known:
                findings.add(("annotations", key), "no container of this name, or no profile", hint, at_key=True)


def _check_profiles(field: str, about: dict[str, object], findings: Findings) -> None:
    """Check that a profile of the type ``Localhost`` names its file, and that other types do not."""
    for which in ("seccompProfile", "appArmorProfile"):
        profile = as_map(about.get(which))
        kind, place = profile.get("type"), (field, which)
        if kind == "Localhost" and not profile.get("localhostProfile"):
            findings.add(place, "no profile is named", "add `localhostProfile:`, its file on the node", at_key=True)
        elif kind not in (None, "Localhost") and profile.get("localhostProfile") is not None:
            findings.add((*place, "localhostProfile"), f"cannot be set with {kind}", "set `type: Localhost`")


def _check_privileges(app: dict[str, object], findings: Findings) -> None:
    about = as_map(app.get("securityContext"))
    added = as_map(about.get("capabilities")).get("add")
    mighty = isinstance(added, list) and bool({"SYS_ADMIN", "CAP_SYS_ADMIN"} & {*map(str, added)})
    if (about.get("privileged") is True or mighty) and about.get("allowPrivilegeEscalation") is not True:
        what = "privileged" if about.get("privileged") is True else "SYS_ADMIN"
        findings.add(
            ("securityContext",),
            f"{what} needs allowPrivilegeEscalation",
            "add `allowPrivilegeEscalation: true`, which is off by default",
            at_key=True,
        )
    if about.get("procMount") == "Unmasked" and as_map(app.get("pod")).get("hostUsers") is not False:
        hint = "add `pod: {hostUsers: false}`"
        findings.add(("securityContext", "procMount"), "Unmasked needs users of the pod's own", hint)
