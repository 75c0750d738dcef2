"""Read the specs of commits, and reuse the last one, because most commits do not change the spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from generator.spec import loader

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.spec.model import Spec


class _Known(NamedTuple):
    """A spec, a commit that has it, the blob of its file, what it includes, and the blobs of the included files."""

    spec: Spec
    commit: str
    blob: str | None
    include: Sequence[str]
    included: dict[str, str]


class Specs:
    """The specs of one repository's commits, with the last one cached."""

    def __init__(self) -> None:
        self._last: _Known | None = None

    def of(self, history: History) -> Spec:
        """Return the spec at a history's newest commit. Raise SpecError or RepositoryError as ``loader`` does."""
        last = self._last
        if last and history.tip == last.commit:
            return last.spec
        blob = history.blobs(history.tip, [loader.FILE_NAME]).get(loader.FILE_NAME)
        if last and blob == last.blob and _included(history, last.include) == last.included:
            self._last = last._replace(commit=history.tip)
            return last.spec
        spec = loader.parsed(loader.committed(history))
        include = list(spec.data.get("include") or ())
        self._last = _Known(spec, history.tip, blob, include, _included(history, include))
        return spec


def _included(history: History, include: Sequence[str]) -> dict[str, str]:
    """Return the blobs of included files, by path."""
    if not include:
        return {}
    from generator.spec import included

    files = included.Commit(history)
    return history.blobs(history.tip, sorted({path for pattern in include for path in files.matching(pattern)}))
