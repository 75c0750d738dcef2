"""Apps in files of their own: read, told of, edited, promoted and owned like those in generator.yaml."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

import generator
from generator.errors import SpecError
from generator.regenerate import planning
from generator.render import render
from generator.spec import loader
from generator.spec.reference import schema
from testing import ROOT
from testing.programs import Run
from testing.repository import TEN_LINES, edit, files, git
from testing.shop import BASE, Shop

HEAD = """\
version: 1
project: shop
repository: https://github.com/acme/shop-gitops.git
environments: {dev: {}, prod: {approvers: [acme/platform]}}
"""
WEB = "owners: [acme/web]\napps:\n  web:\n    image: shop/web\n    port: 8080\n"
API = "# the team of the API\napps:\n  api: {image: shop/api, needs: [web]}\n"


def write(folder: Path, **texts: str) -> Path:
    """Write a spec, and files of apps by their names."""
    (folder / "apps").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / ("generator.yaml" if name == "spec" else f"apps/{name}.yaml")).write_text(text)
    return folder


@pytest.fixture
def shop_of_teams(repository: Path) -> Path:
    return write(repository, spec=f"{HEAD}include: [apps/*.yaml]\n", web=WEB, api=API)


def faults(folder: Path) -> list[str]:
    with pytest.raises(SpecError) as raised:
        loader.load(folder)
    return [f"{fault} / {fault.hint}" for fault in raised.value.faults]


# -- what is read


def test_it_renders_as_if_all_apps_stood_in_one_file(shop_of_teams: Path, tmp_path: Path) -> None:
    apps = "apps:\n" + API.partition("apps:\n")[2] + WEB.partition("apps:\n")[2]
    together = texts(write(tmp_path, spec=HEAD + apps))
    apart = texts(shop_of_teams)
    assert apart.keys() == together.keys()
    assert {path for path in apart if apart[path] != together[path]} == {".github/CODEOWNERS"}


def texts(folder: Path) -> dict[str, str]:
    return {path: file.text for path, file in render(loader.load(folder)).items()}


@pytest.mark.parametrize("include", ["[apps/web.yaml, apps/api.yaml]", "[apps/api.yaml, apps/*.yaml]"])
def test_the_order_of_files_makes_no_difference(include: str, shop_of_teams: Path) -> None:
    before = texts(shop_of_teams)
    write(shop_of_teams, spec=f"{HEAD}include: {include}\n")
    assert texts(shop_of_teams) == before


@pytest.mark.parametrize("more", ["", "include: [apps/*.yaml]\n"])
def test_a_spec_without_files_of_apps_loads_nothing_of_them(more: str, repository: Path) -> None:
    write(repository, spec=TEN_LINES + more, api="apps: {api: {image: shop/api}}\n")
    script = "import sys; from generator.spec import loader; from pathlib import Path; loader.load(Path(sys.argv[1])); print(*sys.modules)"
    words = [sys.executable, "-c", script, str(repository)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ("generator.spec.included" in done.stdout.split()) is bool(more)


def test_adding_a_file_of_apps_renders_its_apps_alone(shop_of_teams: Path) -> None:
    generated = planning.plan(shop_of_teams)
    planning.apply(shop_of_teams, generated, prune=False)
    assert planning.plan(shop_of_teams).changes == []
    write(shop_of_teams, jobs="apps: {jobs: {image: shop/jobs}}\n")
    changed = {outcome.path for outcome in planning.plan(shop_of_teams).changes}
    assert {path for path in changed if "jobs" not in path} == {".github/CODEOWNERS"}


# -- what is refused


def test_all_faults_of_all_files_are_told_at_once_each_in_its_file(shop_of_teams: Path) -> None:
    write(
        shop_of_teams,
        web="owner: [acme/web]\napps:\n  web:\n    image: shop/web\n    helth: /h\n",
        api="apps:\n  api: {image: shop/api, needs: [wbe]}\nenvironments: {qa: {}}\n",
        bad="apps: [web]\n",
        torn="apps:\n  - {\n",
        empty="",
        named="apps:\n  Shop: {image: a}\n  <<: {x: {}}\n",
        owned="owners: acme\napps: {}\n",
    )
    assert faults(shop_of_teams) == [
        'apps/api.yaml:2:34 apps.api.needs[0]: no such app / did you mean "web"?',
        "apps/api.yaml:3:1 environments: unknown field 'environments' of a file of apps"
        " / say it in generator.yaml; a file that is included holds `apps:`, and `owners:` if it has any",
        'apps/bad.yaml:1:7 apps: expected a map / write "name: …" lines',
        "apps/empty.yaml:1:1: is empty / a file that is included holds `apps:`, and `owners:` if it has any",
        'apps/named.yaml:2:3 apps.Shop: "Shop" is not a name (DNS label)'
        " / lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit",
        "apps/named.yaml:3:3 apps.<<: apps cannot be merged into a file of apps / merge maps within an app",
        'apps/owned.yaml:1:9 owners: expected a list, got "acme" / write it as a list: `owners: [acme]`',
        "apps/torn.yaml:2:6: a text cannot begin with this / put it in quotes",
        "apps/web.yaml:1:1 owner: unknown field 'owner' of a file of apps / did you mean \"owners\"?",
        'apps/web.yaml:5:5 apps.web.helth: unknown field "helth" / did you mean "health"?',
    ]


def test_an_app_that_is_there_twice_names_both_files(shop_of_teams: Path) -> None:
    write(shop_of_teams, two="apps:\n  api: {image: shop/api}\n  gate: {image: shop/gate}\n")
    edit(shop_of_teams, "generator.yaml", ("include", "apps:\n  gate: {image: shop/gate}\ninclude"))
    assert faults(shop_of_teams) == [
        "apps/two.yaml:2:3 apps.api: is in apps/api.yaml:3, too / keep one of the two",
        "apps/two.yaml:3:3 apps.gate: is in generator.yaml:6, too / keep one of the two",
    ]


@pytest.mark.parametrize(
    ("include", "told"),
    [
        ("[apps/wbe.yaml]", 'include[0]: there is no apps/wbe.yaml / did you mean "web.yaml"?'),
        ("[apps/*.yaml, teams/*.yaml]", "include[1]: teams/*.yaml matches no file / write a pattern that matches existing files, or remove it"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_since_its_apps_would_be_gone(include: str, told: str, shop_of_teams: Path) -> None:
    write(
        shop_of_teams,
        spec=f"{HEAD}include: {include}\napps: {{gate: {{image: a}}, web: {{image: a, port: 1}}}}\n",
        web="apps: {}",
    )
    assert told in faults(shop_of_teams)[0]


@pytest.mark.parametrize(
    "pattern",
    ["../apps.yaml", "apps/../../x.yaml", "/etc/*.yaml", "base/web/*.yaml", ".git/x.yaml", "apps/**/x.yaml", "*.yaml", "apps/x.json"],
)  # fmt: skip
def test_only_files_of_folders_of_users_own_can_be_named(pattern: str, shop_of_teams: Path) -> None:
    write(shop_of_teams, spec=f"{HEAD}include: ['{pattern}']\napps: {{}}\n")
    (told,) = faults(shop_of_teams)
    assert "is not a file of apps, or a pattern of them / a path like apps/shop.yaml" in told


def test_a_link_is_refused_wherever_it_leads(shop_of_teams: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("password: hunter2\n")
    (shop_of_teams / "apps" / "web2.yaml").symlink_to(outside / "secret.yaml")
    assert faults(shop_of_teams) == [
        "generator.yaml:5:11 include[0]: apps/web2.yaml: a symbolic link / replace it by what it points to"
    ]
    (shop_of_teams / "apps" / "web2.yaml").unlink()
    (shop_of_teams / "teams").symlink_to(outside)
    write(shop_of_teams, spec=f"{HEAD}include: [apps/*.yaml, teams/*.yaml, teams/secret.yaml, links/secret.yaml]\n")
    told = faults(shop_of_teams)
    assert told == [
        "generator.yaml:5:24 include[1]: teams: a symbolic link / replace it by a folder",
        "generator.yaml:5:38 include[2]: teams: a symbolic link / replace it by a folder",
        "generator.yaml:5:57 include[3]: there is no links/secret.yaml / a path from the top of the repository",
    ]
    assert "hunter2" not in "".join(told)


def test_a_conflict_marker_is_told_in_the_file_that_has_it(shop_of_teams: Path) -> None:
    write(shop_of_teams, api="apps: {}\n", web=f"{WEB}<<<<<<< HEAD\n=======\n>>>>>>> x\n")
    assert faults(shop_of_teams) == [
        "apps/web.yaml:6:1: a conflict marker of git / keep the right version, and remove the markers"
    ]


def test_faults_of_files_and_patches_that_an_app_names_are_in_the_file_of_the_app(shop_of_teams: Path) -> None:
    write(shop_of_teams, api="apps:\n  api:\n    image: shop/api\n    files: {/etc/a: conf/a}\n")
    assert faults(shop_of_teams) == [
        'apps/api.yaml:4:21 apps.api.files."/etc/a": there is no conf/a / a path from the top of the repository'
    ]
    write(shop_of_teams, api="apps:\n  api:\n    image: shop/api\n    patches: [{path: conf/a.yaml}]\n")
    assert faults(shop_of_teams)[0].startswith("apps/api.yaml:4:22 apps.api.patches[0].path: there is no conf/a.yaml")


# -- what follows from it


def test_explain_names_the_file_and_the_line(shop_of_teams: Path) -> None:
    planning.apply(shop_of_teams, planning.plan(shop_of_teams), prune=False)
    found = generator.explain(generator.ExplainRequest("base/web/deployment.yaml", shop_of_teams))
    places = {one.field: one.where for one in found.fields}
    assert places["spec.template.spec.containers[web].image"] == "apps/web.yaml:4 apps.web.image"
    assert places["metadata.labels.app.kubernetes.io/part-of"] == "generator.yaml:2 project"


def test_advice_is_told_where_the_app_stands(shop_of_teams: Path) -> None:
    write(shop_of_teams, api="apps:\n  api:\n    image: docker.io/library/redis\n    tag: '8'\n")
    found = generator.generate(generator.GenerateRequest(shop_of_teams))
    assert [(one.file, one.line, one.path) for one in found.advice] == [("apps/api.yaml", 3, "apps.api.image")]


def test_a_file_belongs_to_its_owners_and_others_to_those_of_the_last_environment(shop_of_teams: Path) -> None:
    planning.apply(shop_of_teams, planning.plan(shop_of_teams), prune=False)
    owned = (shop_of_teams / ".github/CODEOWNERS").read_text()
    assert "/apps/web.yaml @acme/web\n" in owned
    assert "/apps/api.yaml @acme/platform\n" in owned
    edit(
        shop_of_teams, ".github/CODEOWNERS", ("that matches counts.\n", "that matches counts.\n/docs/ @acme/writers\n")
    )
    write(shop_of_teams, web=WEB.replace("acme/web]", "acme/web, mia]"))
    planning.apply(shop_of_teams, planning.plan(shop_of_teams), prune=False)
    now = (shop_of_teams / ".github/CODEOWNERS").read_text()
    assert "/apps/web.yaml @acme/web @mia\n" in now
    assert "/docs/ @acme/writers\n" in now


def test_a_file_of_apps_with_owners_needs_no_approvers(shop_of_teams: Path) -> None:
    write(shop_of_teams, spec=HEAD.replace("{approvers: [acme/platform]}", "{}") + "include: [apps/*.yaml]\n")
    planning.apply(shop_of_teams, planning.plan(shop_of_teams), prune=False)
    rules = [line for line in (shop_of_teams / ".github/CODEOWNERS").read_text().splitlines() if line[:1] == "/"]
    assert rules == ["/apps/web.yaml @acme/web"]


# -- edits


def test_add_makes_a_file_of_apps_and_includes_it(repository: Path, generator: Run) -> None:
    assert generator("add", "app", "api", "--file", "apps/api.yaml", cwd=repository).returncode == 0
    assert (repository / "apps/api.yaml").read_text() == "apps:\n  api:\n    image: shop/api\n"
    assert (repository / "generator.yaml").read_text() == f"{TEN_LINES}include: [apps/api.yaml]\n"
    done = generator(
        "add", "app", "jobs", "--file", "apps/api.yaml", "--set", "port=8080", "--generate", cwd=repository
    )
    assert done.returncode == 0, done.stderr
    assert (repository / "apps/api.yaml").read_text().endswith("  jobs:\n    image: shop/jobs\n    port: 8080\n")
    assert (repository / "base/jobs/deployment.yaml").is_file()
    assert generator("check", cwd=repository).returncode == 0


def test_a_new_file_that_a_pattern_stands_for_changes_nothing_else(shop_of_teams: Path, generator: Run) -> None:
    before = files(shop_of_teams)
    (shop_of_teams / schema.FILE).write_bytes(schema.text())
    assert generator("add", "app", "jobs", "--file", "./apps/jobs.yaml", cwd=shop_of_teams).returncode == 0
    after = files(shop_of_teams)
    new = {path: text for path, text in after.items() if before.get(path) != text}
    assert new.keys() == {"apps/jobs.yaml", "apps.schema.json", "generator.schema.json"}
    assert new["apps/jobs.yaml"] == (
        b"# yaml-language-server: $schema=../apps.schema.json\napps:\n  jobs:\n    image: shop/jobs\n"
    )


def test_add_beside_an_app_goes_into_its_file(shop_of_teams: Path, generator: Run) -> None:
    assert generator("add", "app", "jobs", "--before", "api", cwd=shop_of_teams).returncode == 0
    assert (shop_of_teams / "apps/api.yaml").read_text() == API.replace("  api:", "  jobs: {image: shop/jobs}\n  api:")
    assert generator("add", "app", "more", cwd=shop_of_teams).returncode == 0
    assert "apps:\n  more:\n    image: shop/more\n" in (shop_of_teams / "generator.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("app", "x", "--file", "../x.yaml"), "error: --file ../x.yaml: no file of apps"),
        (("app", "x", "--file", "apps/*.yaml"), "error: --file apps/*.yaml: no file of apps"),
        (("app", "x", "--file", "apps/api.yaml", "--after", "web"), "error: web is in apps/web.yaml, and not in apps/api.yaml"),
        (("environment", "x", "--file", "apps/x.yaml"), "error: --file is for apps"),
        (("app", "web", "--file", "apps/api.yaml"), "error: there is an app 'web' already\nhint: change it in apps/web.yaml"),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused(
    words: tuple[str, ...], told: str, shop_of_teams: Path, generator: Run
) -> None:
    before = files(shop_of_teams)
    done = generator("add", *words, cwd=shop_of_teams)
    assert (done.returncode, files(shop_of_teams)) == (2, before)
    assert told in done.stderr


def test_rename_edits_each_name_in_the_file_where_it_stands(shop_of_teams: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=shop_of_teams).returncode == 0
    done = generator("rename", "app", "web", "shop", "--generate", cwd=shop_of_teams)
    assert done.returncode == 0, done.stderr
    assert (shop_of_teams / "apps/web.yaml").read_text() == (
        "owners: [acme/web]\napps:\n  shop:\n    renamedFrom: web\n    image: shop/web\n    port: 8080\n"
    )
    assert (shop_of_teams / "apps/api.yaml").read_text() == API.replace("[web]", "[shop]")
    assert generator("rename", "environment", "prod", "live", cwd=shop_of_teams).returncode == 0
    assert "live:" in (shop_of_teams / "generator.yaml").read_text()


def test_rename_of_an_environment_follows_into_all_files(shop_of_teams: Path, generator: Run) -> None:
    write(shop_of_teams, web=WEB + "    environments: {prod: {replicas: 3}}\n")
    assert generator("rename", "environment", "prod", "live", cwd=shop_of_teams).returncode == 0
    assert "    environments: {live: {replicas: 3}}\n" in (shop_of_teams / "apps/web.yaml").read_text()


def test_upgrade_respells_every_file(shop_of_teams: Path, generator: Run) -> None:
    write(shop_of_teams, web=WEB + "    imagePullPolicy: Always\n")
    (shop_of_teams / schema.FILE).write_text("{}")
    assert generator("upgrade", cwd=shop_of_teams).returncode == 0
    assert (shop_of_teams / schema.INCLUDED_FILE).read_bytes() == schema.text_of_included()


# -- releases and promotion


def test_a_build_releases_an_app_of_a_file(shop_of_teams: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=shop_of_teams).returncode == 0
    assert generator("bump", "api", "-e", "dev", "--tag", "v2", cwd=shop_of_teams).returncode == 0
    assert "newTag: v2" in (shop_of_teams / "overlays/dev/api/kustomization.yaml").read_text()


def test_a_commit_is_read_with_the_files_that_it_has(shop_of_teams: Path) -> None:
    git(shop_of_teams, "add", "-A")
    git(shop_of_teams, "commit", "-qm", "Apps in files")
    before = git(shop_of_teams, "rev-parse", "HEAD")
    (shop_of_teams / "apps/api.yaml").unlink()
    write(shop_of_teams, jobs="apps: {jobs: {image: shop/jobs}}\n")
    git(shop_of_teams, "add", "-A")
    git(shop_of_teams, "commit", "-qm", "Other files")
    write(shop_of_teams, later="apps: {later: {image: shop/later}}\n")
    history = generator.Repository.local(shop_of_teams)
    assert list(history.spec(before).apps) == ["api", "web"]
    assert list(history.spec().apps) == ["jobs", "web"]


def of_teams(text: str) -> tuple[str, str]:
    """Take the apps of a spec into a file of their own."""
    head, _, apps = text.partition("apps:\n")
    return f"{head}include: [apps/*.yaml]\n", f"apps:\n{apps}"


@pytest.mark.full
def test_a_promotion_reads_the_files_of_the_branch(shop: Shop) -> None:
    spec, apps = of_teams(BASE)
    write(shop.folder, web=apps)
    shop.spec(spec)
    for env in ("dev", "staging", "prod"):
        shop.bump("web", "v1", env)
    shop.edit("apps/web.yaml", lambda text: text.replace("port: 8080", "port: 9090"), "web listens at 9090")
    planning.apply(shop.folder, planning.plan(shop.folder), prune=False)
    shop.push("Generate")
    # What is not committed counts for nothing.
    shutil.rmtree(shop.folder / "apps")
    write(shop.folder, web="apps: {}\n")
    done = shop.json("web", "--to", "staging", "--push")
    assert done["bases"] == [{"app": "web", "conflicts": []}]
    assert "containerPort: 9090" in shop.content("overlays/staging/web/base/deployment.yaml")
    assert "containerPort: 8080" in shop.content("overlays/prod/web/base/deployment.yaml")


def test_a_fault_on_the_branch_names_its_file(shop: Shop) -> None:
    spec, apps = of_teams(TEN_LINES)
    write(shop.folder, web=apps)
    shop.spec(spec)
    shop.edit("apps/web.yaml", lambda text: text.replace("port:", "prot:"))
    git(shop.folder, "checkout", "-q", "HEAD~1")
    done = shop.promote("web", "--to", "staging", code=1)
    assert "main:apps/web.yaml:4:5 apps.web.prot: unknown field" in done.stderr


def test_a_sparse_checkout_still_knows_every_app(shop_of_teams: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=shop_of_teams).returncode == 0
    git(shop_of_teams, "add", "-A")
    git(shop_of_teams, "commit", "-qm", "Generate")
    git(shop_of_teams, "sparse-checkout", "set", "overlays/dev")
    assert not (shop_of_teams / "apps").exists()
    done = generator("bump", "web", "-e", "dev", "--tag", "v2", "--commit", cwd=shop_of_teams)
    assert done.returncode == 0, done.stderr
    assert list(loader.load(shop_of_teams).apps) == ["api", "web"]


def test_a_merge_that_left_a_file_of_apps_resolved_can_be_generated(shop_of_teams: Path, generator: Run) -> None:
    git(shop_of_teams, "add", "-A")
    git(shop_of_teams, "commit", "-qm", "Apps")
    for branch, port in (("other", "1111"), ("main", "2222")):
        git(shop_of_teams, "checkout", "-q", *(("-b", "other") if branch == "other" else (branch,)))
        edit(shop_of_teams, "apps/web.yaml", ("8080", port))
        git(shop_of_teams, "commit", "-qam", port)
    with pytest.raises(AssertionError):
        git(shop_of_teams, "merge", "-q", "other")
    assert "a conflict marker of git" in generator(cwd=shop_of_teams).stderr
    write(shop_of_teams, web=WEB)
    assert generator(cwd=shop_of_teams).returncode == 0


# -- for editors


def test_the_schema_of_files_of_apps_takes_what_the_loader_takes() -> None:
    registry: Registry[object] = Registry().with_resource(
        schema.FILE, Resource.from_contents(json.loads(schema.text()))
    )
    found = jsonschema.Draft202012Validator(schema.included(), registry=registry)
    assert list(found.iter_errors({"owners": ["acme/web"], "apps": {"web": {"image": "a", "port": 1}}})) == []
    wrong: list[dict[str, object]] = [
        {},
        {"apps": {"web": {"imag": "a"}}},
        {"apps": {}, "environments": {}},
        {"apps": {}, "owners": "a"},
    ]
    for one in wrong:
        assert list(found.iter_errors(one)) != []
