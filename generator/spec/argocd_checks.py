"""Check ``argocd``: the needs of its flavour, and that migrations fit into the time limit of a sync."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from generator.spec import argocd
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

# Labels of namespaces that the generator sets, and the fields for them.
_OWN_LABELS: Final = {
    "pod-security.kubernetes.io/": "podSecurity",
    "elbv2.k8s.aws/pod-readiness-gate-inject": "readinessGate",
    "app.kubernetes.io/part-of": "",
}
_TELLS: Final = "`aws eks describe-capability` tells it"


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about settings that are impossible with this Argo CD."""
    given = _map(data.get("argocd"))
    if given.get("flavor") == argocd.EKS_CAPABILITY:
        _check_capability(given, _map(data.get("environments")), findings)
    _check_notifications(data, findings)
    for name, one in _map(data.get("environments")).items():
        _check_namespace(("environments", name, "namespaceMetadata", "labels"), _map(one), findings)
    try:
        limit = argocd.build({**given, "version": None}).migration_seconds
    except (TypeError, ValueError, KeyError):  # It is no duration; another check reports that.
        return
    if limit:
        for path, seconds in _migrations(_map(data.get("apps"))):
            _check_migration(path, seconds, limit, findings)


def _check_notifications(data: Mapping[str, object], findings: Findings) -> None:
    about, environments = _map(data.get("notifications")), _map(data.get("environments"))
    if not about:
        return
    from generator.spec import notifications

    managed = _map(data.get("argocd")).get("flavor") == argocd.EKS_CAPABILITY
    for kind in notifications.BY_CONTROLLER if managed else ():
        if about.get(kind):
            hint = "take `sns` or `webhook`, which `wait --notify` tells"
            findings.add(("notifications", kind), "the EKS capability has no controller for it", hint, at_key=True)
    chosen = about.get("environments")
    for index, name in enumerate(chosen if isinstance(chosen, list) else ()):
        if isinstance(name, str) and name not in environments:
            findings.add(
                ("notifications", "environments", index), "no such environment", did_you_mean(name, tuple(environments))
            )


def _check_namespace(path: FieldPath, environment: Mapping[str, object], findings: Findings) -> None:
    for label in _map(_map(environment.get("namespaceMetadata")).get("labels")):
        field = next((field for prefix, field in _OWN_LABELS.items() if str(label).startswith(prefix)), None)
        if field is not None:
            findings.add(
                (*path, label), "is set already", f"take it out{field and f': that is `{field}:`'}", at_key=True
            )


def _check_capability(given: Mapping[str, object], environments: Mapping[str, object], findings: Findings) -> None:
    if not given.get("cluster"):
        hint = "add `cluster:`, the ARN of the cluster that has the capability"
        findings.add(("argocd", "flavor"), "the EKS capability does not know its own cluster by itself", hint)
    if not given.get("version"):
        findings.add(("argocd", "flavor"), "the EKS capability has a version of its own", f"add `version:`; {_TELLS}")
    named: dict[FieldPath, object] = {("argocd", "cluster"): given.get("cluster")}
    for name, one in environments.items():
        named["environments", name, "cluster"] = _map(one).get("cluster")
        for cluster, address in _map(_map(one).get("clusters")).items():
            named["environments", name, "clusters", cluster] = address
    for path, value in named.items():
        if isinstance(value, str) and value.startswith("https:"):
            hint = "write its ARN, like arn:aws:eks:eu-west-1:123456789012:cluster/live"
            findings.add(path, "the EKS capability knows no cluster by its URL", hint)


def _migrations(apps: Mapping[str, object]) -> Iterator[tuple[FieldPath, object]]:
    """Yield the path and the value of each time limit of a migration."""
    for name, app in apps.items():
        yield ("apps", name, "migration", "timeout"), _map(_map(app).get("migration")).get("timeout")
        for environment, override in _map(_map(app).get("environments")).items():
            path = ("apps", name, "environments", environment, "migration", "timeout")
            yield path, _map(_map(override).get("migration")).get("timeout")


def _check_migration(path: FieldPath, seconds: object, limit: int, findings: Findings) -> None:
    if isinstance(seconds, int) and seconds > limit:
        hint = (
            f"at most {limit}; what takes longer is run before the release, or `argocd: {{syncTimeout: …}}` is longer"
        )
        findings.add(path, "Argo CD ends the sync, and the migration with it, before that", hint)
