"""Convert a Static Site of AWS Copilot to a site, as far as one folder of files tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.spec.findings import Findings, Path
from generator.spec.language.names import SITE_NAME, SOURCE
from generator.spec.plain_data import as_map

_KNOWN: Final = ("name", "type", "files")
_HINTS: Final[Mapping[str, str]] = {
    "http": "say the zone and the name: `infra: {domain: {zone: …}}`, and `host` of the site",
    "environments": "say what differs under `environments` of the site",
}
ONE_FOLDER: Final = "a site is one folder: let the build put all files into it, and say it as `build: {output: …}`"


def served_in(infra: Mapping[str, str] | None) -> bool:
    """Tell whether sites are served from an account: it is known, and not in China, where sites are refused."""
    return infra is not None and not infra["region"].startswith("cn-")


def source(data: Mapping[str, Any]) -> str | None:
    """Return the folder with the files of a site; ``None`` if its manifest names several, or a part of one."""
    files = data.get("files")
    if not isinstance(files, list) or len(files) != 1:
        return None
    about = as_map(files[0])
    folder = str(about.get("source") or "").removeprefix("./").rstrip("/")
    findings = Findings()
    SOURCE.check(folder, ("source",), findings)
    SITE_NAME.check(data.get("name"), ("name",), findings)
    return None if about.keys() - {"source", "recursive"} or findings.items else folder


def left(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the fields that have no place in a site, with hints."""
    for name in data:
        if name not in _KNOWN:
            yield (name,), _HINTS.get(name, "nothing here is like it")
