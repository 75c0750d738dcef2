"""Read ``ingress`` and ``gateway`` of an app, with short forms written out.

The data may still have faults: values with a wrong shape are left out, because another check reports them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from generator.spec.plain_data import as_map

Data = Mapping[str, Any]

ALB: Final = "alb"
DEFAULT_TYPE: Final = "Prefix"
_ARN: Final = "arn:"


class Path(NamedTuple):
    """A path of a host, the type of its match, and its port if that is not the first one."""

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
    """Return the hosts of an Ingress in the order of the spec."""
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
    """Yield (host, path, type of the path) for each address of an Ingress."""
    return ((host.name, path.path, path.kind) for host in hosts(about) for path in host.paths)


def gateway_of(about: Data) -> str:
    """Return the Gateway of a route, with its listener, as one text."""
    return "/".join(str(about.get(name) or "") for name in ("namespace", "name", "sectionName"))


def routed(about: Data) -> Iterator[tuple[str, str, str]]:
    """Yield (host, path, type of the path) for each address of a route.

    Without hosts, a route has all hosts of its Gateway, and ``host`` is empty. Matches with further conditions, such
    as a header, are left out: two routes may share their paths.
    """
    if not isinstance(about.get("name"), str):
        return
    rules, paths = about.get("rules"), about.get("paths")
    found = [*_matched(rules)] if isinstance(rules, list) else [*_spelled(paths or ["/"], DEFAULT_TYPE)]
    names = about.get("hosts")
    for host in names if isinstance(names, list) else [""]:
        yield from ((str(host), path.path, path.kind) for path in found)


def _matched(rules: list[object]) -> Iterator[Path]:
    """Yield the paths of rules whose matches have a path only."""
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
    """Return the Secrets with certificates, in the shape of an Ingress' ``tls``."""
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
    """Tell whether AWS' load balancer serves HTTPS, with a certificate in ACM."""
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
