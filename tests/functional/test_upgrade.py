"""``upgrade``, and migrations of the spec's language; with versions that are yet to come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli import main as cli
from generator.errors import SpecError
from generator.regenerate import upgrade
from generator.regenerate.upgrade import Migration
from generator.spec import loader
from generator.spec.reference import schema
from testing.repository import TEN_LINES, files


def ports(text: str) -> str:
    """Upgrade to version 2, which has a list of ports."""
    return text.replace("    port: 8080", "    ports: [8080]")


def checks(text: str) -> str:
    """Upgrade to version 3, which says `check` for `health`."""
    return text.replace("    health:", "    check:")


FUTURE: dict[int, Migration] = {1: ports, 2: checks}
# A spec of every former version, each as its people wrote it.
SPECS = {
    1: "# ours\nversion: 1   # of the language\napps:\n  web:\n    port: 8080  # HTTP\n    health: /healthz\n",
    2: "# ours\nversion: 2   # of the language\napps:\n  web:\n    ports: [8080]  # HTTP\n    health: /healthz\n",
    3: "# ours\nversion: 3   # of the language\napps:\n  web:\n    ports: [8080]  # HTTP\n    check: /healthz\n",
}


@pytest.mark.parametrize("version", SPECS, ids=lambda version: f"from version {version}")
def test_a_spec_of_any_former_version_becomes_the_newest_comments_and_all(version: int) -> None:
    migrated = upgrade.migrate(SPECS[version], FUTURE)
    assert migrated == upgrade.Migrated(SPECS[3], version, 3)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("version: 9\n", "generator.yaml:1:10 version: is no version of the spec"),
        ("# x\nversion: one\n", "generator.yaml:2:10 version: is no version of the spec"),
        ("project: shop\n", "generator.yaml:1:1 version: is no version of the spec"),
        ("", "generator.yaml:1:1 version: is no version of the spec"),
        ("version: 1\nversion: 1\n", "generator.yaml:2:1: version is there twice"),
    ],
    ids=["of a newer generator", "a word", "none", "an empty spec", "two"],
)
def test_a_version_that_is_not_known_is_a_fault(text: str, where: str) -> None:
    with pytest.raises(SpecError) as caught:
        upgrade.migrate(text, FUTURE)
    assert str(caught.value.faults[0]) == where


def test_a_current_spec_is_left_as_it_is(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(repository)
    assert cli.main(["-C", str(repository), "upgrade"]) == 0
    assert capsys.readouterr().out == "generator.yaml: version 1 is current; nothing to do\n"
    assert cli.main(["-C", str(repository), "upgrade", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"before": 1, "after": 1, "changed": False}
    assert files(repository) == before


def test_former_spellings_become_todays_comments_and_all(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = repository / "generator.yaml"
    old = TEN_LINES.replace(
        "environments: {", "ci: {pull_request: true, credentials: a, codebuild: true}  # ours\nenvironments: {", 1
    )
    old = old.replace("  web:\n", "  web:\n    renamed_from: shop   # until it is committed\n", 1)
    assert old.count("_") == TEN_LINES.count("_") + 2
    spec.write_text(old)
    assert cli.main(["-C", str(repository), "upgrade"]) == 0
    assert capsys.readouterr().out == "generator.yaml: former spellings of fields are replaced by today's\n"
    assert spec.read_text() == old.replace("pull_request", "pullRequest").replace("renamed_from", "renamedFrom")
    assert loader.parse(spec.read_text()).data == loader.parse(old).data


def test_a_name_that_looks_like_a_former_spelling_stays() -> None:
    text = TEN_LINES + "    config: {renamed_from: x, github_app: y}\n"
    assert upgrade.respelled(text) == text


def test_the_schema_for_editors_is_written_anew(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / schema.FILE).write_text("{}")
    assert cli.main(["-C", str(repository), "upgrade"]) == 0
    assert capsys.readouterr().out == "generator.schema.json: written anew, for editors\n"
    assert (repository / schema.FILE).read_bytes() == schema.text()


def test_the_newest_version_is_the_one_that_is_read() -> None:
    newest = upgrade.migrate(TEN_LINES).after
    assert loader.parse(TEN_LINES.replace("version: 1", f"version: {newest}")).project == "shop"
