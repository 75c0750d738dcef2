"""The Kubernetes control plane: etcd, API server, controller manager, scheduler.

The API server listens on one address only: that of the real node, so that pods
reach it as ``kubernetes.default``, or the loopback address with KWOK. All clients
use tokens; etcd accepts only certificates of the cluster's own authority.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.cluster import environment, host_programs, probe
from generator.cluster.certificates import Authority
from generator.cluster.component import Component, Step
from generator.cluster.host_programs import Setting
from generator.cluster.layout import write_private
from generator.errors import ClusterError, ProcessError

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.layout import Layout
    from generator.cluster.network import Network
    from generator.cluster.state import State

PORTS = ("etcd", "etcd-peer", "kube-apiserver", "kube-controller-manager", "kube-scheduler")

IDENTITIES = {
    "admin": ("admin", "system:masters"),
    "kube-controller-manager": ("system:kube-controller-manager", ""),
    "kube-scheduler": ("system:kube-scheduler", ""),
    "kube-proxy": ("system:kube-proxy", ""),
    "coredns": ("system:coredns", ""),
}
"""Who may log in by token: user and group as RBAC knows them."""


def parts(state: State, network: Network) -> list[Part]:
    """Return the control plane's parts, from the certificates to the API server and its controllers."""
    ports = state.ports
    authority = Authority(state.layout.pki)
    etcd_url = f"https://127.0.0.1:{ports['etcd']}"
    controllers = {"kube-controller-manager": _controller_manager(state), "kube-scheduler": _scheduler(state)}
    return [
        Step("certificates", lambda: _certificates(state, authority, network)),
        Component(
            "etcd",
            _etcd(state, etcd_url),
            ready=probe.tcp("127.0.0.1", ports["etcd"]),
            needs=("certificates",),
        ),
        Component(
            "kube-apiserver",
            _api_server(state, network, etcd_url),
            ready=probe.http(f"{api_url(state, network)}/readyz", ca=authority.certificate),
            needs=("etcd", "network") if state.node == "real" else ("etcd",),
        ),
        *(
            Component(
                name,
                argv,
                ready=probe.http(f"https://127.0.0.1:{ports[name]}/healthz"),
                needs=("kube-apiserver",),
            )
            for name, argv in controllers.items()
        ),
    ]


def _etcd(state: State, url: str) -> list[str | Path]:
    pki, peer = state.layout.pki, f"http://127.0.0.1:{state.ports['etcd-peer']}"
    return [
        tools.find("etcd"),
        "--name=local",
        f"--data-dir={state.layout.data / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=local={peer}",
        "--client-cert-auth",
        f"--trusted-ca-file={Authority(pki).certificate}",
        f"--cert-file={pki}/etcd.crt",
        f"--key-file={pki}/etcd.key",
        "--unsafe-no-fsync",
        "--logger=zap",
        "--log-level=warn",
    ]


def _controller_manager(state: State) -> list[str | Path]:
    layout = state.layout
    return [
        tools.find("kube-controller-manager"),
        f"--kubeconfig={kubeconfig(layout, 'kube-controller-manager')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={state.ports['kube-controller-manager']}",
        "--leader-elect=false",
        "--use-service-account-credentials",
        f"--root-ca-file={Authority(layout.pki).certificate}",
        f"--service-account-private-key-file={layout.pki}/service-account.key",
        f"--flex-volume-plugin-dir={layout.data / 'volume-plugins'}",
    ]


def _scheduler(state: State) -> list[str | Path]:
    return [
        tools.find("kube-scheduler"),
        f"--kubeconfig={kubeconfig(state.layout, 'kube-scheduler')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={state.ports['kube-scheduler']}",
        "--leader-elect=false",
    ]


def api_url(state: State, network: Network) -> str:
    """Return the URL of the API server."""
    return f"https://{network.node_ip}:{state.ports['kube-apiserver']}"


def kubeconfig(layout: Layout, identity: str) -> Path:
    """Return the path of the kubeconfig for one of ``IDENTITIES`` or for a node; the user gets the administrator's."""
    return layout.kubeconfig if identity == "admin" else layout.pki / f"{identity}.kubeconfig"


def kubectl(state: State, *arguments: str | Path, stdin: str | None = None, timeout: float = 60) -> str:
    """Run kubectl as administrator and return its standard output; its cache is not in the home directory."""
    layout = state.layout
    env = {
        **environment.daemon(layout.home, state.subnet),
        "KUBECONFIG": str(layout.kubeconfig),
        "KUBECACHEDIR": str(layout.data / "kubectl"),
        "KUBERC": "off",
    }
    hint = "see `local status`"
    command = [tools.find("kubectl"), *arguments]
    return host_programs.run(command, Setting(env=env), stdin=stdin, timeout=timeout, hint=hint).stdout


