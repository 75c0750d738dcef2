"""``adopt`` brings manifests of a user's own in as they are: nothing that runs becomes another, and no byte is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import tools
from generator.adoption import proof
from generator.adoption.source import Source
from generator.errors import ToolError
from generator.manifests.sources import Rules
from testing import adopted
from testing.adopted import DEPLOYMENT, DEV, DIGEST, OVERLAYS, PLAIN, PROD, SERVICE, SPEC, objects
from testing.needs import lack
from testing.programs import Run
from testing.repository import clone_as_origin, edit, files, git
from testing.templates import Templates

pytestmark = pytest.mark.needs("kustomize")

WRITE = ("adopt", "deploy/web", "--image", "ghcr.io/acme/web", "--write")


def commit(folder: Path, tree: dict[str, str], spec: str = SPEC) -> None:
    """Commit a spec and manifests that it does not know of."""
    adopted.write(folder, {"generator.yaml": spec, **tree})
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "As it was")


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:

    def make() -> None:
        commit(repository, OVERLAYS)

    templates.fill("adopt", make)
    return repository


def report(generator: Run, folder: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(generator("adopt", *words, "-o", "json", cwd=folder).stdout)
    return found


def refused(generator: Run, folder: Path, *words: str) -> list[str]:
    """Return the faults of a report, which writes nothing even where it is asked to."""
    before = files(folder)
    done = generator("adopt", *words, "--write", "-o", "json", cwd=folder)
    assert (done.returncode, files(folder)) == (1, before), done.stderr
    return [f"{one['file']}:{one['line']} {one['path']}: {one['message']}".replace(" : ", " ") for one in json.loads(done.stdout)["faults"]]  # fmt: skip


def test_a_report_tells_all_and_writes_nothing(shop: Path, generator: Run) -> None:
    before = files(shop)
    found = report(generator, shop, "deploy/web")
    assert files(shop) == before
    assert found["environments"]["dev"] == {
        "folder": "deploy/web/overlays/dev", "objects": 2, "released": "ghcr.io/acme/web",
        "images": ["docker.io/envoyproxy/envoy:v1.30.1", "ghcr.io/acme/web:1.4.2"],
    }  # fmt: skip
    assert found["environments"]["prod"]["images"][1] == f"ghcr.io/acme/web:1.4.0@{DIGEST}"
    assert found["moved"]["deploy/web/base/service.yaml"] == "base/web/service.yaml"
    assert found["edited"] == ["overlays/dev/web/kustomization.yaml", "overlays/prod/web/kustomization.yaml"]
    assert found["left"] == ["deploy/web/README.md"]
    assert (found["entry"], found["faults"]) == ({"adopted": True, "image": "ghcr.io/acme/web"}, [])
    assert "4 compared, no difference" in generator("adopt", "deploy/web", cwd=shop).stdout


def test_every_object_stays_what_it_was(shop: Path, generator: Run) -> None:
    before = {name: objects(shop, f"deploy/web/overlays/{name}") for name in ("dev", "prod")}
    assert generator(*WRITE, cwd=shop).returncode == 0
    assert {name: objects(shop, f"overlays/{name}/web") for name in ("dev", "prod")} == before


def test_files_move_with_every_byte_and_what_git_knows_of_them(shop: Path, generator: Run) -> None:
    was = git(shop, "rev-parse", "HEAD")
    assert generator(*WRITE, cwd=shop).returncode == 0
    now = {path: content.decode() for path, content in files(shop).items()}
    assert now["base/web/deployment.yaml"] == DEPLOYMENT
    assert now["overlays/dev/web/kustomization.yaml"] == DEV.replace("../../base", "../../../base/web") + (
        'images:\n- name: ghcr.io/acme/web\n  newTag: "1.4.2"\n- name: docker.io/envoyproxy/envoy\n  newTag: v1.30.1\n'
    )
    assert now["overlays/prod/web/kustomization.yaml"] == PROD.replace("../../base", "../../../base/web").replace(
        f"{DIGEST}\n", f"{DIGEST}\n  - name: docker.io/envoyproxy/envoy\n    newTag: v1.30.1\n"
    )
    assert {path for path in now if path.startswith("deploy/")} == {"deploy/web/README.md"}
    assert now["generator.yaml"].startswith(SPEC.partition("apps:")[0])
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "Adopt web")
    assert set(git(shop, "blame", "-l", "-s", "base/web/deployment.yaml").split("\n")[0].split()[:1]) == {
        f"^{was}"[:40]
    }


def test_one_revert_takes_it_back(shop: Path, generator: Run) -> None:
    before = files(shop)
    assert generator(*WRITE, cwd=shop).returncode == 0
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "Adopt web")
    git(shop, "revert", "--no-edit", "HEAD")
    assert files(shop) == before


def test_what_is_adopted_is_the_users_and_never_generated(shop: Path, generator: Run) -> None:
    assert generator(*WRITE, cwd=shop).returncode == 0
    edit(shop, "base/web/deployment.yaml", ("replicas: 1", "replicas: 2 # mine"))
    (shop / "base/web/service.yaml").unlink()
    edit(shop, "base/web/kustomization.yaml", ("    - service.yaml\n", ""))
    before = files(shop)
    done = generator("generate", cwd=shop)
    assert (done.returncode, files(shop)) == (0, before)
    assert "nothing to do" in done.stdout
    assert generator("check", cwd=shop).returncode == 0


@pytest.mark.full
@pytest.mark.needs("kubeconform")
def test_releases_work_as_for_any_app(shop: Path, generator: Run) -> None:
    bare = shop.parent / "remote.git"
    edit(shop, "generator.yaml", ("https://git.example.com/acme/shop-gitops.git", str(bare)))
    assert generator(*WRITE, cwd=shop).returncode == 0
    done = generator("validate", cwd=shop)
    assert done.returncode == 0, done.stderr
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "Adopt web")
    clone_as_origin(shop, bare)
    assert generator("bump", "web", "-e", "dev", "--tag", "1.5.0", "--push", cwd=shop).returncode == 0
    git(shop, "pull", "-q", "origin", "main")
    assert "1.5.0" in (shop / "overlays/dev/web/kustomization.yaml").read_text()
    rows = json.loads(generator("compare", "dev", "prod", "-o", "json", cwd=shop).stdout)["differences"]
    assert "spec.replicas" in {row["field"] for row in rows}
    done = generator("promote", "web", "--to", "prod", "--push", cwd=shop)
    assert done.returncode == 0, done.stderr
    git(shop, "pull", "-q", "origin", "main")
    prod = (shop / "overlays/prod/web/kustomization.yaml").read_text()
    assert '    newTag: "1.5.0"   # what runs\nreplicas' in prod.replace(
        "  - name: docker.io/envoyproxy/envoy\n    newTag: v1.30.1\n", ""
    )
    done = generator("rollback", "web", "-e", "prod", "--push", cwd=shop)
    assert done.returncode == 0, done.stderr
    git(shop, "pull", "-q", "origin", "main")
    images = json.loads(generator("status", "--offline", "-o", "json", cwd=shop).stdout)["images"]
    assert [(one["environment"], one["tag"], one["digest"]) for one in images] == [
        ("dev", "1.5.0", None),
        ("prod", "1.4.0", DIGEST),
    ]


def test_plain_manifests_become_a_base(repository: Path, generator: Run) -> None:
    commit(repository, PLAIN)
    done = generator("adopt", "k8s", "--app", "web", "--write", cwd=repository)
    assert (done.returncode, "--env dev=FOLDER --env prod=FOLDER; there are ." in done.stderr) == (2, True)
    words = ("adopt", "k8s", "--app", "web", "--env", "dev=.", "--env", "prod=.", "--write")
    assert generator(*words, cwd=repository).returncode == 0
    now = files(repository)
    assert now["base/web/web.yaml"].decode() == PLAIN["k8s/web.yaml"]
    was = list(yaml.safe_load_all(PLAIN["k8s/web.yaml"]))
    assert sorted(objects(repository, "overlays/dev/web"), key=str) == sorted(was, key=str)
    assert "k8s/web.yaml" not in now


def test_manifests_of_elsewhere_are_copied(repository: Path, tmp_path: Path, generator: Run) -> None:
    commit(repository, {})
    elsewhere = tmp_path / "elsewhere"
    adopted.write(elsewhere, OVERLAYS)
    git(elsewhere, "init", "-q")
    before = files(elsewhere)
    words = ("adopt", str(elsewhere / "deploy/web"), "--image", "ghcr.io/acme/web", "--write")
    done = generator(*words, cwd=repository)
    assert (done.returncode, files(elsewhere)) == (0, before), done.stderr
    assert objects(repository, "overlays/prod/web") == objects(elsewhere, "deploy/web/overlays/prod")


def test_environments_are_named_where_their_folders_have_other_names(repository: Path, generator: Run) -> None:
    tree = {path.replace("overlays/prod", "overlays/live"): text for path, text in OVERLAYS.items()}
    commit(repository, tree)
    done = generator("adopt", "deploy/web", cwd=repository)
    assert done.returncode == 2
    assert "no folder of prod" in done.stderr
    assert "--env prod=FOLDER; there are overlays/live" in done.stderr
    found = report(generator, repository, "deploy/web", "--env", "prod=overlays/live")
    assert found["environments"]["prod"]["folder"] == "deploy/web/overlays/live"
    assert generator("adopt", "deploy/web", "--env", "qa=.", cwd=repository).returncode == 2
    assert generator("adopt", "deploy/web", "--env", "prod=nowhere", cwd=repository).returncode == 2


def test_an_image_that_is_released_is_never_guessed(repository: Path, generator: Run) -> None:
    tree = {**OVERLAYS, "deploy/web/base/deployment.yaml": DEPLOYMENT.replace("acme/web:", "acme/shop:")}
    commit(repository, tree)
    done = generator("adopt", "deploy/web", cwd=repository)
    assert (done.returncode, "--image: ghcr.io/acme/shop, docker.io/envoyproxy/envoy" in done.stderr) == (2, True)


CHART = "{{ .Values.image }}"
FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "a Helm template": (
        {"deploy/web/base/service.yaml": SERVICE.replace("name: web", f"name: {CHART}")},
        "deploy/web/base/service.yaml:3 a template of a Helm chart",
    ),
    "a chart that kustomize renders": (
        {"deploy/web/base/kustomization.yaml": "resources: [service.yaml]\nhelmCharts:\n- name: redis\n"},
        "deploy/web/base/kustomization.yaml:2 helmCharts: renders a Helm chart",
    ),
    "a plugin": (
        {
            "deploy/web/base/kustomization.yaml": "resources: [service.yaml]\ngenerators:\n- sops.yaml\n",
            "deploy/web/base/sops.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: x}\n",
        },
        "deploy/web/base/kustomization.yaml:3 generators: a plugin, which is a program of its own",
    ),
    "a base that moves": (
        {"deploy/web/base/kustomization.yaml": "resources:\n- https://github.com/acme/k8s//web?ref=main\n"},
        "deploy/web/base/kustomization.yaml:2 resources[0]: https://github.com/acme/k8s//web?ref=main is another one whenever its branch moves",
    ),
    "a base of elsewhere": (
        {"deploy/web/base/kustomization.yaml": "resources:\n- https://github.com/acme/k8s//web?ref=v1.2.0\n"},
        "deploy/web/base/kustomization.yaml:2 resources[0]: https://github.com/acme/k8s//web?ref=v1.2.0 would be read from the network",
    ),
    "a Secret with data": (
        {"deploy/web/base/service.yaml": f"{SERVICE}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData: {{PASSWORD: x}}\n"},
        "deploy/web/base/service.yaml:6 Secret/db: has data in git, where everybody can read it",
    ),
    "a secret that kustomize makes": (
        {"deploy/web/base/kustomization.yaml": "resources: [service.yaml]\nsecretGenerator:\n- {name: x, literals: [A=b]}\n"},
        "deploy/web/base/kustomization.yaml:2 secretGenerator: has the secret x in git",
    ),
    "a folder beside it": (
        {"deploy/web/base/kustomization.yaml": "resources: [service.yaml, ../../common]\n", "deploy/common/kustomization.yaml": ""},
        "deploy/web/base/kustomization.yaml:1 resources[1]: ../../common lies outside of deploy/web, which is adopted",
    ),
    "an overlay that stays behind": (
        {"deploy/web/overlays/qa/kustomization.yaml": DEV},
        "deploy/web/overlays/qa/kustomization.yaml:3 resources[0]: builds on deploy/web/base, which would move",
    ),
    "a path that is taken": (
        {"base/web/service.yaml": "# mine\n"},
        "base/web/service.yaml:1 is there already",
    ),
    "what cannot be built": (
        {"deploy/web/base/kustomization.yaml": "resources: [service.yaml, gone.yaml]\n"},
        "deploy/web/overlays/dev:1 kustomize cannot build it",
    ),
    "a link that leads out": (
        {"deploy/web/base/link": "-> /etc/passwd"},
        "deploy/web/base/link:1 a link that leads out of this repository",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_adopted_is_named_with_its_place(name: str, repository: Path, generator: Run) -> None:
    tree, wanted = FAULTS[name]
    links = {path: text.removeprefix("-> ") for path, text in tree.items() if text.startswith("-> ")}
    commit(repository, {**OVERLAYS, **{path: text for path, text in tree.items() if path not in links}})
    for path, target in links.items():
        (repository / path).symlink_to(target)
    found = refused(generator, repository, "deploy/web", "--image", "ghcr.io/acme/web")
    assert any(one.startswith(wanted) for one in found), found


def test_a_secret_is_offered_as_an_external_one(shop: Path, generator: Run) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {PASSWORD: eA==, USER: eA==}\n"
    (shop / "deploy/web/base/service.yaml").write_text(secret)
    hint = report(generator, shop, "deploy/web")["faults"][0]["hint"]
    offered = yaml.safe_load(hint.partition("in its place: ")[2])
    assert (offered["kind"], offered["spec"]["target"], len(offered["spec"]["data"])) == (
        "ExternalSecret",
        {"name": "db"},
        2,
    )


def test_objects_that_are_there_twice_are_refused_by_both_places(repository: Path, generator: Run) -> None:
    commit(repository, {**PLAIN, "k8s/also.yaml": SERVICE})
    found = refused(generator, repository, "k8s", "--app", "web", "--env", "dev=.", "--env", "prod=.")
    assert found == ["k8s/web.yaml:16 Service/web: is there twice, first in k8s/also.yaml:1"]


def test_pods_that_the_namespace_would_refuse_are_refused_before(repository: Path, generator: Run) -> None:
    commit(repository, OVERLAYS, SPEC.replace(", podSecurity: baseline", ""))
    found = refused(generator, repository, "deploy/web", "--image", "ghcr.io/acme/web")
    assert len(found) == 2
    assert "would not start in shop any more, which gets the restricted Pod Security Standard" in found[1]


def test_images_that_no_release_sets_are_noted(repository: Path, generator: Run) -> None:
    args = '["--agent=ghcr.io/acme/agent:3.1", "--cache=docker.io/library/redis:7", "nginx:80"]'
    text = DEPLOYMENT.replace("  # the", f"\n          args: {args}  # the")
    text += "        - {name: odd, image: docker.io/envoyproxy/envoy:v1.29.0}\n        - {name: none, image: busybox}\n"
    commit(repository, {**OVERLAYS, "deploy/web/base/deployment.yaml": text})
    found = report(generator, repository, "deploy/web")
    said = [f"{one['file']}:{one['line']} {one['path']} {one['message']}" for one in found["notes"]]
    assert "deploy/web/base/deployment.yaml:13  ghcr.io/acme/agent:3.1 in Deployment/web is an image that no release sets" in said  # fmt: skip
    assert any("docker.io/library/redis:7 in Deployment/web is an image that no release sets" in one for one in said)
    assert not any("nginx:80" in one for one in said)
    assert any("runs with several tags: v1.30.1 in Deployment/web, v1.29.0 in Deployment/web" in one for one in said)
    assert any("images busybox has no tag in Deployment/web" in one for one in said)
    assert generator(*WRITE, cwd=repository).returncode == 0
    assert "envoy" not in (repository / "overlays/dev/web/kustomization.yaml").read_text()


def test_kinds_that_projects_do_not_permit_are_in_the_entry(repository: Path, generator: Run) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: web}\nrules: []\n"
    commit(repository, {**OVERLAYS, "deploy/web/base/service.yaml": f"{SERVICE}---\n{role}"})
    assert generator(*WRITE, cwd=repository).returncode == 0
    project = yaml.safe_load((repository / "gitops/projects/shop.prod.yaml").read_text())
    assert {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"} in project["spec"]["clusterResourceWhitelist"]


def test_an_application_that_was_there_keeps_its_name(shop: Path, generator: Run) -> None:
    assert generator(*WRITE, cwd=shop).returncode == 0
    edit(shop, "generator.yaml", ("    adopted: true\n", "    adopted: {application: 'web-{environment}'}\n"))
    text = (shop / "generator.yaml").read_text() + "    environments: {prod: {adopted: {application: web-live}}}\n"
    (shop / "generator.yaml").write_text(text)
    assert generator("generate", cwd=shop).returncode == 0
    names = [yaml.safe_load((shop / f"gitops/applications/{name}/web.yaml").read_text())["metadata"]["name"] for name in ("dev", "prod")]  # fmt: skip
    assert names == ["web-dev", "web-live"]


def test_the_applications_of_today_keep_their_names_and_are_handed_over(repository: Path, generator: Run) -> None:
    finalizer = "  finalizers: [resources-finalizer.argocd.argoproj.io]\n"
    tree = {
        "argocd/dev.yaml": adopted.application("dev", "shop-dev", "deploy/web/overlays/dev", finalizer),
        "argocd/prod.yaml": adopted.application("prod", "shop", "/deploy/web/overlays/prod/"),
        "argocd/other.yaml": adopted.application("other", "other", "deploy/other"),
    }
    commit(repository, {**OVERLAYS, **tree})
    found = report(generator, repository, "deploy/web")
    assert found["entry"] == {"adopted": {"application": "web-{environment}"}, "image": "ghcr.io/acme/web"}
    annotate = "kubectl annotate application web-{} --namespace argocd argocd.argoproj.io/{}"
    patch = "kubectl patch application web-{} --namespace argocd --type merge --patch '{}'"
    off = '"spec": {"syncPolicy": {"automated": null}}'
    commands = [line.partition("   #")[0] for line in found["handover"] if not line.startswith("#")]
    assert commands == [
        annotate.format("dev", "sync-options=Prune=false,Delete=false --overwrite"),
        "git rm argocd/dev.yaml",
        annotate.format("prod", "sync-options=Prune=false,Delete=false --overwrite"),
        "git rm argocd/prod.yaml",
        patch.format("dev", '{"metadata": {"finalizers": null}, ' + off + "}"),
        annotate.format("dev", "tracking-id-"),
        patch.format("prod", "{" + off + "}"),
        annotate.format("prod", "tracking-id-"),
        annotate.format("dev", "sync-options-"),
        annotate.format("prod", "sync-options-"),
    ]
    assert generator(*WRITE, cwd=repository).returncode == 0
    application = yaml.safe_load((repository / "gitops/applications/prod/web.yaml").read_text())
    assert application["metadata"]["name"] == "web-prod"
    assert "finalizers" not in application["metadata"]


def test_two_applications_of_one_folder_make_room_for_one(repository: Path, generator: Run) -> None:
    one = adopted.application("prod", "shop", "deploy/web/overlays/prod")
    commit(repository, {**OVERLAYS, "argocd/web.yaml": f"{one}---\n{one.replace('web-prod', 'web-again')}"})
    found = report(generator, repository, "deploy/web")
    assert "application" not in str(found["entry"])
    for name in ("web-prod", "web-again"):
        assert f"kubectl delete application {name} --namespace argocd" in found["handover"]
    mark = "kubectl annotate --namespace shop --filename - argocd.argoproj.io/tracking-id-"
    assert f"kubectl kustomize deploy/web/overlays/prod | {mark}" in found["handover"]


def test_the_name_that_a_set_gives_to_a_folder_is_kept(repository: Path, generator: Run) -> None:
    made = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  generators: [{git: {directories: [{path: "deploy/*/overlays/*"}]}}]
  template: {metadata: {name: "NAME"}}
"""
    commit(repository, {**OVERLAYS, "argocd/set.yaml": made.replace("NAME", "{{path[1]}}-{{path.basename}}-live")})
    found = report(generator, repository, "deploy/web")
    assert found["entry"]["adopted"] == {"application": "web-{environment}-live"}
    commit(repository, {"argocd/set.yaml": made.replace("NAME", "{{other}}")})
    found = report(generator, repository, "deploy/web")
    assert "application" not in str(found["entry"])
    assert any("is not known here" in line and "prod: {adopted:" in line for line in found["handover"])


