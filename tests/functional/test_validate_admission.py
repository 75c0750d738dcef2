"""``validate`` says what Argo CD and admission would: projects, destinations, Pod Security, objects of one name.

Each case is a hand edit of what was generated; the files as they stand are what counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.former import former
from testing.programs import Run, tool
from testing.repository import TEN_LINES, edit, git
from testing.templates import Templates

OVERLAY = "overlays/dev/web/kustomization.yaml"
DEPLOYMENT = "base/web/deployment.yaml"
DEV = "gitops/applications/dev/web.yaml"
PROD = "gitops/applications/prod/web.yaml"
CRON_JOB = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: cleanup}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
          containers:
          - {name: c, image: busybox, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
"""
EXTRA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME, namespace: argocd}
spec:
  project: PROJECT
  source: {repoURL: "https://git.example.com/acme/shop-gitops.git", path: PATH, targetRevision: main}
  destination: {server: "https://kubernetes.default.svc", namespace: NAMESPACE}
"""


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    tool("kustomize")
    tool("kubeconform")

    def make() -> None:
        spec = TEN_LINES.replace("prod: {sync: manual}", "prod: {sync: manual, approvers: [ann]}")
        (repository / "generator.yaml").write_text(spec)
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")

    templates.fill("admission", make)
    return repository


def added(path: str, text: str) -> Callable[[Path], None]:
    """Add a file of one's own; one beside a kustomization is listed in it."""

    def change(place: Path) -> None:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
        beside = (place / path).parent / "kustomization.yaml"
        if beside.exists():
            edit(place, str(beside.relative_to(place)), ("resources:\n", f"resources:\n- {Path(path).name}\n"))

    return change


def application(
    name: str = "more", project: str = "shop.dev", path: str = "overlays/dev/web", namespace: str = "shop-dev"
) -> str:
    filled = APPLICATION.replace("NAMESPACE", namespace).replace("NAME", name)
    return filled.replace("PROJECT", project).replace("PATH", path)


def edited(path: str, *pairs: tuple[str, str]) -> Callable[[Path], None]:
    return lambda place: edit(place, path, *pairs)


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        for one in changes:
            one(place)

    return change


