"""Find an installed tool, or a module's files: on PATH, then in the cache."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from enum import StrEnum
from functools import cache as cached
from pathlib import Path
from typing import TYPE_CHECKING

from generator import process
from generator.errors import ProcessError, ToolError, UsageError
from generator.tools import cache
from generator.tools.pinned_files import FILES
from generator.tools.pins import GROUPS, LOCAL, PINS

if TYPE_CHECKING:
    from generator.tools.pin import Pin


class Source(StrEnum):
    """The origin of a tool or of a module's files."""

    PATH = "PATH"
    CACHE = "cache"
    RELEASE = "release"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Installed:
    """The result for one tool, or for one module's files (``kind`` is ``tool`` or ``files``).

    ``version`` is the version that was found. ``why`` says why it comes from this
    source and not from an earlier one. In a report, ``source`` and ``path`` are None
    if it is not installed.
    """

    name: str
    kind: str
    version: str
    source: Source | None
    path: Path | None
    why: str


def find(name: str) -> Path:
    """Return the executable of a pinned tool: a suitable one on PATH, else the one in the cache. Never downloads.

    The result is cached for the life of the process. Raise ToolError, with the
    command that installs the tool, if there is none.
    """
    return _find(name, os.environ.get("PATH", ""), str(cache.folder()))


@cached
def _find(name: str, _path: str, _cache: str) -> Path:
    pin = pin_of(name)
    on_path, unfit = from_path(pin)
    if on_path:
        return on_path[0]
    here = cache.executable(pin)
    if cache.intact(here):
        return here
    if here.exists():
        unfit = f"{here} is not what was installed there"
    because = f": {unfit}" if unfit else ""
    raise ToolError(f"{name} {pin.version} is not installed{because}", f"run: python -m generator tools install {name}")


def forget() -> None:
    """Clear the cache of ``find``, after a tool was installed or removed."""
    _find.cache_clear()


def asset(module: str, path: str) -> Path:
    """Return the path in the cache of a folder or file of a pinned module's source. Callers must not change it.

    ``path`` is relative to the module's root, and must be in one of the paths in
    ``FILES[module]``, because the cache has only those.
    """
    entry = FILES.get(module)
    if entry is None:
        raise UsageError(f"no files are pinned under the name {module}", f"known are: {', '.join(FILES)}")
    if not any(path == kept or path.startswith(f"{kept}/") for kept in entry.paths) or ".." in path.split("/"):
        raise UsageError(f"{path} of {module} is not kept", f"kept are: {', '.join(entry.paths)}")
    here = cache.files(entry) / path
    if not here.exists():
        raise ToolError(
            f"{path} of {entry.module} {entry.version} is not installed",
            f"run: python -m generator tools install {module}",
        )
    return here


def report(names: list[str] | None = None) -> list[Installed]:
    """Return the state of each name (tool, files or group; default: all), without installing anything."""
    found: list[Installed] = []
    for name in expand(names if names is not None else [*PINS, *FILES]):
        if name in PINS:
            found.append(_report_tool(PINS[name]))
        if name in FILES:
            entry = FILES[name]
            here = cache.files(entry)
            there = all((here / path).exists() for path in entry.paths)
            found.append(
                Installed(
                    name,
                    "files",
                    entry.version,
                    Source.CACHE if there else None,
                    here if there else None,
                    "" if there else "not installed",
                )
            )
    return found


def _report_tool(pin: Pin) -> Installed:
    on_path, unfit = from_path(pin)
    if on_path:
        return Installed(pin.name, "tool", on_path[1], Source.PATH, on_path[0], pin.fit.value)
    here = cache.executable(pin)
    if cache.intact(here):
        return Installed(pin.name, "tool", pin.version, Source.CACHE, here, unfit or "not on PATH")
    why = f"{here} is not what was installed there" if here.exists() else unfit or "not installed"
    return Installed(pin.name, "tool", pin.version, None, None, why)


def expand(names: list[str]) -> list[str]:
    """Return the names with groups replaced by their members, each once. Raise UsageError for an unknown name."""
    members: dict[str, None] = {}
    for name in names:
        if name == LOCAL:
            name = local_group(real=os.geteuid() == 0)
        if name not in GROUPS and name not in PINS and name not in FILES:
            known = ", ".join([LOCAL, *GROUPS, *PINS, *(extra for extra in FILES if extra not in PINS)])
            raise UsageError(f"no tool, files or group is named {name}", f"known are: {known}")
        members.update(dict.fromkeys(GROUPS.get(name, (name,))))
    return list(members)


def local_group(*, real: bool) -> str:
    """Return the name of the group for a local cluster: with a real node, or with KWOK."""
    return "local-real" if real else "local-kwok"


def require(group: str) -> None:
    """Raise ToolError unless a group is installed completely; the command in the hint installs all that is missing."""
    missing = [found.name for found in report([group]) if found.path is None]
    if missing:
        raise ToolError(
            f"not installed: {', '.join(dict.fromkeys(missing))}", f"run: python -m generator tools install {group}"
        )


def pin_of(name: str) -> Pin:
    """Return the pin of a tool. Raise UsageError for an unknown name."""
    pin = PINS.get(name)
    if pin is None:
        raise UsageError(f"no tool is pinned under the name {name}", f"known are: {', '.join(PINS)}")
    return pin


def from_path(pin: Pin) -> tuple[tuple[Path, str] | None, str]:
    """Return ((path, version), "") of the first suitable executable on PATH, or None and why the others do not fit.

    The reason is empty if there are no executables.
    """
    unfit: dict[Path, str] = {}
    for directory in os.get_exec_path():
        # Relative entries would make the answer depend on the current folder.
        candidate = shutil.which(pin.name, path=directory) if directory.startswith("/") else None
        if candidate is None:
            continue
        here = Path(candidate)
        # /bin is often a link to /usr/bin: one program, one answer.
        if here.resolve() in unfit:
            continue
        said = version_of(here, pin)
        if said is not None and pin.fit.accepts(said, pin.version):
            return (here, said), ""
        unfit[here.resolve()] = f"{here} is {said or 'of an unknown version'}, which does not fit ({pin.fit.value})"
    return None, "; ".join(unfit.values())


def version_of(executable: Path, pin: Pin) -> str | None:
    """Run an executable and return its version without a ``v``; None if it does not run or prints no version."""
    try:
        # argocd reads its configuration from the home directory and would complain about a broken one; terraform
        # would ask its maker for a newer version.
        setting = process.Setting(env={"ARGOCD_BINARY_NAME": "argocd", "CHECKPOINT_DISABLE": "1"})
        said = process.run([executable, *pin.ask], setting, ok=range(256), timeout=30)
    except (ProcessError, OSError):
        return None
    match = re.search(pin.answer, f"{said.stdout}\n{said.stderr}")
    return match[1] if match else None
