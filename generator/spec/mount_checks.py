"""Check that no two volumes are mounted at the same path of an app's container, because one would hide the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.spec import pod_words
from generator.spec.plain_data import as_map

if TYPE_CHECKING:
    from generator.spec.findings import Findings, Path

_TEMPLATES: Final = "volumeClaimTemplates"
_FILE: Final = "a file"
_HINT: Final = "mount one of them elsewhere"


def check(app: dict[str, object], findings: Findings) -> None:
    """Add findings about mounts at a path that another mount has. Paths are relative to the app."""
    taken = {_plain(path): _FILE for path, about in as_map(app.get("files")).items() if about is not None}
    for volume, folder, where in _volumes(app):
        _check(taken, volume, folder, where, findings)
    for above, mounts in (((), app), (("container",), as_map(app.get("container")))):
        mine: set[str] = set()
        for index, mount in enumerate(_list(mounts.get("volumeMounts"))):
            name, path = mount.get("name"), mount.get("mountPath")
            # The check of the list reports two equal items in it.
            if isinstance(path, str) and _plain(path) not in mine:
                mine.add(_plain(path))
                _check(taken, name, path, (*above, "volumeMounts", index, "mountPath"), findings)


def _volumes(app: dict[str, object]) -> Iterator[tuple[str, str, Path]]:
    """Yield the volumes that have a mount path."""
    for group in (*pod_words.VOLUMES, _TEMPLATES):
        for name, about in as_map(app.get(group)).items():
            path = as_map(about).get("mountPath")
            if isinstance(path, str):
                yield name, path, (group, name, "mountPath")


def _check(taken: dict[str, str], name: object, path: str, place: Path, findings: Findings) -> None:
    there = taken.setdefault(_plain(path), str(name))
    if there != name:
        findings.add(place, f"{there} lies at {_plain(path)} already", _HINT)


def _plain(path: str) -> str:
    return path.rstrip("/") or "/"


def _list(items: object) -> list[dict[str, object]]:
    return [as_map(one) for one in items] if isinstance(items, list) else []
