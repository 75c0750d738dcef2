"""Check that a workload has the fields that its kind needs, and no others. Paths are relative to the workload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from generator.spec import placeholder, workload_kinds
from generator.spec.findings import Findings, did_you_mean, shown
from generator.spec.plain_data import as_map

_MOST_STARTING: Final = 10
# Reasons why a kind does not have a field, if a list of the other kinds does not explain it.
_NO_PLACE: Final[Mapping[tuple[str, str], str]] = {
    ("DaemonSet", "replicas"): "take it out: there is one pod on each node; `pod: {nodeSelector: …}` says on which",
    ("DaemonSet", "autoscale"): "take it out: there is one pod on each node",
    ("DaemonSet", "disruption"): "take it out: a drain of a node leaves the pods of a DaemonSet",
    ("DaemonSet", "strategy"): "write `updateStrategy`",
    ("StatefulSet", "strategy"): "write `updateStrategy`",
    ("Deployment", "updateStrategy"): "write `strategy`",
    ("Job", "ttlSecondsAfterFinished"): "take it out: Argo CD would run a Job again that is gone",
    ("Job", "schedule"): "say `kind: CronJob`",
    ("CronJob", "replicas"): "say `parallelism`, how many pods of a run work at once",
    ("Job", "replicas"): "say `parallelism`, how many pods work at once",
}


def check(app: dict[str, object], findings: Findings) -> None:
    """Append what is wrong with the kind of a workload and its fields."""
    kind = app.get("kind") or workload_kinds.DEFAULT
    if kind not in workload_kinds.NAMES:
        return  # The check of types reports this.
    for field, value in app.items():
        if value is not None and not workload_kinds.takes(str(kind), field):
            article = "an" if str(kind)[0] in "AEIOU" else "a"
            findings.add((field,), f"{article} {kind} has no {field}", _instead(str(kind), field), at_key=True)
    if kind == "CronJob" and app.get("schedule") is None:
        findings.add(("kind",), "a CronJob needs a schedule", 'add `schedule: "0 3 * * *"`, which is 03:00 every day')
    for name, looks in _CHECKS.items():
        if app.get(name) is not None and workload_kinds.takes(str(kind), name):
            looks(app, findings)


def _instead(kind: str, field: str) -> str:
    if hint := _NO_PLACE.get((kind, field)):
        return hint
    kinds = workload_kinds.that_take(field)
    if workload_kinds.ends(kind) and not any(map(workload_kinds.ends, kinds)):
        return "take it out: its pods run to an end, and serve no requests"
    return f"take it out, or say `kind: {kinds[0]}`" if kinds else "take it out"


def _check_schedule(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import cron

    schedule = app.get("schedule")
    if isinstance(schedule, str) and not placeholder.has(schedule) and (wrong := cron.mistake(schedule)):
        findings.add(("schedule",), *wrong)
    elif isinstance(schedule, int | float):
        findings.add(("schedule",), f"expected a schedule, got {shown(schedule)}", 'like "0 3 * * *", in quotes')


def _check_time_zone(app: dict[str, object], findings: Findings) -> None:
    zone = app.get("timeZone")
    if not isinstance(zone, str) or placeholder.has(zone):
        return
    from generator.spec import time_zones

    if wrong := time_zones.mistake(zone):
        findings.add(("timeZone",), *wrong)


def _check_strategy(app: dict[str, object], findings: Findings) -> None:
    about = as_map(app.get("strategy"))
    _check_pace("strategy", about, findings)
    pace = as_map(about.get("rollingUpdate"))
    if pace.get("maxUnavailable") in (None, 0, "0%") and pace.get("maxSurge") in (0, "0%"):
        hint = "allow at least one more, or one less"
        findings.add(("strategy", "rollingUpdate", "maxSurge"), "no pod could ever be replaced", hint)


def _check_rollout(app: dict[str, object], findings: Findings) -> None:
    about = as_map(app.get("rollout"))
    both = about.get("canary") is not None and about.get("blueGreen") is not None
    if both or not (about.get("canary") is not None or about.get("blueGreen") is not None):
        findings.add(
            ("rollout",), "needs exactly one of canary, blueGreen", "write one of them, and no other", at_key=True
        )
    if about.get("blueGreen") is not None and not (app.get("port") or app.get("ports")):
        hint = "say `port:`, or take `canary`"
        findings.add(("rollout", "blueGreen"), "there is no Service to switch over", hint, at_key=True)


def _check_metrics(app: dict[str, object], findings: Findings) -> None:
    ports = app.get("ports")
    listed = [as_map(one) for one in ports] if isinstance(ports, list) else []
    known: list[object] = [value for one in listed for value in (one.get("name"), one.get("containerPort")) if value]
    known += ["http", app["port"]] if app.get("port") else []
    if not known:
        findings.add(("metrics",), "there is no port to read them from", "say `port:`, or `ports:`", at_key=True)
        return
    wanted = as_map(app.get("metrics")).get("port")
    if wanted is not None and wanted not in known:
        hint = did_you_mean(wanted, [str(one) for one in known])
        findings.add(("metrics", "port"), f"there is no port {shown(wanted)}", hint)


def _check_update_strategy(app: dict[str, object], findings: Findings) -> None:
    about = as_map(app.get("updateStrategy"))
    _check_pace("updateStrategy", about, findings)
    pace = as_map(about.get("rollingUpdate"))
    foreign = ("maxSurge", "maxUnavailable") if app.get("kind") == "StatefulSet" else ("partition",)
    for name in foreign:
        if pace.get(name) is not None:
            hint = "take it out" if name == "partition" else "take it out: it replaces one pod at a time"
            place = ("updateStrategy", "rollingUpdate", name)
            findings.add(place, f"a {app.get('kind')} has no {name}", hint, at_key=True)
    if app.get("kind") != "DaemonSet":
        return
    surge, missing = pace.get("maxSurge"), pace.get("maxUnavailable")
    if surge not in (None, 0, "0%") and missing not in (0, "0%"):
        hint = "a node has either two pods meanwhile, or none: add `maxUnavailable: 0`"
        findings.add(("updateStrategy", "rollingUpdate", "maxSurge"), "both maxSurge and maxUnavailable", hint)
    elif missing in (0, "0%") and surge in (None, 0, "0%"):
        place = ("updateStrategy", "rollingUpdate", "maxUnavailable")
        findings.add(place, "no pod could ever be replaced", "at least 1, or `maxSurge: 1`")


def _check_pace(field: str, about: dict[str, object], findings: Findings) -> None:
    kind = about.get("type")
    if kind not in (None, "RollingUpdate") and about.get("rollingUpdate") is not None:
        findings.add((field, "rollingUpdate"), f"{kind} has no pace", "take it out, or `type`", at_key=True)


def _check_ready(app: dict[str, object], findings: Findings) -> None:
    ready, deadline = app.get("minReadySeconds"), app.get("progressDeadlineSeconds", 600)
    if app.get("kind", workload_kinds.DEFAULT) != "Deployment" or not isinstance(deadline, int):
        return
    if isinstance(ready, int) and ready >= deadline:
        hint = f"less, or `progressDeadlineSeconds: {ready + 600}`"
        findings.add(("minReadySeconds",), f"a rollout has failed after {deadline} seconds already", hint)


def _check_claims(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import pod_word_checks, quantity

    for name, about in as_map(app.get("volumeClaimTemplates")).items():
        place = ("volumeClaimTemplates", name)
        if odd := quantity.mistake("storage", as_map(about).get("size")):
            findings.add((*place, "size"), *odd)
    pod_word_checks.check_claims("volumeClaimTemplates", app, findings)


def _check_starting(app: dict[str, object], findings: Findings) -> None:
    seconds = app.get("startingDeadlineSeconds")
    if isinstance(seconds, int) and seconds < _MOST_STARTING:
        hint = f"at least {_MOST_STARTING}: schedules are looked at that often"
        findings.add(("startingDeadlineSeconds",), f"after {seconds} seconds nothing may ever start", hint)


_CHECKS: Final[Mapping[str, Callable[[dict[str, object], Findings], None]]] = {
    "schedule": _check_schedule,
    "timeZone": _check_time_zone,
    "strategy": _check_strategy,
    "updateStrategy": _check_update_strategy,
    "rollout": _check_rollout,
    "metrics": _check_metrics,
    "minReadySeconds": _check_ready,
    "volumeClaimTemplates": _check_claims,
    "startingDeadlineSeconds": _check_starting,
}
