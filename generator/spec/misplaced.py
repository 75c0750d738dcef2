"""Hints for fields of Kubernetes in a wrong place: where the language has them.

Only imported after a fault, so that it costs nothing for specs without faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Fields of Kubernetes' PodSpec and Container, without fields of the language and those in _SPECIAL.
# tests/unit/spec/test_misplaced.py compares them with Kubernetes' schema.
POD: Final = frozenset({
    "ephemeralContainers", "hostnameOverride", "nodeName", "os", "overhead", "priority", "schedulingGroup",
    "serviceAccountName",
})  # fmt: skip
CONTAINER: Final = frozenset({"resizePolicy", "restartPolicyRules"})
_PROBE: Final = frozenset({
    "httpGet", "tcpSocket", "exec", "grpc", "initialDelaySeconds", "periodSeconds", "timeoutSeconds",
    "successThreshold", "failureThreshold",
})  # fmt: skip
_DEPLOYMENT: Final = frozenset({"paused"})
_NO_MANIFEST: Final = "this is no manifest: an app's fields stand directly under its name"
_RUNS: Final = "write `pod: {restartPolicy: OnFailure}`, of a Job or a CronJob"
SPECIAL: Final[Mapping[str, str]] = {
    "name": "the app's name is the key that it stands under",
    "containers": "an app is one container, whose fields stand here; more of them: `sidecars: {NAME: {image: …}}`",
    "automountServiceAccountToken": "write `serviceAccount: {token: true}`",
    "restartPolicy": _RUNS,
    **dict.fromkeys(("apiVersion", "metadata", "spec", "selector", "template"), _NO_MANIFEST),
}
_PLAIN: Final = re.compile(r"[A-Za-z0-9/._-]{1,60}")
_ALIKE: Final = 0.8


def in_app(name: str, value: object) -> str:
    """Return a hint for an unknown field of an app, or "" if Kubernetes does not have the field either."""
    import difflib

    from generator.spec.language import APP

    known = {*POD, *CONTAINER, *_PROBE, *_DEPLOYMENT, *SPECIAL}
    if name in known:
        return _line(name, value)
    near = difflib.get_close_matches(name, sorted(known | APP.fields.keys()), n=1, cutoff=_ALIKE)
    return f'did you mean "{near[0]}"? {_line(near[0], value)}' if near and near[0] in known else ""


def in_override(name: str, value: object) -> str:
    """Return the same for the app's part of an environment, which has fewer fields than the app."""
    from generator.spec.language import APP

    if name == "name":
        return "the names of objects are the same in every environment"
    if name in ("tag", "digest"):
        return f"`bump` sets the {name} of an environment"
    if name in APP.fields:
        return "that is the same in every environment: write it outside of the app's `environments`"
    return in_app(name, value)


def in_workload(name: str, value: object) -> str:
    """Return the same for a workload, which also has fewer fields than the app."""
    from generator.spec.language import APP

    if name in APP.fields:
        return "that is the same for all workloads of an app: write it outside of `workloads`"
    return in_app(name, value)


def _line(name: str, value: object) -> str:
    if name in SPECIAL:
        return SPECIAL[name]
    written = f"{name}: {_short(value)}"
    if name in POD:
        return f"that is the pod's: `pod: {{{written}}}`"
    if name in CONTAINER:
        return f"that is the container's: `container: {{{written}}}`"
    if name in _PROBE:
        return f"that is a probe's: `readinessProbe: {{{written}}}`, or `livenessProbe` or `startupProbe`"
    return f"that is the Deployment's: add `{written}` to base/APP/deployment.yaml by hand; edits are kept"


def _short(value: object) -> str:
    """Return a value as YAML on one line, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return "[…]" if isinstance(value, list) else "…"
