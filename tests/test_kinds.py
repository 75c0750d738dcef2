"""Each kind is there when the spec asks for it, and is not when it does not."""

from __future__ import annotations

import pytest
from test_spec_loader import app

from generator.kinds import KINDS
from generator.spec import loader

BARE = {"ServiceAccount", "Deployment"}

# What the app says, and which kinds that gives.
ASKED: dict[str, tuple[str, set[str]]] = {
    "an image and nothing else": ("", BARE),
    "a port": ("port: 80", BARE | {"Service"}),
    "a port, and no Service": ("port: 80\nservice: false", BARE),
    "two pods": ("replicas: 2", BARE | {"PodDisruptionBudget"}),
    "two pods that may all go at once": ("replicas: 2\ndisruption: false", BARE),
    "pods of which one must stay": ("replicas: 2\ndisruption: {minAvailable: 1}", BARE | {"PodDisruptionBudget"}),
    "an autoscaler": ("autoscale: {min: 1, max: 2}", BARE | {"HorizontalPodAutoscaler"}),
    "an autoscaler that starts at two": ("autoscale: {min: 2, max: 3}", BARE | {"HorizontalPodAutoscaler", "PodDisruptionBudget"}),
    "secrets": ("secrets: {A: shop/a}", BARE | {"ExternalSecret"}),
    "secrets that only an environment knows": ("secrets: {A: 'shop/{environment}'}", BARE),
    "a migration": ("migration: {command: [m]}", BARE | {"Job"}),
    "an ingress": ("port: 80\ningress: {host: a.example.com}", BARE | {"Service", "Ingress"}),
    "an ingress that only an environment knows": ("port: 80\ningress: {host: '{environment}.example.com'}", BARE | {"Service"}),
    "a network": ("network: {from: [web]}", BARE | {"NetworkPolicy"}),
    "a network that lets nobody in": ("network: {}", BARE | {"NetworkPolicy"}),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "kinds"), ASKED.values(), ids=ASKED)
def test_kinds(fields: str, kinds: set[str]) -> None:
    workload = loader.parse(app(fields)).apps["web"].base
    assert {kind.KIND for kind in KINDS if kind.render(workload) is not None} == kinds


def test_a_kind_names_itself() -> None:
    workload = loader.parse(app("port: 80\nreplicas: 2")).apps["web"].base
    for kind in KINDS:
        manifest = kind.render(workload)
        if manifest:
            group = manifest["apiVersion"].rpartition("/")[0]
            assert (group, manifest["kind"]) == (kind.GROUP, kind.KIND)


def test_pods_are_safe_unless_told_otherwise() -> None:
    from generator.kinds import deployment

    pod = deployment.render(loader.parse(app("port: 80")).apps["web"].base)["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
    }  # fmt: skip
    assert pod["containers"][0]["resources"] == {"requests": {"cpu": "50m", "memory": "128Mi"}}
