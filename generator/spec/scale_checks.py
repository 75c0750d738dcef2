"""Check the number of pods of a workload: a number, or an autoscaler and its metrics.

Paths are relative to the app.
"""

from __future__ import annotations

from typing import Final

from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

# The fields for metrics of an autoscaler.
_METRICS: Final = ("ContainerResource", "External", "Object", "Pods", "Resource")


def check(app: dict[str, object], findings: Findings) -> None:
    """Add findings about the number of pods of a workload."""
    scalers = [name for name in ("autoscale", "keda") if isinstance(app.get(name), dict)]
    for name in scalers:
        scale = _map(app.get(name))
        least, most = scale.get("min"), scale.get("max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            findings.add((name, "min"), f"{least} is more than max, {most}", "min must not exceed max")
    if scalers and app.get("replicas") is not None:
        hint = f"keep replicas or {scalers[0]}"
        findings.add(("replicas",), "the autoscaler says how many", hint, at_key=True)
    if len(scalers) > 1:
        findings.add(("keda",), "both autoscale and keda", "keep one of the two", at_key=True)
    _check_metrics(_map(app.get("autoscale")), findings)
    _check_triggers(_map(app.get("keda")), findings)


def _check_metrics(about: dict[str, object], findings: Findings) -> None:
    """Refuse a metric that is there twice, and unknown types of metrics.

    The published schema has no list of types, but the API server does.
    """
    metrics = about.get("metrics")
    known = {("Resource", repr(name)): f"`{name}:`" for name in ("cpu", "memory") if about.get(name) is not None}
    for index, given in enumerate(metrics if isinstance(metrics, list) else []):
        kind, metric = _map(given).get("type"), _map(given)
        place: FieldPath = ("autoscale", "metrics", index)
        if isinstance(kind, str) and kind not in _METRICS:
            hint = did_you_mean(kind, _METRICS)
            findings.add((*place, "type"), f"no such type of metric: {kind!r}", hint)
            continue
        said = _map(metric.get(f"{str(kind)[:1].lower()}{str(kind)[1:]}"))
        what = {name: value for name, value in said.items() if name != "target"}
        key = (str(kind), repr(what["name"] if what.keys() == {"name"} else what))
        if key in known and what:
            message = f"the metric of {known[key]} again: the higher number of pods would win"
            findings.add(place, message, "keep one of the two")
        known.setdefault(key, f"metrics[{index}]")


def _check_triggers(about: dict[str, object], findings: Findings) -> None:
    """Refuse a minimum of no pods with triggers on the pods' own usage only, because no pod would ever start."""
    given = about.get("triggers")
    kinds = {_map(one).get("type") for one in given} if isinstance(given, list) else set()
    if about.get("min") == 0 and kinds and kinds <= {"cpu", "memory"}:
        hint = "at least 1, or a trigger that is known without pods"
        findings.add(("keda", "min"), "pods that are not there use no cpu or memory: none would be started", hint)
    _check_modifiers(about, findings)


def _check_modifiers(about: dict[str, object], findings: Findings) -> None:
    """Refuse a formula without a target value, and a target value without a formula."""
    given = _map(_map(about.get("advanced")).get("scalingModifiers"))
    place = ("keda", "advanced", "scalingModifiers")
    if not given.get("formula"):
        for name in (name for name in given if name != "formula"):
            findings.add((*place, name), "needs a formula", "add `formula:`, or take it out", at_key=True)
        return
    if given.get("target") is None:
        findings.add((*place, "formula"), "needs a value to aim at", 'add `target: "5"`', at_key=True)
