"""Peers, doing the same work: one module each, and the registry.

A peer is a module with

- ``prepare(folder, templates, numbers)``: write what the tool needs. Only the
  standard library is there. ``templates`` are one app's files by path, both
  with ``work.NAME`` and ``work.NUMBER`` in the place of the app's own;
- ``first(folder)`` and, where the tool can run over its own output,
  ``again(folder)``: do the work, into ``folder/out``, with the tool's library.

Templates come from our own output, so that a tool that can writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

from benchmarks.peers import cdk8s, cookiecutter, copier, helm, jinja_loop, kapitan


class Peer(Protocol):
    """What a module under ``peers`` offers."""

    def prepare(self, folder: Path, templates: Mapping[str, str], numbers: range) -> None:
        """Write what the tool needs."""

    def first(self, folder: Path) -> None:
        """Do the work."""


PEERS: Final[dict[str, ModuleType]] = {
    "a Jinja loop by hand": jinja_loop,
    "cdk8s": cdk8s,
    "cookiecutter": cookiecutter,
    "kapitan": kapitan,
    "copier": copier,
    "helm template": helm,
}
