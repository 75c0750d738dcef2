"""A file of Terraform for each app, and what users wrote into the one file that all had before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import Conflicts
from generator.files import work_tree
from generator.regenerate import planning, record, record_files
from generator.render import render
from generator.render.file import File
from generator.spec import loader
from testing.repository import edit, git

SPEC = """\
version: 1
project: shop
repository: https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop
registry: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {target: ecs}}
infra: {region: eu-west-1, accounts: "111111111111", domain: {zone: shop.example.com}}
apps:
  web: {image: shop/web, port: 8080, ingress: {host: www.shop.example.com}, buckets: {uploads: {}}}
  api: {image: shop/api, port: 9000, ingress: {host: api.shop.example.com}}
"""
FOLDER = "infra/environments/dev"
MAIN, WEB = f"{FOLDER}/main.tf", f"{FOLDER}/app-web.tf"
OWN = '\nresource "aws_sns_topic" "own" {\n  name = "mine"\n}\n'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make a repository as a generator has left it that wrote one file for all apps."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "generator.yaml").write_text(SPEC)
    former = joined(render(loader.load(tmp_path)))
    files = {path: file.text.encode() for path, file in former.items()}
    work_tree.write(tmp_path, files, record_files.signed(tmp_path, record.pack(former)))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Generate")
    return tmp_path


def joined(files: Mapping[str, File]) -> dict[str, File]:
    """Return the files as they were: the parts of apps in those of all, and priorities by order."""
    found = dict(files)
    for path in [one for one in files if one.startswith(f"{FOLDER}/app-")]:
        _, _, blocks = found.pop(path).text.partition("\n\n")
        modules, _, outputs = blocks.partition("\noutput ")
        for name, text in (("main", modules), ("outputs", f"output {outputs}" if outputs else "")):
            place = f"{FOLDER}/{name}.tf"
            more = re.sub(r"(priority +=) \d+", r"\1 10", text).strip()
            found[place] = replace(found[place], text=f"{found[place].text}\n{more}\n") if more else found[place]
    return found


def generate(folder: Path, *, prune: bool = False) -> None:
    planning.apply(folder, planning.plan(folder), prune=prune)


def test_a_change_of_one_app_changes_its_file_alone(shop: Path) -> None:
    generate(shop)
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "Generate")
    edit(shop, "generator.yaml", ("port: 8080", "port: 8081, health: /healthz, tables: {carts: {key: id}}"))
    generate(shop)
    changed = git(shop, "status", "--porcelain", "infra/environments").split("\n")
    assert changed == [f"M {WEB}"]


def test_blocks_go_to_the_files_of_their_apps_and_nothing_is_left_twice(shop: Path) -> None:
    generate(shop)
    assert {path: (shop / path).read_text() for path in (MAIN, WEB)} == {
        path: file.text for path, file in render(loader.load(shop)).items() if path in (MAIN, WEB)
    }
    assert planning.plan(shop).changes == []
    assert not planning.plan(shop).having(planning.State.EDITED)


def test_edits_of_the_former_file_go_along(shop: Path) -> None:
    text = (shop / MAIN).read_text()
    at = text.index('module "service_web"')
    text = f"{text[:at]}# Ours: it is slow to start.\n{text[at:]}".replace(
        'health             = "/"', 'health             = "/slow"'
    )
    at = text.index('\nmodule "app_api"')
    (shop / MAIN).write_text(text[:at] + OWN + text[at:])
    outputs = shop / FOLDER / "outputs.tf"
    outputs.write_text(outputs.read_text().replace("The group of web.", "Ours."))
    generate(shop)
    main, web = (shop / MAIN).read_text(), (shop / WEB).read_text()
    assert OWN in main
    assert "service_web" not in main
    assert '# Ours: it is slow to start.\nmodule "service_web"' in web
    assert web.count('"/slow"') == 1
    assert 'description = "Ours."' in web
    assert re.search(r"priority +=", web)
    assert "priority           = 10\n" not in web
    assert planning.plan(shop).changes == []


def test_a_block_that_a_user_took_out_stays_out(shop: Path) -> None:
    text = (shop / MAIN).read_text()
    block = re.search(r'module "bucket_web_uploads" \{.*?\n\}\n\n?', text, re.DOTALL)
    assert block
    (shop / MAIN).write_text(text.replace(block[0], ""))
    generate(shop)
    assert "bucket_web_uploads" not in (shop / WEB).read_text()
    assert "service_web" in (shop / WEB).read_text()


def test_edits_go_along_with_an_app_and_an_environment_that_are_renamed(shop: Path) -> None:
    generate(shop)
    (shop / WEB).write_text((shop / WEB).read_text().replace("= 8080", "= 8090") + OWN)
    (shop / MAIN).write_text((shop / MAIN).read_text() + OWN)
    edit(
        shop, "generator.yaml", ("  web: {", "  front: {renamedFrom: web, "), ("{dev: {", "{test: {renamedFrom: dev, ")
    )
    generate(shop)
    folder = shop / "infra/environments/test"
    assert not (shop / FOLDER).exists()
    assert OWN in (folder / "main.tf").read_text()
    front = (folder / "app-front.tf").read_text()
    assert OWN in front
    assert 'module "service_front"' in front
    assert "= 8090" in front


def test_line_ends_of_a_checkout_are_no_edit(shop: Path) -> None:
    for name in ("main", "outputs"):
        path = shop / FOLDER / f"{name}.tf"
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    generate(shop)
    assert (shop / WEB).read_text() == render(loader.load(shop))[WEB].text
    assert b"\r\n" in (shop / MAIN).read_bytes()
    assert b"service_web" not in (shop / MAIN).read_bytes()


def test_a_conflict_is_told_where_the_user_wrote_it_and_nothing_is_written(shop: Path) -> None:
    text = (shop / MAIN).read_text()
    at = text.index('module "service_web"')
    changed = text[:at] + text[at:].replace("priority           = 10", "priority           = 77", 1)
    (shop / MAIN).write_text(changed)
    with pytest.raises(Conflicts) as caught:
        generate(shop)
    [conflict] = caught.value.conflicts
    assert conflict.path == MAIN
    assert changed.split("\n")[conflict.line - 1].startswith("  priority")
    assert (shop / MAIN).read_text() == changed
    assert not (shop / WEB).exists()


def test_priorities_of_others_stay_when_apps_come_and_go(shop: Path) -> None:
    def priority(files: Mapping[str, File], app: str) -> str:
        found = re.search(r"priority +=( \d+)", files[f"{FOLDER}/app-{app}.tf"].text)
        assert found
        return found[1]

    before = render(loader.load(shop))
    more = "".join(
        f"  {name}: {{image: shop/{name}, port: 80, ingress: {{host: {name}.shop.example.com}}}}\n"
        for name in "abcdefgh"
    )
    text = SPEC.replace("apps:\n", f"apps:\n{more}")
    for spec in (text, "".join(line for line in text.splitlines(True) if "  web:" not in line)):
        assert priority(render(loader.parse(spec)), "api") == priority(before, "api")


def test_deeper_paths_come_first_and_patterns_of_hosts_last(shop: Path) -> None:
    apps = {
        "all": "host: '*.shop.example.com'", "site": "host: www.shop.example.com",
        "api": "{host: www.shop.example.com, path: /api}", "v2": "{host: www.shop.example.com, path: /api/v2}",
    }  # fmt: skip
    head = SPEC.partition("apps:")[0]
    said = "".join(
        f"  {name}: {{image: shop/{name}, port: 80, ingress: {{{ways.strip('{}')}}}}}\n" for name, ways in apps.items()
    )
    files = render(loader.parse(f"{head}apps:\n{said}"))
    found = {name: re.search(r"priority +=( \d+)", files[f"{FOLDER}/app-{name}.tf"].text) for name in apps}
    numbers = {name: int(one[1]) for name, one in found.items() if one}
    assert sorted(numbers, key=numbers.__getitem__) == ["v2", "api", "site", "all"]
    assert all(0 < number <= 50_000 for number in numbers.values())
