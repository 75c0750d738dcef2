"""Check the databases of an app, beyond the types of fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from generator.spec import placeholder, said
from generator.spec.database import RDS, variables_of
from generator.spec.inheritance import in_environment
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

# The limit leaves room for what CloudNativePG appends.
_LONGEST: Final = 50


def check(path: FieldPath, app: dict[str, Any], environments: Iterable[str], findings: Findings) -> None:
    """Append what is wrong with the databases of an app."""
    databases = {key: _map(about) for key, about in _map(app.get("databases")).items()}
    name, seen = str(path[-1]), dict.fromkeys(_names(app), "the app itself")
    for key, about in databases.items():
        place = (*path, "databases", key)
        if about.get("in") != RDS and len(f"{name}-{key}") > _LONGEST:
            about_length = f"its Cluster would be {name}-{key}, of {len(f'{name}-{key}')} characters"
            findings.add(place, about_length, f"at most {_LONGEST} are possible: give it a shorter name", at_key=True)
        for variable, part in variables_of(key, about).items():
            where = (*place, "variables", variable) if about.get("variables") else place
            if variable in seen:
                hint = "give it another name: `variables: {NAME: uri}`"
                findings.add(where, f"{variable} is set by {seen[variable]}, too", hint, at_key=True)
            seen.setdefault(variable, f"the database {key}")
            if part == "jdbc-uri" and about.get("pooler") is not None:
                findings.add(where, "leads past the pooler", "make it of host, username and password")
    for key in databases:
        _check_buckets((*path, "databases", key, "backup", "bucket"), app, key, environments, findings)


def _names(app: dict[str, Any]) -> Iterator[str]:
    for field in ("config", "secrets", "env"):
        given = app.get(field)
        if isinstance(given, list):
            yield from (str(_map(item).get("name")) for item in given)
        else:
            yield from _map(given)


def _check_buckets(
    path: FieldPath, app: dict[str, Any], key: str, environments: Iterable[str], findings: Findings
) -> None:
    """Refuse one place for the backups of two environments, because their logs would mix."""
    seen: dict[str, str] = {}
    for environment in said.present(app, tuple(environments)):
        override = _map(_map(app.get("environments")).get(environment))
        there = _map(_map(in_environment(app, override).get("databases")).get(key))
        bucket = _map(there.get("backup")).get("bucket")
        if not isinstance(bucket, str):
            continue
        place = placeholder.filled(bucket, environment).rstrip("/")
        if place in seen:
            hint = f"give each its own: `bucket: {bucket.rstrip('/')}/{{environment}}`"
            findings.add(path, f"{seen[place]} and {environment} would write to one place, {place}", hint)
            return
        seen[place] = environment
