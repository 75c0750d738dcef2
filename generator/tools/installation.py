"""Bring pinned tools onto this machine: from PATH, the cache, a verified release, or a build of their Go modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.tools.lookup import Installed

Echo = Callable[[str], object]


def install(names: Sequence[str], *, echo: Echo = print) -> list[Installed]:
    """Ensure each tool, files or group; ``echo`` gets a line for every step that takes time and for every decision."""
    raise NotImplementedError
