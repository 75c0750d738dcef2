"""Hold the files of the branch's tip before and after a promotion."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import RepositoryError, SpecError
from generator.files import reader
from generator.spec import loader

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Workspace:
    """The tip's files in two folders: as they are, and as they are to be. ``known`` is its spec, if it was read."""

    clone: History
    before: Path
    after: Path
    known: Spec | None = None

    def read(self, path: str) -> bytes | None:
        """Return a file of the tip."""
        return self.clone.read(self.clone.tip, path)

    def spec(self) -> Spec:
        """Return the spec of the branch's tip: the reviewed one, not that of a work tree."""
        if self.known is not None and not self.known.promotion.base:
            return self.known
        if self.read(loader.FILE_NAME) is None:
            raise RepositoryError(f"{loader.FILE_NAME}: no such file on {self.clone.branch}", "push it")
        try:
            if named := loader.reads(self.clone):
                self.fill(*named)
            spec = loader.load(self.before)
            if not spec.promotion.base:
                return spec
            self.fill()  # with what was promoted, and all that a regeneration reads
            return loader.load(self.before)
        except SpecError as exc:
            faults = [fault._replace(file=f"{self.clone.branch}:{fault.file}") for fault in exc.faults]
            raise SpecError(faults) from exc

    def fill(self, *paths: str) -> None:
        """Put these files and folders of the tip into both folders, or all of it."""
        for place in (self.before, self.after):
            self.clone.check_out(self.clone.tip, place, *paths)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write into the second folder."""
        for path, content in files.items():
            (self.after / path).write_bytes(content)

    def changed(self) -> dict[str, bytes | None]:
        """Return what differs between the two folders: content, or ``None`` for what is gone."""
        before, after = dict(_files(self.before)), dict(_files(self.after))
        return {path: after.get(path) for path in sorted({*before, *after}) if before.get(path) != after.get(path)}


@contextmanager
def prepare(clone: History, known: Spec | None = None) -> Iterator[Workspace]:
    """Yield both folders, which are removed afterwards. They only contain the spec until they are filled."""
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.mkdir()
        after.mkdir()
        made = Workspace(clone, before, after, known)
        if known is None or known.promotion.base:
            made.fill(loader.FILE_NAME)
        yield made


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name, plain in reader.under(folder, "."):
        if plain:
            path = name.removeprefix("./")
            yield path, reader.read(folder, path)
