"""The stores of apps in an environment, and the roles by which pods on EKS use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, targets

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here
    from generator.spec.model import App
    from generator.spec.stores import Store

_VISIBILITY: Final = 30
_ATTEMPTS: Final = 5


def modules(here: Here) -> Iterator[Module]:
    """Yield each store that is made here, and the role of each app on EKS that has any."""
    for target in targets.NAMES:
        for app in here.apps(target):
            yield from _stores(here, app)
            if target == targets.EKS and (allowed := here.statements(app)):
                yield _role(here, app, allowed)


def _stores(here: Here, app: App) -> Iterator[Module]:
    for store in here.stores(app):
        if not store.existing:
            source = store.kind.removesuffix("s")
            yield Module(f"{source}_{_label(f'{app.name}-{store.key}')}", source, _arguments(store))


def _arguments(store: Store) -> dict[str, Value]:
    arguments: dict[str, Value] = {"name": store.name}
    if store.kind == "queues":
        visibility = store.given.get("visibility")
        arguments["visibility"] = _VISIBILITY if visibility is None else visibility
        arguments["attempts"] = store.given.get("attempts") or _ATTEMPTS
    return arguments | {name: store.given[name] for name in ("key", "sort", "ttl") if store.given.get(name)}


def _role(here: Here, app: App, allowed: list[Value]) -> Module:
    at = "data.aws_eks_cluster.existing" if here.place.cluster.existing else "module.cluster"
    arguments: dict[str, Value] = {
        "name": aws_names.pod_role(here.infra.project, here.environment, app.name),
        "account": here.place.account,
        "boundary": here.boundary,
        "cluster": Raw(f"{at}.name"),
        "namespace": app.namespace_in(here.spec.environments[here.environment]),
        "service_account": app.name,
        "statements": allowed,
    }
    return Module(f"role_{_label(app.name)}", "app_role", arguments)


def _label(name: str) -> str:
    return name.replace("-", "_")
