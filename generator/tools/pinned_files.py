"""The registry of folders and files from Go modules: files that tools need in addition to executables, and schemas.

To add one, add an entry to ``FILES``. Pure: no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.tools import argocd_versions, kubernetes_versions


@dataclass(frozen=True, slots=True)
class Files:
    """Folders or files of a Go module's source that a tool needs in addition to its executable.

    ``sum`` is the module's hash in the notation of go.sum.
    """

    name: str
    module: str
    version: str
    sum: str
    paths: tuple[str, ...]


FILES: dict[str, Files] = {
    files.name: files
    for files in (
        *(
            Files(f"argo-cd-{minor}", "github.com/argoproj/argo-cd/v3", version, digest, ("manifests/crds",))
            for minor, (version, digest) in argocd_versions.FORMER.items()
        ),
        Files(
            "argo-cd",
            "github.com/argoproj/argo-cd/v3",
            argocd_versions.NEWEST,
            "h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=",
            ("manifests/crds", "manifests/base", "hack/git-verify-wrapper.sh"),
        ),
        Files("kwok", "sigs.k8s.io/kwok", "0.7.0", "h1:+eGsNOIPapjsSzeZlOEcwbpyEVa2Vqlcafa0qIjaKV4=", ("kustomize",)),
        Files(
            "gitea",
            "code.gitea.io/gitea",
            "1.26.0",
            "h1:fJP9dqLbzKrKWUVnCVTfVersZdVDuyJQLEDzCAOmKKA=",
            ("templates", "options", "public"),
        ),
        Files(
            "prometheus-operator",
            "github.com/prometheus-operator/prometheus-operator",
            "0.85.0",
            "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
            ("example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",),
        ),
        Files(
            "argo-rollouts",
            "github.com/argoproj/argo-rollouts",
            "1.10.1",
            "h1:6oyVPGiHHxu3ixkT6mngemh88HLPDoTX1IwO6KNR1Y4=",
            ("manifests/crds",),
        ),
        Files(
            "external-secrets",
            "github.com/external-secrets/external-secrets",
            "1.3.2",
            "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
            ("config/crds/bases",),
        ),
        Files(
            "cloudnative-pg",
            "github.com/cloudnative-pg/cloudnative-pg",
            "1.30.0",
            "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
            ("config/crd/bases", "releases/cnpg-1.30.0.yaml"),
        ),
        Files(
            "plugin-barman-cloud",
            "github.com/cloudnative-pg/plugin-barman-cloud",
            "0.15.0",
            "h1:gNVytrzzYUE08wxLDrjfJqy1FPPSFkMe1OEr4s4pVI0=",
            ("config/crd/bases",),
        ),
        Files(
            "gateway-api",
            "sigs.k8s.io/gateway-api",
            "1.6.3",
            "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
            ("config/crd/standard",),
        ),
        Files(
            "keda",
            "github.com/kedacore/keda/v2",
            "2.21.0",
            "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=",
            ("config/crd/bases",),
        ),
        Files(
            "sealed-secrets",
            "github.com/bitnami-labs/sealed-secrets",
            "0.40.0",
            "h1:rvCP35JL8ZV5LNA2SrwNR6iLyoM3ulrSFWN0lBtYEYI=",
            ("helm/sealed-secrets/crds",),
        ),
        Files(
            "kubernetes",
            "k8s.io/kubernetes",
            kubernetes_versions.NEWEST,
            "h1:Mt7NKigaZ2KmOmCLhX81lGlH9JU5wjXnYhXnxAun9XA=",
            ("api/openapi-spec/swagger.json",),
        ),
        *(
            Files(f"kubernetes-{minor}", "k8s.io/kubernetes", version, digest, ("api/openapi-spec/swagger.json",))
            for minor, (version, digest) in kubernetes_versions.FORMER.items()
        ),
        Files(
            "kustomize-api",
            "sigs.k8s.io/kustomize/api",
            "0.20.1",
            "h1:iWP1Ydh3/lmldBnH/S5RXgT98vWYMaTUL1ADcr+Sv7I=",
            ("types",),
        ),
        Files(
            "kustomize-kyaml",
            "sigs.k8s.io/kustomize/kyaml",
            "0.20.1",
            "h1:PCMnA2mrVbRP3NIB6v9kYCAc38uvFLVs8j/CD567A78=",
            ("resid",),
        ),
    )
}
"""What ``tools.asset`` can give, by name."""
