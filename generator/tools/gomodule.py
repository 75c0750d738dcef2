"""Build tools from their Go modules, and copy files from those modules.

Each folder under ``go/`` has a go.mod and a go.sum, so Go verifies each source
file of a binary with a hash that is committed here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator import process
from generator.errors import ChecksumMismatch, ProcessError, ToolError
from generator.process import Setting
from generator.tools import progress, still

if TYPE_CHECKING:
    from generator.tools.pin import Module, Pin
    from generator.tools.pinned_files import Files

FOLDERS = Path(__file__).with_name("go")
# This limit only stops a build that would never end: on a busy machine, the largest build took over an hour.
BUILD_SECONDS = 6 * 3600.0
DOWNLOAD_SECONDS = 900.0

# Flags are only on the command line. The user's own flags, or a go.work above the cache, must not change the binaries.
ENVIRONMENT = {"GOFLAGS": "", "GOWORK": "off"}


def _outside() -> Setting:
    """Return a setting for Go outside of any module."""
    return Setting(Path("/"), _environment())


def _environment(module: Module | None = None) -> dict[str, str]:
    """Return the caller's environment variables with additions; all builds share the caller's Go caches."""
    own = dict(ENVIRONMENT)
    if "HOME" not in os.environ:
        # Without this, Go would not know its caches in some CI systems.
        own["HOME"] = str(Path.home())
    if module is not None and module.cgo:
        own["CGO_ENABLED"] = "1"
    return own


def caches() -> Path | None:
    """Return the folder of Go's build cache, or None if Go is not installed."""
    if shutil.which("go") is None:
        return None
    said = process.run(["go", "env", "GOCACHE"], _outside()).stdout.strip()
    return Path(said) if said.startswith("/") else None


def build(pins: Sequence[Pin], into: Path, echo: Callable[[str], object]) -> dict[str, Path]:
    """Build tools of one module into the folder ``into``, with one call of ``go build``; return the executables.

    One call is faster, because shared packages are compiled once and linking runs
    in parallel.

    Raises:
        ToolError: There is no Go, no C compiler where one is needed, or the build fails.
    """
    module = pins[0].module
    require_go(pins, echo)
    variables = " ".join(f"-X {variable}" for variable in module.variables)
    folder = ["-C", str(FOLDERS / module.folder)]
    # -s -w: no symbol tables, a third of the size.
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", module.tags]
    flags += ["-ldflags", f"-s -w {variables}".strip()]
    packages = [pin.package for pin in pins]
    log = into / "log"
    count: list[int] = []

    def line(seconds: float) -> str:
        return f"  still building {_short(pins)}: {_counted(log, count)}, {progress.clock(seconds)}"

    try:
        with still.telling(echo, line):
            count += _to_compile([*folder, *flags, *packages], module, log)
            argv = ["go", "build", *folder, "-v", *flags, "-o", f"{into.absolute()}/", *packages]
            process.run(argv, Setting(env=_environment(module)), timeout=BUILD_SECONDS, log=log)
    except ProcessError as exc:
        raise ToolError(f"cannot build {_titles(pins)}: {exc.message}", _hint(exc, pins[0].name)) from exc
    return {pin.name: into / pin.built for pin in pins}


def _titles(pins: Sequence[Pin]) -> str:
    return ", ".join(f"{pin.name} {pin.version}" for pin in pins)


def _short(pins: Sequence[Pin]) -> str:
    return pins[0].name if len(pins) == 1 else f"{pins[0].name} and {len(pins) - 1} more"


def _counted(log: Path, count: list[int]) -> str:
    try:
        return progress.counted(log.read_text(errors="replace"), count[0] if count else None)
    except OSError:
        return progress.counted("", None)


def _to_compile(arguments: list[str], module: Module, log: Path) -> list[int]:
    """Return a list with the number of packages not in Go's cache; empty if unknown. This downloads the sources.

    Errors are ignored here, because the build reports them.
    """
    argv = ["go", "list", *arguments[:2], "-deps", "-f", "{{.Stale}}", *arguments[2:]]
    try:
        said = process.run(argv, Setting(env=_environment(module)), timeout=BUILD_SECONDS, log=log)
    except ProcessError:
        return []
    return [said.stdout.split().count("true")]


