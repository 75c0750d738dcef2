"""The whole cluster, for real: GENERATOR_TEST_CLUSTER=1 pytest tests/integration/test_cluster_end_to_end.py.

Takes about a minute with the tools installed. Once with KWOK nodes, and once, for root, with a real node.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import process, tools
from generator.cluster import image, lifecycle
from generator.cluster.component import marked
from generator.cluster.layout import Layout
from generator.cluster.lifecycle import Cluster
from generator.errors import ClusterError, ProcessError
from testing.cluster import hostile_caller
from testing.needs import not_here
from testing.programs import REAL_CACHE
from testing.waiting import PATIENCE, eventually

pytestmark = pytest.mark.cluster
root = os.geteuid() == 0


@pytest.fixture(scope="module", params=["kwok", pytest.param("real", marks=pytest.mark.needs("root"))])
def local(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    # Only a real node touches the machine; one at a time, so that what changes meanwhile is ours.
    before = traces() if request.param == "real" else set()
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        try:
            # Not the home of whoever runs the tests, in which the tools may be.
            with hostile_caller(Path(parent)), pytest.MonkeyPatch.context() as patch:
                patch.setenv("GENERATOR_CACHE", str(REAL_CACHE))
                found = lifecycle.up(directory, echo=print, node=request.param)
            yield found
        finally:
            lifecycle.down(directory, echo=print)
        assert not directory.exists()
        assert not marked(Layout.of(directory))
        if request.param == "real":
            assert traces() <= before


def traces() -> set[str]:
    """Return what a cluster might leave: mounts, interfaces, rules, namespaces, control groups, folders, settings."""
    if not root:
        return set()
    commands = (["ip", "-brief", "link"], ["nft", "list", "tables"], ["ip", "netns"], ["iptables-save"])
    lines = {
        line for command in commands if shutil.which(command[0]) for line in process.run(command).stdout.splitlines()
    }
    lines |= set(Path("/proc/mounts").read_text().splitlines())
    lines |= {str(path) for path in Path("/sys/fs/cgroup").glob("*/*") if "gitops" in path.name or "kube" in path.name}
    folders = ("/run", "/run/containerd", "/var/lib", "/var/lib/cni", "/var/log", "/var/lib/kubelet", "/usr/libexec")
    lines |= {str(path) for folder in folders for path in Path(folder).glob("*")}
    settings = ("net/ipv4/ip_forward", "kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory")
    lines |= {f"{setting} {Path('/proc/sys', setting).read_text()}" for setting in settings}
    return {line for line in lines if not line.startswith("#")}


def application(local: Cluster, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(local.kubectl("get", "application", name, "-n", "argocd", "-o", "json"))
    return found


def test_up_again_changes_nothing_and_status_agrees(local: Cluster) -> None:
    lines: list[str] = []
    assert lifecycle.up(local.directory, echo=lines.append) == local
    assert len(lines) == 1, lines
    assert lifecycle.load(local.directory) == local
    status = lifecycle.status(local.directory)
    assert status.up
    assert status.dead == ()
    assert not set(re.findall(r"\S+", repr(local))) & {local.argocd_password, local.gitea_token, local.gitea_password}


def test_another_kind_of_node_is_refused(local: Cluster) -> None:
    with pytest.raises(ClusterError, match=f"has a {local.node} node"):
        lifecycle.up(local.directory, echo=print, node="kwok" if local.node == "real" else "real")


def test_what_died_is_noticed_and_started_again(local: Cluster) -> None:
    victims = {
        item.name: item.pid for item in local.components if item.name in ("argocd-repo-server", "kube-scheduler")
    }
    for pid in victims.values():
        assert pid
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: set(lifecycle.status(local.directory).dead) == set(victims))
    with pytest.raises(ClusterError, match="argocd-repo-server"):
        lifecycle.load(local.directory)
    again = lifecycle.up(local.directory, echo=print)
    changed = {new.name for new, old in zip(again.components, local.components, strict=True) if new != old}
    assert changed == set(victims)
    assert (again.argocd_url, again.gitea_url) == (local.argocd_url, local.gitea_url)


def test_a_merged_pull_request_arrives_within_seconds(local: Cluster, tmp_path: Path) -> None:
    # A private repository in the forge, Argo CD told by webhook; without that it would look once a minute.
    forge = local.gitea
    url = forge.create_repository("settings")
    assert forge.create_repository("settings") == url, "fine if it is there"
    credentials = url.replace("://", f"://{local.gitea_user}:{local.gitea_token}@")
    work = tmp_path / "settings"
    work.mkdir()

    def git(*arguments: str) -> None:
        process.run(
            ["git", "-c", "user.name=Anna", "-c", "user.email=anna@example.test", *arguments], process.Setting(work)
        )

    def write(greeting: str) -> None:
        manifest = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "greeting"},
            "data": {"say": greeting},
        }
        (work / "greeting.yaml").write_text(json.dumps(manifest))

    def said() -> str:
        try:
            return local.kubectl("get", "configmap", "greeting", "-n", "settings", "-o", "jsonpath={.data.say}")
        except ProcessError:
            return ""

    git("init", "--quiet", "--initial-branch=main")
    (work / "kustomization.yaml").write_text("resources: [greeting.yaml]\n")
    write("hello")
    git("add", ".")
    git("commit", "--quiet", "--message=First")
    git("push", "--quiet", credentials, "main")
    spec = {
        "project": "default",
        "source": {"repoURL": url, "path": ".", "targetRevision": "main"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "settings"},
        "syncPolicy": {"automated": {}, "syncOptions": ["CreateNamespace=true"]},
    }
    metadata = {"name": "settings", "namespace": "argocd"}
    document = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    local.kubectl("apply", "--filename", "-", stdin=json.dumps(document))
    eventually(lambda: said() == "hello")

    git("switch", "--quiet", "--create", "change")
    write("good evening")
    git("commit", "--quiet", "--all", "--message=Second")
    git("push", "--quiet", credentials, "change")
    forge.merge_pull("settings", forge.create_pull("settings", head="change", title="Say it later"))
    eventually(lambda: said() == "good evening")
    with pytest.raises(ClusterError, match="cannot merge pull request 99"):
        forge.merge_pull("settings", 99)


def test_argo_cd_answers_with_the_password_that_we_were_given(local: Cluster) -> None:
    request = urllib.request.Request(
        f"{local.argocd_url}/api/v1/applications", headers={"Authorization": f"Bearer {local.argocd_token()}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert "items" in json.load(answer)


def test_external_secrets_are_known(local: Cluster) -> None:
    assert "externalsecrets" in local.kubectl("api-resources", "--api-group=external-secrets.io")


def deployment(reference: str) -> str:
    """Return two hardened pods of ``crane registry serve``, a Service before them, in a restricted namespace."""
    container = {
        "name": "web",
        "image": reference,
        "args": ["registry", "serve", "--address=:8080"],
        "readinessProbe": {"httpGet": {"path": "/v2/", "port": 8080}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "256Mi"}},
    }
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    labels = {"app": "web"}
    pod = {"metadata": {"labels": labels}, "spec": {"securityContext": security, "containers": [container]}}
    where = {"name": "web", "namespace": "demo"}
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    documents = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo", "labels": restricted}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": where,
            "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": where,
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
        },
    ]
    return "\n---\n".join(json.dumps(document) for document in documents)


def push_image(local: Cluster, path: str, folder: Path) -> str:
    """Push an image of ``crane`` and the libraries that it needs to the local registry; return its digest."""
    program = tools.find("crane")
    libraries = re.findall(r"(/\S+) \(0x", process.run(["ldd", program], ok=(0, 1)).stdout)
    files = {"crane": program.read_bytes()} | {library: Path(library).read_bytes() for library in libraries}
    image.write_archive(folder / "image.tar", "web", files, ["/crane"], platform.machine())
    with tarfile.open(folder / "image.tar") as archive:
        archive.extractall(folder / "image", filter="data")
    reference = f"{local.registry}/{path}"
    process.run([program, "push", folder / "image", reference])
    return process.run([program, "digest", reference]).stdout.strip()


def test_pods_run_answer_and_find_each_other(local: Cluster, tmp_path: Path) -> None:
    digest = push_image(local, "shop/web:1", tmp_path)
    # A registry in the cloud, by name; what is pulled is what lies in the local one under the same path.
    local.kubectl("apply", "--filename", "-", stdin=deployment(f"registry.example.test/shop/web:1@{digest}"))
    local.kubectl("rollout", "status", "deployment/web", "-n", "demo", "--timeout=600s", timeout=PATIENCE)
    if local.node == "kwok":
        return
    address = local.kubectl("get", "service", "web", "-n", "demo", "-o", "jsonpath={.spec.clusterIP}")

    def answers() -> bool:
        try:
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(f"http://{address}/v2/", timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    eventually(answers)

    def in_pod(*arguments: str) -> str:
        return local.kubectl("exec", "deployment/web", "-n", "demo", "--", "/crane", *arguments)

    for _ in range(4):  # two pods: most likely each of them once
        assert in_pod("catalog", "--insecure", "web.demo.svc.cluster.local:80") == ""
    with pytest.raises(ProcessError) as raised:
        in_pod("catalog", "--insecure", "kubernetes.default:443")
    assert re.search(r"\b40[0134]\b", raised.value.stderr), "the API server's own refusal"
    assert "registry serve" not in local.kubectl("logs", "deployment/web", "-n", "demo")


def test_an_image_that_is_not_there_is_a_pull_error(local: Cluster) -> None:
    if local.node == "kwok":
        not_here("KWOK pulls nothing")
    local.kubectl("create", "namespace", "missing")
    local.kubectl("run", "missing", "-n", "missing", f"--image={local.registry}/no/such:1")
    reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
    eventually(lambda: "Pull" in local.kubectl("get", "pod", "missing", "-n", "missing", "-o", reason))


def test_down_after_up_was_killed_leaves_nothing() -> None:
    # SIGKILL in the middle of `up`: no cleanup of its own can run.
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        code = "import sys\nfrom pathlib import Path\nfrom generator.cluster import lifecycle\n"
        code += "lifecycle.up(Path(sys.argv[1]), echo=lambda line: print(line, flush=True), node='kwok')\n"
        child = subprocess.Popen([sys.executable, "-c", code, str(directory)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("kube-apiserver"):
                break
        child.kill()
        child.communicate()
        assert marked(Layout.of(directory))
        lifecycle.down(directory, echo=print)
        assert not directory.exists()
        assert not marked(Layout(directory))
        lifecycle.down(directory, echo=print)
