"""The ways in to an app from outside, with shorthands spelled out.

Data may still have faults here: what has a wrong shape is left out, since another check reports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from generator.spec.types import as_map

Data = Mapping[str, Any]

ALB: Final = "alb"
DEFAULT_TYPE: Final = "Prefix"
_ARN: Final = "arn:"


class Path(NamedTuple):
    """A path of a host, how it is compared, and the port that answers it if it is not the first."""

    path: str
    kind: str = DEFAULT_TYPE
    port: str | int | None = None


class Host(NamedTuple):
    """A host name with its paths."""

    name: str
    paths: tuple[Path, ...]


def class_of(about: Data) -> str:
    """Return the class of an Ingress."""
    return str(about.get("className") or ALB)


def hosts(about: Data) -> tuple[Host, ...]:
    """Return the hosts of an Ingress in their order."""
    listed = about.get("hosts")
    given = listed if isinstance(listed, list) else [about.get("host")]
    shared = _paths(about)
    kind = str(about.get("pathType") or DEFAULT_TYPE)
    return tuple(
        Host(str(one.get("host")), tuple(_spelled(one.get("paths"), kind)) if one.get("paths") else shared)
        for one in (item if isinstance(item, Mapping) else {"host": item} for item in given)
        if isinstance(one.get("host"), str)
    )


def answered(about: Data) -> Iterator[tuple[str, str, str]]:
    """Yield host, path and path's type of all that an Ingress answers to."""
    return ((host.name, path.path, path.kind) for host in hosts(about) for path in host.paths)


def gateway_of(about: Data) -> str:
    """Return the Gateway, and the listener of it, that a route is for."""
    return "/".join(str(about.get(name) or "") for name in ("namespace", "name", "sectionName"))


def routed(about: Data) -> Iterator[tuple[str, str, str]]:
    """Yield host, path and path's type of all that a route answers to; without a host, to all of its Gateway's.

    What asks for more than a path, such as a header, may share it.
    """
    if not isinstance(about.get("name"), str):
        return
    rules, paths = about.get("rules"), about.get("paths")
    found = [*_matched(rules)] if isinstance(rules, list) else [*_spelled(paths or ["/"], DEFAULT_TYPE)]
    names = about.get("hosts")
    for host in names if isinstance(names, list) else [""]:
        yield from ((str(host), path.path, path.kind) for path in found)


def _matched(rules: list[object]) -> Iterator[Path]:
    """Yield the paths that rules are about, of those that ask for nothing else."""
    for rule in rules:
        matches = as_map(rule).get("matches")
        for match in matches if isinstance(matches, list) and matches else [{}]:
            about = as_map(match)
            path = as_map(about.get("path"))
            if about.keys() <= {"path"}:
                kind = str(path.get("type") or "PathPrefix").removeprefix("Path")
                yield Path(str(path.get("value") or "/"), kind)


def certificates(about: Data) -> tuple[str, ...]:
    """Return the ARNs of certificates in ACM."""
    tls = about.get("tls")
    given = tls if isinstance(tls, list) else [tls]
    return tuple(one for one in given if isinstance(one, str) and one.startswith(_ARN))


def secrets(about: Data) -> list[dict[str, Any]]:
    """Return the Secrets with certificates, as an Ingress has them."""
    tls, names = about.get("tls"), [host.name for host in hosts(about)]
    if isinstance(tls, str) and not tls.startswith(_ARN):
        return [{"hosts": names, "secretName": tls}]
    given = [as_map(one) for one in tls] if isinstance(tls, list) else []
    return [
        {"hosts": list(one.get("hosts") or names), "secretName": one["secretName"]}  # type: ignore[call-overload]
        for one in given
        if one.get("secretName")
    ]


def has_https(about: Data) -> bool:
    """Tell whether the load balancer of AWS is to answer by HTTPS, with a certificate in ACM."""
    return about.get("tls") is True or bool(certificates(about))


def _paths(about: Data) -> tuple[Path, ...]:
    kind = str(about.get("pathType") or DEFAULT_TYPE)
    given = about.get("paths")
    return tuple(_spelled(given if isinstance(given, list) else [about.get("path") or "/"], kind))


def _spelled(given: object, kind: str) -> Iterator[Path]:
    for item in given if isinstance(given, list) else []:
        about = item if isinstance(item, Mapping) else {"path": item}
        if isinstance(about.get("path"), str):
            yield Path(about["path"], str(about.get("pathType") or kind), about.get("port"))