# What is changed by hand; where it is told; what is said.
REFUSED = {
    "a kind that the project does not permit": (
        added("overlays/dev/web/cron.yaml", CRON_JOB), "overlays/dev/web",
        "CronJob/cleanup: the project shop.dev does not permit it; add `allow: {kinds: [batch/CronJob]}` to generator.yaml",
    ),
    "a cluster-wide kind": (
        added("overlays/dev/web/role.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n"),
        "overlays/dev/web", "ClusterRole/all: the project shop.dev does not permit it; add {group: 'rbac.authorization.k8s.io', kind: ClusterRole} to spec.clusterResourceWhitelist",
    ),
    "another environment's namespace object": (
        both(
            added("overlays/dev/web/ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-prod}\n"),
            edited(OVERLAY, ("namespace: shop-dev\n", "")),  # it would rename it
        ),
        "overlays/dev/web", "Namespace/shop-prod: the project shop.dev does not permit it",
    ),
    "the namespace of another environment": (
        edited(OVERLAY, ("namespace: shop-dev", "namespace: shop-prod")), "overlays/dev/web",
        "Deployment/web: would be put into namespace shop-prod, which is none of dev; mend it, or add it to environments.dev.namespaces in generator.yaml",
    ),
    "one object in the namespace of another environment": (
        both(added("overlays/dev/web/x.yaml", EXTRA.replace("extra", "extra, namespace: shop-prod")), edited(OVERLAY, ("namespace: shop-dev\n", ""))),
        "overlays/dev/web", "ConfigMap/extra: would be put into namespace shop-prod, which is none of dev",
    ),
    "a pod that may be root": (
        edited(DEPLOYMENT, ("runAsNonRoot: true", "runAsNonRoot: false")), "overlays/dev/web",
        "Deployment/web: its pods are refused in namespace shop-dev by the restricted Pod Security Standard: pod: securityContext.runAsNonRoot must not be false; mend that, or say `podSecurity: baseline` in environments.dev of generator.yaml",
    ),
    "a pod on the host's network": (
        edited(DEPLOYMENT, ("      serviceAccountName: web", "      hostNetwork: true\n      serviceAccountName: web")), "overlays/prod/web",
        "hostNetwork must not be true; mend that, or say `podSecurity: privileged` in environments.prod of generator.yaml",
    ),
    "a request above its limit": (
        edited(DEPLOYMENT, ("          requests:\n", "          limits: {memory: 64Mi}\n          requests:\n")), "overlays/dev/web",
        "Deployment/web: container web: requests 128Mi of memory, and its limit is 64Mi; raise the limit, or request less",
    ),
    "a budget that says two things": (
        edited("base/web/pdb.yaml", ("  maxUnavailable: 1\n", "  maxUnavailable: 1\n  minAvailable: 1\n")), "overlays/dev/web",
        "PodDisruptionBudget/web: both minAvailable and maxUnavailable; keep one of the two",
    ),
    "a label that no object can have": (
        edited("base/web/service.yaml", ("  labels:\n", "  labels:\n    team: a/b\n")), "overlays/dev/web",
        "Service/web: the label team cannot be 'a/b'",
    ),
    "a selector that its own pods do not meet": (
        edited(DEPLOYMENT, ("    matchLabels:\n", "    matchLabels:\n      tier: front\n")), "overlays/dev/web",
        "Deployment/web: selects tier: front, which its own pods do not have; give them that label",
    ),
    "two objects of one name in an overlay": (
        added("overlays/dev/web/x.yaml", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: extra}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: extra}\n"),
        "overlays/dev/web", "extra",
    ),
    "two objects of one name in gitops/": (
        added("gitops/again.yml", application("shop-dev-web")), "gitops",
        "Application/shop-dev-web: is there twice (gitops/again.yml:1 and gitops/applications/dev/web.yaml:1)",
    ),
    "an Application in JSON": (
        added("gitops/more.json", json.dumps({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "x", "namespace": "argocd"}, "spec": {"project": "default", "source": {"repoURL": "https://evil.example.com/x.git", "path": "."}, "destination": {"server": "https://kubernetes.default.svc", "namespace": "kube-system"}}})),
        "gitops", "gitops/more.json:1:1 Application/x: deploys from the repository https://evil.example.com/x.git",
    ),
    "a foreign repository": (
        added("gitops/more.yml", application().replace("acme/shop-gitops", "acme/evil")), "gitops",
        "gitops/more.yml:1:1 Application/more: deploys from the repository https://git.example.com/acme/evil.git; take it out, or allow it in generator.yaml: `allow: {repositories: ['https://git.example.com/acme/evil.git']}`",
    ),
    "a foreign repository among several": (
        added("gitops/more.yaml", application().replace("  source: {", "  sources:\n  - {repoURL: 'https://evil.example.com/a.git', path: x}\n  - {")), "gitops",
        "deploys from the repository https://evil.example.com/a.git",
    ),
    "a foreign project": (
        added("gitops/.hidden/more.yaml", application(project="default", path="extra")), "gitops",
        "gitops/.hidden/more.yaml:1:1 Application/more: is in the project default, which is not this repository's",
    ),
    "a foreign destination": (
        added("gitops/more.yaml", application(path="extra", namespace="kube-system")), "gitops",
        "Application/more: deploys to namespace kube-system; mend it, or allow it in generator.yaml: `allow: {destinations: [{namespace: kube-system}]}`",
    ),
    "another environment's namespace in an Application": (
        edited(DEV, ("namespace: shop-dev", "namespace: shop-prod")), "gitops", "Application/shop-dev-web: deploys to namespace shop-prod",
    ),
    "another environment's project in an Application": (
        edited(DEV, ("project: shop.dev", "project: shop.prod")), "gitops",
        "Application/shop-dev-web: deploys overlays/dev/web in the project shop.prod; `project: shop.dev`",
    ),
    "the former project": (
        edited(DEV, ("project: shop.dev", "project: shop")), "gitops", "`project: shop.dev`; python -m generator writes it",
    ),
    "what approvers would not be asked about": (
        both(added("gitops/more.yaml", application(project="shop.prod", path="extra", namespace="shop-prod")), added("extra/x.yaml", EXTRA)),
        "gitops", "Application/more: deploys extra to prod, whose approvers would not be asked about it; move it below overlays/prod/",
    ),
    "a project that permits another repository": (
        edited("gitops/projects/shop.dev.yaml", ("  sourceRepos:\n", "  sourceRepos:\n  - '*'\n")), "gitops", "AppProject/shop.dev: permits the repository *",
    ),
    "a project that permits every namespace": (
        edited("gitops/projects/shop.dev.yaml", ("namespace: shop-dev\n", "namespace: '*'\n")), "gitops", "AppProject/shop.dev: permits namespace *",
    ),
    "a project that permits another environment's namespace": (
        edited("gitops/projects/shop.dev.yaml", ("namespace: shop-dev\n", "namespace: shop-prod\n")), "gitops", "AppProject/shop.dev: permits namespace shop-prod",
    ),
    "a project of one's own": (
        added("gitops/projects/mine.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: mine, namespace: argocd}\nspec: {destinations: [{server: '*', namespace: '*'}]}\n"),
        "gitops", "AppProject/mine: a project that is not this repository's",
    ),
    "another branch": (
        edited(DEV, ("targetRevision: main", "targetRevision: mine")), "gitops",
        "Application/shop-dev-web: deploys mine, and not the branch main; take it out, or allow it in generator.yaml: `allow: {revisions: ['mine']}`",
    ),
    "a patch in an Application": (
        edited(DEV, ("    targetRevision: main\n", "    targetRevision: main\n    kustomize: {namespace: shop-prod}\n")), "gitops",
        "Application/shop-dev-web: source.kustomize changes what the folder gives, which cannot be seen here",
    ),
    "another environment's overlay by a detour": (
        added("gitops/more.yaml", application(project="shop.prod", path="./overlays/prod/../dev//web/", namespace="shop-prod")), "gitops",
        "Application/more: deploys overlays/dev/web in the project shop.prod",
    ),
    "a kind that the root must not apply": (
        added("gitops/x.yaml", EXTRA.replace("extra", "extra, namespace: argocd")), "gitops", "ConfigMap/extra: the project shop-bootstrap does not permit it",
    ),
    "an Application in another namespace": (
        added("gitops/more.yaml", application().replace("namespace: argocd", "namespace: shop-prod")), "gitops",
        "Application/more: the project shop-bootstrap does not permit namespace shop-prod",
    ),
    "a separator with a space behind it": (
        lambda place: (place / "gitops/bootstrap.yaml").write_text((place / "gitops/bootstrap.yaml").read_text() + "--- \n" + application(project="default")), "gitops",
        "is in the project default",
    ),
    "a separator with a comment behind it": (
        lambda place: (place / "gitops/bootstrap.yaml").write_text((place / "gitops/bootstrap.yaml").read_text() + "--- # more\n" + application(project="default")), "gitops",
        "is in the project default",
    ),
    "an end of document": (
        lambda place: (place / "gitops/bootstrap.yaml").write_text((place / "gitops/bootstrap.yaml").read_text() + "...\n" + application(project="default")), "gitops",
        "did not find expected <document start>; write one manifest for each document, between lines of ---",
    ),
    "a program": (added("gitops/x.jsonnet", "{}"), "gitops", "gitops/x.jsonnet:1:1: a program that Argo CD runs"),
    "a folder without a kustomization, one object of another project's": (
        both(added("gitops/more.yaml", application(path="extra")), added("extra/x.yaml", CRON_JOB)), "extra",
        "CronJob/cleanup: the project shop.dev does not permit it",
    ),
    "one object in two Applications": (
        both(added("gitops/more.yaml", application(path="extra")), added("extra/x.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n")),
        "extra", "Service/web: overlays/dev/web has the same object; rename one of them",
    ),
    "one object in two Applications, told at the other": (
        both(added("gitops/more.yaml", application(path="extra")), added("extra/x.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n")),
        "overlays/dev/web", "Service/web: extra has the same object; rename one of them",
    ),
}  # fmt: skip


