"""A real etcd and a real kube-apiserver, with the kinds of Argo CD and External Secrets, and nothing that acts.

A dry run, which stores nothing, tells whether it would accept a manifest.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from generator import tools
from generator.cluster import argocd as cluster_argocd
from generator.cluster import component, control_plane, external_secrets
from generator.cluster.layout import Layout
from generator.cluster.network import Network, choose_subnet
from generator.cluster.ports import free
from generator.cluster.state import State
from generator.render.kinds import manifests
from generator.render.kinds.metadata import config_name, own_config_name
from generator.render.kinds.workloads import pod_path
from generator.render.outputs import argocd
from generator.spec.instance import Instance
from generator.spec.model import Spec

Manifest = dict[str, Any]
TOOLS = ("etcd", "kube-apiserver", "kubectl")
_PARTS = {
    "certificates", "etcd", "kube-apiserver", "argocd-crds", "external-secrets-crds", "further-crds",
}  # fmt: skip


# Definitions of kinds whose projects publish none where tools are fetched from.
OURS = Path(__file__).parent.parent / "crds"


class _Kinds(NamedTuple):
    """Kinds that are not Kubernetes' own, and the files of a pinned module that define them, or of ours."""

    module: str
    group: str
    plurals: tuple[str, ...]
    file: str = "config/crd/bases/{group}_{plural}.yaml"

    def files(self) -> list[str]:
        """Return the files, as options of kubectl."""
        group = self.group.partition("/")[0]
        if not self.module:
            return [f"--filename={OURS / self.file.format(group=group, plural=plural)}" for plural in self.plurals]
        places = (self.file.format(group=group, plural=plural) for plural in self.plurals)
        return [f"--filename={tools.asset(self.module, place)}" for place in places]


# A kind of a golden case that is not Kubernetes' own has its row here.
_FURTHER = (
    _Kinds("cloudnative-pg", "postgresql.cnpg.io/v1", ("clusters", "poolers", "scheduledbackups")),
    _Kinds("plugin-barman-cloud", "barmancloud.cnpg.io/v1", ("objectstores",)),
    _Kinds("argo-rollouts", "argoproj.io/v1alpha1", ("rollouts",), "manifests/crds/rollout-crd.yaml"),
    _Kinds(
        "argo-rollouts", "argoproj.io/v1alpha1", ("analysistemplates",), "manifests/crds/analysis-template-crd.yaml"
    ),
    _Kinds(
        "gateway-api",
        "gateway.networking.k8s.io/v1",
        ("httproutes", "grpcroutes"),
        "config/crd/standard/{group}_{plural}.yaml",
    ),
    _Kinds("keda", "keda.sh/v1alpha1", ("scaledobjects", "triggerauthentications")),
    _Kinds("", "isindir.github.com/v1alpha3", ("sopssecrets",), "{group}_{plural}.yaml"),
    _Kinds(
        "sealed-secrets", "bitnami.com/v1alpha1", ("sealedsecrets",), "helm/sealed-secrets/crds/{group}_{plural}.yaml"
    ),
    _Kinds(
        "prometheus-operator",
        "monitoring.coreos.com/v1",
        ("podmonitors",),
        "example/prometheus-operator-crd/{group}_{plural}.yaml",
    ),
)
_PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}
# The server takes its time when the machine is busy; a refusal takes none.
_SECONDS = 60


