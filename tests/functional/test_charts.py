"""Apps that are Helm charts: their version is bumped, pinned, promoted and rolled back as a tag is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import clone_as_origin, edit, files, git
from testing.specs import CHARTS
from testing.templates import Templates

OLD, NEW = ("sha256:" + digit * 64 for digit in "12")
APPLICATION = "gitops/applications/dev/dashboards.yaml"
PROD = "gitops/applications/prod/dashboards.yaml"


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a bare repository of two charts and an image; ``repository`` is a clone of it."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        text = CHARTS.replace("https://git.example.com/acme/shop-gitops.git", str(bare))
        (repository / "generator.yaml").write_text(text.replace("approvers: [ann], sync: manual", ""))
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")
        clone_as_origin(repository, bare)

    templates.fill("charts", make)
    return bare


def bump(app: str, *more: object) -> list[object]:
    return ["bump", app, "--env", "dev", *more]


def test_a_bump_changes_the_version_that_argo_cd_reads_and_no_other_byte(
    remote: Path, repository: Path, generator: Run
) -> None:
    before = files(repository)
    done = generator(*bump("dashboards", "--tag", "8.6.0", "--digest", NEW), cwd=repository)
    assert (done.returncode, done.stdout) == (0, f"dashboards in dev: 8.6.0 in {APPLICATION}\n")
    after = files(repository)
    assert {path for path in after if after[path] != before[path]} == {APPLICATION}
    assert after[APPLICATION] == before[APPLICATION].replace(f"8.5.1@{OLD}".encode(), f"8.6.0@{NEW}".encode())
    assert generator(*bump("cache", "--tag", "1.3.0"), cwd=repository).returncode == 0
    assert (
        b'    chart: valkey\n    targetRevision: "1.3.0"\n' in files(repository)["gitops/applications/dev/cache.yaml"]
    )


def test_a_version_without_a_digest_takes_the_former_digest_out(remote: Path, repository: Path, generator: Run) -> None:
    generator(*bump("dashboards", "--tag", "8.6.0"), cwd=repository)
    assert b'targetRevision: "8.6.0"\n' in files(repository)[APPLICATION]


def test_what_was_bumped_stays_when_the_spec_changes(remote: Path, repository: Path, generator: Run) -> None:
    generator(*bump("dashboards", "--tag", "8.6.0", "--digest", NEW), cwd=repository)
    edit(repository, "generator.yaml", ("version: 8.5.1", "version: 8.5.2"), ("replicas: 1", "replicas: 3"))
    assert generator("generate", cwd=repository).returncode == 0
    now = files(repository)
    assert f"8.6.0@{NEW}".encode() in now[APPLICATION]
    assert b"replicas: 3\n" in now["base/dashboards/values.yaml"]
    state = json.loads(generator("check", "--output", "json", cwd=repository).stdout)
    assert {one["path"]: one["state"] for one in state["files"]}[APPLICATION] == "pipeline"


def test_values_that_a_person_has_edited_are_merged(remote: Path, repository: Path, generator: Run) -> None:
    path = "overlays/prod/dashboards/values.yaml"
    edit(repository, path, ("replicas: 2", "replicas: 2 # enough\nmine: true"))
    edit(repository, "generator.yaml", ("{replicas: 2, ini", "{replicas: 4, ini"))
    assert generator("generate", cwd=repository).returncode == 0
    assert b"replicas: 4 # enough\nmine: true\n" in files(repository)[path]


def test_history_status_and_a_pin(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*bump("dashboards", "--tag", "8.6.0", "--digest", NEW, "--push"), cwd=repository)
    assert done.returncode == 0, done.stderr
    git(repository, "pull", "-q", "origin", "main")
    rows = json.loads(generator("status", "--output", "json", cwd=repository).stdout)["images"]
    shown = {(row["app"], row["environment"]): (row["tag"], row["digest"], row["behind"]) for row in rows}
    assert shown["dashboards", "dev"] == ("8.6.0", NEW, None)
    assert shown["dashboards", "prod"] == ("8.4.0", None, "dev")
    assert all(row["since"] for row in rows)
    back = generator("rollback", "dashboards", "--env", "dev", "--reason", "blank panels", "--push", cwd=repository)
    assert back.returncode == 0, back.stderr
    text = git(remote, "show", f"main:{APPLICATION}")
    assert f"targetRevision: 8.5.1@{OLD}" in text
    assert "blank panels" in text
    held = generator(*bump("dashboards", "--tag", "8.7.0", "--push"), cwd=repository)
    assert "pinned" in held.stdout + held.stderr
    git(repository, "pull", "-q", "origin", "main")
    entries = json.loads(generator("history", "dashboards", "--env", "dev", "--output", "json", cwd=repository).stdout)
    assert [entry["action"] for entry in entries["history"]] == ["rolled back", "released", "generated"]


def test_a_promotion_moves_version_and_digest(remote: Path, repository: Path, generator: Run) -> None:
    generator(*bump("dashboards", "--tag", "8.6.0", "--digest", NEW, "--push"), cwd=repository)
    done = generator("promote", "dashboards", "--to", "prod", "--push", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert git(remote, "diff", "--name-only", "main~1", "main") == PROD
    assert f"targetRevision: 8.6.0@{NEW}" in git(remote, "show", f"main:{PROD}")


def test_the_version_is_explained_by_the_line_of_the_spec_or_by_the_build(
    remote: Path, repository: Path, generator: Run
) -> None:
    def origin() -> list[str]:
        lines = json.loads(generator("explain", APPLICATION, "--output", "json", cwd=repository).stdout)["fields"]
        return [line["by"] for line in lines if line["field"].endswith("charts/grafana].targetRevision")]

    assert origin() == ["spec"]
    generator(*bump("dashboards", "--tag", "8.6.0", "--commit"), cwd=repository)
    assert origin() == ["build"]


def test_the_approvers_of_an_environment_own_the_versions_of_its_charts(repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(CHARTS.replace("git.example.com", "github.com"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    (owners,) = (text for path, text in files(repository).items() if path.endswith("CODEOWNERS"))
    assert b"/gitops/applications/prod/dashboards.yaml @ann\n" in owners
    assert owners.index(b"/gitops/ @ann") < owners.index(b"/gitops/applications/prod/cache.yaml @ann")


def test_values_of_all_environments_are_promoted_where_the_base_is(repository: Path, generator: Run) -> None:
    bare = repository.parent / "remote.git"
    text = CHARTS.replace("https://git.example.com/acme/shop-gitops.git", str(bare)).replace("approvers: [ann], ", "")
    (repository / "generator.yaml").write_text(f"{text}promotion: {{base: true}}\n")
    assert generator("generate", "-q", cwd=repository).returncode == 0
    assert b"- $values/overlays/prod/dashboards/base/values.yaml\n" in files(repository)[PROD]
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    clone_as_origin(repository, bare)
    edit(repository, "generator.yaml", ("port: 3000", "port: 4000"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    copy = "overlays/prod/dashboards/base/values.yaml"
    assert b"port: 4000\n" in files(repository)["base/dashboards/values.yaml"]
    assert b"port: 3000\n" in files(repository)[copy]
    git(repository, "commit", "-qam", "Another port")
    git(repository, "push", "-q", "origin", "main")
    done = generator("promote", "dashboards", "--to", "prod", "--push", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "port: 4000\n" in git(bare, "show", f"main:{copy}") + "\n"
