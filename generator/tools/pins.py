"""The registry of tools: their versions, the addresses of their releases, and how they are built from source.

To add a tool, add an entry to ``PINS``. Pure: no I/O.
"""

from __future__ import annotations

from generator.tools import argocd_versions, kubernetes_versions
from generator.tools.pin import Fit, Module, Pin, Release

KUBERNETES = kubernetes_versions.NEWEST
ARGOCD = argocd_versions.NEWEST
GITHUB = "https://github.com"

CONTROL_PLANE = Module(
    "control-plane",
    552,
    5700,
    variables=(
        # Without this, the server's version is v0.0.0-master, which clients cannot parse.
        f"k8s.io/component-base/version.gitVersion=v{KUBERNETES}",
        # A Go module has no commit, so the CLI's version is v3.5.7+unknown; only the tag matters.
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
TERRAFORM = Module("terraform", 200, 3300, variables=("github.com/hashicorp/terraform/version.dev=no",))
OPENTOFU = Module("opentofu", 300, 3600, variables=("github.com/opentofu/opentofu/version.dev=no",))
AWS_STUB = Module("aws-stub", 25, 250)
KUBESEAL = Module("kubeseal", 45, 600)
SOPS = Module("sops", 80, 1300)

_TERRAFORM = "https://releases.hashicorp.com/terraform/{version}/terraform_{version}"
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
            # The release for macOS is a zip file, which is not supported here: on macOS, the tool is built.
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
            # The names of releases for macOS contain the version of macOS.
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
    # The generator's own provider with the schema of the AWS provider, for checks of infra/ without an account.
    Pin(
        "aws-stub",
        "1.0.1",
        ("-version",),
        r"aws-stub (\S+)",
        Fit.EXACT,
        AWS_STUB,
        "gitops-generator.local/aws-stub",
        "aws-stub",
        Release("", ""),
    ),
    Pin(
        "kubeseal",
        "0.40.0",
        ("--version",),
        r"version: v?(\d\S+)",
        Fit.NEWER,
        KUBESEAL,
        "github.com/bitnami/sealed-secrets/cmd/kubeseal",
        "kubeseal",
        _github(
            "bitnami-labs/sealed-secrets",
            "kubeseal-{version}-{os}-{arch}.tar.gz",
            "sealed-secrets_{version}_checksums.txt",
            "kubeseal",
        ),
    ),
    Pin(
        "sops",
        "3.13.3",
        ("--version", "--disable-version-check"),
        r"sops v?(\d\S+)",
        Fit.NEWER,
        SOPS,
        "github.com/getsops/sops/v3/cmd/sops",
        "sops",
        _github("getsops/sops", "sops-v{version}.{os}.{arch}", "sops-v{version}.checksums.txt"),
    ),
    Pin(
        "terraform",
        "1.11.4",
        ("version",),
        r"Terraform v(\S+)",
        Fit.NEWER,
        TERRAFORM,
        "github.com/hashicorp/terraform",
        "terraform",
        Release(f"{_TERRAFORM}_{{os}}_{{arch}}.zip", f"{_TERRAFORM}_SHA256SUMS", "terraform"),
    ),
    Pin(
        "tofu",
        "1.12.6",
        ("version",),
        r"OpenTofu v(\S+)",
        Fit.NEWER,
        OPENTOFU,
        "github.com/opentofu/opentofu/cmd/tofu",
        "tofu",
        _github("opentofu/opentofu", "tofu_{version}_{os}_{arch}.tar.gz", "tofu_{version}_SHA256SUMS", "tofu"),
    ),
)

PINS: dict[str, Pin] = {pin.name: pin for pin in _ALL}
"""Every tool by name, in the order in which they are built: the quick and most wanted first."""

_CLUSTER = ("kustomize", "helm", "argocd", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
            "etcd", "crane", "gitea", "argo-cd", "external-secrets")  # fmt: skip
GROUPS: dict[str, tuple[str, ...]] = {
    "core": ("kustomize", "kubeconform"),
    "infra": ("aws-stub", "terraform"),
    "secrets": ("kubeseal", "sops"),
    "local-kwok": (*_CLUSTER, "kwok"),
    "local-real": (*_CLUSTER, "kubelet", "kube-proxy", "coredns"),
    "schemas": (
        *("kubeconform", "kubernetes", "external-secrets", "kustomize-api", "kustomize-kyaml"),
        *("argo-cd", "argo-rollouts", "cloudnative-pg", "plugin-barman-cloud", "prometheus-operator"),
        *("gateway-api", "keda", "sealed-secrets"),
        *(f"argo-cd-{minor}" for minor in argocd_versions.FORMER),
        *(f"kubernetes-{minor}" for minor in kubernetes_versions.FORMER),
    ),
}
"""Names that stand for several: what the generator itself uses, what checks of ``infra/`` use, what encrypts the
files of ``encryptedSecret``, what a cluster on this machine uses (with nodes that KWOK plays, or with a real one),
and what ``scripts/update-schemas`` reads."""
LOCAL = "local"
"""Name for the group that ``local up`` uses: the one with a real node for root, else the one with KWOK."""
