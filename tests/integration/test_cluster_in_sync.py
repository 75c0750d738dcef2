"""What we render, once synced, is in sync for good: by the real API server and Argo CD.

    $ GENERATOR_TEST_CLUSTER=1 pytest tests/integration/test_cluster_in_sync.py

The API server and controllers fill in defaults. Where Argo CD takes these for a difference, an Application is OutOfSync
for ever. So a spec with every field is applied through its root, as a person would; controllers write their status (KWOK
plays nodes, the controllers of External Secrets and of the load balancer are played here); and then everything is synced
once more with nothing changed. A kind that was not seen in that fails.
"""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator import process
from generator.cluster import lifecycle
from generator.cluster.lifecycle import Cluster
from generator.render import render
from generator.render.kinds import (
    KINDS,
    analysis_template,
    every,
    grpc_route,
    http_route,
    manifests,
    module,
    pod_monitor,
    progressive_rollout,
    scaled_object,
    sealed_secret,
    sops_secret,
    trigger_authentication,
)
from generator.spec import loader, model
from generator.spec.environment import Environment
from testing.waiting import PATIENCE, eventually
from tests.e2e.kube import APPLICATIONS, Kube, Object
from tests.e2e.stand_in import EXTERNAL_SECRETS, reconcile_ingress

on_a_cluster = pytest.mark.cluster

