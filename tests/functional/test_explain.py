"""``explain``: a story of which it is known who wrote what, and every field of its files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from generator.cli import main as cli
from generator.errors import UsageError
from generator.regenerate import explain, planning
from testing.repository import git
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: registry.example.com
environments:
  dev: {}
  prod: {sync: manual}
apps:
  web:
    image: shop/web
    port: 8080
    health: /healthz
    replicas: 2
    config:
      LEVEL: info
    environments:
      prod:
        replicas: 4
"""
DIGEST = f"sha256:{'5' * 64}"


class Teller:
    """Several people at work in one repository."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch

    def is_(self, who: str) -> None:
        """Let git take the next commits for this person's."""
        for role in ("AUTHOR", "COMMITTER"):
            self.monkeypatch.setenv(f"GIT_{role}_NAME", who)
            self.monkeypatch.setenv(f"GIT_{role}_EMAIL", f"{who.lower()}@example.com")

    def commits(self, who: str, message: str) -> None:
        self.is_(who)
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "-m", message)

    def edits(self, path: str, *pairs: tuple[str, str]) -> None:
        text = (self.folder / path).read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        (self.folder / path).write_text(text)

    def generates(self) -> None:
        planning.apply(self.folder, planning.plan(self.folder), prune=False)


@pytest.fixture
def shop(templates: Templates, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with the spec by Ada; edits by Grace and by Ada; a build; the spec again.

    And uncommitted lines.
    """
    tell = Teller(repository, monkeypatch)

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        tell.generates()
        tell.commits("Ada", "First generation")
        tell.edits(
            "base/web/deployment.yaml",
            ("  strategy:\n", "  # Black Friday\n  strategy:\n"),
            ("maxSurge: 1", "maxSurge: 3"),
            ("  labels:\n", "  annotations:\n    team: shop\n  labels:\n"),
        )
        tell.commits("Grace", "Surge faster")
        tell.edits(
            "base/web/deployment.yaml",
            ("failureThreshold: 30", "failureThreshold: 60  # slow disks"),
            (
                "        volumeMounts:\n",
                '        env:\n        - name: DEBUG\n          value: "1"\n        volumeMounts:\n',
            ),
        )
        tell.edits(
            "overlays/prod/web/kustomization.yaml",
            ("newTag: unreleased\n", "newTag: unreleased\ncommonLabels:\n  tier: front\n"),
        )
        tell.commits("Ada", "Wait longer")
        assert (
            cli.main(["-C", str(repository), "bump", "web", "--env", "dev", "--tag", "1.4.2", "--digest", DIGEST]) == 0
        )
        tell.commits("CodeBuild", "Release web 1.4.2 to dev")
        (repository / "base/web/service.yaml").rename(repository / "base/web/svc.yaml")
        tell.edits("base/web/kustomization.yaml", ("- service.yaml", "- svc.yaml"))
        tell.edits("base/web/svc.yaml", ("  ports:\n", "  sessionAffinity: ClientIP\n  ports:\n"))
        tell.commits("Grace", "Call it svc")
        tell.edits(
            "generator.yaml", ("/healthz", "/health"), ("LEVEL: info", "LEVEL: debug"), ("replicas: 2", "replicas: 3")
        )
        tell.generates()
        tell.commits("Ada", "New health path")
        tell.edits("base/web/deployment.yaml", ("cpu: 50m", "cpu: 75m"))

    templates.fill("explain", make)
    tell.is_("Ada")
    return repository


# line field = value (at most 30 characters) | the spec's line and field, `default` for the generator's own, or who
EXPECTED = {
    "base/web/deployment.yaml": """
2 apiVersion = apps/v1 | default
3 kind = Deployment | default
5 metadata.name = web | spec:9 apps.web
7 metadata.annotations.team = shop | person, Grace: Surge faster
9 metadata.labels.app.kubernetes.io/name = web | spec:9 apps.web
10 metadata.labels.app.kubernetes.io/part-of = shop | spec:2 project
12 spec.replicas = 3 | spec:13 apps.web.replicas
15 spec.selector.matchLabels.app.kubernetes.io/name = web | spec:9 apps.web
16 # = # Black Friday | person, Grace: Surge faster
18 spec.strategy.type = RollingUpdate | default
20 spec.strategy.rollingUpdate.maxSurge = 3 | person, Grace: Surge faster
21 spec.strategy.rollingUpdate.maxUnavailable = 0 | default
25 spec.template.metadata.labels.app.kubernetes.io/name = web | spec:9 apps.web
26 spec.template.metadata.labels.app.kubernetes.io/part-of = shop | spec:2 project
28 spec.template.spec.serviceAccountName = web | spec:9 apps.web
29 spec.template.spec.automountServiceAccountToken = false | default
30 spec.template.spec.enableServiceLinks = false | default
32 spec.template.spec.securityContext.runAsNonRoot = true | default
34 spec.template.spec.securityContext.seccompProfile.type = RuntimeDefault | default
36 spec.template.spec.containers[web].name = web | spec:9 apps.web
37 spec.template.spec.containers[web].image = registry.example.com/shop/web | spec:10 apps.web.image
40 spec.template.spec.containers[web].envFrom[configMapRef/web-config].configMapRef.name = web-config | spec:15 apps.web.config.LEVEL
43 spec.template.spec.containers[web].resources.requests.cpu = 75m | person, not committed yet
44 spec.template.spec.containers[web].resources.requests.memory = 128Mi | default
46 spec.template.spec.containers[web].ports[http].name = http | spec:11 apps.web.port
47 spec.template.spec.containers[web].ports[http].containerPort = 8080 | spec:11 apps.web.port
50 spec.template.spec.containers[web].startupProbe.httpGet.path = /health | spec:12 apps.web.health
51 spec.template.spec.containers[web].startupProbe.httpGet.port = http | spec:12 apps.web.health
52 spec.template.spec.containers[web].startupProbe.periodSeconds = 2 | spec:12 apps.web.health
53 spec.template.spec.containers[web].startupProbe.failureThreshold = 60 | person, Ada: Wait longer
53 # = # slow disks | person, Ada: Wait longer
56 spec.template.spec.containers[web].livenessProbe.httpGet.path = /health | spec:12 apps.web.health
57 spec.template.spec.containers[web].livenessProbe.httpGet.port = http | spec:12 apps.web.health
58 spec.template.spec.containers[web].livenessProbe.periodSeconds = 10 | spec:12 apps.web.health
59 spec.template.spec.containers[web].livenessProbe.timeoutSeconds = 5 | spec:12 apps.web.health
60 spec.template.spec.containers[web].livenessProbe.failureThreshold = 6 | spec:12 apps.web.health
63 spec.template.spec.containers[web].readinessProbe.httpGet.path = /health | spec:12 apps.web.health
64 spec.template.spec.containers[web].readinessProbe.httpGet.port = http | spec:12 apps.web.health
65 spec.template.spec.containers[web].readinessProbe.periodSeconds = 5 | spec:12 apps.web.health
66 spec.template.spec.containers[web].readinessProbe.timeoutSeconds = 3 | spec:12 apps.web.health
70 spec.template.spec.containers[web].lifecycle.preStop.sleep.seconds = 5 | spec:11 apps.web.port
72 spec.template.spec.containers[web].securityContext.allowPrivilegeEscalation = false | default
75 spec.template.spec.containers[web].securityContext.capabilities.drop[ALL] = ALL | default
76 spec.template.spec.containers[web].securityContext.readOnlyRootFilesystem = true | default
78 spec.template.spec.containers[web].env[DEBUG].name = DEBUG | person, Ada: Wait longer
79 spec.template.spec.containers[web].env[DEBUG].value = 1 | person, Ada: Wait longer
81 spec.template.spec.containers[web].volumeMounts[tmp].name = tmp | default
82 spec.template.spec.containers[web].volumeMounts[tmp].mountPath = /tmp | default
84 spec.template.spec.volumes[tmp].name = tmp | default
86 spec.template.spec.volumes[tmp].emptyDir.sizeLimit = 1Gi | default
""",
    "base/web/svc.yaml": """
2 apiVersion = v1 | spec:11 apps.web.port
3 kind = Service | spec:11 apps.web.port
5 metadata.name = web | spec:9 apps.web
7 metadata.labels.app.kubernetes.io/name = web | spec:9 apps.web
8 metadata.labels.app.kubernetes.io/part-of = shop | spec:2 project
11 spec.selector.app.kubernetes.io/name = web | spec:9 apps.web
12 spec.sessionAffinity = ClientIP | person, Grace: Call it svc
14 spec.ports[http].name = http | spec:11 apps.web.port
15 spec.ports[http].port = 80 | spec:11 apps.web.port
16 spec.ports[http].targetPort = http | spec:11 apps.web.port
""",
    "base/web/kustomization.yaml": """
2 apiVersion = kustomize.config.k8s.io/v1beta | default
3 kind = Kustomization | default
5 resources[service-account.yaml] = service-account.yaml | default
6 resources[deployment.yaml] = deployment.yaml | default
7 resources[svc.yaml] = svc.yaml | person, Grace: Call it svc
8 resources[pdb.yaml] = pdb.yaml | spec:13 apps.web.replicas
10 configMapGenerator[web-config].name = web-config | spec:9 apps.web
12 configMapGenerator[web-config].literals[LEVEL] = LEVEL=debug | spec:15 apps.web.config.LEVEL
""",
    "overlays/dev/web/kustomization.yaml": """
3 apiVersion = kustomize.config.k8s.io/v1beta | default
4 kind = Kustomization | default
5 namespace = shop-dev | spec:6 environments.dev
7 resources[../../../base/web] = ../../../base/web | spec:9 apps.web
9 images[registry.example.com/shop/web].name = registry.example.com/shop/web | spec:10 apps.web.image
10 images[registry.example.com/shop/web].newTag = 1.4.2 | build, CodeBuild: Release web 1.4.2 to dev
11 images[registry.example.com/shop/web].digest = sha256:55555555555555555555555 | build, CodeBuild: Release web 1.4.2 to dev
""",
    "overlays/prod/web/kustomization.yaml": """
3 apiVersion = kustomize.config.k8s.io/v1beta | default
4 kind = Kustomization | default
5 namespace = shop-prod | spec:7 environments.prod
7 resources[../../../base/web] = ../../../base/web | spec:9 apps.web
9 images[registry.example.com/shop/web].name = registry.example.com/shop/web | spec:10 apps.web.image
10 images[registry.example.com/shop/web].newTag = unreleased | default
12 commonLabels.tier = front | person, Ada: Wait longer
14 replicas[web].name = web | spec:18 apps.web.environments.prod.replicas
15 replicas[web].count = 4 | spec:18 apps.web.environments.prod.replicas
""",
    "gitops/applications/prod/web.yaml": """
2 apiVersion = argoproj.io/v1alpha1 | default
3 kind = Application | default
5 metadata.name = shop-prod-web | spec:9 apps.web
6 metadata.namespace = argocd | default
8 metadata.labels.app.kubernetes.io/part-of = shop | spec:2 project
9 metadata.labels.app.kubernetes.io/name = web | spec:9 apps.web
10 metadata.labels.shop/environment = prod | spec:7 environments.prod
12 metadata.annotations.argocd.argoproj.io/manifest-generate-paths = /base/web;/overlays/prod/web | spec:9 apps.web
14 spec.project = shop.prod | spec:7 environments.prod
16 spec.source.repoURL = https://git.example.com/acme/s | spec:3 repository
17 spec.source.targetRevision = main | default
18 spec.source.path = overlays/prod/web | spec:9 apps.web
20 spec.destination.server = https://kubernetes.default.svc | default
21 spec.destination.namespace = shop-prod | spec:7 environments.prod
22 spec.revisionHistoryLimit = 20 | default
25 spec.syncPolicy.syncOptions[CreateNamespace] = CreateNamespace=true | default
26 spec.syncPolicy.syncOptions[PruneLast] = PruneLast=true | default
27 spec.syncPolicy.syncOptions[FailOnSharedResource] = FailOnSharedResource=true | default
30 spec.syncPolicy.managedNamespaceMetadata.labels.pod-security.kubernetes.io/enforce = restricted | default
31 spec.syncPolicy.managedNamespaceMetadata.labels.pod-security.kubernetes.io/enforce-version = latest | default
32 spec.syncPolicy.managedNamespaceMetadata.labels.pod-security.kubernetes.io/warn = restricted | default
33 spec.syncPolicy.managedNamespaceMetadata.labels.elbv2.k8s.aws/pod-readiness-gate-inject = enabled | default
34 spec.syncPolicy.managedNamespaceMetadata.labels.app.kubernetes.io/part-of = shop | spec:2 project
36 spec.syncPolicy.retry.limit = 5 | default
38 spec.syncPolicy.retry.backoff.duration = 5s | default
39 spec.syncPolicy.retry.backoff.factor = 2 | default
40 spec.syncPolicy.retry.backoff.maxDuration = 3m | default
41 spec.syncPolicy.retry.refresh = true | default
""",
}


def told(folder: Path, path: str) -> str:
    lines = []
    for origin in explain.explain(folder, path):
        where = re.sub(r"^[0-9a-f]{10} ", "", origin.where).replace("generator.yaml:", "spec:")
        by = {"default": "default", "spec": where}.get(origin.by, f"{origin.by}, {where}")
        lines.append(f"{origin.line} {origin.field} = {origin.value[:30]} | {by}\n")
    return "\n" + "".join(lines)


@pytest.mark.parametrize(("path", "expected"), EXPECTED.items(), ids=EXPECTED.keys())
def test_every_field_is_attributed_to_who_wrote_it(path: str, expected: str, shop: Path) -> None:
    assert told(shop, path) == expected


def test_what_two_branches_wrote_is_told_apart_after_a_merge(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = Teller(shop, monkeypatch)
    tell.commits("Ada", "Less CPU")
    git(shop, "checkout", "--quiet", "-b", "other")
    tell.edits("base/web/deployment.yaml", ("maxUnavailable: 0", "maxUnavailable: 1"))
    tell.commits("Grace", "One may go")
    git(shop, "checkout", "--quiet", "main")
    tell.edits("generator.yaml", ("port: 8080", "port: 9090"))
    tell.generates()
    tell.commits("Ada", "Another port")
    git(shop, "merge", "--quiet", "--no-edit", "other")
    lines = told(shop, "base/web/deployment.yaml")
    assert "maxUnavailable = 1 | person, Grace: One may go" in lines
    assert "requests.cpu = 75m | person, Ada: Less CPU" in lines
    assert "containerPort = 9090 | spec:11 apps.web.port" in lines


def test_a_file_that_was_never_committed_is_nobodys_yet(repository: Path) -> None:
    planning.apply(repository, planning.plan(repository), prune=False)
    path = repository / "base/web/service.yaml"
    path.write_text(path.read_text().replace("port: 80\n", "port: 81\n"))
    assert "port = 81 | person, not committed yet" in told(repository, "base/web/service.yaml")


def test_a_file_that_cannot_be_explained_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-C", str(shop), "explain", "base/web/deploymnt.yaml"]) == 2
    assert "not a generated file" in capsys.readouterr().err
    with pytest.raises(UsageError, match=r"base/web/service\.yaml: not there"):
        explain.explain(shop, "base/web/service.yaml")


UNFIT = {
    "a folder": ("base", "base: a folder", "name one of its files: explain base/web/"),
    "the top": (".", ".: a folder", "name one of its files: explain "),
    "a folder of people": ("docs", "docs: a folder", "name a generated file"),
    "a person's file": ("docs/notes.yaml", "not a generated file; a user has added it", "git blame docs/notes.yaml"),
    "the spec": ("generator.yaml", "the spec, which users write", "git blame generator.yaml"),
    "elsewhere": ("../other/file.yaml", "not in this repository", "from the repository's top"),
    "nearly a name": ("base/web/deploymnt.yaml", "not a generated file, and not there", "did you mean"),
    "no name at all": ("x", "x: not a generated file, and not there", "check --all lists what is generated"),
    "the record": (".generator/project", "the record of what was generated last", "explain the file itself"),
    "deleted": ("base/web/pdb.yaml", "base/web/pdb.yaml: not there", "git log -- base/web/pdb.yaml"),
}


@pytest.mark.parametrize(("path", "message", "hint"), UNFIT.values(), ids=UNFIT.keys())
def test_the_hint_fits_what_the_path_is(
    path: str, message: str, hint: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "docs").mkdir()
    (shop / "docs/notes.yaml").write_text("a: 1\n")
    (shop / "base/web/pdb.yaml").unlink(missing_ok=True)
    assert cli.main(["-C", str(shop), "explain", path]) == 2
    error, _, told = capsys.readouterr().err.partition("hint: ")
    assert message in error
    assert hint in told


def test_the_command_prints_a_table_or_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-C", str(shop), "explain", "base/web/svc.yaml"]) == 0
    assert re.search(
        r"^12 +spec\.sessionAffinity +ClientIP +person +[0-9a-f]{10} Grace: Call it svc$", capsys.readouterr().out, re.M
    )
    assert cli.main(["-C", str(shop), "explain", "base/web/svc.yaml", "--output", "json"]) == 0
    fields = json.loads(capsys.readouterr().out)["fields"]
    assert fields[6]["field"] == "spec.sessionAffinity"
    assert fields[6]["by"] == "person"


def test_items_without_a_name_go_by_what_they_are(shop: Path) -> None:
    path = shop / "overlays/prod/web/kustomization.yaml"
    path.write_text(path.read_text() + "labels:\n- pairs: {team: shop}\n- pairs: {tier: web}\n")
    fields = {origin.field for origin in explain.explain(shop, "overlays/prod/web/kustomization.yaml")}
    assert {"labels[{pairs: {team: shop}}].pairs.team", "labels[{pairs: {tier: web}}].pairs.tier"} <= fields


def test_in_a_spec_of_many_apps_each_field_has_its_own_line(repository: Path) -> None:
    app = SPEC[SPEC.index("  web:") :]
    spec = SPEC + "".join(app.replace("  web:", f"  web-{number}:") for number in range(5))
    (repository / "generator.yaml").write_text(spec)
    planning.apply(repository, planning.plan(repository), prune=False)
    line = spec[: spec.index("  web-3:")].count("\n") + 1
    told_of = told(repository, "base/web-3/deployment.yaml")
    assert f"spec:{line + 4} apps.web-3.replicas" in told_of
    assert not re.search(r"apps\.web-[124]\.", told_of)


def test_a_path_may_be_absolute_or_from_here(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["-C", str(shop), "explain", "base/web/deployment.yaml", "-o", "json"]) == 0
    wanted = json.loads(capsys.readouterr().out)
    (tmp_path / "link").symlink_to(shop)
    for path in (shop / "base/web/deployment.yaml", tmp_path / "link/base/web/deployment.yaml"):
        assert cli.main(["-C", str(shop), "explain", str(path), "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out) == wanted
    monkeypatch.chdir(shop / "base/web")
    assert cli.main(["explain", "deployment.yaml", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == wanted
    (tmp_path / "other.yaml").write_text("a: 1\n")
    assert cli.main(["explain", str(tmp_path / "other.yaml")]) == 2
    assert f"{tmp_path}/other.yaml: not in {shop}" in capsys.readouterr().err
