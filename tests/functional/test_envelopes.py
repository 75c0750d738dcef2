"""Output for machines: one object of each command, whatever comes of it, with times and names alike; and shared options."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from generator.cli import options
from generator.cli.commands import COMMANDS
from generator.cli.main import parser
from testing.programs import Run
from testing.repository import git
from testing.shop import Shop
from testing.templates import Templates

# What each is called with, and how that ends here: with what it was asked for, or with an error.
CALLS = {
    "add": (["app", "worker"], 0),
    "adopt": (["src", "--env", "dev=.", "--env", "prod=."], 2),
    "board": (["--port", "0"], 2),
    "bump": (["web", "-e", "dev", "--tag", "v2"], 0),
    "changed": ([], 0),
    "charts": (["update"], 0),
    "check": ([], 0),
    "compare": (["dev", "prod"], 0),
    "completion": (["bash"], 0),
    "cost": ([], 1),
    "deploy": (["web", "-e", "dev"], 2),
    "publish": (["www", "-e", "dev"], 2),
    "diff": ([], 0),
    "doctor": ([], 0),
    "infra": (["check"], 1),
    "explain": (["overlays/dev/web/kustomization.yaml"], 0),
    "generate": ([], 0),
    "history": (["web"], 0),
    "import": (["score.yaml"], 1),
    "import-copilot": (["nowhere", "--registry", "a", "--repository", "b"], 1),
    "init": (["new", "--defaults"], 0),
    "list": ([], 0),
    "local": (["down", "--dir", "/nonexistent"], 0),
    "open": (["web", "--argocd"], 2),
    "outputs": (["-e", "dev", "--from", "given.json"], 1),
    "pin": (["web", "-e", "dev", "--reason", "held"], 0),
    "previews": ([], 2),
    "promote": (["--to", "staging", "--dry-run"], 0),
    "protection": ([], 1),
    "rename": (["app", "web", "shop"], 0),
    "render": (["web", "-e", "dev"], 0),
    "rollback": (["web", "-e", "dev", "--to", "v1"], 0),
    "scan": (["shop/web:v1"], 2),
    "schema": ([], 0),
    "status": ([], 0),
    "token": ([], 1),
    "tools": (["list"], 0),
    "unpin": (["web", "-e", "dev"], 0),
    "upgrade": ([], 0),
    "validate": ([], 0),
    "wait": (["web", "-e", "dev"], 2),
}
# The language's own names, those of Kubernetes, a shell's, and names of apps and environments, are no keys of ours.
THEIRS = {"schema": None, "render": "manifests", "list": "replicas", "compare": "values"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def released(templates: Templates, shop: Shop) -> Shop:
    """Return a shop whose dev runs a build, checked out."""

    def make() -> None:
        shop.bump("web", "v1")
        git(shop.folder, "pull", "-q", "--rebase")

    templates.fill("released once", make)
    return shop


def test_every_command_is_called() -> None:
    assert set(CALLS) == set(COMMANDS)


@pytest.mark.parametrize("name", CALLS)
def test_a_command_prints_one_object(name: str, released: Shop, generator: Run) -> None:
    words, code = CALLS[name]
    done = generator(name, *words, "-o", "json", cwd=released.folder)
    assert done.returncode == code, done.stderr
    found = json.loads(done.stdout)
    if code:
        assert set(found) >= {"error", "hint"}
        assert f"error: {found['error']}" in done.stderr
    else:
        assert "error" not in found
    if name in THEIRS:
        found.pop(THEIRS[name], None) if THEIRS[name] else found.clear()
    for key, value in pairs(found):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key), key
        if key == "time":
            assert value is None or TIME.fullmatch(value)
    assert isinstance(found.get("notes", []), list)


def pairs(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield each key and its value, at any depth."""
    for key, value in node.items() if isinstance(node, dict) else ():
        yield key, value
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from pairs(value)


def test_times_are_of_one_form(released: Shop, generator: Run) -> None:
    shown = json.loads(generator("status", "-o", "json", cwd=released.folder).stdout)["images"]
    listed = json.loads(generator("history", "web", "--fetch", "-o", "json", cwd=released.folder).stdout)["history"]
    times = [row["time"] for row in [*shown, *listed] if row["time"]]
    assert len(times) > 1
    assert all(TIME.fullmatch(time) for time in times)


@pytest.mark.parametrize(
    ("words", "code"), [(("stauts",), 2), (("bump", "web"), 2), (("status", "wbe"), 2), (("check", "--al"), 2)]
)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_wrong_usage_is_told_to_machines_too(
    words: tuple[str, ...], code: int, form: str, released: Shop, generator: Run
) -> None:
    done = generator(*words, f"--output={form}", cwd=released.folder)
    assert done.returncode == code
    assert set(json.loads(done.stdout) if form == "json" else yaml.safe_load(done.stdout)) == {"error", "hint"}


def every_option() -> Iterator[tuple[str, argparse.Action]]:
    """Yield each option of each command."""
    for name in COMMANDS:
        (commands,) = (a for a in parser(name)._actions if isinstance(a, argparse._SubParsersAction))
        yield from ((name, action) for action in commands.choices[name]._actions)


def test_an_environment_is_named_alike_everywhere() -> None:
    spellings = {
        name: a.option_strings for name, a in every_option() if a.metavar == "ENV" and "--env" in a.option_strings
    }
    assert {
        "bump",
        "history",
        "open",
        "pin",
        "promote",
        "render",
        "rollback",
        "status",
        "unpin",
        "validate",
        "wait",
    } <= set(spellings)
    assert [name for name, given in spellings.items() if given[:3] != ["-e", "-n", "--env"]] == []


def test_a_time_is_spelled_alike_everywhere() -> None:
    timed = {(name, a.option_strings[0]) for name, a in every_option() if a.type is options.duration}
    assert {("bump", "--timeout"), ("wait", "--timeout"), ("wait", "--patience")} <= timed
    named = {(name, "--timeout") for name, a in every_option() if "--timeout" in a.option_strings}
    assert named <= timed
    assert [options.duration(text) for text in ("90", "90s", "5m", "1.5h")] == [90, 90, 300, 5400]


def test_a_part_is_asked_for_alike(released: Shop, generator: Run) -> None:
    for words in (["web", "-e", "dev"], ["web", "-n", "dev"], ["--env", "dev", "web"]):
        shown = json.loads(generator("status", *words, "-o", "json", cwd=released.folder).stdout)["images"]
        assert [(row["app"], row["environment"], row["tag"]) for row in shown] == [("web", "dev", "v1")]
    shown = json.loads(generator("status", "-e", "staging", "-o", "json", cwd=released.folder).stdout)["images"]
    assert shown[0]["behind"] == "dev"  # which is not shown
    for command in ("status", "validate"):
        done = generator(command, "wbe", "-e", "dev", cwd=released.folder)
        assert (done.returncode, "no app 'wbe' in the spec" in done.stderr) == (2, True)


def test_a_part_is_validated_alone(released: Shop, generator: Run) -> None:
    overlay = released.folder / "overlays/staging/web/kustomization.yaml"
    overlay.write_text(overlay.read_text() + "resurces: []\n")
    alone = generator("validate", "web", "-e", "dev", "-o", "json", cwd=released.folder)
    assert alone.returncode == 0, alone.stdout
    assert [one["path"] for one in json.loads(alone.stdout)["results"]] == ["overlays/dev/web", "gitops"]
    assert generator("validate", "-e", "staging", cwd=released.folder).returncode == 1
    assert generator("validate", cwd=released.folder).returncode == 1