# Whatever an app can say of itself, twice: as much as possible, and the other way round where there are two ways.
SPEC = """\
version: 1
project: proof
repository: URL
environments:
  dev: {}
  live: {namespace: proof-of-sync, sync: manual, podSecurity: baseline, readinessGate: false}
apps:
  full:
    image: registry.example.com/shop/full
    ports:
    - {name: http, containerPort: 8080, servicePort: 80}
    - {name: dns, containerPort: 53, protocol: UDP}
    - {name: dns-tcp, containerPort: 53}
    command: [python3]
    args: [-m, web, "$(FROM)"]
    env: {LITERAL: 1.10, FROM: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}, LIMIT: {valueFrom: {resourceFieldRef: {resource: limits.memory}}}}
    config: {MODE: on, RATE: 0.50, SITE: "https://{environment}.example.com"}
    secrets:
      TOKEN: shop/{environment}/web#token
      WHOLE: shop/whole
      KEY: {key: shop/key, property: p, version: AWSCURRENT}
    resources: {requests: {cpu: 0.5, memory: 128Mi}, limits: {memory: 1024Mi, cpu: 1500m}}
    health: /healthz
    ready: /readyz
    livenessProbe: {tcpSocket: {port: http}, periodSeconds: 7}
    startupProbe: {grpc: {port: 53}}
    autoscale: {min: 2, max: 5, cpu: 60, memory: 80, behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 60}]}}}
    service: {port: 8000, annotations: {a: b}}
    ingress: {host: "{environment}.example.com", path: /api, annotations: {x/y: "1"}}
    migration: {command: [migrate], timeout: 60, retries: 0}
    disruption: {minAvailable: 1}
    network: {from: [small], fromCidr: [10.0.0.0/8], ingress: [{ports: [{port: 9}]}], egress: [{to: [{podSelector: {}}]}]}
    serviceAccount: {annotations: {eks.amazonaws.com/role-arn: arn}, token: true}
    role: [{resources: [configmaps], verbs: [get]}]
    needs: [small]
    needsCidr: [10.0.0.0/8]
    labels: {tier: front}
    annotations: {note: hello}
    securityContext: {runAsUser: 1000}
    podSecurityContext: {fsGroup: 1000}
    writable: [/tmp, /var/cache]
    writableSize: 2048Mi
    progressDeadlineSeconds: 120
    container: {imagePullPolicy: IfNotPresent}
    pod:
      terminationGracePeriodSeconds: 40
      tolerations: [{key: a, operator: Exists}]
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {tier: front}}}]
      initContainers: [{name: first, image: busybox, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
      volumes: [{name: extra, projected: {sources: [{configMap: {name: other, optional: true}}]}}]
    environments:
      live: {autoscale: null, replicas: 3, ingress: {className: nginx, tls: cert}, service: {type: NodePort}, disruption: {maxUnavailable: 50%}}
  small:
    image: registry.example.com/shop/small
    port: 80
    health: /
    replicas: 2
    role: {reason: all, rules: [{resources: ["*"], verbs: [get]}]}
    externalSecret: {dataFrom: [shop/small], refreshInterval: 15m, template: {type: Opaque}, restart: true}
    config: {LARGE: "LARGE-TEXT", MORE: "LARGE-TEXT"}
    environments:
      dev: {autoscale: {min: 1, max: 2}, network: {}}
      live: {service: {headless: true}, ingress: {host: small.example.com}}
  bare: {image: registry.example.com/shop/bare}
  team:
    image: registry.example.com/shop/team
    config: {A: 1}
    secrets: {S: shop/s}
    network: {from: [small]}
    workloads:
      web:
        port: 80
        strategy: {rollingUpdate: {maxSurge: 50%}}
        minReadySeconds: 1
        revisionHistoryLimit: 3
        files: {/etc/web/web.conf: {content: "a = 1"}}
        services: {admin: {port: 81, targetPort: http}, aside: {type: ExternalName, externalName: db.example.com}}
      worker: {claims: {store: {size: 1024Mi, mountPath: /store, storageClassName: gp3}}, config: {A: 2}, secrets: {T: shop/t}, network: {from: []}, strategy: {type: Recreate}}
      index:
        kind: StatefulSet
        port: 7700
        updateStrategy: {rollingUpdate: {partition: 0}}
        podManagementPolicy: Parallel
        persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}
        volumeClaimTemplates: {data: {size: 1024Mi, mountPath: /data, storageClassName: gp3}}
      queue: {kind: StatefulSet, service: {headless: true}, port: 80, updateStrategy: {type: OnDelete}}
      agent: {kind: DaemonSet, updateStrategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}}
      nightly: {kind: CronJob, schedule: "@yearly", timeZone: Europe/Berlin, startingDeadlineSeconds: 60, backoffLimit: 1, ttlSecondsAfterFinished: 60}
      fill: {kind: Job, completions: 2, parallelism: 1, backoffLimit: 1}
"""
# What a provisioner of volumes would make.
VOLUME = """apiVersion: v1
kind: PersistentVolume
metadata: {name: NAMESPACE-CLAIM}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: gp3
  claimRef: {namespace: NAMESPACE, name: CLAIM}
  hostPath: {path: /data}
"""
FURTHER = {("", "ConfigMap"), ("", "Namespace"), ("argoproj.io", "AppProject"), ("argoproj.io", "Application")}
# What needs an operator to become healthy is proven where that runs, by the end-to-end run; the local cluster has
# neither Argo Rollouts, nor the Prometheus Operator, nor the Gateway API, nor KEDA, nor what decrypts Secrets.
FOREIGN = (
    *(module(name) for name in KINDS if name.startswith("databases.")),
    *(analysis_template, pod_monitor, progressive_rollout),
    *(http_route, grpc_route, scaled_object, trigger_authentication, sealed_secret, sops_secret),
)

OURS = [kind for kind in every() if kind not in FOREIGN]
EVERY_KIND = {(kind.GROUP, kind.KIND) for kind in OURS} | FURTHER


def spec_text(url: str) -> str:
    return SPEC.replace("URL", url).replace("LARGE-TEXT", "x" * 130_000)


def test_the_proof_has_every_kind_in_every_environment() -> None:
    spec = loader.parse(spec_text("/r"))
    for environment in spec.environments:
        asked = {
            (manifest["apiVersion"].rpartition("/")[0], manifest["kind"])
            for app in spec.apps.values()
            for manifest in manifests(app.instances[environment]).values()
        }
        missing = {(kind.GROUP, kind.KIND) for kind in OURS} - asked
        assert missing <= {("autoscaling", "HorizontalPodAutoscaler")}
        assert not missing or environment == "live"


@pytest.fixture(scope="module")
def local() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        try:
            yield lifecycle.up(directory, echo=print, node="kwok")
        finally:
            lifecycle.down(directory, echo=print)


