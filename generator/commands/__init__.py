"""The commands, one module each, and the registry.

A command is a module with ``HELP``, ``EXAMPLE``, ``add_arguments`` and
``run``. Its imports at the top must be light: all of them are loaded for
``--help``, so what is heavy is imported where it is used.
"""

from __future__ import annotations

import argparse
from typing import Final, Protocol

from generator.commands import (
    bump,
    changed,
    check,
    compare,
    completion,
    diff,
    explain,
    generate,
    history,
    init,
    local,
    promote,
    protection,
    rollback,
    scan,
    schema,
    status,
    token,
    tools,
    upgrade,
    validate,
    wait,
)


class Command(Protocol):
    """One command. ``HELP`` is one line without a full stop; ``EXAMPLE`` is indented by two spaces."""

    HELP: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Its own arguments; ``-C`` and ``--output`` are there already."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; returns the exit code. ``options`` has ``directory`` (``Path``), ``json`` (``bool``) and its own."""


DEFAULT: Final = "generate"
COMMANDS: Final[dict[str, Command]] = {
    "generate": generate,
    "init": init,
    "check": check,
    "diff": diff,
    "explain": explain,
    "validate": validate,
    "upgrade": upgrade,
    "bump": bump,
    "promote": promote,
    "rollback": rollback,
    "compare": compare,
    "changed": changed,
    "scan": scan,
    "token": token,
    "status": status,
    "history": history,
    "wait": wait,
    "protection": protection,
    "schema": schema,
    "tools": tools,
    "local": local,
    "completion": completion,
}
