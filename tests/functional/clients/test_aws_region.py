"""The region of a call to AWS: as it is given, or as the variables say that AWS' own tools read, in their order."""

from __future__ import annotations

import pytest

from generator.clients.aws import session
from generator.errors import ForgeError

BOTH = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}


def region(monkeypatch: pytest.MonkeyPatch, given: str | None = None, **variables: str) -> str:
    for name in ("AWS_PROFILE", *BOTH):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**variables, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    return str(session.client("secretsmanager", given).meta.region_name)


def test_aws_region_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert region(monkeypatch, **BOTH) == "eu-west-1"
    assert region(monkeypatch, AWS_DEFAULT_REGION="us-east-1") == "us-east-1"
    assert region(monkeypatch, AWS_REGION="", AWS_DEFAULT_REGION="us-east-1") == "us-east-1"


def test_what_is_given_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert region(monkeypatch, "eu-central-1", **BOTH) == "eu-central-1"


def test_without_any_the_hint_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ForgeError, match="no AWS region") as caught:
        region(monkeypatch)
    assert "AWS_REGION" in str(caught.value.hint)
