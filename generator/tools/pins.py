"""Registry of tools: their versions, where a release of each lies, and how each is built from source.

A new tool is one entry in ``PINS``. Pure: no I/O.
"""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from enum import StrEnum

from generator.tools import argocd_versions, kubernetes_versions

KUBERNETES = "1.36.1"
ARGOCD = "3.5.7"
GITHUB = "https://github.com"


class Fit(StrEnum):
    """Versions on PATH that will do in place of the pinned one."""

    PATCH = "same minor version, at least the pinned patch"
    MINOR = "at most one minor version away"
    EXACT = "exactly the pinned version"

    def accepts(self, found: str, pinned: str) -> bool:
        """Tell whether ``found`` will do; a version that is not three numbers must be the pinned one itself."""
        if found == pinned:
            return True
        have, want = _numbers(found), _numbers(pinned)
        if self is Fit.EXACT or have is None or want is None or have[0] != want[0]:
            return False
        if self is Fit.MINOR:
            return abs(have[1] - want[1]) <= 1
        return have[1] == want[1] and have[2] >= want[2]


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and processor, as Go names them (``linux``, ``darwin``; ``amd64``, ``arm64``)."""

    os: str
    arch: str

    def __str__(self) -> str:
        return f"{self.os}/{self.arch}"

    @classmethod
    def here(cls) -> Platform:
        """Return the platform of this machine."""
        machine = platform.machine().lower()
        return cls(sys.platform, {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine))


@dataclass(frozen=True, slots=True)
class Release:
    """Location of a binary that the upstream project publishes, and of the SHA-256 that it publishes for it.

    The templates know ``{version}``, ``{os}`` and ``{arch}`` (Go's names), and
    ``{Os}`` and ``{machine}`` (``Linux``, ``x86_64``). ``checksums`` is a file of
    ``<sha256>  <name>`` lines or of one bare sum; empty where the project
    publishes none, and then the release is never used. ``member`` is the
    executable's path inside the archive; empty where the download is the
    executable itself. ``platforms`` are those that the project builds for.
    """

    url: str
    checksums: str
    member: str = ""
    platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64")

    def fill(self, template: str, version: str, where: Platform) -> str:
        """Fill version and platform into one of the templates."""
        return template.format(
            version=version,
            os=where.os,
            arch=where.arch,
            Os=where.os.capitalize(),
            machine={"amd64": "x86_64"}.get(where.arch, where.arch),
        )


@dataclass(frozen=True, slots=True)
class Module:
    """A folder under ``go/`` with a go.mod and go.sum, and the flags for everything built in it.

    The flags belong to the folder and not to the tool, so that a binary is the
    same whether it was built alone or with its neighbours. ``cgo`` asks for a C
    compiler. ``seconds`` and ``megabytes`` are what building all of it has taken,
    with empty caches on two idle processors, and what it adds to Go's caches.
    """

    folder: str
    seconds: int
    megabytes: int
    variables: tuple[str, ...] = ()
    tags: str = ""
    cgo: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """One tool.

    ``ask`` are the arguments that make it tell its version and ``answer`` finds
    that in the output (group 1, without the ``v``); ``built`` is the name
    that Go gives the executable, where it is not the tool's own.
    """

    name: str
    version: str
    ask: tuple[str, ...]
    answer: str
    fit: Fit
    module: Module
    package: str
    built: str
    release: Release


CONTROL_PLANE = Module(
    "control-plane",
    552,
    5700,
    variables=(
        # Without it the server calls itself v0.0.0-master, and clients choke on that.
        f"k8s.io/component-base/version.gitVersion=v{KUBERNETES}",
        # A module carries no commit, so the CLI says v3.5.7+unknown; the tag is what matters.
        f"github.com/argoproj/argo-cd/v3/common.version={ARGOCD}",
    ),
)
ETCD = Module("etcd", 35, 450)
GITEA = Module("gitea", 313, 1900, variables=("main.Version=1.26.0",), tags="sqlite sqlite_unlock_notify", cgo=True)
KWOK = Module("kwok", 189, 1000)
COREDNS = Module("coredns", 205, 2300)
KUSTOMIZE = Module("kustomize", 36, 300, variables=("sigs.k8s.io/kustomize/api/provenance.version=v5.7.1",))
KUBECONFORM = Module("kubeconform", 20, 160, variables=("main.version=v0.7.0",))
ACTIONLINT = Module("actionlint", 20, 100, variables=("github.com/rhysd/actionlint.version=1.7.12",))
HELM = Module("helm", 90, 900, variables=("helm.sh/helm/v4/internal/version.version=v4.3.1",))
CLOUDNATIVE_PG = Module("cloudnative-pg", 240, 1500, tags="netgo osusergo")
ARGO_ROLLOUTS = Module(
    "argo-rollouts", 300, 2500, variables=("github.com/argoproj/argo-rollouts/utils/version.version=1.10.1",)
)
CRANE = Module("crane", 20, 220, variables=("github.com/google/go-containerregistry/cmd/crane/cmd.Version=0.20.6",))

_HELM = "https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz"
LINUX = ("linux/amd64", "linux/arm64")


def _kubernetes(name: str, fit: Fit, *ask: str, platforms: tuple[str, ...] = LINUX) -> Pin:
    """Return the pin of an executable of a Kubernetes release."""
    url = f"https://dl.k8s.io/release/v{{version}}/bin/{{os}}/{{arch}}/{name}"
    return Pin(
        name,
        KUBERNETES,
        ask or ("--version",),
        r"(?:Kubernetes|Client Version:) v(\S+)",
        fit,
        CONTROL_PLANE,
        f"k8s.io/kubernetes/cmd/{name}",
        name,
        Release(url, f"{url}.sha256", platforms=platforms),
    )


def _github(repository: str, asset: str, checksums: str, member: str = "", *, tag: str = "v{version}") -> Release:
    """Return a release on GitHub; ``checksums`` is another asset of it."""
    base = f"{GITHUB}/{repository}/releases/download/{tag}"
    return Release(f"{base}/{asset}", checksums and f"{base}/{checksums}", member)


_ALL = (
    Pin(
        "kustomize",
        "5.7.1",
        ("version",),
        r"v(\d\S*)",
        Fit.PATCH,
        KUSTOMIZE,
        "sigs.k8s.io/kustomize/kustomize/v5",
        "kustomize",
        _github(
            "kubernetes-sigs/kustomize",
            "kustomize_v{version}_{os}_{arch}.tar.gz",
            "checksums.txt",
            "kustomize",
            tag="kustomize%2Fv{version}",
        ),
    ),
    Pin(
        "kubeconform",
        "0.7.0",
        ("-v",),
        r"v(\d\S*)",
        Fit.PATCH,
        KUBECONFORM,
        "github.com/yannh/kubeconform/cmd/kubeconform",
        "kubeconform",
        _github("yannh/kubeconform", "kubeconform-{os}-{arch}.tar.gz", "CHECKSUMS", "kubeconform"),
    ),
    Pin(
        "actionlint",
        "1.7.12",
        ("-version",),
        r"v?(\d+\.\d+\.\d+)",
        Fit.PATCH,
        ACTIONLINT,
        "github.com/rhysd/actionlint/cmd/actionlint",
        "actionlint",
        _github(
            "rhysd/actionlint",
            "actionlint_{version}_{os}_{arch}.tar.gz",
            "actionlint_{version}_checksums.txt",
            "actionlint",
        ),
    ),
    Pin(
        "crane",
        "0.20.6",
        ("version",),
        r"v?(\d\S+)",
        Fit.PATCH,
        CRANE,
        "github.com/google/go-containerregistry/cmd/crane",
        "crane",
        _github("google/go-containerregistry", "go-containerregistry_{Os}_{machine}.tar.gz", "checksums.txt", "crane"),
    ),
    Pin(
        "helm",
        "4.3.1",
        ("version", "--short"),
        r"v(\d+\.\d+\.\d+)",
        Fit.PATCH,
        HELM,
        "helm.sh/helm/v4/cmd/helm",
        "helm",
        Release(_HELM, f"{_HELM}.sha256sum", "{os}-{arch}/helm"),
    ),
    Pin(
        "argocd",
        ARGOCD,
        ("version", "--client", "--short"),
        # The build metadata after the + is the commit.
        r"argocd: v([^\s+]+)",
        Fit.PATCH,
        CONTROL_PLANE,
        "github.com/argoproj/argo-cd/v3/cmd",
        "cmd",
        _github("argoproj/argo-cd", "argocd-{os}-{arch}", "cli_checksums.txt"),
    ),
    _kubernetes("kubectl", Fit.MINOR, "version", "--client", platforms=(*LINUX, "darwin/amd64", "darwin/arm64")),
    _kubernetes("kube-apiserver", Fit.EXACT),
    _kubernetes("kube-controller-manager", Fit.EXACT),
    _kubernetes("kube-scheduler", Fit.EXACT),
    _kubernetes("kubelet", Fit.EXACT),
    _kubernetes("kube-proxy", Fit.EXACT),
    Pin(
        "etcd",
        "3.6.8",
        ("--version",),
        r"etcd Version: (\S+)",
        Fit.EXACT,
        ETCD,
        "go.etcd.io/etcd/server/v3",
        "server",
        Release(
            # For macOS it is a zip, which is not worth a second kind of archive: there it is built.
            f"{GITHUB}/etcd-io/etcd/releases/download/v{{version}}/etcd-v{{version}}-{{os}}-{{arch}}.tar.gz",
            f"{GITHUB}/etcd-io/etcd/releases/download/v{{version}}/SHA256SUMS",
            "etcd-v{version}-{os}-{arch}/etcd",
            platforms=LINUX,
        ),
    ),
    Pin(
        "kwok",
        "0.7.0",
        ("--version",),
        r"kwok version v(\S+)",
        Fit.PATCH,
        KWOK,
        "sigs.k8s.io/kwok/cmd/kwok",
        "kwok",
        # Its releases come without checksums.
        _github("kubernetes-sigs/kwok", "kwok-{os}-{arch}", ""),
    ),
    Pin(
        "coredns",
        "1.12.4",
        ("--version",),
        r"CoreDNS-(\S+)",
        Fit.PATCH,
        COREDNS,
        "github.com/coredns/coredns",
        "coredns",
        _github(
            "coredns/coredns",
            "coredns_{version}_{os}_{arch}.tgz",
            "coredns_{version}_{os}_{arch}.tgz.sha256",
            "coredns",
        ),
    ),
    Pin(
        "gitea",
        "1.26.0",
        ("--version",),
        r"(?i)gitea version v?(\S+)",
        Fit.PATCH,
        GITEA,
        "code.gitea.io/gitea",
        "gitea",
        Release(
            f"{GITHUB}/go-gitea/gitea/releases/download/v{{version}}/gitea-{{version}}-{{os}}-{{arch}}",
            f"{GITHUB}/go-gitea/gitea/releases/download/v{{version}}/gitea-{{version}}-{{os}}-{{arch}}.sha256",
            # Those for macOS carry the version of macOS in their names.
            platforms=LINUX,
        ),
    ),
    # The controller; its releases have an image of it.
    Pin(
        "argo-rollouts",
        "1.10.1",
        ("--version",),
        r"v(\d+\.\d+\.\d+)",
        Fit.PATCH,
        ARGO_ROLLOUTS,
        "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
        "rollouts-controller",
        Release("", "", platforms=LINUX),
    ),
    # The operator, which runs PostgreSQL as well; only its image is published.
    Pin(
        "cloudnative-pg",
        "1.30.0",
        ("version",),
        r"Version:(\d\S+)",
        Fit.PATCH,
        CLOUDNATIVE_PG,
        "github.com/cloudnative-pg/cloudnative-pg/cmd/manager",
        "manager",
        Release("", "", platforms=LINUX),
    ),
)

PINS: dict[str, Pin] = {pin.name: pin for pin in _ALL}
"""Every tool by name, in the order in which they are built: the quick and most wanted first."""

_CLUSTER = ("kustomize", "helm", "argocd", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
            "etcd", "crane", "gitea", "argo-cd", "external-secrets")  # fmt: skip
GROUPS: dict[str, tuple[str, ...]] = {
    "core": ("kustomize", "kubeconform"),
    "local-kwok": (*_CLUSTER, "kwok"),
    "local-real": (*_CLUSTER, "kubelet", "kube-proxy", "coredns"),
    "schemas": (
        *("kubeconform", "kubernetes", "external-secrets", "kustomize-api", "kustomize-kyaml"),
        *("argo-cd", "argo-rollouts", "cloudnative-pg", "plugin-barman-cloud", "prometheus-operator"),
        *("gateway-api", "keda"),
        *(f"argo-cd-{minor}" for minor in argocd_versions.FORMER),
    ),
    "schemas-of-pods": ("kubernetes", *(f"kubernetes-{minor}" for minor in kubernetes_versions.FORMER)),
}
"""Names that stand for several: what the generator itself uses, what a cluster on this machine uses (with nodes that
KWOK plays, or with a real one), and what ``scripts/update-schemas`` reads."""
LOCAL = "local"
"""Name for the group that ``local up`` uses: the one with a real node for root, else the one with KWOK."""


def _numbers(version: str) -> tuple[int, int, int] | None:
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
