"""The stores of apps in an environment, and the roles of pods on EKS that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs.infra.configuration import Module, Output, of_app
from generator.render.outputs.infra.hcl import Block, Raw, Value
from generator.spec import aws_names, database, stores, targets

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here
    from generator.spec.model import App
    from generator.spec.stores import Store

_VISIBILITY: Final = 30
_ATTEMPTS: Final = 5


def modules(here: Here) -> Iterator[Module]:
    """Yield the modules of new stores, and of the roles of apps on EKS with stores."""
    for target in targets.NAMES:
        for app in here.apps(target):
            yield from _stores(here, app, target)
            if target == targets.EKS and (allowed := here.statements(app)):
                yield _role(here, app, allowed)


def _stores(here: Here, app: App, target: str) -> Iterator[Module]:
    for store in here.stores(app):
        if not store.existing:
            source = store.kind.removesuffix("s")
            name = f"{source}_{_label(f'{app.name}-{store.key}')}"
            yield Module(name, source, _arguments(here, app, target, store), file=of_app(app.name))


def _arguments(here: Here, app: App, target: str, store: Store) -> dict[str, Value]:
    arguments: dict[str, Value] = {"name": store.name}
    if store.kind == "databases":
        return arguments | _database(here, app, target, store.given)
    if store.kind == "queues":
        visibility = store.given.get("visibility")
        arguments["visibility"] = _VISIBILITY if visibility is None else visibility
        arguments["attempts"] = store.given.get("attempts") or _ATTEMPTS
    if found := stores.indexes(store.given):
        arguments["indexes"] = {name: _index(about) for name, about in sorted(found.items())}
    return arguments | {name: store.given[name] for name in ("key", "sort", "ttl") if store.given.get(name)}


def _index(about: Mapping[str, Any]) -> dict[str, Value]:
    return {name: about[name] for name in ("key", "sort", "attributes") if about.get(name) is not None}


def _database(here: Here, app: App, target: str, given: Mapping[str, Any]) -> dict[str, Value]:
    arguments: dict[str, Value] = {
        "vpc": here.vpc["vpc"],
        "subnets": here.database_subnets,
        "clients": _clients(here, app, target),
        "engine_version": given.get("version") or database.DEFAULT_VERSION,
        "class": given.get("class") or database.DEFAULT_CLASS,
        "storage": given.get("storage") or database.DEFAULT_STORAGE,
        "multi_az": bool(given.get("multiAz")),
        "backup_days": given.get("backupDays") or database.DEFAULT_BACKUP_DAYS,
    }
    return arguments | ({"rotation": given["rotation"]} if given.get("rotation") else {})


def _clients(here: Here, app: App, target: str) -> dict[str, Value]:
    """Return the security groups that may connect to an app's databases: those of its tasks, or that of all pods."""
    if target == targets.EKS:
        group = "vpc_config[0].cluster_security_group_id" if here.place.cluster.existing else "security_group"
        return {"pods": Raw(f"{here.cluster}.{group}")}
    return {one.name: Raw(f"module.{here.label(one)}.security_group") for one in here.workloads(app)}


def existing(here: Here) -> list[Block]:
    """Return the data blocks of existing databases."""
    found = ((app, store) for target in targets.NAMES for app in here.apps(target) for store in here.stores(app))
    return [
        Block(
            f'data "aws_db_instance" "{_label(f"{app.name}-{store.key}")}"',
            [("db_instance_identifier", store.name)],
            file=of_app(app.name),
        )
        for app, store in found
        if store.kind == "databases" and store.existing
    ]


def outputs(here: Here) -> Iterator[Output]:
    """Yield the outputs of databases."""
    for target in targets.NAMES:
        for app in here.apps(target):
            for name, given in here.given(app).items():
                yield Output(name, f"Of a database of {app.name}.", given, of_app(app.name))


def _role(here: Here, app: App, allowed: list[Value]) -> Module:
    arguments: dict[str, Value] = {
        "name": aws_names.pod_role(here.infra.project, here.environment, app.name),
        "account": here.place.account,
        "boundary": here.boundary,
        "cluster": Raw(f"{here.cluster}.name"),
        "namespace": app.namespace_in(here.spec.environments[here.environment]),
        "service_account": app.name,
        "statements": allowed,
    }
    return Module(f"role_{_label(app.name)}", "app_role", arguments, file=of_app(app.name))


def _label(name: str) -> str:
    return name.replace("-", "_")
