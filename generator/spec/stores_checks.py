"""Check the stores of apps in AWS, beyond the types of fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec import index_checks, stores, targets
from generator.spec.database import RDS
from generator.spec.database import variables_of as database_variables
from generator.spec.inheritance import in_environment
from generator.spec.plain_data import as_map as _map
from generator.spec.stores import Store, Where

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

_Data = dict[str, Any]
_IDENTIFIER: Final = re.compile(r"[a-z](?:-?[a-z0-9])*")
_ASK_INFRA: Final = 'say `infra: {region: eu-west-1, accounts: "123456789012"}`, and Terraform makes them'
_BY_HAND: Final = "in infra/modules/database by hand; edits are kept"
# Fields of a database in the cluster, with the hint for one in RDS.
_OF_CLUSTER: Final = {
    "size": "say `storage: 20`, in GiB",
    "storageClassName": "take it out: RDS has gp3",
    "instances": "say `multiAz: true`",
    "image": "say `version`",
    "resources": "say `class: db.t4g.small`",
    "parameters": f"set them {_BY_HAND}",
    "backup": "say `backupDays: 7`",
    "pooler": "take it out; RDS Proxy is a service of its own",
}
# Fields of a database in RDS, with the hint for one in the cluster.
_OF_RDS: Final = {
    "class": "say `resources`",
    "storage": "say `size: 20Gi`",
    "multiAz": "say `instances: 2`",
    "backupDays": "say `backup: {bucket: …, retention: 7d}`",
    "rotation": "take it out: nothing changes its password",
    "existing": "put its address into `secrets`, without `databases`",
}
_OF_A_NEW_ONE: Final = (
    "key", "sort", "ttl", "indexes", "visibility", "attempts", "class", "storage", "multiAz", "version",
    "backupDays", "rotation",
)  # fmt: skip


def check(data: _Data, findings: Findings) -> None:
    """Add findings about the stores of all apps."""
    apps = {name: _map(app) for name, app in _map(data.get("apps")).items()}
    for name, app in apps.items():
        for place, said in _said(app):
            _check_said(("apps", name, *place), said, findings)
        if app.get("databases") or any(_map(said).get("databases") for _, said in _said(app)):
            _check_databases(("apps", name), app, tuple(_map(data.get("environments"))), findings)
    if not data.get("infra"):
        _check_unasked(apps, findings)
        return
    found: dict[str, FieldPath] = {}
    for environment in _map(data.get("environments")):
        for name, app in apps.items():
            there = _in_environment(app, environment)
            if there is not None and any(there.get(kind) for kind in stores.KINDS):
                _App(data, name, app, environment, there, findings).check(found)


def _said(app: _Data) -> Iterator[tuple[FieldPath, _Data]]:
    yield (), app
    for name, override in _map(app.get("environments")).items():
        yield ("environments", name), _map(override)


def _in_environment(app: _Data, environment: str) -> _Data | None:
    """Return an app's data in an environment; None if it is not in it."""
    override = _map(app.get("environments")).get(environment)
    general = {name: value for name, value in app.items() if name != "environments"}
    return None if override is False else in_environment(general, _map(override))


def _check_said(path: FieldPath, said: _Data, findings: Findings) -> None:
    """Refuse fields of new stores in an existing store."""
    for kind in stores.KINDS:
        for key, about in _map(said.get(kind)).items():
            own = _map(about)
            for field in _OF_A_NEW_ONE if own.get("existing") else ():
                if own.get(field) is not None:
                    hint = "take it out: what exists has its own"
                    findings.add((*path, kind, key, field), f"{field} of what is not made here", hint, at_key=True)


def _check_unasked(apps: Mapping[str, _Data], findings: Findings) -> None:
    for name, app in apps.items():
        for place, said in _said(app):
            for kind in stores.KINDS:
                if kind == "databases" and any(_map(one).get("in") == RDS for one in _map(said.get(kind)).values()):
                    hint = f"{_ASK_INFRA}; or `in: cluster`"
                    findings.add(("apps", name, *place, kind), "RDS is in AWS, and the project has no `infra:`", hint)
                elif kind != "databases" and said.get(kind):
                    path = ("apps", name, *place, kind)
                    findings.add(path, f"{kind} are in AWS, and the project has no `infra:`", _ASK_INFRA, at_key=True)


def _check_databases(path: FieldPath, app: _Data, environments: tuple[str, ...], findings: Findings) -> None:
    """Refuse fields of databases in the cluster for one in RDS, and the reverse."""
    there = {one: found for one in environments if (found := _in_environment(app, one)) is not None}
    for place, said in _said(app):
        for key, about in _map(said.get("databases")).items():
            fitting = [one for one in there if not place or place[1] == one]
            ran = {_map(_map(there[one].get("databases")).get(key)).get("in") or "cluster" for one in fitting}
            at = (*path, *place, "databases", key)
            for where, fields in (("cluster", _OF_CLUSTER), (RDS, _OF_RDS)):
                for field, hint in fields.items() if where not in ran else ():
                    if _map(about).get(field) is not None:
                        message = "no database in the cluster has it" if where == RDS else "RDS has none"
                        findings.add((*at, field), message, hint, at_key=True)
            for name, part in _map(_map(about).get("variables")).items():
                if part == "secret" and RDS not in ran:
                    hint = "say `password`, or `in: rds`"
                    findings.add((*at, "variables", name), "a database in the cluster has no such part", hint)