@pytest.mark.thin(8)
@pytest.mark.parametrize(("change", "path", "said"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_refused_is_told(
    change: Callable[[Path], object], path: str, said: str, shop: Path, generator: Run
) -> None:
    assert generator("validate", cwd=shop).returncode == 0  # and what is known from here on does not hide it
    change(shop)
    done = generator("validate", cwd=shop)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert any(line.startswith(f"error: {path}: ") and said in line for line in done.stderr.splitlines()), done.stderr
    assert generator("validate", cwd=shop).stderr == done.stderr


ALLOWED = {
    "a kind, by the project's file": (
        both(added("overlays/dev/web/cron.yaml", CRON_JOB), edited("gitops/projects/shop.dev.yaml", ("  namespaceResourceWhitelist:\n", "  namespaceResourceWhitelist:\n  - {group: batch, kind: CronJob}\n"))), "",
    ),
    "a repository": (
        added("gitops/more.yml", application(path="x").replace("acme/shop-gitops", "acme/charts")),
        "allow: {repositories: ['https://git.example.com/acme/charts.git']}\n",
    ),
    "a revision": (edited(DEV, ("targetRevision: main", "targetRevision: v1.2.3")), "allow: {revisions: [v1.2.3]}\n"),
    "a project": (
        both(added("gitops/more.yaml", application(project="platform", path="extra", namespace="shop-staging")), added("extra/x.yaml", EXTRA)), "allow: {projects: [platform]}\n",
    ),
    "a destination": (
        both(
            added("gitops/more.yaml", application(path="extra", namespace="monitoring")), added("extra/x.yaml", EXTRA),
            edited("gitops/projects/shop.dev.yaml", ("  clusterResourceWhitelist:\n", "  - {server: 'https://kubernetes.default.svc', namespace: monitoring}\n  clusterResourceWhitelist:\n")),
        ),
        "allow: {destinations: [{namespace: monitoring}]}\n",
    ),
    "JSON beside YAML": (added("gitops/more.json", json.dumps({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "p", "namespace": "argocd"}, "spec": {}})), "allow: {projects: [p]}\n"),
    "what Argo CD is told to skip": (added("gitops/values.yaml", "# +argocd:skip-file-rendering\na: 1\n"), ""),
}  # fmt: skip


@pytest.mark.parametrize(("change", "more"), ALLOWED.values(), ids=ALLOWED)
def test_what_the_spec_or_a_project_allows_is_fine(
    change: Callable[[Path], object], more: str, shop: Path, generator: Run
) -> None:
    change(shop)
    with (shop / "generator.yaml").open("a") as stream:
        stream.write(more)
    done = generator("validate", cwd=shop)
    assert done.returncode == 0, done.stderr


def test_further_namespaces_are_an_environments_own(shop: Path, generator: Run) -> None:
    edit(shop, "generator.yaml", ("dev: {}", "dev: {namespaces: [shop-dev-jobs]}"))
    assert generator("generate", "-q", cwd=shop).returncode == 0
    assert "namespace: shop-dev-jobs\n" in (shop / "gitops/projects/shop.dev.yaml").read_text()
    edit(shop, OVERLAY, ("namespace: shop-dev\n", "namespace: shop-dev-jobs\n"))
    done = generator("validate", cwd=shop)
    assert done.returncode == 0, done.stderr


def test_a_level_of_the_environment_lets_a_root_pod_in(shop: Path, generator: Run) -> None:
    # The README's two lines: one for the app, one for the namespace that it runs in.
    edit(
        shop,
        "generator.yaml",
        ("    replicas: 2\n", "    replicas: 2\n    podSecurityContext: {runAsNonRoot: false}\n"),
    )
    assert generator("generate", "-q", cwd=shop).returncode == 0
    done = generator("validate", cwd=shop)
    assert done.returncode == 1
    assert done.stderr.count("say `podSecurity: baseline` in environments.") == 3
    edit(
        shop, "generator.yaml",
        ("dev: {}, staging: {}, prod: {", "dev: {podSecurity: baseline}, staging: {podSecurity: baseline}, prod: {podSecurity: baseline, "),
    )  # fmt: skip
    assert generator("generate", "-q", cwd=shop).returncode == 0
    done = generator("validate", cwd=shop)
    assert done.returncode == 0, done.stderr


def test_the_former_project_stays_until_its_applications_have_moved(shop: Path, generator: Run) -> None:
    former(shop)
    before = (shop / "gitops/projects/shop.yaml").read_bytes()
    edit(shop, PROD, ("  revisionHistoryLimit: 20\n", "  revisionHistoryLimit: 5  # ours\n"))
    done = generator("generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert (shop / "gitops/projects/shop.yaml").read_bytes() == before
    for name in ("dev", "staging", "prod"):
        text = (shop / f"gitops/applications/{name}/web.yaml").read_text()
        assert f"  project: shop.{name}\n" in text
        assert f"  name: shop-{name}-web\n" in text
    assert "revisionHistoryLimit: 5  # ours\n" in (shop / PROD).read_text()
    # Now that they have moved, it goes as anything does that is gone from the spec: when somebody says so.
    done = generator("generate", cwd=shop)
    assert done.returncode == 1
    assert "gitops/projects/shop.yaml" in done.stderr
    assert "--prune" in done.stderr
    assert generator("generate", "--prune", cwd=shop).returncode == 0
    assert not (shop / "gitops/projects/shop.yaml").exists()
    assert generator("check", cwd=shop).returncode == 0


def test_a_renamed_environment_takes_its_project_along(shop: Path, generator: Run) -> None:
    edit(shop, "gitops/projects/shop.staging.yaml", ("spec:\n", "spec:  # ours\n"))
    edit(shop, "generator.yaml", ("staging: {}", "test: {renamed_from: staging}"))
    done = generator("generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    text = (shop / "gitops/projects/shop.test.yaml").read_text()
    assert "name: shop.test\n" in text
    assert "spec:  # ours\n" in text
    assert not (shop / "gitops/projects/shop.staging.yaml").exists()
