"""``explain``: who wrote each field of a file."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "for every field of a generated file: the spec's line, the build, or the person and commit"
EXAMPLE: Final = """\
  python -m generator explain overlays/prod/web/kustomization.yaml
  python -m generator explain base/web/deployment.yaml --output json"""
_WIDEST_VALUE: Final = 48


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("path", metavar="PATH", help="a generated YAML file, relative to the repository")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from dataclasses import asdict

    from generator.regenerate import explain

    origins = explain.explain(options.directory, options.path)
    if options.json:
        console.emit({"path": options.path, "fields": [asdict(origin) for origin in origins]})
        return 0
    console.table(
        ("line", "field", "value", "by", "where"),
        [(str(origin.line), origin.field, _cut(origin.value), origin.by, origin.where) for origin in origins],
    )
    return 0


def _cut(value: str) -> str:
    return value if len(value) <= _WIDEST_VALUE else f"{value[: _WIDEST_VALUE - 1]}…"