def test_an_application_that_deploys_elsewhere_is_refused(repository: Path, generator: Run) -> None:
    here = adopted.application("prod", "live", "deploy/web/overlays/prod")
    away = adopted.application("dev", "shop-dev", "deploy/web/overlays/dev").replace(
        "kubernetes.default.svc", "eu.example"
    )
    commit(repository, {**OVERLAYS, "argocd/web.yaml": f"{here}---\n{away}"})
    found = refused(generator, repository, "deploy/web")
    assert found == [
        "argocd/web.yaml:1 Application/web-prod: puts objects into live, and prod is shop",
        "argocd/web.yaml:10 Application/web-dev: deploys to the cluster https://eu.example, and dev is https://kubernetes.default.svc",
    ]


def test_what_argocd_autopilot_has_laid_out(repository: Path, generator: Run) -> None:
    commit(repository, adopted.AUTOPILOT)
    found = report(generator, repository, "apps/web")
    assert found["faults"] == []
    assert found["entry"] == {
        "adopted": {"application": "{environment}-web"}, "image": "ghcr.io/acme/web", "namespace": "web-{environment}"
    }  # fmt: skip
    patched = [line for line in found["handover"] if line.startswith("kubectl patch applicationset ")]
    assert ["preserveResourcesOnDeletion" in line for line in patched] == [True, True]
    was = objects(repository, "apps/web/overlays/prod")
    assert generator("adopt", "apps/web", "--write", cwd=repository).returncode == 0
    assert objects(repository, "overlays/prod/web") == was
    application = yaml.safe_load((repository / "gitops/applications/prod/web.yaml").read_text())
    assert application["metadata"]["name"] == "prod-web"
    assert application["spec"]["destination"]["namespace"] == "web-prod"