@on_a_cluster
def test_what_is_synced_stays_in_sync(local: Cluster, tmp_path: Path) -> None:
    kube = Kube(local.kubeconfig)
    spec = published(local, tmp_path)
    for environment in spec.environments.values():
        for claim in ("data-team-index-0", "team-store"):
            volume = VOLUME.replace("NAMESPACE", environment.namespace).replace("CLAIM", claim)
            local.kubectl("apply", "-f", "-", stdin=volume)
    local.kubectl("apply", "-f", tmp_path / "gitops/bootstrap.yaml")
    manual = [f"proof-live-{app}" for app in spec.apps]
    names = ["proof-bootstrap", *(f"proof-dev-{app}" for app in spec.apps), *manual]
    eventually(lambda: all(kube.find(f"{APPLICATIONS}/{name}") for name in manual), lambda: told(kube, names))
    for name in manual:
        sync(kube, name)
    eventually(lambda: [play(kube), all(is_done(kube, name) for name in names)][1], lambda: told(kube, names))
    # The status and defaults that controllers have written are there; now all of it again.
    for again in (refresh, sync, refresh):
        for name in names:
            again(kube, name)
        eventually(lambda: [play(kube), all(is_done(kube, name) for name in names)][1], lambda: told(kube, names))
    differences, seen = compared(local, names)
    seen |= {kind for name in names for kind in synced(kube, name)}
    seen |= {("", "Namespace") for environment in spec.environments.values() if is_labelled(kube, environment)}
    assert not differences, "\n".join(differences)
    assert seen >= EVERY_KIND

    # The comparison sees what there is to see.
    kube.merge("/apis/apps/v1/namespaces/proof-of-sync/deployments/bare", {"spec": {"replicas": 2}})
    refresh(kube, "proof-live-bare")
    eventually(lambda: bool(compared(local, ["proof-live-bare"])[0]), lambda: told(kube, names))


def compared(local: Cluster, names: list[str]) -> tuple[list[str], set[tuple[str, str]]]:
    """Return where live objects differ from what is wanted, and which kinds there were."""
    differences: list[str] = []
    seen: set[tuple[str, str]] = set()
    for name in names:
        for item in ask(local, f"applications/{name}/managed-resources").get("items", []):
            kind = (item.get("group", ""), item["kind"])
            seen.add(kind)
            live, wanted = json.loads(item["normalizedLiveState"]), json.loads(item["predictedLiveState"])
            found = [first_difference(live, wanted)] if live != wanted else []
            if kind[0] in ("argoproj.io", "external-secrets.io"):
                # Of a kind that is not Kubernetes' own, lists are replaced: some versions of Argo CD show each default.
                found += filled_in(json.loads(item["liveState"]), json.loads(item["targetState"]))
            differences += [f"{name}: {kind[1]} {item['name']}: {one}" for one in found]
    return differences, seen


def filled_in(live: Any, given: Any, path: str = "", listed: bool = False) -> list[str]:
    """Return fields within lists that are there though nothing has given them."""
    if isinstance(live, dict) and isinstance(given, dict):
        more = [f"{path}.{key}: filled in" for key in live if listed and key not in given]
        return more + [
            one for key in given if key in live for one in filled_in(live[key], given[key], f"{path}.{key}", listed)
        ]
    if isinstance(live, list) and isinstance(given, list):
        return [one for pair in zip(live, given, strict=False) for one in filled_in(*pair, f"{path}[]", True)]
    return []


def synced(kube: Kube, name: str) -> set[tuple[str, str]]:
    """Return the kinds that its newest sync has applied; of hooks, those that have succeeded."""
    results = kube.get(f"{APPLICATIONS}/{name}")["status"]["operationState"]["syncResult"].get("resources", [])
    return {(one["group"], one["kind"]) for one in results if one.get("hookPhase") == "Succeeded"}


