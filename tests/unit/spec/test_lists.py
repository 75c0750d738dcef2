"""A list that is written as one text: the hint is the list that it should be, and loads."""

from __future__ import annotations

import pytest

from generator.spec import loader
from testing.specs import app, told, top

TEXTS = {
    "a command": ("command: python3 -m app", "command: [python3, -m, app]"),
    "a command with quotes": ("command: sh -c 'exec app'", 'command: [sh, -c, "exec app"]'),
    "a command for a shell": ("command: a && b", 'command: [sh, -c, "a && b"]'),
    "a variable that a shell fills in": ("command: run $HOME", 'command: [sh, -c, "run $HOME"]'),
    "a variable that Kubernetes fills in": ("command: run $(PORT)", 'command: [run, "$(PORT)"]'),
    "what is no word in YAML": ("args: --yes true -1 a:b", 'args: [--yes, "true", "-1", a:b]'),
    "a quote that is not closed": ("command: echo it's", 'command: [sh, -c, "echo it\'s"]'),
    "folders": ("writable: /tmp, /var/cache", "writable: [/tmp, /var/cache]"),
    "one folder": ("writable: /tmp", "writable: [/tmp]"),
    "a migration": ("migration: {command: migrate up}", "migration: {command: [migrate, up]}"),
}


@pytest.mark.parametrize(("written", "meant"), TEXTS.values(), ids=TEXTS)
def test_a_text_is_shown_as_the_list_that_it_should_be(written: str, meant: str) -> None:
    line = meant.removeprefix("migration: {").removesuffix("}")
    assert [fault.split(" / ", 1)[1] for fault in told(app(written))] == [f"write it as a list: `{line}`"]
    assert loader.parse(app(meant))


def test_a_list_outside_of_apps() -> None:
    text = top("", environments="{dev: {approvers: alice}}")
    assert told(text) == ['4:33 environments.dev.approvers: expected a list, got "alice" / '
                          "write it as a list: `approvers: [alice]`"]  # fmt: skip


def test_a_list_of_maps_is_no_text() -> None:
    assert told(app("ports: http"))[0].endswith('expected a list, got "http" / start each item with "- "')
