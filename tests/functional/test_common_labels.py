"""Labels and annotations of all objects of an app, built by the real kustomize."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from generator.spec import loader
from testing import golden
from testing.programs import tool
from testing.specs import app, told


def built(place: str) -> list[dict[str, Any]]:
    folder = golden.CASES / "common-labels/overlays" / place
    done = subprocess.run([tool("kustomize"), "build", folder], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize(
    ("place", "wanted"),
    [("dev/web", {"team": "shop", "stage": "dev"}), ("prod/web", {"stage": "prod", "tier": "gold"})],
)
def test_every_object_and_every_pod_has_them(place: str, wanted: dict[str, str]) -> None:
    objects = built(place)
    assert {one["kind"] for one in objects} >= {
        "Deployment",
        "CronJob",
        "Job",
        "Service",
        "ConfigMap",
        "ServiceAccount",
    }
    for one in objects:
        found = [one["metadata"]]
        if one["kind"] in ("Deployment", "Job"):
            found.append(one["spec"]["template"]["metadata"])
        if one["kind"] == "CronJob":
            found.append(one["spec"]["jobTemplate"]["spec"]["template"]["metadata"])
        for metadata in found:
            assert {
                name: metadata["labels"].get(name) for name in ("team", "stage", "tier") if name in metadata["labels"]
            } == wanted
            assert metadata["annotations"]["owner"] == "shop@example.com"
        if one["kind"] == "Deployment":
            assert one["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/name": "web"}


def test_templates_of_claims_stay_as_they_are() -> None:
    (stateful,) = (one for one in built("dev/db") if one["kind"] == "StatefulSet")
    assert (
        stateful["metadata"]["labels"]["team"] == stateful["spec"]["template"]["metadata"]["labels"]["team"] == "shop"
    )
    assert "labels" not in stateful["spec"]["volumeClaimTemplates"][0]["metadata"]


def test_a_label_that_selects_is_refused() -> None:
    assert told(app("commonLabels: {app.kubernetes.io/name: x}")) == [
        '8:20 apps.web.commonLabels."app.kubernetes.io/name": is set for each object already'
        " / take it out: Services and policies find pods by it"
    ]
    assert loader.parse(app("commonLabels: {a: b}")).apps["web"].base.common_labels == {"a": "b"}