def copy_files(entry: Files, into: Path, echo: Callable[[str], object]) -> None:
    """Download a module, verify its hash, and copy the paths of ``entry`` to a folder; the copies are read-only."""
    title = f"{entry.module} {entry.version}"
    require_any_go(entry)
    echo(f"copying {', '.join(entry.paths)} out of {title}")
    try:
        said = process.run(
            # There is no go.sum for it, so the hash is checked below.
            ["go", "mod", "download", "-json", f"{entry.module}@v{entry.version}"],
            _outside(),
            timeout=DOWNLOAD_SECONDS,
        )
    except ProcessError as exc:
        raise ToolError(f"cannot get the source of {title}: {exc.message}", _hint(exc, entry.name)) from exc
    module = json.loads(said.stdout)
    if module["Sum"] != entry.sum:
        raise ChecksumMismatch(
            f"{title}: its hash is {module['Sum']}, but {entry.sum} is pinned", "run: go clean -modcache, and try again"
        )
    for path in entry.paths:
        _copy(Path(module["Dir"], path), into / path)


def _copy(source: Path, target: Path) -> None:
    """Copy regular files; folders become writable, so that they can be removed, unlike those of the module cache."""
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        if path.is_file():
            copy = target / path.relative_to(source)
            _open_folder(copy.parent)
            shutil.copyfile(path, copy)
            copy.chmod(0o555 if path.suffix == ".sh" else 0o444)


def _open_folder(folder: Path) -> None:
    """Make a folder that all users can enter, independent of the caller's umask."""
    if not folder.exists():
        _open_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def require_any_go(entry: Files) -> None:
    """Raise ``ToolError`` if there is no Go, which downloads these files."""
    if shutil.which("go") is None:
        title = f"{entry.module} {entry.version}"
        raise ToolError(
            f"cannot get the source of {title}: there is no Go", "install Go (https://go.dev/dl) and try again"
        )


def require_go(pins: Sequence[Pin], echo: Callable[[str], object]) -> None:
    """Raise ``ToolError`` if the Go here, or a missing C compiler, cannot build these tools of one module."""
    module, titles, wanted = pins[0].module, _titles(pins), _wanted_go(pins[0].module)
    hint = f"install Go {wanted} or newer (https://go.dev/dl), or put {titles} on PATH"
    if shutil.which("go") is None:
        raise ToolError(f"cannot build {titles}: there is no Go", hint)
    said = process.run(["go", "env", "GOVERSION", "GOTOOLCHAIN"], _outside())
    found, _, choice = said.stdout.strip().partition("\n")
    found = found.removeprefix("go")
    if _version(found) < _version(wanted):
        # From 1.21 on, Go downloads the version that a go.mod needs, unless a setting forbids it.
        if _version(found) < (1, 21) or "auto" not in choice:
            raise ToolError(f"cannot build {titles}: it needs Go {wanted} and this is {found}", hint)
        echo(f"Go {found} will fetch Go {wanted}, which {titles} needs")
    if module.cgo and not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
        raise ToolError(f"cannot build {titles}: it needs a C compiler", "install gcc")


def _wanted_go(module: Module) -> str:
    text = (FOLDERS / module.folder / "go.mod").read_text()
    match = re.search(r"^go (\S+)$", text, re.MULTILINE)
    return match[1] if match else "1.24"


def _version(text: str) -> tuple[int, ...]:
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def _hint(failure: ProcessError, name: str) -> str:
    offline = ("dial tcp", "no such host", "connection refused", "timeout", "403 Forbidden", "TLS handshake")
    if any(sign in failure.stderr for sign in offline):
        return f"set GOPROXY to a module proxy that can be reached, or put {name} on PATH"
    if "no space left" in failure.stderr:
        return "free some disk space, or set GENERATOR_CACHE and GOCACHE to folders on a larger disk"
    return "try again; if it stays so, please report it with the lines above"