def test_bases_of_others_are_promoted_beside_it(shop: Path, generator: Run) -> None:
    edit(shop, "generator.yaml", ("apps:", "promotion: {base: true}\napps:"))
    assert generator(*WRITE, cwd=shop).returncode == 0
    assert not any("prod/web/base" in path or "promoted" in path for path in files(shop))
    assert "nothing to do" in generator("generate", cwd=shop).stdout


# -- a newer upstream ---------------------------------------------------------------------------------------------


@pytest.fixture
def upstream(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return another project's repository, of which the repository has adopted v1.4.2."""
    folder = templates.place / "upstream"

    def make() -> None:
        commit(repository, {})
        adopted.write(folder, {**OVERLAYS, "README.md": "x\n"})
        git(folder, "init", "-q", "-b", "main")
        release(folder, "v1.4.2")
        revision = f"file://{folder}//deploy/web@v1.4.2"
        done = generator("adopt", revision, "--image", "ghcr.io/acme/web", "--write", cwd=repository)
        assert done.returncode == 0, done.stderr
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Adopt web")

    templates.fill("adopted from upstream", make)
    return folder


def release(folder: Path, tag: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", tag)
    git(folder, "tag", tag)


def again(upstream: Path, tag: str, *more: str) -> tuple[str, ...]:
    return ("adopt", f"file://{upstream}//deploy/web@{tag}", *more)


def test_a_revision_of_another_repository_is_adopted(upstream: Path, repository: Path) -> None:
    now = files(repository)
    assert now["base/web/deployment.yaml"].decode() == DEPLOYMENT
    entry = yaml.safe_load(now["generator.yaml"])["apps"]["web"]
    assert entry == {"adopted": {"upstream": f"file://{upstream}//deploy/web@v1.4.2"}, "image": "ghcr.io/acme/web"}
    assert objects(repository, "overlays/prod/web") == objects(upstream, "deploy/web/overlays/prod")


def test_a_newer_upstream_is_merged_with_edits_and_tags(upstream: Path, repository: Path, generator: Run) -> None:
    assert generator("bump", "web", "-e", "dev", "--tag", "1.4.9", cwd=repository).returncode == 0
    edit(repository, "base/web/deployment.yaml", ("replicas: 1", "replicas: 3 # mine"))
    edit(repository, "overlays/prod/web/kustomization.yaml", ("count: 4", "count: 9"))
    edit(
        upstream,
        "deploy/web/base/deployment.yaml",
        ("# What the shop is.", "# What the shop will be."),
        ("v1.30.1", "v1.31.0"),
    )
    (upstream / "deploy/web/base/service.yaml").unlink()
    adopted.write(upstream, {"deploy/web/base/http.yaml": SERVICE})
    edit(upstream, "deploy/web/base/kustomization.yaml", ("service.yaml", "http.yaml"))
    release(upstream, "v1.5.0")
    before = files(repository)
    found = report(generator, repository, *again(upstream, "v1.5.0")[1:])
    assert files(repository) == before
    assert (found["again"], found["removed"]) == (True, ["base/web/service.yaml"])
    assert set(found["kept"]) == {"base/web/deployment.yaml", "overlays/prod/web/kustomization.yaml"}
    done = generator(*again(upstream, "v1.5.0", "--write"), cwd=repository)
    assert done.returncode == 0, done.stderr
    now = {path: content.decode() for path, content in files(repository).items()}
    assert "replicas: 3 # mine" in now["base/web/deployment.yaml"]
    assert "v1.31.0" in now["base/web/deployment.yaml"]
    assert "newTag: 1.4.9" in now["overlays/dev/web/kustomization.yaml"].replace('"', "")
    assert "count: 9" in now["overlays/prod/web/kustomization.yaml"]
    assert "base/web/service.yaml" not in now
    assert now["base/web/http.yaml"] == SERVICE
    assert "@v1.5.0" in now["generator.yaml"]
    assert "nothing to do" in generator("generate", cwd=repository).stdout
    assert "0 files change" in generator(*again(upstream, "v1.5.0"), cwd=repository).stdout


def test_what_both_have_changed_is_a_conflict(upstream: Path, repository: Path, generator: Run) -> None:
    edit(repository, "base/web/deployment.yaml", ("replicas: 1", "replicas: 3"))
    edit(upstream, "deploy/web/base/deployment.yaml", ("replicas: 1", "replicas: 2"))
    release(upstream, "v1.5.0")
    before = files(repository)
    done = generator(*again(upstream, "v1.5.0", "--write"), cwd=repository)
    assert (done.returncode, files(repository)) == (4, before)
    assert "base/web/deployment.yaml:6" in done.stderr
    assert generator(*again(upstream, "v1.5.0", "--write", "--keep", "updated"), cwd=repository).returncode == 0
    assert b"replicas: 2" in files(repository)["base/web/deployment.yaml"]


def test_a_hostile_upstream_does_nothing_here(upstream: Path, repository: Path, tmp_path: Path, generator: Run) -> None:
    hook = tmp_path / "hooked"
    for name in ("post-checkout", "post-merge"):
        (upstream / ".git/hooks" / name).write_text(f"#!/bin/sh\ntouch {hook}\n")
        (upstream / ".git/hooks" / name).chmod(0o755)
    (upstream / "deploy/web/base/passwd").symlink_to("/etc/passwd")
    adopted.write(upstream, {"deploy/web/.gitattributes": "* filter=evil\n"})
    git(upstream, "config", "filter.evil.smudge", f"touch {hook}")
    release(upstream, "v6.6.6")
    done = generator(*again(upstream, "v6.6.6", "--write"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert not hook.exists()
    assert "base/web/passwd" not in files(repository)
    for wrong in ("--upload-pack=x", "..", "no-such-tag"):
        assert generator(*again(upstream, wrong), cwd=repository).returncode in (1, 2)
    assert generator("adopt", f"file://{upstream}//deploy/web", cwd=repository).returncode == 2
    assert generator("adopt", f"file://{upstream}//../x@v1.4.2", cwd=repository).returncode == 2


def test_without_the_record_nothing_is_merged(upstream: Path, repository: Path, generator: Run) -> None:
    (repository / ".generator/adopted/web").unlink()
    done = generator(*again(upstream, "v1.4.2"), cwd=repository)
    assert (done.returncode, ".generator/adopted/web is missing" in done.stderr) == (2, True)


def test_an_environment_may_be_without_the_app(repository: Path, generator: Run) -> None:
    commit(repository, {path: text for path, text in OVERLAYS.items() if "prod" not in path})
    assert generator(*WRITE, "--env", "prod=-", cwd=repository).returncode == 0
    entry = yaml.safe_load((repository / "generator.yaml").read_text())["apps"]["web"]
    assert entry["environments"] == {"prod": False}
    there = files(repository)
    assert "gitops/applications/dev/web.yaml" in there
    assert not any("prod/web" in path for path in there)


def test_explain_tells_who_wrote_a_line(shop: Path, generator: Run) -> None:
    assert generator(*WRITE, cwd=shop).returncode == 0
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "Adopt web")
    lines = generator("explain", "overlays/dev/web/kustomization.yaml", cwd=shop).stdout.splitlines()
    tag = next(line for line in lines if "newTag" in line and "1.4.2" in line)
    assert "build" in tag
    assert "person" in next(line for line in lines if "namespace" in line)
    assert "As it was" in generator("explain", "base/web/deployment.yaml", cwd=shop).stdout


def test_what_is_another_one_each_time_is_refused(tmp_path: Path) -> None:
    # kustomize gives the same each time, but for what a plugin or a defect of its own makes.
    adopted.write(tmp_path, {"web/kustomization.yaml": ""})
    program = tmp_path / "kustomize"
    made = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {at: $at}"
    program.write_text(f'#!/bin/sh\nread -r at < /proc/sys/kernel/random/uuid\necho "{made}"\n')
    program.chmod(0o755)
    built = proof.before(Source(tmp_path, "web", inside=False), "web", program, Rules())
    assert [(fault.file, fault.path, fault.message) for fault in built.faults] == [
        ("web/kustomization.yaml", "ConfigMap/web", "is another one each time that it is built")
    ]


def test_manifests_of_a_real_project_stay_what_they_are(repository: Path, tmp_path: Path, generator: Run) -> None:
    # Argo CD's own: seven bases in folders of their own, ConfigMaps, RBAC, network policies, and three images.
    try:
        manifests = tools.asset("argo-cd", "manifests/base")
    except ToolError as exc:
        lack(f"{exc.message}; {exc.hint}")
    shutil.copytree(manifests, tmp_path / "manifests/base")
    adopted.write(tmp_path, {"manifests/dev/kustomization.yaml": "namespace: tools\nresources: [../base]\n"})
    spec = SPEC.replace("prod: {namespace: shop, podSecurity: baseline, sync: manual}", "").replace("shop-dev", "tools")
    commit(repository, {}, spec)
    done = generator(
        "adopt",
        tmp_path / "manifests",
        "--app",
        "argo-cd",
        "--image",
        "quay.io/argoproj/argocd",
        "--write",
        cwd=repository,
    )
    assert done.returncode == 0, done.stderr
    was = objects(tmp_path, "manifests/dev")
    assert len(was) > 40
    assert objects(repository, "overlays/dev/argo-cd") == was


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.acme.example}
spec:
  group: acme.example
  names: {kind: Shop, plural: shops}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {open: {type: boolean}}}}}
