"""Each kind is there when the spec asks for it, and is not when it does not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from generator.render import render
from generator.render.kinds import (
    Scope,
    every,
    ingress,
    job,
    manifests,
    network_policy,
    pod_disruption_budget,
    service,
)
from generator.render.kinds.workloads import deployment
from generator.spec import loader
from generator.spec.instance import Instance
from generator.spec.workload import Workload
from testing.specs import app

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
    base = loader.parse(app(fields)).apps["web"].base
    assert {manifest["kind"] for manifest in manifests(base).values()} == kinds


def test_a_kind_names_itself() -> None:
    base = loader.parse(app("port: 80\nreplicas: 2")).apps["web"].base
    for kind in every():
        rendered = kind.render(base.workloads["web"] if kind.SCOPE is Scope.WORKLOAD else base)
        for manifest in (rendered or {}).values() if kind.SCOPE is Scope.PARTS else filter(None, [rendered]):
            group = manifest["apiVersion"].rpartition("/")[0]
            assert (group, manifest["kind"]) == (kind.GROUP, kind.KIND)


def test_pods_are_safe_unless_told_otherwise() -> None:
    pod = deployment.render(one("port: 80"))["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
    }  # fmt: skip
    assert pod["containers"][0]["resources"] == {"requests": {"cpu": "50m", "memory": "128Mi"}}


def base(fields: str) -> Instance:
    return loader.parse(app(fields)).apps["web"].base


def one(fields: str) -> Workload:
    return base(fields).workloads["web"]


def pod_of(fields: str) -> dict[str, Any]:
    spec: dict[str, Any] = deployment.render(one(fields))["spec"]["template"]["spec"]
    return spec


ALB = "port: 80\ningress: {host: a.example.com"
# What the app says; how long its pods drain, and how long they have.
DRAINS: dict[str, tuple[str, int, int | None]] = {
    "a Service": ("port: 80", 5, None),
    "behind an AWS load balancer": (f"{ALB}}}", 20, 50),
    "behind one that an environment names": ("port: 80\ningress: {host: '{environment}.example.com'}", 20, 50),
    "behind another controller": (f"{ALB}, className: nginx}}", 5, None),
    "with a delay of its own": (f"{ALB}, annotations: {{alb.ingress.kubernetes.io/target-group-attributes: 'a=b,deregistration_delay.timeout_seconds=60'}}}}", 65, 95),
    "with less time than that": (f"{ALB}}}\npod: {{terminationGracePeriodSeconds: 9}}", 4, 9),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "drain", "grace"), DRAINS.values(), ids=DRAINS)
def test_a_pod_that_leaves_takes_requests_for_as_long_as_it_gets_them(
    fields: str, drain: int, grace: int | None
) -> None:
    pod = pod_of(fields)
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == drain
    assert pod.get("terminationGracePeriodSeconds") == grace


def test_no_variables_of_services_and_folders_of_limited_size_in_every_pod() -> None:
    fields = "migration: {command: [m]}\nwritable: [/tmp, /a]\nwritableSize: 3Gi"
    for manifest in (deployment.render(one(fields)), job.render(base(fields))):
        assert manifest
        pod = manifest["spec"]["template"]["spec"]
        assert pod["enableServiceLinks"] is False
        assert [volume["emptyDir"] for volume in pod["volumes"]] == [{"sizeLimit": "3Gi"}] * 2
    assert pod_of("pod: {enableServiceLinks: true}")["enableServiceLinks"] is True
    assert pod_of("")["volumes"][0]["emptyDir"] == {"sizeLimit": "1Gi"}


def test_pods_that_are_not_ready_do_not_hold_up_a_drain() -> None:
    def policy(fields: str) -> str:
        budget = pod_disruption_budget.render(one(f"replicas: 2\n{fields}"))
        assert budget
        return str(budget["spec"]["unhealthyPodEvictionPolicy"])

    assert policy("") == "AlwaysAllow"
    assert policy("disruption: {minAvailable: 1, unhealthyPodEvictionPolicy: IfHealthyBudget}") == "IfHealthyBudget"


def test_health_alone_restarts_later_than_it_takes_out_of_service() -> None:
    container = pod_of("port: 80\nhealth: /h")["containers"][0]
    live, ready = container["livenessProbe"], container["readinessProbe"]
    assert live["periodSeconds"] * live["failureThreshold"] == 60
    assert ready["periodSeconds"] * ready.get("failureThreshold", 3) == 15


def test_a_migration_is_under_the_policies_of_its_app_and_behind_no_service() -> None:
    here = base("port: 80\nmigration: {command: [m]}\nnetwork: {from: [web]}")
    workload = here.workloads["web"]
    policy, migration, front = network_policy.render(here), job.render(here), service.render(workload)
    assert policy
    assert migration
    assert front
    labels = migration["spec"]["template"]["metadata"]["labels"]
    own = deployment.render(workload)["spec"]["template"]["metadata"]["labels"]
    for selector in (policy["spec"]["podSelector"], policy["spec"]["ingress"][0]["from"][0]["podSelector"]):
        (rule,) = selector["matchExpressions"]
        assert rule["operator"] == "In"
        assert {labels[rule["key"]], own[rule["key"]]} == {*rule["values"]}
    assert not front["spec"]["selector"].items() <= labels.items()
    assert front["spec"]["selector"].items() <= own.items()


@pytest.mark.parametrize(("size", "server_side"), [(1_000, False), (150_000, True)])
def test_a_large_config_map_is_applied_by_the_server(size: int, server_side: bool) -> None:
    files = render(loader.parse(app(f"config: {{A: {'x' * (size // 2)}, B: {'x' * (size // 2)}}}")))
    generator = yaml.safe_load(files["base/web/kustomization.yaml"].text)["configMapGenerator"][0]
    annotations = {"argocd.argoproj.io/sync-options": "ServerSideApply=true"}
    assert generator.get("options") == ({"annotations": annotations} if server_side else None)


def test_the_readiness_gate_can_be_turned_off() -> None:
    def labels(environment: str) -> dict[str, str]:
        spec = app("port: 80").replace("dev: {}", f"dev: {environment}")
        application = yaml.safe_load(render(loader.parse(spec))["gitops/applications/dev/web.yaml"].text)
        found: dict[str, str] = application["spec"]["syncPolicy"]["managedNamespaceMetadata"]["labels"]
        return found

    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}
    assert gate.items() <= labels("{}").items()
    assert not gate.keys() & labels("{readinessGate: false}").keys()


SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}


def test_containers_beside_the_apps_are_as_safe() -> None:
    pod = pod_of(
        "pod:\n"
        "  initContainers: [{name: first, image: a:1}]\n"
        "  containers: [{name: side, image: b:1, securityContext: {readOnlyRootFilesystem: false, runAsUser: 5}}]"
    )
    assert pod["initContainers"][0]["securityContext"] == SAFE
    assert pod["containers"][1]["securityContext"] == {**SAFE, "readOnlyRootFilesystem": False, "runAsUser": 5}


def test_a_migration_is_without_what_would_keep_it_from_ending() -> None:
    fields = (
        "port: 80\nhealth: /h\nmigration: {command: [m]}\n"
        "container:\n"
        "  command: [serve]\n"
        "  lifecycle: {preStop: {sleep: {seconds: 1}}}\n"
        "  volumeMounts: [{name: data, mountPath: /data}, {name: conf, mountPath: /conf}]\n"
        "pod:\n"
        "  volumes: [{name: data, persistentVolumeClaim: {claimName: c}}, {name: conf, configMap: {name: c}}]\n"
        "  containers: [{name: side, image: b:1}]\n"
        "  initContainers: [{name: native, image: b:1, restartPolicy: Always, volumeMounts: [{name: data, mountPath: /d}]}]\n"
        "  nodeSelector: {a: b}"
    )
    pod = job.render(base(fields))["spec"]["template"]["spec"]
    (main,) = pod["containers"]
    assert main["command"] == ["m"]
    assert not {"lifecycle", "ports", "livenessProbe", "readinessProbe", "startupProbe"} & set(main)
    assert [mount["mountPath"] for mount in main["volumeMounts"]] == ["/tmp", "/conf"]
    assert [volume["name"] for volume in pod["volumes"]] == ["tmp", "conf"]
    assert [(item["name"], item["volumeMounts"]) for item in pod["initContainers"]] == [("native", [])]
    assert pod["nodeSelector"] == {"a": "b"}
    assert [item["name"] for item in pod_of(fields)["containers"]] == ["web", "side"]


def test_a_port_can_be_kept_out_of_the_service() -> None:
    fields = "ports: [{name: metrics, containerPort: 9090, servicePort: null}, {name: web, containerPort: 80}]"
    workload = one(f"{fields}\ningress: {{host: a.example.com}}")
    assert service.render(workload)["spec"]["ports"] == [{"name": "web", "port": 80, "targetPort": "web"}]
    assert [port["name"] for port in pod_of(fields)["containers"][0]["ports"]] == ["metrics", "web"]
    rule = ingress.render(workload)["spec"]["rules"][0]["http"]["paths"][0]
    assert rule["backend"]["service"]["port"] == {"name": "web"}
    assert service.render(one("ports: [{name: a, containerPort: 9090, servicePort: null}]")) is None
