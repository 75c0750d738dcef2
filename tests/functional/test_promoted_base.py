"""``promotion: {base: true}``: a change of the base reaches the first environment first, the others by promotion."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.manifests.build_inputs import Closures
from generator.regenerate import planning
from generator.regenerate.merge import State
from testing.programs import Run, tool
from testing.repository import TEN_LINES, files, git

ON = TEN_LINES.replace("registry:", "promotion: {base: true}\nregistry:") + "    config: {LEVEL: info}\n"
OFF = TEN_LINES + "    config: {LEVEL: info}\n"
REPLICAS = ("replicas: 2", "replicas: 3")


def generate(folder: Path, spec: str, *, prune: bool = False) -> None:
    (folder / "generator.yaml").write_text(spec)
    planning.apply(folder, planning.plan(folder), prune=prune)


def edit(folder: Path, path: str, before: str, after: str) -> None:
    text = (folder / path).read_text()
    assert before in text
    (folder / path).write_text(text.replace(before, after))


def build(folder: Path, env: str, app: str = "web") -> str:
    import subprocess

    done = subprocess.run(
        [tool("kustomize"), "build", folder / f"overlays/{env}/{app}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- generate and check


def test_a_change_of_the_base_reaches_the_first_environment_only(repository: Path) -> None:
    # kustomize#747, kustomize#4458: a base change reaches production at once.
    generate(repository, ON)
    before = {env: build(repository, env) for env in ("dev", "staging", "prod")}
    generate(repository, ON.replace("port: 8080", "port: 9090").replace("info", "debug"))
    assert build(repository, "dev") != before["dev"]
    assert (build(repository, "staging"), build(repository, "prod")) == (before["staging"], before["prod"])
    assert planning.plan(repository).changes == []
    assert planning.plan(repository).record == {}


def test_an_override_reaches_its_environment_at_once(repository: Path) -> None:
    generate(repository, ON)
    generate(repository, ON.replace("prod: {replicas: 4}", "prod: {replicas: 5}"))
    assert "replicas: 5" in build(repository, "prod")


def test_config_reaches_all_at_once_where_it_is_not_promoted(repository: Path) -> None:
    spec = ON.replace("base: true", "base: true, config: false")
    generate(repository, spec)
    generate(repository, spec.replace("info", "debug").replace("port: 8080", "port: 9090"))
    assert "LEVEL: debug" in build(repository, "prod")
    assert "containerPort: 8080" in build(repository, "prod")


def test_a_workload_is_promoted_with_its_app_and_its_config_is_not_where_none_is(repository: Path) -> None:
    workloads = "    workloads: {web: {}, worker: {port: null, health: null, config: {QUEUE: small}}}\n"
    spec = ON.replace("base: true", "base: true, config: false") + workloads
    generate(repository, spec)
    more = workloads.replace("small", "large").replace("}}}", "}}, beat: {}}")
    generate(repository, spec.replace(workloads, more).replace("info", "debug"))
    assert "name: web-beat\n" in build(repository, "dev")
    prod = build(repository, "prod")
    assert "name: web-beat\n" not in prod
    assert "QUEUE: large" in prod
    assert "LEVEL: debug" in prod


def test_turning_it_on_changes_nothing_in_the_cluster_and_keeps_edits(repository: Path) -> None:
    generate(repository, OFF)
    edit(repository, "base/web/deployment.yaml", "maxSurge: 1", "maxSurge: 5 # ours")
    (repository / "base/web/extra.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n")
    edit(repository, "base/web/kustomization.yaml", "- deployment.yaml", "- deployment.yaml\n- extra.yaml")
    (repository / "base/web/service-account.yaml").unlink()
    edit(repository, "base/web/kustomization.yaml", "- service-account.yaml\n", "")
    edit(repository, "overlays/prod/web/kustomization.yaml", "resources:", "# mine\nresources:")
    before = {env: build(repository, env) for env in ("dev", "staging", "prod")}
    generate(repository, ON)
    assert {env: build(repository, env) for env in before} == before
    assert "maxSurge: 5 # ours" in (repository / "overlays/prod/web/base/deployment.yaml").read_text()
    assert "# mine" in (repository / "overlays/prod/web/kustomization.yaml").read_text()
    planned = planning.plan(repository)
    assert (planned.changes, planned.record) == ([], {})
    states = {outcome.path: outcome.state for outcome in planned.outcomes}
    assert states["overlays/prod/web/base/deployment.yaml"] is State.EDITED
    assert states["overlays/prod/web/base/service.yaml"] is State.GENERATED
    assert states["overlays/prod/web/base/service-account.yaml"] is State.MISSING


def test_turning_it_off_again_goes_back(repository: Path) -> None:
    generate(repository, OFF)
    before = files(repository)
    generate(repository, ON)
    generate(repository, OFF, prune=True)
    assert files(repository) == before


def test_turning_it_off_does_not_lose_an_edit_of_a_copy(repository: Path) -> None:
    generate(repository, ON)
    edit(repository, "overlays/prod/web/base/deployment.yaml", "maxSurge: 1", "maxSurge: 7")
    (repository / "generator.yaml").write_text(OFF)
    assert {conflict.path for conflict in planning.plan(repository).conflicts} == {
        "overlays/prod/web/base/deployment.yaml"
    }


def test_a_rename_is_no_promotion(repository: Path) -> None:
    generate(repository, ON)
    generate(repository, ON.replace("port: 8080", "port: 9090"))
    renamed = ON.replace("port: 8080", "port: 9090").replace(
        "prod: {sync: manual}", "live: {sync: manual, renamed_from: prod}"
    )
    generate(repository, renamed.replace("environments: {prod: {replicas", "environments: {live: {replicas"))
    assert "containerPort: 8080" in build(repository, "live")
    assert not (repository / ".generator/promoted/prod").exists()
    assert planning.plan(repository).record == {}


def test_a_base_that_refers_elsewhere_is_refused(repository: Path, generator: Run) -> None:
    generate(repository, OFF)
    edit(repository, "base/web/kustomization.yaml", "- deployment.yaml", "- deployment.yaml\n- ../shared")
    (repository / "generator.yaml").write_text(ON)
    before = files(repository)
    done = generator("generate", cwd=repository)
    assert done.returncode == 1
    assert "base/web/kustomization.yaml: refers to files outside of its folder" in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize("content", ["", "app: [", "app: {}\nbase: {}\n", "app: {image: 5}\nbase: {}\n", "<<<<<<< x\n"])
def test_a_damaged_record_is_told(content: str, repository: Path, generator: Run) -> None:
    generate(repository, ON)
    (repository / ".generator/promoted/prod/web.yaml").write_text(content)
    done = generator("generate", cwd=repository)
    assert done.returncode == 1, done.stderr
    assert ".generator/promoted/prod/web.yaml: damaged; nothing was written" in done.stderr


def test_numbers_and_texts_stay_what_they_are(repository: Path) -> None:
    spec = ON.replace("{LEVEL: info}", '{A: 1.10, B: "1.10", C: yes, D: "", E: 2026-01-01, F: "line\\nline", G: true}')
    generate(repository, spec)
    before = files(repository)
    generate(repository, spec)
    assert files(repository) == before
    assert 'A: "1.10"' in build(repository, "prod")


def test_argo_cd_looks_at_what_an_environment_is_made_of(repository: Path) -> None:
    generate(repository, ON)
    paths = "argocd.argoproj.io/manifest-generate-paths: "
    assert f"{paths}/base/web;/overlays/dev/web" in (repository / "gitops/applications/dev/web.yaml").read_text()
    assert f"{paths}/overlays/prod/web" in (repository / "gitops/applications/prod/web.yaml").read_text()


def test_validate_knows_what_an_environment_is_built_from(repository: Path) -> None:
    generate(repository, ON)
    found = Closures(str(repository)).of("overlays/prod/web")
    assert "overlays/prod/web/base/deployment.yaml" in found
    assert not any(path.startswith("base/") for path in found)
    assert "base/web/deployment.yaml" in Closures(str(repository)).of("overlays/dev/web")


def test_check_diff_and_explain_work_on_copies(repository: Path, generator: Run) -> None:
    generate(repository, ON)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    edit(repository, "overlays/prod/web/base/deployment.yaml", "maxSurge: 1", "maxSurge: 2")
    done = generator("check", cwd=repository)
    assert (done.returncode, done.stdout.splitlines()[1].split()) == (
        0,
        ["overlays/prod/web/base/deployment.yaml", "edited"],
    )
    assert generator("diff", cwd=repository).returncode == 0
    (repository / "generator.yaml").write_text(ON.replace("port: 8080", "port: 9090"))
    done = generator("diff", cwd=repository)
    assert done.returncode == 1
    assert "+++ b/base/web/deployment.yaml" in done.stdout
    assert "overlays/prod" not in done.stdout
    done = generator("explain", "overlays/prod/web/base/deployment.yaml", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "maxSurge" in done.stdout


def test_a_new_app_and_a_new_environment_start_with_what_is_before_them(repository: Path) -> None:
    generate(repository, ON)
    generate(repository, ON.replace("port: 8080", "port: 9090"))
    more = ON.replace("port: 8080", "port: 9090").replace("prod: {sync: manual}", "prod: {sync: manual}, dr: {}")
    generate(repository, more + "  api: {image: shop/api, port: 7070}\n")
    assert "containerPort: 8080" in build(repository, "dr")  # as in prod, before it
    assert "containerPort: 7070" in build(repository, "dr", "api")
    planned = planning.plan(repository)
    assert (planned.changes, planned.record) == ([], {})
