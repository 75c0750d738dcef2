"""The stand-in for the controllers: when a secret is due, and what is fetched for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e import stand_in
from tests.e2e.kube import Object


class Secrets:
    """Secrets Manager with one secret."""

    class exceptions:
        class ResourceNotFoundException(Exception):
            """No such secret."""

    def get_secret_value(self, SecretId: str, **more: str) -> dict[str, str]:
        if SecretId != "shop/dev/web":
            raise self.exceptions.ResourceNotFoundException
        return {"SecretString": json.dumps({"url": "postgresql://x", "n": 3, "deep": {"er": "y"}, "asked": more})}


def item(*, age: float | None = None, synced: bool = True, interval: str = "1h") -> Object:
    made: Object = {
        "metadata": {"name": "web", "namespace": "dev", "generation": 2, "uid": "u"},
        "spec": {"refreshInterval": interval},
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
    }
    if age is not None:
        refreshed = datetime.now(UTC) - timedelta(seconds=age)
        made["status"] = {"refreshTime": refreshed.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if synced:
            made["status"]["syncedResourceVersion"] = stand_in.version(made)
    return made


@pytest.mark.parametrize(
    ("given", "exists", "due"),
    [
        (item(), False, True),
        (item(age=5), True, False),
        (item(age=5), False, True),
        (item(age=90, interval="1m"), True, True),
        (item(age=9000, interval="0s"), True, False),
        (item(age=-86400, synced=False), True, False),
        (item(age=5, synced=False), True, True),
        ({**item(age=5), "metadata": {**item()["metadata"], "generation": 3}}, True, True),
    ],
    ids=["new", "fresh", "deleted", "interval", "never", "just failed", "failed", "changed"],
)
def test_when_a_secret_is_due(given, exists, due):
    assert stand_in.due(given, exists) is due


def test_durations():
    assert stand_in.duration("1h30m5s") == 5405


def test_properties_versions_and_whole_secrets_are_fetched():
    reference = {"key": "shop/dev/web", "property": "url"}
    spec = {
        "data": [
            {"secretKey": "A", "remoteRef": reference},
            {"secretKey": "B", "remoteRef": {**reference, "property": "deep.er"}},
            {"secretKey": "C", "remoteRef": {**reference, "property": "asked.VersionId", "version": "uuid/7"}},
        ],
        "dataFrom": [{"extract": {"key": "shop/dev/web"}}],
    }
    values = stand_in.fetch(Secrets(), spec)
    assert (values["A"], values["B"], values["C"], values["n"]) == ("postgresql://x", "y", "7", "3")


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"data": [{"secretKey": "A", "remoteRef": {"key": "none"}}]}, "no secret none"),
        ({"data": [{"secretKey": "A", "remoteRef": {"key": "shop/dev/web", "property": "x"}}]}, "x does not exist"),
        ({"target": {"template": {}}, "dataFrom": []}, None),
        ({"target": {"template": {"data": {}}}}, "no templates"),
        ({"dataFrom": [{"find": {}}]}, "dataFrom.find"),
    ],
)
def test_what_cannot_be_fetched_says_why(spec, says):
    if says is None:
        assert stand_in.fetch(Secrets(), spec) == {}
        return
    with pytest.raises(stand_in.Unavailable, match=says):
        stand_in.fetch(Secrets(), spec)


def test_the_secret_is_owned():
    made = stand_in.secret(item(), "web-secrets", {"A": "x"})
    assert made["metadata"]["ownerReferences"][0]["uid"] == "u"
    assert made["data"] == {"A": "eA=="}