def published(local: Cluster, folder: Path) -> model.Spec:
    """Push the repository of the spec, and its tags, to the forge."""
    url = local.gitea.create_repository("proof")
    spec = loader.parse(spec_text(url))
    for path, file in render(spec).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)
    origin = url.replace("://", f"://{local.gitea_user}:{local.gitea_token}@")
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["commit", "-qm", "All"],
        ["push", "-q", "-f", origin, "main"],
    ):
        process.run(
            ["git", "-c", "user.name=Anna", "-c", "user.email=anna@example.test", *words], process.Setting(folder)
        )
    return spec


def play(kube: Kube) -> None:
    """Play the controllers that do not run here: what they write on an object once they have seen it."""
    for item in kube.items(f"{EXTERNAL_SECRETS}/externalsecrets"):
        if not item.get("status", {}).get("refreshTime"):
            meta = item["metadata"]
            condition = {
                "type": "Ready",
                "status": "True",
                "reason": "SecretSynced",
                "message": "secret synced",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
            status = {
                "conditions": [condition],
                "refreshTime": "2026-01-01T00:00:00Z",
                "syncedResourceVersion": "1-a",
                "binding": {"name": meta["name"]},
            }
            place = f"{EXTERNAL_SECRETS}/namespaces/{meta['namespace']}/externalsecrets/{meta['name']}"
            # The real one adds its finalizer.
            kube.merge(
                place, {"metadata": {"finalizers": ["externalsecrets.external-secrets.io/externalsecret-cleanup"]}}
            )
            kube.merge(f"{place}/status", {"status": status})
    for item in kube.items("/apis/networking.k8s.io/v1/ingresses"):
        reconcile_ingress(kube, item)


def is_done(kube: Kube, name: str) -> bool:
    """Tell whether it is synced, compared since it was asked to, and with no sync under way."""
    found = kube.find(f"{APPLICATIONS}/{name}") or {}
    status, annotations = found.get("status", {}), found.get("metadata", {}).get("annotations", {})
    operation = status.get("operationState", {})
    waits = "argocd.argoproj.io/refresh" in annotations or "operation" in found
    return not waits and status.get("sync", {}).get("status") == "Synced" and operation.get("phase") == "Succeeded"


def refresh(kube: Kube, name: str) -> None:
    kube.merge(f"{APPLICATIONS}/{name}", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}})


def sync(kube: Kube, name: str) -> None:
    """Sync as a user does in Argo CD's user interface: with the Application's own options."""
    options = kube.get(f"{APPLICATIONS}/{name}")["spec"]["syncPolicy"]["syncOptions"]
    kube.merge(f"{APPLICATIONS}/{name}", {"operation": {"sync": {"revision": "main", "syncOptions": options}}})


def is_labelled(kube: Kube, environment: Environment) -> bool:
    labels = kube.get(f"/api/v1/namespaces/{environment.namespace}")["metadata"]["labels"]
    return labels["pod-security.kubernetes.io/enforce"] == environment.pod_security


def ask(local: Cluster, path: str) -> Any:
    """Ask Argo CD's API."""
    headers = {"Authorization": f"Bearer {local.argocd_token()}"}
    request = urllib.request.Request(f"{local.argocd_url}/api/v1/{path}", headers=headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as response:
        return json.load(response)


def first_difference(live: Any, wanted: Any, path: str = "") -> str:
    if isinstance(live, dict) and isinstance(wanted, dict):
        key = next(key for key in {**live, **wanted} if live.get(key) != wanted.get(key))
        return first_difference(live.get(key), wanted.get(key), f"{path}.{key}")
    return f"{path}: live {live!r}, wanted {wanted!r}"


def told(kube: Kube, names: list[str]) -> str:
    """Return how each of them stands, for a failure."""
    lines = []
    for name in names:
        found = kube.find(f"{APPLICATIONS}/{name}") or {}
        status: Object = found.get("status", {})
        odd = [
            f"{one['kind']}/{one['name']}"
            for one in status.get("resources", [])
            if one.get("status") not in ("Synced", None)
        ]
        operation = status.get("operationState", {})
        lines.append(
            f"{name}: {status.get('sync', {}).get('status')} {odd} {operation.get('phase')} {operation.get('message', '')[:300]} {status.get('conditions', '')}"
        )
    return "\n".join(lines)
