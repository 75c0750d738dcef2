"""The commands, one module each, and the registry.

A command is a module with ``HELP``, ``EXAMPLE``, ``add_arguments`` and
``run``. A run loads the module of its command only; ``--help`` loads all of
them. The imports at the top of these modules must therefore be fast; import
slow modules in the function that needs them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, Protocol


class Command(Protocol):
    """One command. ``HELP`` is one line without a full stop; ``EXAMPLE`` is indented by two spaces."""

    HELP: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments to a parser that already has ``-C`` and ``--output``."""

    def run(self, options: argparse.Namespace) -> int:
        """Run the command and return its exit code.

        ``options`` has ``directory`` (``Path``), ``json`` (``bool``) and the command's own options.
        """


class Registry(Mapping[str, Command]):
    """Commands by name, in the order of ``--help``."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Command:
        if name not in self._names:
            raise KeyError(name)
        module: Any = import_module(f"{__name__}.{name}")
        command: Command = module
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


DEFAULT: Final = "generate"
# By task, in the order of `--help`.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "set up": (
        "init",
        "add",
        "rename",
        "adopt",
        "import",
        "import-copilot",
        "doctor",
        "upgrade",
        "tools",
        "schema",
        "completion",
        "protection",
    ),
    "every day": ("generate", "check", "diff", "explain", "validate", "render", "list", "infra", "cost"),
    "releases": (
        "status",
        "history",
        "compare",
        "bump",
        "promote",
        "rollback",
        "pin",
        "unpin",
        "wait",
        "deploy",
        "publish",
        "open",
        "board",
        "charts",
    ),
    "in CI": ("changed", "scan", "token", "previews", "outputs"),
    "cluster": ("local",),
}
COMMANDS: Final = Registry(*(name for names in GROUPS.values() for name in names))
# What users of kubectl, git and the shell type first.
ALIASES: Final[Mapping[str, str]] = {"get": "status", "log": "history", "ls": "list"}
