"""What the tests of the runners share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.codebuild import ArgvWatch


@pytest.fixture
def until_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a program that runs until its arguments have been looked at, and a secret was among them."""
    seen, program, look = tmp_path / "seen", tmp_path / "until-seen", ArgvWatch.look

    def looked(watch: ArgvWatch) -> None:
        look(watch)
        if watch.seen:
            seen.touch()

    monkeypatch.setattr(ArgvWatch, "look", looked)
    program.write_text(f"#!/bin/sh\nuntil test -e {seen}; do sleep 0.05; done\n")
    program.chmod(0o755)
    return str(program)