class _App:
    """An app with stores in an environment."""

    def __init__(self, data: _Data, name: str, app: _Data, environment: str, there: _Data, findings: Findings) -> None:
        self._data, self._name, self._app, self._there, self._findings = data, name, app, there, findings
        self._environment = environment
        self._by_environment = targets.of_environments(_map(data.get("environments")))

    def check(self, found: dict[str, FieldPath]) -> None:
        """Check the app; ``found`` has the names that are used already, with their paths."""
        at = self._where()
        made = list(stores.stores(self._there, at)) if at else []
        for one in made:
            self._check_store(one)
            self._check_name(one, at, found)
        self._check_variables(made)
        self._check_role(made)
        self._check_previews(made)

    def _where(self) -> Where | None:
        """Return the place of the stores in AWS; None if it is unknown, because another check reports that."""
        about = _map(self._data.get("infra"))
        own = _map(_map(_map(self._data.get("environments")).get(self._environment)).get("infra"))
        accounts, region = about.get("accounts"), own.get("region") or about.get("region")
        account = accounts if isinstance(accounts, str) else _map(accounts).get(self._environment)
        project = self._data.get("project")
        if not (isinstance(account, str) and isinstance(region, str) and isinstance(project, str)):
            return None
        return Where(project, self._environment, self._name, region, account, targets.partition(region))

    def _path(self, *inner: str) -> FieldPath:
        """Return the path of a field: in the app's part of the environment, or in the app."""
        place: FieldPath = ("environments", self._environment)
        said: object = _map(_map(self._app.get("environments")).get(self._environment))
        for part in inner:
            said = _map(said).get(part)
        return ("apps", self._name, *(() if said is None else place), *inner)

    def _add(self, inner: tuple[str, ...], message: str, hint: str) -> None:
        fault = (self._path(*inner), message)
        if all((one.path, one.message) != fault for one in self._findings.items):
            self._findings.add(*fault, hint, at_key=True)

    def _check_store(self, store: Store) -> None:
        place = (store.kind, store.key)
        if store.kind == "databases" and not store.existing and not _IDENTIFIER.fullmatch(store.name):
            hint = "give the project, the environment, the app or the database another name"
            self._add(place, f"RDS takes no {store.name}: it has two hyphens together", hint)
        if store.kind != "tables" or store.existing:
            return
        names = {field: store.given.get(field) for field in ("key", "sort", "ttl")}
        if not names["key"]:
            self._add(place, "no key", "say which attribute tells items apart: `key: id`; or `existing: NAME`")
        for field, others in (("sort", ("key",)), ("ttl", ("key", "sort"))):
            if names[field] and names[field] in [names[other] for other in others]:
                hint = "name another attribute"
                self._add((*place, field), f"{names[field]} is the {' or '.join(others)} already", hint)
        for inner, message, hint in index_checks.faults(store.given):
            self._add((*place, "indexes", *inner), message, hint)

    def _check_name(self, store: Store, at: Where | None, found: dict[str, FieldPath]) -> None:
        """Refuse one name for two stores, and a name that is cut so that it loses the prefix in permissions."""
        if store.existing or at is None:
            return
        path, prefix = self._path(store.kind, store.key), f"{at.project}-{at.environment}-"
        if not store.name.startswith(prefix):
            message = f"its name would be {store.name}, and {prefix} is cut off, which permissions are bound to"
            self._add((store.kind, store.key), message, "give the project or the environment a shorter name")
        taken = found.setdefault(f"{store.kind} {store.name}", path)
        if taken != path:
            message = f"AWS would call it {store.name}, as {'.'.join(map(str, taken))}"
            self._add((store.kind, store.key), message, "give it another name")

    def _check_variables(self, made: list[Store]) -> None:
        taken = {
            name: f"`{field}`" for field in ("config", "secrets", "env") for name in _names(self._there.get(field))
        }
        # Another check compares the variables of databases with each other and with the app's.
        for key, about in _map(self._there.get("databases")).items():
            taken |= dict.fromkeys(database_variables(key, _map(about)), f"databases.{key}")
        for store in (one for one in made if one.kind != "databases"):
            place = (store.kind, store.key)
            for name, part in stores.variables_of(store).items():
                inner = (*place, "variables", name) if store.given.get("variables") else place
                if name in taken:
                    hint = f"give it another name: `variables: {{NAME: {part}}}`"
                    self._add(inner, f"{name} is set by {taken[name]}, too", hint)
                taken.setdefault(name, f"{store.kind}.{store.key}")

    def _check_role(self, made: list[Store]) -> None:
        if made and _map(self._there.get("serviceAccount")).get("roleArn"):
            hint = "take it out: the app gets a role that may use its stores, and nothing else"
            self._add(("serviceAccount", "roleArn"), "the app has stores, and so a role of its own", hint)
        about = _map(_map(self._data.get("infra")).get("cluster"))
        own = _map(_map(_map(_map(self._data.get("environments")).get(self._environment)).get("infra")).get("cluster"))
        on_eks = targets.of(self._app, self._environment, self._by_environment) == targets.EKS
        if made and on_eks and (own.get("compute") or about.get("compute")) == "fargate":
            hint = "say `compute: auto` or `nodes` of the cluster, or `target: ecs` of the app"
            message = f"pods on EKS with Fargate get no role by Pod Identity, as in {self._environment}"
            self._add((made[0].kind,), message, hint)

    def _check_previews(self, made: list[Store]) -> None:
        given = _map(_map(self._data.get("environments")).get(self._environment))
        if made and given.get("pullRequests") is not None:
            kind = made[0].kind
            hint = f"leave them out there: `environments: {{{self._environment}: {{{kind}: null}}}}`"
            self._add((kind,), f"Terraform makes nothing for previews, as {self._environment} has", hint)


def _names(given: object) -> Iterator[str]:
    if isinstance(given, list):
        yield from (str(_map(item).get("name")) for item in given)
    else:
        yield from _map(given)
