"""Install pinned tools: from PATH, the cache, a verified release, or a build of their Go modules."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import ToolError
from generator.tools import cache, lookup
from generator.tools.lookup import Installed, Source
from generator.tools.pin import Platform
from generator.tools.pinned_files import FILES
from generator.tools.pins import PINS

if TYPE_CHECKING:
    from generator.tools.pin import Pin
    from generator.tools.pinned_files import Files
    from generator.tools.progress import Progress

Echo = Callable[[str], object]
DOWNLOADS_AT_ONCE = 4


def install(names: Sequence[str], *, echo: Echo = print) -> list[Installed]:
    """Install missing tools, files or groups; return where each came from, and why not from an earlier source.

    The sources in order are: PATH with a suitable version, the cache, a release with
    a matching checksum, a build from the Go module. After a failure, installed tools
    stay, and a second call installs the rest.

    Args:
        names: Tools, files and groups.
        echo: Called with a line for each slow step, and for each tool that this call has installed.
    """
    wanted = lookup.expand(list(names))
    tools = [pin for pin in PINS.values() if pin.name in wanted]
    found: dict[str, Installed] = {}
    try:
        missing = _present(tools, found, echo)
        unreleased = _releases(missing, found, echo)
        _check_builds(unreleased, [FILES[name] for name in wanted if name in FILES])
        _builds(unreleased, found, echo)
    finally:
        lookup.forget()
    return [*(found[pin.name] for pin in tools), *(_files(FILES[name], echo) for name in wanted if name in FILES)]


def _present(tools: list[Pin], found: dict[str, Installed], echo: Echo) -> dict[str, str]:
    """Add the tools on PATH or in the cache to ``found``; return the others by name, with the reason against PATH."""
    missing: dict[str, str] = {}
    for pin in tools:
        on_path, unfit = lookup.from_path(pin)
        if on_path:
            found[pin.name] = Installed(pin.name, "tool", on_path[1], Source.PATH, on_path[0], pin.fit.value)
        elif not _cached(pin, unfit or "not on PATH", found, echo):
            missing[pin.name] = unfit or "not on PATH"
    return missing


def _cached(pin: Pin, why: str, found: dict[str, Installed], echo: Echo) -> bool:
    here = cache.executable(pin)
    if not cache.intact(here, thorough=True):
        if here.exists():
            echo(f"{here} is not what was installed there: installing it again")
        return False
    found[pin.name] = Installed(pin.name, "tool", pin.version, Source.CACHE, here, why)
    return True


def _made_by_another(pin: Pin, found: dict[str, Installed], echo: Echo) -> bool:
    """Look again under the lock: another installation may have held it, and made the tool."""
    why = "another installation has just finished"
    made = _cached(pin, why, found, echo)
    if made:
        echo(f"{pin.name} {pin.version}: {found[pin.name].path} (cached; {why})")
    return made


def _releases(missing: dict[str, str], found: dict[str, Installed], echo: Echo) -> dict[str, str]:
    """Download releases and add them to ``found``; return the tools without one by name, with the reasons so far."""
    from concurrent.futures import ThreadPoolExecutor

    from generator.tools import release

    left: dict[str, str] = {}

    def attempt(name: str) -> None:
        pin, why = PINS[name], missing[name]
        try:
            # This is done before taking the lock, so that it does not wait for other installers.
            release.locate(pin, Platform.here())
            with cache.locked("tools", [name], echo), cache.partial("tools", name) as scratch:
                if _made_by_another(pin, found, echo):
                    return
                (scratch / "out").mkdir()
                origin = release.fetch(pin, scratch / "out", echo)
                found[name] = _settle(pin, scratch / "out", Source.RELEASE, origin, why)
                echo(f"{name} {pin.version}: {found[name].path} (release, checksum verified; {why})")
        except release.Unavailable as exc:
            left[name] = f"{why}; no release: {exc}"

    if missing:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(attempt, missing))
    return {name: left[name] for name in missing if name in left}


def _builds(missing: dict[str, str], found: dict[str, Installed], echo: Echo) -> None:
    """Build the remaining tools, one module after the other, because one ``go build`` already uses all processors.

    Quick and important builds come first, and each tool can be used when its build is done.
    """
    from generator.tools.progress import Progress

    modules = _by_module(missing)
    row = Progress([PINS[names[0]].module for names in modules.values()])
    _announce(missing, row, echo)
    for names in modules.values():
        with cache.locked("tools", names, echo), cache.partial("tools", names[0]) as scratch:
            pins = [PINS[name] for name in names if not _made_by_another(PINS[name], found, echo)]
            if pins:
                _build(pins, missing, scratch, found, echo, row)
            else:
                row.skip()


def _by_module(names: Iterable[str]) -> dict[str, list[str]]:
    modules: dict[str, list[str]] = {}
    for name in names:
        modules.setdefault(PINS[name].module.folder, []).append(name)
    return modules


def _check_builds(missing: Iterable[str], files: Iterable[Files]) -> None:
    """Raise ``ToolError`` before the first build, or wait for one, if one of these cannot be built or downloaded."""
    from generator.tools import gomodule

    for names in _by_module(missing).values():
        for name in names:
            cache.prepare("tools", name)
        gomodule.require_go([PINS[name] for name in names], lambda _: None)
    for entry in files:
        if not _are_there(entry):
            gomodule.require_any_go(entry)


def _are_there(entry: Files) -> bool:
    return all((cache.files(entry) / path).exists() for path in entry.paths)


def _announce(missing: dict[str, str], row: Progress, echo: Echo) -> None:
    """Print what the builds will need, before the first one."""
    from generator.tools import gomodule, progress

    caches = gomodule.caches() if missing else None
    if caches is not None:
        there = next(folder for folder in (caches, *caches.parents) if folder.exists())
        echo(progress.forecast(row.waiting, len(missing), shutil.disk_usage(there).free, str(caches)))


def _build(
    pins: list[Pin], why: dict[str, str], scratch: Path, found: dict[str, Installed], echo: Echo, row: Progress
) -> None:
    from generator.tools import gomodule

    for pin in pins:
        echo(f"{row.place} building {pin.name} {pin.version} from its Go module ({why[pin.name]})")
    start = time.monotonic()
    built = gomodule.build(pins, scratch, echo)
    seconds = time.monotonic() - start
    for pin in pins:
        out = scratch / f"{pin.name}-out"
        out.mkdir()
        built[pin.name].rename(out / pin.name)
        found[pin.name] = _settle(pin, out, Source.MODULE, pin.package, why[pin.name])
        echo(f"{pin.name} {pin.version}: {found[pin.name].path} (built)")
    echo(row.done(seconds))


def _settle(pin: Pin, made: Path, source: Source, origin: str, why: str) -> Installed:
    """Check an executable's version, record it, and publish its folder in the cache."""
    told = lookup.version_of(made / pin.name, pin)
    if told != pin.version:
        raise ToolError(
            f"{pin.name} from {origin} says that its version is {told or 'unknown'}, not {pin.version}",
            "please report it: the pin and its release or module do not agree",
        )
    # These permissions do not depend on the caller's umask, because a daemon may run as another user.
    (made / pin.name).chmod(0o755)
    cache.write_record(made / pin.name, source.value, origin)
    here = cache.executable(pin)
    cache.publish(made, here.parent)
    return Installed(pin.name, "tool", pin.version, source, here, why)


def _files(entry: Files, echo: Echo) -> Installed:
    from generator.tools import gomodule

    here = cache.files(entry)

    def there() -> Installed | None:
        if not _are_there(entry):
            return None
        return Installed(entry.name, "files", entry.version, Source.CACHE, here, "")

    if done := there():
        return done
    with cache.locked("files", [entry.name], echo), cache.partial("files", entry.name) as scratch:
        if done := there():
            return done
        (scratch / "out").mkdir()
        gomodule.copy_files(entry, scratch / "out", echo)
        cache.publish(scratch / "out", here)
    why = "source files come from the Go module only"
    return Installed(entry.name, "files", entry.version, Source.MODULE, here, why)
