"""What peers have in common: how an app of the work is named, and one app's files as templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

NAME = "NAME-OF-APP"
NUMBER = "NUMBER-OF-APP"


def app(number: int) -> str:
    """Return the name of an app of the work."""
    return f"app-{number:04d}"


def templates(files: Mapping[str, bytes], number: int) -> dict[str, str]:
    """Return the files of one app, with ``NAME`` and ``NUMBER`` in the place of its own."""
    name = app(number)
    return {
        path.replace(name, NAME): content.decode()
        .replace(name, NAME)
        .replace(f'value: "{number}"', f'value: "{NUMBER}"')
        for path, content in files.items()
        if name in path
    }


def write(folder: Path, files: Mapping[str, str], name: str, number: str) -> None:
    """Write templates under ``folder``, with the tool's own words for the name and the number."""
    for path, text in files.items():
        target = folder / path.replace(NAME, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(NAME, name).replace(NUMBER, number))


def keep(folder: Path, numbers: range) -> None:
    """Keep the apps for ``kept``."""
    (folder / "apps.json").write_text(json.dumps([{"name": app(number), "number": str(number)} for number in numbers]))


def kept(folder: Path) -> list[dict[str, str]]:
    """Return the apps: name and number of each."""
    apps: list[dict[str, str]] = json.loads((folder / "apps.json").read_text())
    return apps
