"""``add`` and ``rename`` change the lines of generator.yaml that they are about, and say or do what follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import generator as face
from generator.errors import UsageError
from generator.spec import edits, loader, yaml_data
from testing.programs import Run
from testing.repository import TEN_LINES, edit, files, git
from testing.templates import Templates

SPEC = """\
# ours
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git

environments:   # in promotion order
  dev: {}
  # the one that counts
  prod: {sync: manual}   # by hand

ci: {environment: dev}

apps:
  web:   # the shop
    image: shop/web
    port: 8080
    environments: {prod: {replicas: 4}}

  api:
    image: shop/api
    network: {from: [web]}
    environments:
      prod: {network: {from: [web, api]}}
# end
"""


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")

    templates.fill("add and rename", make)
    return repository


def spec(folder: Path) -> str:
    return (folder / "generator.yaml").read_text()


def test_add_app_writes_the_spec_and_says_what_generate_would_do(shop: Path, generator: Run) -> None:
    done = generator("add", "app", "jobs", "--set", "port=9000", "--set", "config: {LEVEL: on}", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert spec(shop) == SPEC.replace("# end", "\n  jobs:\n    image: shop/jobs\n    port: 9000\n    config:\n      LEVEL: \"on\"\n# end")  # fmt: skip
    assert git(shop, "status", "--short") == "M generator.yaml"
    planned = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("write ")}
    written = generator("--output", "json", "generate", cwd=shop)
    assert planned == set(json.loads(written.stdout)["written"]) != set()


def test_add_with_generate_does_it(shop: Path, generator: Run) -> None:
    done = generator("add", "environment", "qa", "--after", "dev", "--generate", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(loader.load(shop).environments) == ["dev", "qa", "prod"]
    assert spec(shop) == SPEC.replace("  dev: {}\n", "  dev: {}\n  qa: {}\n")
    assert (shop / "overlays/qa/web/kustomization.yaml").is_file()
    assert generator("check", cwd=shop).returncode == 0


def test_rename_app_carries_hand_edits_tags_and_every_mention(shop: Path, generator: Run) -> None:
    assert generator("bump", "web", "--env", "dev", "--tag", "1.2.3", cwd=shop).returncode == 0
    edit(shop, "base/web/deployment.yaml", ("replicas:", "# ours\n  replicas:"))
    done = generator("rename", "app", "web", "front", "--generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    wanted = SPEC.replace("  web:   # the shop\n", "  front:   # the shop\n    renamedFrom: web\n")
    assert spec(shop) == wanted.replace("[web]", "[front]").replace("[web, api]", "[front, api]")
    assert "# ours" in (shop / "base/front/deployment.yaml").read_text()
    assert 'newTag: "1.2.3"' in (shop / "overlays/dev/front/kustomization.yaml").read_text()
    assert not (shop / "base/web").exists()
    assert "starts anew as dev/front" in done.stderr


def test_rename_environment_goes_through_the_whole_spec(shop: Path, generator: Run) -> None:
    done = generator("rename", "environment", "prod", "live", cwd=shop)
    assert done.returncode == 0, done.stderr
    wanted = SPEC.replace("  prod: {sync: manual}   # by", "  live: {renamedFrom: prod, sync: manual}  # by")
    assert spec(shop) == wanted.replace("{prod:", "{live:").replace("      prod:", "      live:")
    assert "What regenerating would do" in done.stdout
    assert (shop / "overlays/prod/web").is_dir()
    assert generator("rename", "environment", "dev", "test", cwd=shop).returncode == 0
    assert "ci: {environment: test}" in spec(shop)
    assert generator(cwd=shop).returncode == 0


def test_a_workload_of_the_apps_name_goes_along(shop: Path, generator: Run) -> None:
    several = "    workloads:\n      web: {replicas: 2}\n      worker: {port: null, command: [work]}\n"
    text = SPEC.replace("    port: 8080\n", f"    port: 8080\n{several}").replace(
        "{replicas: 4}", "{workloads: {web: {replicas: 4}}}"
    )
    (shop / "generator.yaml").write_text(text)
    assert generator("generate", "-q", "--prune", cwd=shop).returncode == 0
    edit(shop, "base/web/deployment.yaml", ("  template:", "  # ours\n  template:"))
    done = generator("rename", "app", "web", "front", "--generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "front: {replicas: 2}" in spec(shop)
    assert "{prod: {workloads: {front: {replicas: 4}}}}" in spec(shop)
    assert "# ours" in (shop / "base/front/deployment.yaml").read_text()


def test_a_cluster_is_no_environment() -> None:
    data = yaml_data.of_text(SPEC.replace("dev: {}", "dev: {clusters: {prod: 'https://a.example.com'}}"))
    assert ("environments", "dev", "clusters", "prod") not in dict(edits.references(data, "environments", "prod"))


def test_what_was_never_generated_has_no_former_name(shop: Path, generator: Run) -> None:
    for words in (["web", "one"], ["one", "two"]):
        assert generator("rename", "app", *words, cwd=shop).returncode == 0
    assert "  two:   # the shop\n    renamedFrom: web\n" in spec(shop)
    assert generator("rename", "app", "two", "web", cwd=shop).returncode == 0
    assert spec(shop) == SPEC
    assert generator("add", "app", "new", cwd=shop).returncode == 0
    assert generator("rename", "app", "new", "newer", cwd=shop).returncode == 0
    assert "renamedFrom" not in spec(shop)


REFUSED = {
    "an app that is there": (["add", "app", "web"], 2, "there is an app 'web' already"),
    "a name that is none": (["add", "app", "Web"], 1, '"Web" is not a name'),
    "a field that is none": (["add", "app", "x", "--set", "prt=1"], 1, 'did you mean "port"'),
    "a value that is no YAML": (["add", "app", "x", "--set", "command=[a"], 2, "command=[a: "),
    "a setting without a value": (["add", "app", "x", "--set", "port"], 2, "no value"),
    "a field below a value": (["add", "app", "x", "--set", "a=1", "--set", "a.b=1"], 2, "has a value already"),
    "beside nothing": (["add", "environment", "x", "--after", "dve"], 2, 'did you mean "dev"'),
    "renaming nothing": (["rename", "app", "wbe", "x"], 2, 'did you mean "web"'),
    "a name that is taken": (["rename", "environment", "dev", "prod"], 2, "there is an environment 'prod' already"),
    "a new name that is none": (["rename", "app", "web", "-x"], 2, ""),
    "a new name in capitals": (["rename", "app", "web", "Web"], 1, '"Web" is not a name'),
}  # fmt: skip


@pytest.mark.parametrize(("words", "code", "text"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_written_where_it_cannot_be(
    words: list[str], code: int, text: str, shop: Path, generator: Run
) -> None:
    before = files(shop)
    for more in ([], ["--generate"]):
        done = generator(*words, *more, cwd=shop)
        assert (done.returncode, text in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr
    assert files(shop) == before


def test_a_conflict_stops_generate_and_leaves_the_spec(shop: Path, generator: Run) -> None:
    edit(shop, "base/web/deployment.yaml", ("containerPort: 8080", "containerPort: 8081"))
    edit(shop, "generator.yaml", ("port: 8080", "port: 9090"))
    before = files(shop)
    done = generator("rename", "app", "web", "front", "--generate", cwd=shop)
    assert (done.returncode, "base/front/deployment.yaml" in done.stderr) == (4, True)
    assert files(shop) == before
    done = generator("rename", "app", "web", "front", cwd=shop)
    assert (done.returncode, "base/front/deployment.yaml" in done.stderr) == (0, True)
    assert "renamedFrom: web" in spec(shop)


def test_a_spec_that_cannot_be_edited_gets_the_lines_to_write(shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(TEN_LINES.replace("  web:\n", "  web: &web\n") + "  api: *web\n")
    assert generator("-q", "--prune", cwd=shop).returncode == 0
    before = files(shop)
    done = generator("add", "app", "new", "--set", "port=1", cwd=shop)
    assert done.returncode == 0, done.stderr
    (shop / "generator.yaml").write_bytes(before["generator.yaml"])
    done = generator("rename", "app", "api", "new", cwd=shop)
    assert (done.returncode, "write `apps: {new: {renamedFrom: api}}`" in done.stderr) == (1, True), done.stderr
    assert files(shop) == before


def test_the_byte_order_mark_and_line_ends_stay(shop: Path, generator: Run) -> None:
    before = ("\ufeff" + SPEC).replace("\n", "\r\n").encode()
    (shop / "generator.yaml").write_bytes(before)
    assert generator("add", "environment", "qa", "--before", "prod", cwd=shop).returncode == 0
    assert (shop / "generator.yaml").read_bytes() == before.replace(b"  dev: {}\r\n", b"  dev: {}\r\n  qa: {}\r\n")


def test_for_machines_and_programs(shop: Path, generator: Run) -> None:
    done = generator("add", "app", "jobs", "-o", "json", cwd=shop)
    answer = json.loads(done.stdout)
    assert (answer["generated"], "+  jobs:\n" in answer["diff"], answer["conflicts"]) == (False, True, [])
    result = face.rename(face.RenameRequest("jobs", "tasks", shop, generate=True))
    assert (result.generated, "base/tasks/kustomization.yaml" in result.regeneration.written) == (True, True)
    with pytest.raises(UsageError):
        face.add(face.AddRequest("x", shop, kind="ap"))


def test_a_mention_is_what_the_language_says_it_is() -> None:
    data = yaml_data.of_text(SPEC.replace("ci: {environment: dev}", "ci: {environment: prod}\nbranch: prod"))
    assert set(edits.references(data, "environments", "prod")) == {
        (("apps", "web", "environments", "prod"), True),
        (("apps", "api", "environments", "prod"), True),
        (("ci", "environment"), False),
    }
