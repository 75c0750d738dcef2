"""A real node on this machine, for root: containerd, kubelet, kube-proxy, CoreDNS and a registry.

Pods are routed and not bridged (CNI's ``ptp``), so that Services work between
all pods without a kernel module for filtered bridges. Rules are in separate
nftables tables, so that their removal cannot affect other rules.

Everything that this module makes outside of the state directory has the
cluster's identity in its name, by which ``node_removal`` finds it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.cluster import host_programs, image, probe
from generator.cluster.component import Component, Step
from generator.cluster.control_plane import apply, kubeconfig, kubectl
from generator.cluster.layout import write_private
from generator.cluster.node_lock import SETTINGS_FOLDER
from generator.cluster.registry import registry
from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.layout import Layout
    from generator.cluster.network import Network
    from generator.cluster.state import State

PORTS = (
    "containerd-metrics",
    "kubelet",
    "kubelet-health",
    "kube-proxy-health",
    "kube-proxy-metrics",
    "coredns-health",
    "coredns-ready",
    "registry",
)
CNI_FOLDERS = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")
DNS_DOMAIN = "cluster.local"


def require() -> None:
    """Raise ClusterError if this machine cannot run a real node, or is a node already."""
    plugins = any(Path(folder, "ptp").exists() for folder in CNI_FOLDERS)
    missing = () if plugins else ("containernetworking-plugins",)
    host_programs.require(host_programs.REAL_NODE, missing=missing, otherwise="start with KWOK nodes")
    if Path("/var/lib/kubelet/config.yaml").exists():
        raise ClusterError("this machine is a node of some Kubernetes cluster already", "start with KWOK nodes")


def parts(state: State, network: Network) -> list[Part]:
    """Return the node's parts, from a network interface to a node that is Ready."""
    layout, ports = state.layout, state.ports
    socket = layout.run / "containerd.sock"
    return [
        Step("network", lambda: _network(state, network), again=True),
        Component(
            "containerd",
            ["containerd", "--config", layout.config / "containerd.toml"],
            ready=probe.unix(socket),
            prepare=lambda: _prepare_containerd(state, network),
            needs=("network",),
        ),
        Step("pause-image", lambda: _import_pause(state), ("containerd",)),
        Component(
            "kubelet",
            [
                tools.find("kubelet"),
                f"--config={layout.config / 'kubelet.json'}",
                f"--kubeconfig={kubeconfig(layout, network.node_name)}",
                f"--root-dir={layout.data / 'kubelet'}",
                f"--cert-dir={layout.data / 'kubelet-pki'}",
                f"--hostname-override={network.node_name}",
                f"--node-ip={network.node_ip}",
            ],
            ready=probe.http(f"http://127.0.0.1:{ports['kubelet-health']}/healthz"),
            prepare=lambda: _prepare_kubelet(state, network),
            needs=("kube-apiserver", "pause-image"),
        ),
        Step("node-ready", lambda: _wait_ready(state, network), ("kubelet", "kube-controller-manager")),
        Component(
            "kube-proxy",
            [tools.find("kube-proxy"), f"--config={layout.config / 'kube-proxy.json'}"],
            ready=probe.http(f"http://127.0.0.1:{ports['kube-proxy-health']}/livez"),
            prepare=lambda: _prepare_kube_proxy(state, network),
            needs=("kube-apiserver",),
        ),
        Step("coredns-role", lambda: apply(state, "--filename", "-", stdin=_coredns_role()), ("kube-apiserver",)),
        Component(
            "coredns",
            [tools.find("coredns"), "-conf", layout.config / "Corefile"],
            ready=probe.http(f"http://127.0.0.1:{ports['coredns-ready']}/ready"),
            prepare=lambda: write_private(layout.config / "Corefile", _corefile(state, network)),
            needs=("coredns-role",),
        ),
        registry(state),
    ]


