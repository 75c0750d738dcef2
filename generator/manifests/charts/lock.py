"""``gitops/chart.lock``: the digest of each chart's version. ``charts lock`` writes it, and reviewers read it.

A repository could give other bytes for the same version tomorrow; with this file, `validate` notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.spec.layout import CHART_LOCK
from generator.yaml import emit as yaml_emit
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.manifests.charts.deployed import Deployed

_HEADER: Final = "# The charts that are deployed, by digest: python -m generator charts lock\n"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_FIELDS: Final = ("repository", "name", "version", "digest")
COMMAND: Final = "python -m generator charts lock"


class Locked(NamedTuple):
    """A chart of one version, and its digest: of the manifest in a registry, of the archive in a repository."""

    repository: str
    name: str
    version: str
    digest: str


def read(directory: Path) -> list[Locked]:
    """Read the lock; empty if there is none. ``SpecError`` if it cannot be read."""
    try:
        content = reader.read(directory, CHART_LOCK)
    except RepositoryError:
        return []
    try:
        documents = yaml_plain.load(content.decode(), CHART_LOCK)
        given = documents[0]["charts"] if documents else []
        return [_entry(item) for item in given or ()]
    except (UnicodeDecodeError, KeyError, TypeError, ValueError) as exc:
        hint = f"get it back: git checkout HEAD -- {CHART_LOCK}; or write it again: {COMMAND}"
        raise SpecError([Fault(CHART_LOCK, 1, 1, "charts", "is damaged", hint)]) from exc


def _entry(item: dict[str, object]) -> Locked:
    found = Locked(*(str(item[name]) for name in _FIELDS))
    if not _DIGEST.fullmatch(found.digest):
        raise ValueError(found.digest)
    return found


def dump(entries: Iterable[Locked]) -> bytes:
    """Return the content of the file, the same for the same charts."""
    charts = [entry._asdict() for entry in sorted(set(entries))]
    return (_HEADER + yaml_emit.dump({"charts": charts})).encode()


def digest_of(entries: Iterable[Locked], chart: Deployed) -> str | None:
    """Return the digest of a chart that is deployed, if it is locked."""
    wanted = (chart.repository, chart.name, chart.version)
    return next((entry.digest for entry in entries if entry[:3] == wanted), None)
