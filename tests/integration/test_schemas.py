"""The offline schemas, through the real kubeconform: good manifests pass, misspelt ones do not, all of them compile."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process, tools
from generator.errors import ToolError
from generator.tools import cache, schemas
from generator.tools.schemas import conversion
from testing import ROOT
from testing.needs import lacking, not_here
from testing.waiting import PATIENCE

# Now, and not in a test: tests have a cache of their own.
CACHE = cache.folder()
needs_kubeconform = pytest.mark.needs("kubeconform")
KUBECONFORM = tools.find("kubeconform") if not lacking("kubeconform") else Path("kubeconform")

Manifest = dict[str, Any]
Validate = Callable[[list[Manifest]], dict[str, Any]]

GOOD: dict[str, str] = {
    "Deployment": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}, creationTimestamp: null}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway}
      containers:
      - name: web
        image: shop/web:1
        ports: [{name: http, containerPort: 8080}]
        env:
        - {name: A, value: "1"}
        - {name: B, valueFrom: {secretKeyRef: {name: web, key: b}}}
        envFrom: [{configMapRef: {name: web}}]
        resources: {requests: {cpu: 1, memory: 64Mi}, limits: {cpu: 0.5}}
        readinessProbe: {httpGet: {path: /healthz, port: http}}
        livenessProbe: {httpGet: {path: /healthz, port: 8080}}
        securityContext: {readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {sizeLimit: 1Gi}}]
status: {}
""",
    "Service": """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
""",
    "ServiceAccount": """
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/web"}}
automountServiceAccountToken: false
""",
    "HorizontalPodAutoscaler": """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
""",
    "PodDisruptionBudget": """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
""",
    "NetworkPolicy": """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress: [{from: [{namespaceSelector: {}}], ports: [{port: http, protocol: TCP}, {port: 8080}]}]
""",
    "Ingress": """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: alb
  tls: [{hosts: [a.example.com]}]
  rules:
  - host: a.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
""",
    "ConfigMap": "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}, immutable: true}",
    "Secret": "{apiVersion: v1, kind: Secret, metadata: {name: web}, type: Opaque, stringData: {a: b}}",
    "Job": """
apiVersion: batch/v1
kind: Job
metadata: {generateName: migrate-, annotations: {argocd.argoproj.io/hook: PreSync}}
spec:
  backoffLimit: 2
  template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: shop/web:1, command: [migrate]}]}}
""",
    "CronJob": """
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: report, image: "shop/web:1"}]}}}}
""",
    "Namespace": """
apiVersion: v1
kind: Namespace
metadata: {name: shop-dev, labels: {pod-security.kubernetes.io/enforce: restricted}}
""",
    "ExternalSecret": """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web}
spec:
  refreshInterval: 1h
  secretStoreRef: {name: aws, kind: ClusterSecretStore}
  target: {name: web, creationPolicy: Owner, template: {type: Opaque, data: {url: "x{{ .a }}"}}}
  data: [{secretKey: a, remoteRef: {key: shop/web, property: a}}]
  dataFrom: [{extract: {key: shop/web}}]
""",
    "ClusterSecretStore": """
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: aws}
spec:
  provider:
    aws:
      service: SecretsManager
      region: eu-west-1
      auth: {jwt: {serviceAccountRef: {name: external-secrets, namespace: external-secrets}}}
""",
    "SecretStore": """
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: aws}
spec: {provider: {aws: {service: ParameterStore, region: eu-west-1, role: "arn:aws:iam::1:role/x"}}}
""",
    "Application": """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-dev-web, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec:
  project: shop
  source:
    repoURL: https://git.example.com/acme/shop.git
    path: overlays/dev/web
    targetRevision: main
    kustomize: {images: ["web=web:1"]}
  destination: {server: https://kubernetes.default.svc, namespace: shop-dev}
  ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]
  syncPolicy:
    automated: {prune: true, selfHeal: true}
    syncOptions: [CreateNamespace=true, ServerSideApply=true]
    retry: {limit: 5, backoff: {duration: 5s, factor: 2, maxDuration: 3m}}
""",
    "AppProject": """
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec:
  sourceRepos: [https://git.example.com/acme/shop.git]
  destinations: [{server: https://kubernetes.default.svc, namespace: shop-dev}]
  namespaceResourceWhitelist: [{group: apps, kind: Deployment}]
  syncWindows: [{kind: deny, schedule: "0 22 * * *", duration: 1h, applications: ["*"], manualSync: true}]
  roles: [{name: ci, policies: ["p, proj:shop:ci, applications, get, shop/*, allow"]}]
""",
    "ApplicationSet": """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - clusters: {selector: {matchLabels: {env: dev}}}
  - matrix: {generators: [{list: {elements: [{app: web}]}}, {clusters: {}}]}
  template:
    metadata: {name: "{{.name}}-web"}
    spec:
      project: shop
      source: {repoURL: "https://git.example.com/x.git", path: "overlays/{{.name}}", targetRevision: main}
      destination: {name: "{{.name}}", namespace: shop}
""",
    "Kustomization": """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop-dev
resources: [../../../base/web]
components: [../../../components/x]
labels: [{pairs: {app: web}, includeSelectors: false, includeTemplates: true}]
images: [{name: shop/web, newName: example.com/shop/web, newTag: "1", digest: "sha256:0"}]
replicas: [{name: web, count: 2}]
configMapGenerator: [{name: web, behavior: merge, literals: [a=b], options: {disableNameSuffixHash: true}}]
patches:
- {path: patch.yaml}
- {target: {group: apps, kind: Deployment, name: web}, patch: "- {op: remove, path: /x}"}
- {target: {labelSelector: app=web}, path: other.yaml, options: {allowKindChange: true}}
replacements:
- source: {kind: ConfigMap, name: web, fieldPath: data.a}
  targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas], options: {create: true}}]
""",
    "Component": """
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches: [{path: patch.yaml}]
""",
}