def cni_configuration(layout: Layout, network: Network) -> dict[str, object]:
    """Return the CNI configuration of pods: a veth pair to the host, which routes.

    It has no ``portmap``, because its rules would stay in tables of others. So hostPorts do not work.
    """
    return {
        "cniVersion": "1.0.0",
        "name": layout.name,
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,
                "mtu": 1500,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(layout.data / "cni"),
                    "ranges": [[{"subnet": network.pods}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
        ],
    }


def _network(state: State, network: Network) -> None:
    """Set up the node's interface and address, and masquerading for pods. Each ``up`` does it: a reboot undoes it."""
    layout = state.layout
    (SETTINGS_FOLDER / "net/ipv4/ip_forward").write_text("1\n")
    if not Path("/sys/class/net", layout.interface).exists():
        host_programs.run(["ip", "link", "add", layout.interface, "type", "bridge"])
    host_programs.run(["ip", "address", "replace", f"{network.node_ip}/24", "dev", layout.interface])
    host_programs.run(["ip", "link", "set", layout.interface, "up"])
    # The table is added before it is deleted, so that this transaction works with and without an existing table.
    rules = f"""
table ip {layout.table}
delete table ip {layout.table}
table ip {layout.table} {{
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {network.pods} ip daddr != {network.subnet} masquerade
  }}
}}
"""
    host_programs.run(["nft", "--file", "-"], stdin=rules)
    _let_pass(layout, network)


def _let_pass(layout: Layout, network: Network) -> None:
    """Accept the pods' packets if other software, such as Docker, makes the machine drop forwarded packets."""
    if (
        not host_programs.present("iptables")
        or "-P FORWARD DROP" not in host_programs.run(["iptables", "-S", "FORWARD"]).stdout
    ):
        return
    for direction in ("--source", "--destination"):
        rule = [direction, network.pods, "--match", "comment", "--comment", layout.name, "--jump", "ACCEPT"]
        if host_programs.run(["iptables", "--check", "FORWARD", *rule], ok=(0, 1)).returncode:
            host_programs.run(["iptables", "--insert", "FORWARD", *rule])


def _prepare_containerd(state: State, network: Network) -> None:
    layout = state.layout
    layout.run.mkdir(mode=0o711, exist_ok=True)
    cni = layout.config / "cni"
    mirrors = layout.config / "registries" / "_default"
    for folder in (cni, mirrors):
        folder.mkdir(parents=True, exist_ok=True)
    write_private(cni / "10-local.conflist", json.dumps(cni_configuration(layout, network)))
    # The local registry is asked first for all images, whatever registry is in their names. So a manifest with a
    # registry in the cloud runs here unchanged if the image was pushed here with the same path.
    mirror = f'[host."http://127.0.0.1:{state.ports["registry"]}"]\n  capabilities = ["pull", "resolve"]\n'
    write_private(mirrors / "hosts.toml", mirror)
    bin_dir = next(folder for folder in CNI_FOLDERS if Path(folder, "ptp").exists())
    root = layout.data / "containerd"
    write_private(
        layout.config / "containerd.toml",
        f"""version = 2
root = "{root}"
state = "{layout.run}/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
address = "{layout.run}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "{root}/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{image.PAUSE}"
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"
netns_mounts_under_state_dir = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "{_snapshotter(layout.data)}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
Root = "{layout.run}/runc"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{bin_dir}"
conf_dir = "{cni}"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{mirrors.parent}"
""",
    )


def _snapshotter(folder: Path) -> str:
    """Return ``overlayfs``, or ``native`` (slower) if the folder is on an overlay itself, as in a container."""
    kind = host_programs.run(
        ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", folder], ok=(0, 1, 127)
    ).stdout
    return "native" if kind.strip() == "overlay" else "overlayfs"


def _import_pause(state: State) -> None:
    layout = state.layout
    archive = layout.data / "pause.tar"
    image.write_archive(archive, image.PAUSE, {"pause": image.pause_program()}, ["/pause"])
    host_programs.run(
        ["ctr", "--address", layout.run / "containerd.sock", "--namespace", "k8s.io", "images", "import", archive],
        hint=f"read {layout.log('containerd')}",
    )
    archive.unlink()


def _prepare_kubelet(state: State, network: Network) -> None:
    layout, ports = state.layout, state.ports
    for controller in layout.cgroups():
        controller.mkdir(exist_ok=True)
    (layout.data / "kubelet").mkdir(exist_ok=True)
    configuration = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": network.node_ip,
        "port": ports["kubelet"],
        "healthzBindAddress": "127.0.0.1",
        "healthzPort": ports["kubelet-health"],
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(layout.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": f"unix://{layout.run / 'containerd.sock'}",
        "clusterDNS": [network.node_ip],
        "clusterDomain": DNS_DOMAIN,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.name}",
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": False,
        "failSwapOn": False,
        "makeIPTablesUtilChains": False,
        "podLogsDir": str(layout.logs / "pods"),
        "volumePluginDir": str(layout.data / "volume-plugins"),
        # A developer's disk may be nearly full; pods must not be evicted for that.
        "evictionHard": {"memory.available": "100Mi"},
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": False,
        "registryPullQPS": 0,
    }
    write_private(layout.config / "kubelet.json", json.dumps(configuration, indent=2))


def _wait_ready(state: State, network: Network) -> None:
    """Wait until the kubelet has registered the node and its network is ready."""
    kubectl(state, "wait", "--for=create", f"node/{network.node_name}", "--timeout=60s", timeout=70)
    kubectl(state, "wait", "--for=condition=Ready", f"node/{network.node_name}", "--timeout=60s", timeout=70)


def _prepare_kube_proxy(state: State, network: Network) -> None:
    layout, ports = state.layout, state.ports
    configuration = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(kubeconfig(layout, "kube-proxy"))},
        "hostnameOverride": network.node_name,
        "clusterCIDR": network.pods,
        "bindAddress": network.node_ip,
        "nodePortAddresses": [f"{network.node_ip}/32"],
        "healthzBindAddress": f"127.0.0.1:{ports['kube-proxy-health']}",
        "metricsBindAddress": f"127.0.0.1:{ports['kube-proxy-metrics']}",
        "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }
    write_private(layout.config / "kube-proxy.json", json.dumps(configuration, indent=2))


def _corefile(state: State, network: Network) -> str:
    """Return CoreDNS' configuration: names of Services from the API server, others from this machine's resolver."""
    kube = kubeconfig(state.layout, "coredns")
    return f""".:53 {{
  bind {network.node_ip}
  errors
  health 127.0.0.1:{state.ports["coredns-health"]}
  ready 127.0.0.1:{state.ports["coredns-ready"]}
  kubernetes {DNS_DOMAIN} in-addr.arpa ip6.arpa {{
    kubeconfig {kube}
    pods insecure
    ttl 5
  }}
  forward . /etc/resolv.conf
  cache 5
}}
"""


def _coredns_role() -> str:
    rules = [
        {"apiGroups": [""], "resources": ["services", "pods", "namespaces"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]
    group = "rbac.authorization.k8s.io"
    role = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "system:coredns"},
        "rules": rules,
    }
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "system:coredns"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "system:coredns"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "system:coredns"}],
    }
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [role, binding]})
