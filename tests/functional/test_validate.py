"""``validate``: real kustomize and strict kubeconform refuse what the API server would, and nothing is skipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run, tool
from testing.repository import edit
from testing.templates import Templates


@pytest.fixture
def generated(templates: Templates, repository: Path, generator: Run) -> Path:
    tool("kustomize")
    tool("kubeconform")

    def make() -> None:
        assert generator("generate", "-q", cwd=repository).returncode == 0

    templates.fill("ten lines, generated", make)
    return repository


def test_what_is_generated_is_valid(generated: Path, generator: Run) -> None:
    done = generator("validate", "--output", "json", cwd=generated)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["valid"]) == (0, True)
    assert [result["path"] for result in answer["results"]] == [
        "overlays/dev/web", "overlays/staging/web", "overlays/prod/web", "gitops",
    ]  # fmt: skip
    assert all(result["manifests"] >= 4 for result in answer["results"])


def appended(path: str, text: str) -> tuple[str, str]:
    return path, text


SECRET = "apiVersion: v1\nkind: {kind}\nmetadata: {{name: s}}\n{data}"
ROOT = "gitops/bootstrap.yaml"
# The file, what is put at its end, the path that is invalid then, what is said.
BROKEN = {
    "a misspelled field": ("base/web/deployment.yaml", "      volums: []\n", "overlays/dev/web", "additional properties 'volums' not allowed"),
    "a field of the wrong type": ("base/web/service.yaml", "  sessionAffinityConfig: {clientIP: {timeoutSeconds: ten}}\n", "overlays/prod/web", "got string, want"),
    "a resource that is not there": ("overlays/dev/web/kustomization.yaml", "components:\n- ../../nowhere\n", "overlays/dev/web", "nowhere"),
    "no YAML": ("overlays/dev/web/kustomization.yaml", "a: [\n", "overlays/dev/web", "yaml"),
    "a misspelled field of Argo CD's": (ROOT, "  sorce: {}\n", "gitops", "additional properties 'sorce' not allowed"),
    "a kind that there is no schema for": (ROOT, "---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n", "gitops", "could not find schema"),
    "a Secret with data": (ROOT, "---\n" + SECRET.format(kind="Secret", data="data: {a: Yg==}\n"), "gitops", "Secret/s: has data in git"),
    "a Secret with data, its kind in quotes": (ROOT, "---\n" + SECRET.format(kind='"Secret"', data="stringData: {a: b}\n"), "gitops", "Secret/s: has data in git"),
    "a Secret with data, with CRLF": (ROOT, "---\r\n" + SECRET.format(kind="Secret", data="stringData: {a: b}\n").replace("\n", "\r\n"), "gitops", "Secret/s: has data in git"),
    "a Secret in a List": (ROOT, "---\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: Yg==}}]\n", "gitops", "Secret/s: has data in git"),
    "a tag that no reader knows": (ROOT, "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: !ruby/object x\n", "gitops", "could not determine a constructor for the tag"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "invalid", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named(
    path: str, text: str, invalid: str, said: str, generated: Path, generator: Run
) -> None:
    with (generated / path).open("ab") as stream:
        stream.write(text.encode())
    done = generator("validate", cwd=generated)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert f"error: {invalid}: " in done.stderr
    assert said in done.stderr


def test_a_secret_without_data_is_allowed_where_the_project_permits_secrets(generated: Path, generator: Run) -> None:
    (generated / "overlays/dev/web/secret.yaml").write_text(SECRET.format(kind="Secret", data=""))
    edit(generated, "overlays/dev/web/kustomization.yaml", ("resources:\n", "resources:\n- secret.yaml\n"))
    lists = "  namespaceResourceWhitelist:\n"
    edit(generated, "gitops/projects/shop.dev.yaml", (lists, f"{lists}  - {{group: '', kind: Secret}}\n"))
    done = generator("validate", cwd=generated)
    assert done.returncode == 0, done.stderr


def test_a_missing_tool_is_named_with_the_command_that_installs_it(
    generated: Path, generator: Run, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    done = generator(
        "validate", cwd=generated, env={"GENERATOR_CACHE": str(tmp_path / "empty"), "PATH": str(tmp_path / "bin")}
    )
    assert done.returncode == 1
    assert "kustomize" in done.stderr
    assert "hint: " in done.stderr
    assert "tools install" in done.stderr


def test_nothing_generated_yet(repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    done = generator("validate", cwd=repository)
    assert done.returncode == 1
    assert "gitops: no files" in done.stderr


def test_an_overlay_without_its_kustomization_is_invalid(generated: Path, generator: Run) -> None:
    # Argo CD would take the folder for plain manifests, and prune the app.
    (generated / "overlays/dev/web/kustomization.yaml").unlink()
    (generated / "overlays/dev/web/map.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n"
    )
    done = generator("validate", cwd=generated)
    assert done.returncode == 1
    assert "error: overlays/dev/web: overlays/dev/web/kustomization.yaml: is not there" in done.stderr


def test_a_file_without_a_kind_is_named(generated: Path, generator: Run) -> None:
    (generated / "gitops/notes.yaml").write_text("# about\na: b\n")
    done = generator("validate", cwd=generated)
    assert done.returncode == 1
    [told] = done.stderr.splitlines()
    assert told.startswith("error: gitops: gitops/notes.yaml:1:1: no manifest: `kind` is missing; ")


def test_files_that_the_spec_has_changed_since_are_told(generated: Path, generator: Run) -> None:
    assert "note:" not in generator("validate", cwd=generated).stderr
    edit(generated, "generator.yaml", ("replicas: 2", "replicas: 3"))
    done = generator("validate", cwd=generated)
    assert done.returncode == 0, done.stderr
    assert "not what generator.yaml now says, for example base/web/" in done.stderr
    assert "hint: generate, then validate again: python -m generator" in done.stderr
    told = json.loads(generator("validate", "-o", "json", cwd=generated).stdout)
    assert told["valid"]
    assert [path for path in told["outdated"] if path.startswith("base/web/")]
    assert not generator("generate", cwd=generated).returncode
    assert json.loads(generator("validate", "-o", "json", cwd=generated).stdout)["outdated"] == []