BAD: list[tuple[str, str, list[str | int], Any]] = [
    ("misspelt at the top", "Deployment", ["specs"], {}),
    ("misspelt in the spec", "Deployment", ["spec", "replica"], 2),
    ("misspelt deep down", "Deployment", ["spec", "template", "spec", "containers", 0, "imagePullpolicy"], "Always"),
    ("misspelt in metadata", "Service", ["metadata", "annotation"], {}),
    ("misspelt in a custom resource", "Application", ["spec", "syncPolicy", "automated", "selfheal"], True),
    ("misspelt in its metadata", "AppProject", ["metadata", "label"], {}),
    ("misspelt in a list of it", "ExternalSecret", ["spec", "data", 0, "remoteRef", "keys"], "x"),
    ("misspelt in a kustomization", "Kustomization", ["images", 0, "tag"], "1"),
    ("misspelt in a patch target", "Kustomization", ["patches", 1, "target", "apiGroup"], "apps"),
    ("a string for a number", "Deployment", ["spec", "replicas"], "2"),
    ("a number for a string", "Deployment", ["spec", "template", "spec", "containers", 0, "image"], 1),
    (
        "a number for an environment value",
        "Deployment",
        ["spec", "template", "spec", "containers", 0, "env", 0, "value"],
        1,
    ),
    ("a list for a mapping", "ConfigMap", ["data"], ["a"]),
    ("a boolean in data", "ConfigMap", ["data", "a"], True),
    ("a boolean for a port", "Service", ["spec", "ports", 0, "targetPort"], True),
    (
        "a list for a quantity",
        "Deployment",
        ["spec", "template", "spec", "containers", 0, "resources", "limits", "cpu"],
        [],
    ),
    ("a string for a boolean", "Application", ["spec", "syncPolicy", "automated", "prune"], "true"),
    ("a number for a tag", "Kustomization", ["images", 0, "newTag"], 1),
    ("not one of the values", "ExternalSecret", ["spec", "target", "creationPolicy"], "Always"),
    ("nothing where it is needed", "Application", ["spec", "project"], None),
    ("no name", "Service", ["metadata"], {"labels": {}}),
    ("no metadata", "Job", ["metadata"], None),
]


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Validate:
    """Run the real kubeconform over manifests; its report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENERATOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        arguments = schemas.kubeconform_arguments()

    def run(manifests: list[Manifest]) -> dict[str, Any]:
        said = process.run(
            [KUBECONFORM, *arguments, "-summary", "-verbose", "-output", "json", "-"],
            stdin="\n---\n".join(json.dumps(manifest) for manifest in manifests),
            ok=(0, 1),
        )
        report: dict[str, Any] = json.loads(said.stdout)
        return report

    return run


def good(kind: str) -> Manifest:
    manifest: Manifest = yaml.safe_load(GOOD[kind])
    return manifest


def test_the_manifests_are_what_they_are_called() -> None:
    assert all(good(kind)["kind"] == kind for kind in GOOD)


@needs_kubeconform
def test_good_manifests_are_valid(validate: Validate) -> None:
    report = validate([good(kind) for kind in GOOD])
    assert [item for item in report["resources"] if item["status"] != "statusValid"] == []
    assert report["summary"] == {"valid": len(GOOD), "invalid": 0, "errors": 0, "skipped": 0}


@needs_kubeconform
@pytest.mark.parametrize(("kind", "where", "value"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_faulty_manifests_are_not(validate: Validate, kind: str, where: list[str | int], value: Any) -> None:
    manifest = copy.deepcopy(good(kind))
    node: Any = manifest
    for step in where[:-1]:
        node = node[step]
    if value is None:
        del node[where[-1]]
    else:
        node[where[-1]] = value
    report = validate([manifest])
    assert report["summary"] == {"valid": 0, "invalid": 1, "errors": 0, "skipped": 0}
    # kubeconform's path leads to the mapping that holds an unknown or a missing field, or to the faulty value.
    [fault] = report["resources"][0]["validationErrors"]
    steps = [str(step) for step in where]
    assert fault["path"].strip("/").split("/") in (steps, steps[:-1] or [""])


@pytest.mark.full
@needs_kubeconform
def test_every_schema_compiles(validate: Validate) -> None:
    # kubeconform "could not find" a schema that does not; an empty manifest is merely invalid.
    folder = schemas.location()
    found = [json.loads((folder / f"{kind}.json").read_text()) for kind in schemas.kinds()]
    empty = [{key: schema["properties"][key]["enum"][0] for key in ("apiVersion", "kind")} for schema in found]
    report = validate(empty)
    assert [item for item in report["resources"] if item["status"] == "statusError"] == []
    assert sum(report["summary"].values()) == len(empty) == len(schemas.kinds())
    assert report["summary"]["errors"] == report["summary"]["skipped"] == 0


@needs_kubeconform
def test_a_kind_without_a_schema_is_an_error_and_not_skipped(validate: Validate) -> None:
    report = validate([{"apiVersion": "networking.example.com/v1", "kind": "Ingress", "metadata": {"name": "x"}}])
    assert report["summary"] == {"valid": 0, "invalid": 0, "errors": 1, "skipped": 0}


@needs_kubeconform
def test_a_key_that_stands_twice_is_an_error(validate: Validate) -> None:
    said = process.run(
        [KUBECONFORM, *schemas.kubeconform_arguments(), "-output", "json", "-summary", "-"],
        stdin="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: b\n  a: c\n",
        ok=(1,),
    )
    assert "already set" in said.stdout


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "cache"))


def test_the_schemas_are_unpacked_once(tmp_path: Path) -> None:
    here = schemas.location()
    stamp = here.stat().st_mtime_ns
    assert schemas.location() == here
    assert here.stat().st_mtime_ns == stamp
    assert (here / "v1/service_v1.json").is_file()
    assert {path.name for path in here.parent.iterdir()} == {here.name, "unpack"}


def test_many_processes_may_unpack_at_once() -> None:
    code = "from generator.tools import schemas; print(len(list(schemas.location().rglob('*.json'))))"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=PATIENCE)[0] for process in running}
    assert said == {f"{len(list(schemas.location().rglob('*.json')))}\n"}


def test_the_package_stays_small() -> None:
    assert schemas.PACKED.stat().st_size < 1_000_000


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


def test_every_schema_is_complete_in_itself() -> None:
    for file in schemas.location().rglob("*.json"):
        schema = json.loads(file.read_text())
        names = {reference.removeprefix("#/definitions/") for reference in references(schema)}
        assert names <= set(schema.get("definitions", ())), file


def test_the_kinds_that_we_render_are_there() -> None:
    have = {name.rpartition("/")[2].partition("_")[0] for name in schemas.kinds()}
    assert {kind.lower() for kind in GOOD} <= have
    assert not any(name.partition("_")[0].endswith(("list", "review")) for name in have)


def test_closing_a_structural_schema() -> None:
    node = {
        "type": "object",
        "description": "gone",
        "required": ["a"],
        "properties": {
            "a": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
            "open": {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "properties": {"x": {"type": "string"}},
            },
            "map": {"type": "object", "additionalProperties": {"type": "string", "format": "duration"}},
            "null": {"type": "string", "nullable": True, "enum": ["x"]},
        },
        "oneOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}],
        "x-kubernetes-validations": [{"rule": "true"}],
    }
    assert conversion.custom(node) == {
        "type": "object",
        "required": ["a"],
        "additionalProperties": False,
        "properties": {
            "a": {"type": ["integer", "string"]},
            "open": {"type": "object", "properties": {"x": {"type": "string"}}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "null": {"type": ["string", "null"], "enum": ["x", None]},
        },
        "oneOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}],
    }


def test_versions_that_are_not_served_have_no_schema() -> None:
    crd = {
        "spec": {
            "group": "example.com",
            "names": {"kind": "Thing"},
            "versions": [
                {"name": "v1", "served": True, "schema": {"openAPIV3Schema": {"type": "object", "properties": {}}}},
                {"name": "v1beta1", "served": False},
            ],
        }
    }
    assert list(conversion.from_crd(crd, {"type": "object"})) == ["example.com/thing_v1.json"]


@pytest.mark.full
def test_the_bundle_is_what_the_script_makes() -> None:
    # Skipped where the sources are not installed: python -m generator tools install schemas.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENERATOR_CACHE", str(CACHE))
        try:
            for name in tools.GROUPS["schemas"][1:]:
                tools.asset(name, tools.FILES[name].paths[0])
        except ToolError as exc:
            not_here(f"{exc.message}; {exc.hint}")
        process.run([sys.executable, ROOT / "scripts/update-schemas", "--check"])