def apply(state: State, *arguments: str | Path, stdin: str | None = None) -> None:
    """Apply manifests on the server's side, because some CRDs are too large for an annotation."""
    kubectl(state, "apply", "--server-side", "--force-conflicts", *arguments, stdin=stdin)


def wait_served(state: State, group_version: str, *resources: str, seconds: float = 30) -> None:
    """Wait until the API server serves these custom resources, a short time after their definition."""
    deadline = time.monotonic() + seconds
    while not set(resources) <= _served(state, group_version):
        if time.monotonic() > deadline:
            raise ClusterError(f"{group_version}: not served after {seconds:g} s", "run: python -m generator local up")
        time.sleep(0.1)


def _served(state: State, group_version: str) -> set[str]:
    try:
        answer = json.loads(kubectl(state, "get", "--raw", f"/apis/{group_version}"))
    except ProcessError:
        return set()
    return {resource["name"] for resource in answer["resources"]}


def _api_server(state: State, network: Network, etcd_url: str) -> list[str | Path]:
    layout = state.layout
    pki = layout.pki
    return [
        tools.find("kube-apiserver"),
        f"--bind-address={network.node_ip}",
        f"--secure-port={state.ports['kube-apiserver']}",
        f"--service-cluster-ip-range={network.services}",
        # A loopback address cannot be in the endpoints of the Service `kubernetes`.
        *([f"--advertise-address={network.node_ip}"] if state.node == "real" else ["--endpoint-reconciler-type=none"]),
        f"--etcd-servers={etcd_url}",
        f"--etcd-cafile={pki}/ca.crt",
        f"--etcd-certfile={pki}/etcd.crt",
        f"--etcd-keyfile={pki}/etcd.key",
        f"--client-ca-file={pki}/ca.crt",
        f"--tls-cert-file={pki}/kube-apiserver.crt",
        f"--tls-private-key-file={pki}/kube-apiserver.key",
        f"--token-auth-file={pki}/tokens.csv",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki}/service-account.crt",
        f"--service-account-signing-key-file={pki}/service-account.key",
        f"--kubelet-client-certificate={pki}/kubelet-client.crt",
        f"--kubelet-client-key={pki}/kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={pki}/ca.crt",
        "--requestheader-allowed-names=aggregator",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/aggregator.crt",
        f"--proxy-client-key-file={pki}/aggregator.key",
        "--allow-privileged",
        "--profiling=false",
    ]


def _certificates(state: State, authority: Authority, network: Network) -> None:
    layout = state.layout
    authority.create()
    authority.issue("etcd", common_name="etcd", hosts=["127.0.0.1", "localhost"])
    service = "kubernetes.default.svc"
    hosts = ["localhost", "kubernetes", "kubernetes.default", service, f"{service}.cluster.local"]
    addresses = dict.fromkeys(["127.0.0.1", network.node_ip, network.first_service_ip])
    authority.issue("kube-apiserver", common_name="kube-apiserver", hosts=[*hosts, *addresses])
    authority.issue("kubelet-client", common_name="kube-apiserver", organization="system:masters")
    authority.issue("aggregator", common_name="aggregator")
    authority.key_pair("service-account")
    identities = {**IDENTITIES, network.node_name: (f"system:node:{network.node_name}", "system:nodes")}
    lines = []
    for name, (user, group) in identities.items():
        token = secrets.token_urlsafe(32)
        lines.append(f'{token},"{user}",{name},"{group}"\n')
        _write_kubeconfig(kubeconfig(layout, name), api_url(state, network), authority.certificate, name, token)
    write_private(layout.pki / "tokens.csv", "".join(lines))


def _write_kubeconfig(path: Path, server: str, ca: Path, user: str, token: str) -> None:
    """Write a kubeconfig that contains the authority's certificate, so that users can copy it."""
    certificate = base64.b64encode(ca.read_bytes()).decode()
    write_private(
        path,
        f"""apiVersion: v1
kind: Config
clusters:
- name: local
  cluster: {{server: "{server}", certificate-authority-data: {certificate}}}
users:
- name: {user}
  user: {{token: "{token}"}}
contexts:
- name: local
  context: {{cluster: local, user: {user}}}
current-context: local
""",
    )
