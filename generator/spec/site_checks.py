"""Check static front ends: hosts must be free and in the zone, and certificates must be usable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.spec import sites, targets
from generator.spec.address_checks import fronts_of
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

_ASK_INFRA: Final = 'say `infra: {region: eu-west-1, accounts: "123456789012"}`, and Terraform makes them'
_ASK_ZONE: Final = "say `infra: {domain: {zone: example.com}}`, or leave the host out"
# The longest name of a certificate; a longer host can only be one of its further names.
_LONGEST: Final = 64


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Append what is wrong with `sites`."""
    found = {name: _map(about) for name, about in _map(data.get("sites")).items()}
    about = _map(data.get("infra"))
    if found and not about:
        findings.add(("sites",), "no account is named for what serves them", _ASK_INFRA, at_key=True)
        return
    for name, given in found.items():
        _check_build(("sites", name), given, findings)
        _Checks(data, ("sites", name), given, findings).check()
    _check_hosts(data, found, findings)


def _check_build(path: FieldPath, given: Mapping[str, object], findings: Findings) -> None:
    if given.get("build") is not None and not given.get("source"):
        findings.add((*path, "build"), "nothing is built without a source", "say `source: FOLDER`", at_key=True)


class _Checks:
    """Checks one site."""

    def __init__(self, data: Mapping[str, object], path: FieldPath, given: dict[str, Any], findings: Findings) -> None:
        self._path, self._given, self._findings = path, given, findings
        self._infra = _map(data.get("infra"))
        self._environments = _map(data.get("environments"))
        self._kind = given.get("kind") or sites.CLOUDFRONT

    def check(self) -> None:
        """Add findings about the site. A fault that several environments inherit is reported once."""
        for name in _map(self._given.get("environments")):
            if name not in self._environments:
                hint = did_you_mean(name, tuple(self._environments))
                self._findings.add((*self._path, "environments", name), "no such environment", hint, at_key=True)
        for name in _present(self._given, self._environments):
            self._check_region(name)
            place = sites.place(self._given, name)
            if place.certificate:
                self._check_certificate(name, place)
            if place.host:
                self._check_host(name, place)

    def _check_region(self, environment: str) -> None:
        own = _map(_map(self._environments.get(environment)).get("infra")).get("region")
        region = str(own or self._infra.get("region"))
        if targets.partition(region) != "aws":
            self._add(
                self._path, f"in {region}, neither CloudFront nor Amplify is the one of here", "serve it by an app"
            )

    def _check_certificate(self, environment: str, place: sites.Place) -> None:
        path = self._at(environment, "certificate")
        _, _, _, _, region, account, *_ = f"_:{place.certificate}".split(":")
        if self._kind != sites.CLOUDFRONT:
            self._add(path, "Amplify makes its certificates itself", "take it out")
        elif not place.host:
            self._add(path, "a certificate for no host", "say `host`, or take it out")
        elif region != sites.CERTIFICATES:
            message = f"CloudFront takes certificates of {sites.CERTIFICATES} alone, and this one is in {region}"
            self._add(path, message, "name one of there, or take it out: one is made")
        elif account != (own := self._account(environment)):
            self._add(path, f"it is in the account {account}, and {environment} in {own}", "name one of that account")

    def _check_host(self, environment: str, place: sites.Place) -> None:
        path, zone = self._at(environment, "host"), str(_map(self._infra.get("domain")).get("zone") or "")
        if not zone:
            self._add(path, "there is no zone that it is in", _ASK_ZONE)
        elif place.host != zone and not place.host.endswith(f".{zone}"):
            self._add(path, f"{place.host} is not in the zone {zone}", f"like www.{zone}")
        elif len(place.host) > _LONGEST and not place.certificate:
            message = f"no certificate can be named {place.host}, of {len(place.host)} characters"
            self._add(path, message, f"at most {_LONGEST} are possible")

    def _account(self, environment: str) -> str:
        accounts = self._infra.get("accounts")
        found = accounts if isinstance(accounts, str) else _map(accounts).get(environment)
        return str(found)

    def _at(self, environment: str, field: str) -> FieldPath:
        return _said_at(self._path, self._given, environment, field)

    def _add(self, path: FieldPath, message: str, hint: str) -> None:
        if not any(found.path == path and found.message == message for found in self._findings.items):
            self._findings.add(path, message, hint, at_key=path == self._path)


def _present(given: Mapping[str, object], environments: Mapping[str, object]) -> Iterator[str]:
    there = _map(given.get("environments"))
    for name, about in environments.items():
        if there.get(name) is not False and not _map(about).get("pullRequests"):
            yield name


def _said_at(path: FieldPath, given: Mapping[str, object], environment: str, field: str) -> FieldPath:
    own = _map(_map(given.get("environments")).get(environment)).get(field)
    return (*path, "environments", environment, field) if own is not None else (*path, field)


def _check_hosts(data: Mapping[str, object], found: Mapping[str, dict[str, Any]], findings: Findings) -> None:
    """Refuse a host that an app, another site or another environment has, because a name has one address."""
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    fronts = [front for name, app in apps.items() for front in fronts_of(name, _map(app))]
    taken = {host: front.app for one in environments for front in fronts for _, host, *_ in front.places(apps, one)}
    told: set[FieldPath] = set()
    for name, given in found.items():
        for environment in _present(given, environments):
            host = sites.place(given, environment).host
            owner = taken.setdefault(host, f"{name} in {environment}") if host else ""
            path = _said_at(("sites", name), given, environment, "host")
            if host and owner != f"{name} in {environment}" and path not in told:
                told.add(path)
                again = owner.startswith(f"{name} in ") and "{environment}" not in str(given.get("host"))
                hint = "say it for each environment, or with `{environment}` in it" if again else "another host"
                findings.add(path, f"{host} is that of {owner}", hint)
