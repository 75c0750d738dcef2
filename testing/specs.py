"""Specs for tests: one app and its fields, every field of the language, and what overrides what."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pytest

from generator.errors import Fault, SpecError
from generator.spec import loader
from generator.spec.workload import Workload

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web:
    image: shop/web
"""


def app(fields: str) -> str:
    """Return a spec of two environments and one app; its ``fields`` begin on line 8, in column 5."""
    return HEAD + textwrap.indent(textwrap.dedent(fields).strip("\n"), "    ") + "\n"


def top(fields: str, **changed: str) -> str:
    """Return a spec whose fields of the top level are replaced or added."""
    known = {
        "version": "1", "project": "shop", "repository": "/srv/shop.git",
        "environments": "{dev: {}, prod: {}}", "apps": "{}", **changed,
    }  # fmt: skip
    return "".join(f"{name}: {value}\n" for name, value in known.items() if value != "-") + fields


def faults(text: str) -> Sequence[Fault]:
    """Return the faults of a spec; the spec must have some."""
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    return caught.value.faults


def told(text: str) -> list[str]:
    """Return the faults of a spec as users see them."""
    return as_shown(faults(text))


def as_shown(found: Sequence[Fault]) -> list[str]:
    """Return faults with their hints, without the name of the file."""
    return [f"{fault} / {fault.hint}".removeprefix("generator.yaml:") for fault in found]


def workload(fields: str, environment: str = "prod") -> Workload:
    return loader.parse(app(fields)).apps["web"].instances[environment].workloads["web"]


EVERY_FIELD = """\
version: 1
project: shop
repository: git@git.example.com:acme/shop-gitops.git
branch: release/1.x
registry: registry.example.com:5000/team
secretStore: {name: vault, kind: SecretStore}
commits: {subject: "chore: {subject}"}
kubernetes: {version: "1.36"}
argocd: {namespace: argo}
ci:
  install: {requirements: ci/generator.lock}
  images:
    binfmt: registry.example.com/binfmt@sha256:1111111111111111111111111111111111111111111111111111111111111111
    buildkit: "registry.example.com:5000/hub/buildkit:v0.31.2@sha256:2222222222222222222222222222222222222222222222222222222222222222"
    sbom: scanner:1.12.0@sha256:3333333333333333333333333333333333333333333333333333333333333333
  runtime: {nodejs: 20}
  environment: dev
  credentials: shop/git
  githubApp: {id: "123456", secret: shop/app}
  codebuild: true
  github: {role: "arn:aws:iam::123456789012:role/ci", runner: ubuntu-24.04-arm, environment: delivery}
  pullRequest: true
  checks: true
environments:
  dev: {}
  prod: {namespace: live, sync: manual, cluster: "arn:aws:eks:eu-west-1:123456789012:cluster/live", podSecurity: baseline}
apps:
  web:
    image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web
    tag: "1.0"
    source: src/web
    build:
      dockerfile: docker/Dockerfile
      test: [make test]
      reports: ["reports/*.xml"]
      contexts: {shared: libs/shared}
      args: {VERSION: $TAG, YEAR: 2024}
      platforms: [linux/amd64, linux/arm64]
      cache: shop/layers
      sbom: true
      scan: {severity: HIGH, ignore: [CVE-2024-3094]}
    ports:
    - {name: http, containerPort: 8080, servicePort: 80, protocol: TCP}
    - {containerPort: 9090}
    command: [python3]
    args: [-m, web]
    env:
      LITERAL: 1.10
      FROM: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    config: {MODE: on, RATE: 0.50, COUNT: 007}
    secrets:
      TOKEN: shop/{environment}/web#token
      KEY: {key: shop/key, property: p, version: AWSCURRENT}
    resources: {requests: {cpu: 0.5}, limits: {memory: 1Gi}, claims: [{name: gpu}]}
    health: /healthz
    ready: /readyz
    livenessProbe: {tcpSocket: {port: http}, periodSeconds: 7}
    readinessProbe: {exec: {command: [ready]}}
    startupProbe: {grpc: {port: 9090}}
    autoscale: {min: 2, max: 5, cpu: 60, memory: 80, behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}
    service: {type: NodePort, port: 8000, annotations: {a: b}}
    ingress: {host: "{environment}.example.com", path: /api, className: nginx, annotations: {x/y: "1"}, tls: cert}
    migration: {command: [migrate], timeout: 60, retries: 0}
    disruption: {minAvailable: 1}
    network: {from: [worker], fromCidr: [10.0.0.0/8], ingress: [{}], egress: []}
    serviceAccount: {annotations: {eks.amazonaws.com/role-arn: arn}, token: true}
    labels: {tier: front}
    annotations: {note: hello}
    securityContext: {runAsUser: 1000}
    podSecurityContext: {fsGroup: 1000}
    writable: [/tmp, /var/cache]
    writableSize: 2Gi
    progressDeadlineSeconds: 120
    container: {lifecycle: {preStop: {sleep: {seconds: 5}}}}
    pod: {terminationGracePeriodSeconds: 40, resourceClaims: [{name: gpu, resourceClaimName: gpu}]}
    environments:
      prod: {replicas: 9}
  worker: {image: docker.io/library/busybox}
"""


