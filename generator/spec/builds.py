"""Read how an app's image is built from this repository, with defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.spec.plain_data import text, words

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scan:
    """The scan's findings that stop a release: those of this severity or worse, except the ignored ones."""

    severity: str = "CRITICAL"
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Build:
    """How an app's image is built from this repository.

    ``cache`` and ``scan`` are ``None`` if they depend on what the registry
    can do, ``False`` if the spec turns them off.
    """

    source: str
    dockerfile: str
    test: tuple[str, ...]
    args: Mapping[str, str]
    reports: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    cache: str | bool | None = None
    sbom: bool = True
    scan: Scan | bool | None = None
    contexts: Mapping[str, str] = field(default_factory=dict)

    @property
    def folders(self) -> tuple[str, ...]:
        """Return the folders that the image is built from: the source and the further contexts."""
        return tuple(dict.fromkeys((self.source, *self.contexts.values())))


def of(source: str, about: Data) -> Build:
    """Return the build of an app with a source."""
    return Build(
        source=source,
        dockerfile=about.get("dockerfile") or "Dockerfile",
        test=words(about.get("test")),
        args={name: text(value) for name, value in (about.get("args") or {}).items()},
        reports=tuple(about.get("reports") or ()),
        platforms=tuple(about.get("platforms") or ()),
        cache=about.get("cache"),
        sbom=about.get("sbom") is not False,
        scan=_scan(about.get("scan")),
        contexts=dict(about.get("contexts") or {}),
    )


def _scan(given: Data | bool | None) -> Scan | bool | None:
    if not isinstance(given, Mapping):
        return given
    return Scan(given.get("severity") or "CRITICAL", tuple(given.get("ignore") or ()))
