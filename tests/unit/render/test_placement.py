"""Pods go to nodes of a processor, and several of them to several zones and nodes, where the spec says so."""

from __future__ import annotations

from typing import Any

import pytest

from generator.render.kinds import manifests
from generator.spec import loader
from testing.specs import app

SPREAD = "kubernetes: {spread: true}\n"
ZONES_AND_NODES = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


def pod(fields: str, environment: str = "prod", head: str = SPREAD) -> dict[str, Any]:
    """Return the pod of an app's only workload."""
    here = loader.parse(head + app(fields)).apps["web"].instances[environment]
    (template,) = (
        manifest["spec"]["template"]["spec"]
        for manifest in manifests(here).values()
        if manifest["kind"] in {"Deployment", "StatefulSet", "DaemonSet"}
    )
    return dict(template)


SEVERAL = {
    "several": ("replicas: 2", ZONES_AND_NODES),
    "one": ("replicas: 1", []),
    "none": ("replicas: 0", []),
    "an autoscaler's": ("autoscale: {min: 1, max: 2}", ZONES_AND_NODES),
    "an autoscaler's one": ("autoscale: {min: 1, max: 1}", []),
    "those of KEDA": (
        "keda: {max: 2, triggers: [{type: kafka, metadata: {topic: jobs}}]}",
        ZONES_AND_NODES,
    ),
    "those of a StatefulSet": ("kind: StatefulSet\nreplicas: 3", ZONES_AND_NODES),
    "one for each node": ("kind: DaemonSet", []),
    "with a constraint of their own": (
        "replicas: 2\ntopologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
        ["a"],
    ),
    "with one that is passed through": (
        "replicas: 2\npod: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]}",
        ["a"],
    ),
    "that are not to be spread": ("replicas: 2\ntopologySpreadConstraints: []", []),
    "around a volume of one node": ("replicas: 2\nclaims: {data: {size: 1Gi, mountPath: /data}}", []),
    "around a volume of many nodes": (
        "replicas: 2\nclaims: {data: {size: 1Gi, accessModes: [ReadWriteMany], mountPath: /data}}",
        ZONES_AND_NODES,
    ),
    "several in the environment": ("replicas: 1\nenvironments: {prod: {replicas: 3}}", ZONES_AND_NODES),
}


@pytest.mark.parametrize(("fields", "topologies"), SEVERAL.values(), ids=SEVERAL)
def test_pods_are_spread_where_there_are_several(fields: str, topologies: list[str]) -> None:
    assert [one["topologyKey"] for one in pod(fields).get("topologySpreadConstraints", [])] == topologies


def test_no_pod_is_spread_where_the_project_does_not_say_so() -> None:
    assert "topologySpreadConstraints" not in pod("replicas: 2", head="")


VERSIONS = {
    "a Deployment": ("replicas: 2", "pod-template-hash"),
    "a StatefulSet": ("kind: StatefulSet\nreplicas: 2", "controller-revision-hash"),
    "a Rollout": ("replicas: 2\nrollout: {canary: {steps: [{setWeight: 50}]}}", "rollouts-pod-template-hash"),
}


@pytest.mark.parametrize(("fields", "label"), VERSIONS.values(), ids=VERSIONS)
def test_pods_of_one_version_are_counted(fields: str, label: str) -> None:
    assert {(*one["matchLabelKeys"], one["whenUnsatisfiable"]) for one in pod(fields)["topologySpreadConstraints"]} == {
        (label, "ScheduleAnyway")
    }


def test_a_processor_is_a_label_of_the_nodes_of_pods_and_of_the_migration() -> None:
    fields = "arch: arm64\nnodeSelector: {disk: fast}\nmigration: {command: [m]}\nenvironments: {dev: {arch: amd64}}"
    found = {
        environment: [
            manifest["spec"]["template"]["spec"]["nodeSelector"]
            for manifest in manifests(loader.parse(app(fields)).apps["web"].instances[environment]).values()
            if manifest["kind"] in {"Deployment", "Job"}
        ]
        for environment in ("dev", "prod")
    }
    assert found == {
        "dev": [{"kubernetes.io/arch": "amd64", "disk": "fast"}] * 2,
        "prod": [{"kubernetes.io/arch": "arm64", "disk": "fast"}] * 2,
    }