# What the app says, what the override says, the field of the model, and what it is then.
OVERRIDES: dict[str, tuple[str, str, str, object]] = {
    "maps merge": ("config: {A: 1, B: 2}", "config: {B: 3}", "config", {"A": "1", "B": "3"}),
    "lists are replaced": ("args: [a, b]", "args: [c]", "args", ("c",)),
    "null takes a field out": ("config: {A: 1}", "config: null", "config", {}),
    "null takes an entry out": ("config: {A: 1, B: 2}", "config: {A: null}", "config", {"B": "2"}),
    "an empty override changes nothing": ("replicas: 3", "", "replicas", 3),
    "replicas put an end to the autoscaler": ("autoscale: {min: 1, max: 2}", "replicas: 3", "autoscale", None),
    "the autoscaler puts an end to replicas": ("replicas: 3", "autoscale: {min: 1, max: 2}", "replicas", None),
    "an autoscaler can be changed in part": ("autoscale: {min: 1, max: 2}", "autoscale: {max: 9}", "autoscale", {"min": 1, "max": 9}),
    "false takes the Service away": ("port: 80", "service: false", "service", None),
    "a map brings the Service back": ("port: 80\nservice: false", "service: {}", "service", {}),
    "a probe of another kind replaces the former": (
        "port: 80\nlivenessProbe: {httpGet: {path: /}, periodSeconds: 9}", "livenessProbe: {tcpSocket: {port: 80}}",
        "probes", {"livenessProbe": {"periodSeconds": 9, "tcpSocket": {"port": 80}}},
    ),
    "a probe can be changed in part": (
        "port: 80\nlivenessProbe: {tcpSocket: {port: 80}}", "livenessProbe: {periodSeconds: 9}",
        "probes", {"livenessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 9}},
    ),
    "one limit of disruption replaces the other": ("replicas: 2\ndisruption: {minAvailable: 1}", "disruption: {maxUnavailable: 2}", "disruption", {"maxUnavailable": 2}),
    "a list of variables replaces a map of them": ("env: {A: 1}", "env: [{name: B, value: 2}]", "env", ({"name": "B", "value": "2"},)),
    "the environment's name is filled in": ("config: {E: 'in-{environment}'}", "", "config", {"E": "in-prod"}),
    "the environment's name is filled into variables": ("env: {E: '{environment}'}", "", "env", ({"name": "E", "value": "prod"},)),
    "another image keeps the registry": ("replicas: 1", "image: shop/other", "image", "shop/other"),
}  # fmt: skip


CHARTS = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {approvers: [ann], sync: manual}}
apps:
  web: {image: shop/web, port: 8080}
  dashboards:
    chart:
      repository: oci://registry.example.com/charts
      name: grafana
      version: 8.5.1
      digest: sha256:1111111111111111111111111111111111111111111111111111111111111111
      kinds: [rbac.authorization.k8s.io/ClusterRole, monitoring.coreos.com/ServiceMonitor]
    values:
      replicas: 1
      host: dashboards.{environment}.example.com
      ini: {server: {port: 3000, root: "https://{environment}.example.com"}}
      args: [a, "{environment}"]
    environments:
      prod:
        chart: {version: 8.4.0}
        values: {replicas: 2, ini: {server: {port: null}}}
  cache: {chart: {repository: "https://charts.example.com/stable", name: valkey, version: 1.2.3}}
"""
