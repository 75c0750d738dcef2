"""``charts``, ``validate``, ``render``, ``compare`` and ``diff`` of Helm charts: a real Helm, registry and repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing import charts
from testing.programs import Run
from testing.repository import edit, files, git

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {{dev: {{}}, prod: {{}}}}
apps:
  library:
    chart: {{repository: "{repository}", name: shelf, version: 1.0.0{more}}}
    values:
      greeting: hello from {{environment}}
    environments:
      prod:
        values: {{replicas: 2}}
"""
PROD = "gitops/applications/prod/library.yaml"
LOCK = "gitops/chart.lock"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    with charts.registry(tmp_path / "registry") as address:
        yield address


def made(repository: Path, generator: Run, where: str, more: str = "") -> None:
    (repository / "generator.yaml").write_text(SPEC.format(repository=where, more=more))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")


def problems(repository: Path, generator: Run) -> dict[str, list[str]]:
    done = generator("validate", "--output", "json", cwd=repository)
    found = {one["path"]: one["problems"] for one in json.loads(done.stdout)["results"] if one["problems"]}
    assert (done.returncode != 0) == bool(found), done.stderr
    return found


@pytest.mark.slow
def test_a_chart_of_a_registry_is_locked_held_to_its_digest_and_valid_without_the_registry(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path
) -> None:
    with charts.registry(tmp_path / "registry") as address:
        digest = charts.push(charts.pack(tmp_path), address)
        made(repository, generator, f"oci://{address}/charts")
        (problem,) = problems(repository, generator)["overlays/dev/library"]
        assert problem == f"shelf 1.0.0 is not in {LOCK}; lock it: python -m generator charts lock"
        done = json.loads(generator("charts", "lock", "-o", "json", cwd=repository).stdout)
        assert done["charts"] == [
            {
                "repository": f"oci://{address}/charts",
                "name": "shelf",
                "version": "1.0.0",
                "digest": digest,
                "new": True,
            }
        ]
        assert done["held"] == [PROD.replace("prod", "dev"), PROD]
        assert f"targetRevision: 1.0.0@{digest}".encode() in files(repository)[PROD]
    # The registry is gone: what is in the cache is proven again without it.
    assert problems(repository, generator) == {}
    rendered = generator("render", "library", "-e", "prod", cwd=repository)
    assert "name: library-shelf" in rendered.stdout
    assert 'greeting: "hello from prod"' in rendered.stdout
    assert 'replicas: "2"' in rendered.stdout
    before = files(repository)
    assert generator("charts", "lock", cwd=repository).returncode == 0
    assert files(repository) == before, "the second time changes it"


def test_a_chart_that_cannot_be_fetched_fails_validate_and_not_generate(
    repository: Path, generator: Run, own_cache: Path
) -> None:
    made(repository, generator, "oci://127.0.0.1:9/charts", f", digest: 'sha256:{'a' * 64}'")
    (problem,) = problems(repository, generator)["overlays/prod/library"]
    assert problem.startswith("oci://127.0.0.1:9/charts/shelf 1.0.0 cannot be fetched: ")
    assert "helm registry login" in problem
    assert generator("charts", "lock", cwd=repository).returncode == 1
    assert LOCK not in files(repository)
    assert generator("generate", cwd=repository).returncode == 0


@pytest.mark.full
def test_a_repository_that_replaces_a_version_is_noticed(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path
) -> None:
    folder = tmp_path / "www"
    folder.mkdir()
    charts.pack(folder)
    with charts.repository(folder) as url:
        made(repository, generator, url)
        assert generator("charts", "lock", cwd=repository).returncode == 0
        assert b'targetRevision: "1.0.0"\n' in files(repository)[PROD]
        assert problems(repository, generator) == {}
        for path in (own_cache / "charts").glob("*.tgz"):
            path.unlink()
        other = tmp_path / "other"
        other.mkdir()
        charts.pack(other, templates={"more.yaml": charts.CONFIG_MAP.replace("-shelf", "-more")}).replace(
            folder / "shelf-1.0.0.tgz"
        )
        charts.helm("repo", "index", folder)
        (problem,) = problems(repository, generator)["overlays/prod/library"]
        assert "it was replaced" in problem


