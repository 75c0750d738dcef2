"""Long text on a terminal goes through the user's pager; everything else is printed as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import edit, git
from testing.templates import Templates
from testing.terminal import CTRL_C, on_terminal


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """Make a pager that keeps what it is given, and its settings."""
    script = tmp_path / "pager"
    script.write_text(f'#!/bin/sh\necho "[paged $LESS]"\ntee {tmp_path}/text\n')
    script.chmod(0o755)
    return script


@pytest.fixture
def generated(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a repository whose files nobody has committed yet."""

    def make() -> None:
        generator("generate", "-q", cwd=repository)

    templates.fill("ten lines, generated", make)
    return repository


def shown(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str, **environment: str) -> str:
    """Return what a command shows on a terminal."""
    for name in ("PAGER", "NO_PAGER", "LESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return on_terminal([sys.executable, "-m", "generator", *words], folder)


LONG = {
    "explain": ("explain", "base/web/deployment.yaml"),
    "a field": ("explain", "apps.web"),
    "diff": ("diff",),
}


@pytest.mark.thin(3)
@pytest.mark.slow
@pytest.mark.parametrize("words", LONG.values(), ids=LONG)
def test_long_text_on_a_terminal_is_paged(
    words: tuple[str, ...], pager: Path, generated: Path, monkeypatch: pytest.MonkeyPatch, generator: Run
) -> None:
    edit(generated, "generator.yaml", ("replicas: 2", "resources: {limits: {cpu: 1}}\n    " + "config: {A: b}"))
    text = shown(generated, monkeypatch, *words, PAGER=str(pager))
    assert "[paged FRX]\n" in text
    kept = (pager.parent / "text").read_text()
    assert "\x1b[" in kept
    assert kept.count("\n") >= 24
    (pager.parent / "text").unlink()
    without = (
        shown(generated, monkeypatch, *words, "--no-pager", PAGER=str(pager)),
        shown(generated, monkeypatch, *words, PAGER=str(pager), NO_PAGER="1"),
        shown(generated, monkeypatch, *words, PAGER="cat"),
        shown(generated, monkeypatch, *words, PAGER=""),
    )
    assert [one.endswith(kept) and "[paged" not in one for one in without] == [True] * len(without)
    assert "[paged" not in generator(*words, cwd=generated, env={"PAGER": str(pager)}).stdout
    assert not (pager.parent / "text").exists()


@pytest.mark.full
def test_short_text_is_not_paged(pager: Path, generated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(generated, "add", "-A")
    git(generated, "commit", "-qm", "Generate")
    assert "[paged" not in shown(generated, monkeypatch, "history", "web", PAGER=str(pager))
    assert "[paged" in shown(generated, monkeypatch, "history", "web", PAGER=str(pager), LINES="3", COLUMNS="80")


@pytest.mark.full
def test_a_pager_that_is_not_there_loses_nothing(generated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(generated, monkeypatch, "explain", "base/web/deployment.yaml", PAGER="/no/such/pager")
    assert "spec.template.spec" in text
    assert "Traceback" not in text


def test_who_leaves_the_pager_early_has_seen_enough(
    pager: Path, generated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pager.write_text("#!/bin/sh\nhead -n 1\n")
    text = shown(generated, monkeypatch, "explain", "base/web/deployment.yaml", PAGER=str(pager))
    assert text.count("\n") == 1


@pytest.mark.full
def test_ctrl_c_is_the_pagers(pager: Path, generated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pager.write_text(
        f"#!{sys.executable}\n"
        "import os, signal, sys\n"
        "def heard(*_):\n    print('[heard]', flush=True)\n    os._exit(0)\n"
        "signal.signal(signal.SIGINT, heard)\n"
        "sys.stdin.read()\n"
        "print('[ready]', flush=True)\n"
        "while True:\n    signal.pause()\n"
    )
    monkeypatch.setenv("PAGER", str(pager))
    words = [sys.executable, "-m", "generator", "explain", "base/web/deployment.yaml"]
    text = on_terminal(words, generated, [("[ready]", CTRL_C)])
    assert "[heard]" in text
    assert "interrupted" not in text
    assert "Traceback" not in text


@pytest.mark.full
@pytest.mark.needs("less")
def test_less_shows_colours(generated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAGER", raising=False)
    words = [sys.executable, "-m", "generator", "explain", "base/web/deployment.yaml"]
    text = on_terminal(words, generated, [(":", "q")])
    assert "\x1b[1m" in text
    assert "ESC[" not in text