"""
SHOP = "apiVersion: acme.example/v1\nkind: Shop\nmetadata: {name: web}\nspec: {open: true}\n"


@pytest.mark.needs("kubeconform")
def test_kinds_of_its_own_are_valid_by_its_own_definitions(repository: Path, generator: Run) -> None:
    commit(repository, {**OVERLAYS, "deploy/web/base/service.yaml": f"{SERVICE}---\n{CRD}---\n{SHOP}"})
    # In one cluster, two environments cannot both have what lives in no namespace; what stays would lose its base.
    assert generator(*WRITE, "--env", "prod=-", cwd=repository).returncode == 1
    (repository / "deploy/web/overlays/prod/kustomization.yaml").unlink()
    assert generator(*WRITE, "--env", "prod=-", cwd=repository).returncode == 0
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stderr
    edit(repository, "base/web/service.yaml", ("open: true}", "opne: true}"))
    done = generator("validate", cwd=repository)
    assert done.returncode == 1
    assert "Shop/web" in done.stderr


SAID = {
    "another name": ("renamedFrom: shop", "an adopted app is not renamed"),
    "a field of workloads": ("port: 8080", "an adopted app has no port"),
    "one of an environment": ("environments: {dev: {replicas: 2}}", "an adopted app has no replicas"),
    "kinds of an environment": ("environments: {dev: {adopted: {kinds: [Pod]}}}", "the same in all environments"),
    "an environment that is none": ("environments: {qa: {}}", "no such environment"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_an_adopted_app_cannot_say(name: str, repository: Path, generator: Run) -> None:
    said, fault = SAID[name]
    entry = f"apps:\n  web:\n    adopted: true\n    image: ghcr.io/acme/web\n    {said}\n"
    commit(repository, {}, SPEC.partition("apps:")[0] + entry)
    done = generator("generate", cwd=repository)
    assert (done.returncode, fault in done.stderr) == (1, True), done.stderr


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web-prod, namespace: flux-system}
spec: {path: ./deploy/web/overlays/prod, prune: true, interval: 5m, sourceRef: {kind: GitRepository, name: shop}}
"""