@pytest.mark.full
def test_values_that_the_schema_refuses_are_told_by_the_line_of_the_spec(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    charts.push(charts.pack(tmp_path), registry)
    made(repository, generator, f"oci://{registry}/charts")
    generator("charts", "lock", cwd=repository)
    edit(repository, "generator.yaml", ("{replicas: 2}", "{replicas: two, greting: hi, extra: {a: [1]}}"))
    assert generator("generate", cwd=repository).returncode == 0
    assert problems(repository, generator) == {
        "overlays/prod/library": [
            "generator.yaml:12:18 apps.library.environments.prod.values.replicas: got string, want integer;"
            " as shelf 1.0.0 wants it",
            "generator.yaml:12:33 apps.library.environments.prod.values.greting: shelf 1.0.0 has no such value;"
            ' did you mean "greeting"?',
            "generator.yaml:12:54 apps.library.environments.prod.values.extra.a: got array, want string;"
            " as shelf 1.0.0 wants it",
        ]
    }
    edit(repository, "overlays/prod/library/values.yaml", ("replicas: two", "replicas: -1"))
    problem = problems(repository, generator)["overlays/prod/library"][-1]
    assert problem.startswith("overlays/prod/library/values.yaml:3:1 replicas: minimum")


@pytest.mark.full
def test_what_differs_each_time_is_refused_by_name(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    secret = """\
    apiVersion: v1
    kind: Secret
    metadata: {name: shelf-password}
    stringData: {password: {{ randAlphaNum 20 }}, user: admin}
    """
    charts.push(charts.pack(tmp_path, templates={"secret.yaml": secret}), registry)
    made(repository, generator, f"oci://{registry}/charts")
    generator("charts", "lock", cwd=repository)
    (problem,) = problems(repository, generator)["overlays/dev/library"]
    assert problem.startswith(
        "Secret/shelf-password: differs each time that the chart is rendered, in stringData.password; give the value"
    )


@pytest.mark.full
def test_a_secret_with_data_must_be_named(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: shelf-config}\nstringData: {level: info}\n"
    charts.push(charts.pack(tmp_path, templates={"secret.yaml": secret}), registry)
    made(repository, generator, f"oci://{registry}/charts")
    generator("charts", "lock", cwd=repository)
    (problem,) = problems(repository, generator)["overlays/dev/library"]
    assert problem == (
        "Secret/shelf-config: the chart renders it with data; name a Secret that exists in the values, "
        "or if nothing in it is secret: `chart: {secrets: [shelf-config]}`"
    )
    made(repository, generator, f"oci://{registry}/charts", ", secrets: [shelf-config]")
    assert problems(repository, generator) == {}


@pytest.mark.full
def test_kinds_of_the_chart_are_validated_by_its_own_definitions_and_permitted_by_name(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    definition = """\
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: books.library.example.com}
    spec:
      group: library.example.com
      names: {kind: Book, plural: books, singular: book, listKind: BookList}
      scope: Namespaced
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec: {type: object, properties: {pages: {type: integer}}}
    """
    book = "apiVersion: library.example.com/v1\nkind: Book\nmetadata: {name: one}\nspec: {pages: many, titel: x}\n"
    charts.push(charts.pack(tmp_path, templates={"crds/books.yaml": definition, "book.yaml": book}), registry)
    where = f"oci://{registry}/charts"
    made(repository, generator, where)
    generator("charts", "lock", cwd=repository)
    found = problems(repository, generator)["overlays/dev/library"]
    assert any(one.startswith("Book/one: ") and "titel" in one and "pages" in one for one in found)
    assert any("CustomResourceDefinition" in one and "does not permit" in one for one in found), found
    mended = book.replace("many", "3").replace(", titel: x", "")
    # Of two environments in one cluster, the second would take the definition from the first.
    (tmp_path / "2").mkdir()
    charts.push(
        charts.pack(tmp_path / "2", "1.1.0", templates={"crds/books.yaml": definition, "book.yaml": mended}), registry
    )
    kinds = "[apiextensions.k8s.io/CustomResourceDefinition, library.example.com/Book]"
    made(repository, generator, where, f", kinds: {kinds}")
    edit(repository, "generator.yaml", ("prod: {}", "prod: {cluster: live}"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    for environment in ("dev", "prod"):
        done = generator("charts", "update", "library", "-e", environment, cwd=repository)
        assert done.stdout == (
            f"library in {environment}: 1.0.0 -> 1.1.0 in gitops/applications/{environment}/library.yaml\n"
        )
    assert problems(repository, generator) == {}


@pytest.mark.full
@pytest.mark.slow
def test_a_version_may_tell_its_build(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    for version in ("1.0.0+build.1", "1.1.0+build.2"):
        digest = charts.push(charts.pack(tmp_path, version), registry)
    (repository / "generator.yaml").write_text(
        SPEC.format(repository=f"oci://{registry}/charts", more="").replace("version: 1.0.0", "version: 1.0.0+build.1")
    )
    assert generator("generate", "-q", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    assert generator("charts", "lock", cwd=repository).returncode == 0
    assert problems(repository, generator) == {}
    done = json.loads(generator("charts", "update", "-e", "prod", "-o", "json", cwd=repository).stdout)
    assert [(one["before"], one["after"]) for one in done["updates"]] == [("1.0.0+build.1", "1.1.0+build.2")]
    assert f"targetRevision: 1.1.0+build.2@{digest}".encode() in files(repository)[PROD]
    assert problems(repository, generator) == {}
    assert generator("check", cwd=repository).returncode == 0
    wrong = generator("bump", "library", "-e", "prod", "--tag", "1.1.0+", cwd=repository)
    assert (wrong.returncode, "is not an image tag" in wrong.stderr) == (2, True), wrong.stderr


@pytest.mark.full
def test_update_promote_compare_diff_and_rollback(
    tmp_path: Path, repository: Path, generator: Run, own_cache: Path, registry: str
) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0-rc.1"):
        charts.push(charts.pack(tmp_path, version), registry)
    made(repository, generator, f"oci://{registry}/charts")
    assert generator("charts", "lock", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Lock")
    done = json.loads(generator("charts", "update", "-o", "json", cwd=repository).stdout)
    (update,) = done["updates"]
    assert (update["environment"], update["before"], update["after"], update["state"]) == (
        "dev", "1.0.0", "1.1.0", "changed",
    )  # fmt: skip
    assert problems(repository, generator) == {}
    compared = json.loads(generator("compare", "dev", "prod", "-o", "json", cwd=repository).stdout)
    assert {(one["object"], one["field"]) for one in compared["differences"]} == {
        ("ConfigMap/library-shelf", "data.replicas"),
        ("ConfigMap/library-shelf", "data.version"),
    }
    shown = generator("diff", "--rendered", "--against", "HEAD", cwd=repository)
    assert '-  version: "1.0.0"\n+  version: "1.1.0"' in shown.stdout
    held = json.loads(generator("charts", "update", "--to", "9.9.9", "-o", "json", cwd=repository).stdout or "{}")
    assert "updates" not in held
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Update")
    bare = repository.parent / "remote.git"
    git(repository.parent, "clone", "-q", "--bare", repository, bare)
    git(repository, "remote", "add", "origin", bare)
    remote = ("--remote", bare, "--branch", "main")
    promoted = generator("promote", "library", "--to", "prod", "--push", *remote, cwd=repository)
    assert promoted.returncode == 0, promoted.stderr
    assert f"targetRevision: 1.1.0@{update['digest']}" in git(bare, "show", f"main:{PROD}")
    back = generator("rollback", "library", "-e", "prod", "--reason", "dull", "--push", *remote, cwd=repository)
    assert back.returncode == 0, back.stderr
    assert "targetRevision: 1.0.0@sha256:" in git(bare, "show", f"main:{PROD}")


@pytest.mark.thin(2)
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("helm:\n", "helm:\n      parameters: [{name: replicas, value: '9'}]\n", "source.helm.parameters changes what"),
        ("$values/overlays/prod", "$values/overlays/dev", "deploys overlays/dev/library in the project shop.prod"),
        (
            "$values/base",
            "$values/overlays/dev",
            "gets values from overlays/dev/library/values.yaml, which is not of prod",
        ),
        ("charts/shelf\n", "charts/other\n", "deploys from the repository oci://127.0.0.1:9/charts/other"),
    ],
)
def test_an_application_that_goes_around_the_values_is_refused(
    repository: Path, generator: Run, own_cache: Path, old: str, new: str, told: str
) -> None:
    made(repository, generator, "oci://127.0.0.1:9/charts", f", digest: 'sha256:{'a' * 64}'")
    edit(repository, PROD, (old, new))
    assert any(told in problem for problem in problems(repository, generator)["gitops"])
