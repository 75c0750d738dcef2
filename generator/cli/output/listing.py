"""Make the rows of ``list``: the apps, environments or products of the spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator import Spec


def apps(spec: Spec, names: Sequence[str], *, json: bool) -> list[dict[str, object]]:
    """Return a row for each of these apps; if the spec has products, with the app's product."""
    of_apps = {app: name for name, apps in spec.products.items() for app in apps}
    return [
        {
            "app": app.name,
            **({"product": of_apps.get(app.name)} if json or of_apps else {}),
            "image": app.image,
            "source": app.build.source if app.build else None,
            "replicas": _replicas(spec, app.name, "replicas" if json else "pods"),
        }
        for app in map(spec.apps.__getitem__, names)
    ]


def _replicas(spec: Spec, name: str, written: str) -> dict[str, object]:
    """Return the number of pods by environment; empty for a chart, because its values decide that."""
    app = spec.described.get(name)
    return {environment: getattr(here, written) for environment, here in app.instances.items()} if app else {}


def environments(spec: Spec) -> list[dict[str, object]]:
    """Return a row for each environment."""
    return [
        {
            "environment": one.name,
            "namespace": one.namespace,
            "cluster": one.told_clusters,
            "sync": one.sync,
            "approvers": list(one.approvers),
        }
        for one in spec.environments.values()
    ]


def cell(value: object) -> str:
    """Return the text of a value in a table."""
    if not value:
        return "-"
    match value:
        case dict():
            return " ".join(f"{name}={'auto' if count is None else count}" for name, count in value.items())
        case list():
            return ", ".join(str(item) for item in value)
    return str(value)


def products(spec: Spec) -> list[dict[str, object]]:
    """Return a row for each product."""
    return [{"product": name, "apps": list(apps)} for name, apps in spec.products.items()]