def test_what_flux_deploys_is_told_to_let_go_before_it_is_removed(repository: Path, generator: Run) -> None:
    # fluxcd/flux2#2622: a Kustomization that is deleted takes all along, unless it is suspended.
    commit(repository, {**OVERLAYS, "clusters/prod/web.yaml": FLUX})
    found = report(generator, repository, "deploy/web")
    called = "kustomization.kustomize.toolkit.fluxcd.io web-prod --namespace flux-system"
    assert [line.partition("   #")[0] for line in found["handover"]] == [
        f'kubectl patch {called} --type merge --patch \'{{"spec": {{"suspend": true}}}}\'',
        "git rm clusters/prod/web.yaml",
        f"kubectl delete {called}",
    ]


def test_what_flux_makes_of_a_folder_is_refused_since_nothing_else_would_make_it(
    repository: Path, generator: Run
) -> None:
    more = ", targetNamespace: elsewhere, postBuild: {substitute: {A: b}}, images: [{name: a, newTag: b}]}"
    commit(repository, {**OVERLAYS, "clusters/prod/web.yaml": FLUX.replace("name: shop}}", f"name: shop}}{more}")})
    assert refused(generator, repository, "deploy/web") == [
        "clusters/prod/web.yaml:1 spec.images: Flux changes by this what the folder builds to",
        "clusters/prod/web.yaml:1 spec.postBuild: Flux changes by this what the folder builds to",
        "clusters/prod/web.yaml:1 spec.targetNamespace: Flux puts it into elsewhere, and prod is shop here",
    ]


def test_a_release_of_flux_is_told_to_become_a_chart(repository: Path, generator: Run) -> None:
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\n"
    more = "spec: {interval: 1h, chart: {spec: {chart: redis, version: 1.2.3}}}\n"
    commit(repository, {**OVERLAYS, "deploy/web/overlays/prod/redis.yaml": release + more})
    (told,) = json.loads(generator("adopt", "deploy/web", "-o", "json", cwd=repository).stdout)["faults"]
    assert (told["file"], told["line"]) == ("deploy/web/overlays/prod/redis.yaml", 1)
    assert "`chart: {repository: …, name: redis, version: 1.2.3}`" in told["hint"]
