"""Check an app that is a Helm chart, beyond the types of fields."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from generator.spec.chart import OCI
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

# The fields of an app that is a chart.
_OF_CHARTS: Final = frozenset({"chart", "values", "environments", "renamedFrom"})
# The fields of the chart that may differ in an environment.
_OF_VERSIONS: Final = frozenset({"version", "digest"})
_IN_VALUES: Final = "a chart's values say that: `values: {…}`"


def check(
    path: FieldPath,
    app: dict[str, Any],
    environments: tuple[str, ...],
    fields: Container[str],
    findings: Findings,
    *,
    own_fields: Container[str],
) -> None:
    """Append what is wrong with an app that is a chart.

    ``fields`` are those that an app can have, ``own_fields`` those of its `chart`.
    """
    for name in app:
        if name not in _OF_CHARTS and name in fields and app[name] is not None:
            hint = "an app is a chart or an image: take one of the two out" if name == "image" else _IN_VALUES
            findings.add((*path, name), f"a chart has no {name}", hint, at_key=True)
    about = _map(app.get("chart"))
    _check_digest((*path, "chart"), about.get("repository"), about, findings)
    for environment, override in _map(app.get("environments")).items():
        place = (*path, "environments", environment)
        if environments and environment not in environments:
            findings.add(place, "no such environment", did_you_mean(environment, environments), at_key=True)
        for name in _map(override):
            if name not in _OF_CHARTS and name in fields:
                findings.add((*place, name), f"a chart has no {name}", _IN_VALUES, at_key=True)
        own = _map(_map(override).get("chart"))
        for name in own:
            if name in own_fields and name not in _OF_VERSIONS:
                hint = "an app of its own can be another chart; an environment has another version or other values"
                findings.add((*place, "chart", name), "the same in all environments", hint, at_key=True)
        _check_digest((*place, "chart"), about.get("repository"), own, findings)
        if own.get("digest") and not own.get("version"):
            findings.add((*place, "chart", "digest"), "a digest without its version", "add `version:` beside it")


def _check_digest(path: FieldPath, repository: object, about: dict[str, Any], findings: Findings) -> None:
    """Refuse a digest if Argo CD cannot verify it."""
    if about.get("digest") and isinstance(repository, str) and not repository.startswith(OCI):
        hint = "take it out: `charts lock` keeps it in chart.lock; or use the chart's registry, oci://…"
        findings.add((*path, "digest"), "Argo CD asks a repository by version alone", hint, at_key=True)


def check_none(path: FieldPath, app: dict[str, Any], findings: Findings) -> None:
    """Refuse fields of charts in other apps."""
    places: list[tuple[FieldPath, dict[str, Any]]] = [(path, app)]
    places += [
        ((*path, "environments", name), _map(override)) for name, override in _map(app.get("environments")).items()
    ]
    for place, given in places:
        for name in ("chart", "values"):
            if given.get(name) is not None:
                hint = "an app that is a chart says so: `chart: {repository: …, version: …}`"
                findings.add((*place, name), f"{name} is for charts, and this app is not one", hint, at_key=True)