@dataclass
class ApiServer:
    """Where it answers, and as whom we ask."""

    connection: http.client.HTTPSConnection
    token: str
    kubeconfig: Path

    def refusal(self, manifest: Manifest, namespace: str | None) -> str | None:
        """Return why the server refuses to make this object; None if it would. One of the cluster has no namespace."""
        group = manifest["apiVersion"]
        plural = _PLURALS.get(manifest["kind"], f"{manifest['kind'].lower()}s")
        root = f"/apis/{group}" if "/" in group else f"/api/{group}"
        place = f"/namespaces/{namespace}" if namespace else ""
        status, answer = self.post(f"{root}{place}/{plural}?dryRun=All&fieldValidation=Strict", manifest)
        # The checks come before the look whether it is there.
        taken = status in (200, 201) or answer.get("reason") == "AlreadyExists"
        return None if taken else f"{manifest['kind']}: {answer.get('message', status)}"

    def post(self, path: str, body: Manifest) -> tuple[int, dict[str, Any]]:
        """Return status and answer of one request."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self.connection.request("POST", path, json.dumps(body), headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def refusals(self, manifests: Iterable[Manifest], namespace: str) -> list[str]:
        """Return the refusals among these."""
        return [found for manifest in manifests if (found := self.refusal(manifest, namespace))]

    def make_namespace(self, name: str, level: str = "") -> None:
        """Make a namespace; with the Pod Security Standard of this level, if one is given."""
        labels = {"pod-security.kubernetes.io/enforce": level} if level else {}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        status, answer = self.post("/api/v1/namespaces", namespace)
        assert status in (201, 409), answer

    def make_classes(self, priority: str, runtime: str) -> None:
        """Make classes that pods may name."""
        made: tuple[tuple[str, str, str, str, Manifest], ...] = (
            ("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", priority, {"value": 9}),
            ("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", runtime, {"handler": runtime}),
        )
        for api, kind, plural, name, fields in made:
            body = {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}
            status, answer = self.post(f"/apis/{api}/{plural}", body)
            assert status in (201, 409), answer

    def make_account(self, name: str, namespace: str) -> None:
        """Make a ServiceAccount, without which no pod is admitted; no controller is there to make it."""
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
        status, answer = self.post(f"/api/v1/namespaces/{namespace}/serviceaccounts", account)
        assert status in (201, 409), answer


@contextmanager
def started() -> Iterator[ApiServer]:
    """Start both servers, in a folder of their own that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="api-") as parent:
        layout = Layout.of(Path(parent) / "c")
        layout.create()
        names = (*control_plane.PORTS, *cluster_argocd.PORTS)
        state = State(layout, "kwok", free(names), cluster_argocd.new_secrets(), subnet=choose_subnet())
        network = Network(state.subnet, state.node)
        every = [*control_plane.parts(state, network), *cluster_argocd.parts(state), *external_secrets.parts(state)]
        every.append(component.Step("further-crds", lambda: _define(state), ("kube-apiserver",)))
        try:
            component.bring_up([part for part in every if part.name in _PARTS], state, lambda line: None)
            server = _connected(state, network)
            with closing(server.connection):
                yield server
        finally:
            component.stop({**component.marked(layout), **state.processes})


def _define(state: State) -> None:
    for kinds in _FURTHER:
        control_plane.apply(state, *kinds.files())
        control_plane.wait_served(state, kinds.group, *kinds.plurals)


def _connected(state: State, network: Network) -> ApiServer:
    context = ssl.create_default_context(cafile=str(state.layout.pki / "ca.crt"))
    port = state.ports["kube-apiserver"]
    connection = http.client.HTTPSConnection(network.node_ip, port, context=context, timeout=_SECONDS)
    found = re.search(r'token: "(.+?)"', state.layout.kubeconfig.read_text())
    assert found
    return ApiServer(connection, found[1], state.layout.kubeconfig)


def instance_manifests(app: Instance) -> list[Manifest]:
    """Return what the cluster gets of an app in one environment, with ConfigMaps as kustomize makes them."""
    configs = {config_name(app.general): app.general.config}
    configs |= {own_config_name(one): one.own_config for one in app.workloads.values()}
    # With the hash that kustomize adds.
    return [*manifests(app).values()] + [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"{name}-0123456789"}, "data": dict(data)}
        for name, data in configs.items()
        if data
    ]


def project_manifests(spec: Spec) -> list[Manifest]:
    """Return what Argo CD gets."""
    import yaml

    files = [*argocd.render_project(spec)]
    for app in spec.apps.values():
        files += argocd.render_app(spec, app)
    return [manifest for file in files for manifest in yaml.safe_load_all(file.text)]


def pod_of(manifest: Manifest) -> Manifest | None:
    """Return the pod that a controller would make of a workload."""
    path = pod_path(manifest["kind"])
    if path is None:
        return None
    template: Any = manifest
    for field in path:
        template = template.get(field)
        if template is None:
            return None  # it runs the template of another object
    meta = {**template["metadata"], "name": manifest["metadata"]["name"]}
    claims = [one["metadata"]["name"] for one in manifest["spec"].get("volumeClaimTemplates") or ()]
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{meta['name']}-0"}} for name in claims]
    spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", ()), *volumes]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}
