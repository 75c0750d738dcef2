"""Publish a site: bring what serves it to the files of a folder, and wait until they are what browsers get."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.backoff import Backoff
from generator.clients.aws.amplify import DONE, FAILED, Branch
from generator.clients.aws.cloudfront import Distribution
from generator.clients.aws.s3 import Files
from generator.delivery.sites import files as site_files
from generator.errors import DeployError

if TYPE_CHECKING:
    from generator.delivery.sites.files import SiteFile

Tell = Callable[[str], None]
LOOKS: Final = Backoff(first=1.0, longest=10.0, factor=1.4)
_AGAIN: Final = "publish again: what is there already stays"


@dataclass(frozen=True, slots=True)
class Difference:
    """Files to put and to remove, by name; ``same`` is how many stay as they are."""

    put: tuple[str, ...]
    removed: tuple[str, ...]
    same: int = 0

    @property
    def changes(self) -> bool:
        """Tell whether anything is to be done."""
        return bool(self.put or self.removed)


class Bucket:
    """A bucket with CloudFront before it. Pages come after what they name, and nothing goes before nothing names it."""

    def __init__(self, region: str, given: Mapping[str, str], wanted: Mapping[str, SiteFile]) -> None:
        self._files, self._distribution = Files(region, given["bucket"]), Distribution(given["distribution"])
        self._wanted = wanted
        self._former: dict[str, str] = {}

    def difference(self) -> Difference:
        """Compare with what is there."""
        there = self._former = self._files.there()
        put = [name for name, file in self._wanted.items() if there.get(name) != file.digest]
        put.sort(key=lambda name: (self._wanted[name].is_page, name == site_files.FRONT_PAGE, name))
        gone = sorted(there.keys() - self._wanted.keys())
        return Difference(tuple(put), tuple(gone), len(self._wanted) - len(put))

    def keep(self, folder: Path, tell: Tell) -> int:
        """Copy the files that were there into a folder, and return how many; none where they had no front page.

        Files that stay as they are come from this machine, and the rest from the bucket.
        """
        if site_files.FRONT_PAGE not in self._former:
            return 0
        tell(f"keeping {len(self._former)} former files in {folder}")
        for name, digest in self._former.items():
            own = self._wanted.get(name)
            content = own.path.read_bytes() if own and own.digest == digest else self._files.get(name)
            site_files.write(folder, name, content)
        return len(self._former)

    def publish(self, found: Difference, reference: str, deadline: float, tell: Tell) -> None:
        """Put files, let CloudFront forget the former ones, and remove what is none any more."""
        for number, name in enumerate(found.put, 1):
            tell(f"{number} of {len(found.put)} files: {name}")
            file = self._wanted[name]
            self._files.put(name, file.path, file.kind, file.cache)
        invalidation = self._distribution.invalidate(reference)
        tell("waiting until CloudFront has forgotten the former files")
        wait(
            lambda: self._distribution.is_done(invalidation), deadline, "CloudFront has not forgotten the former files"
        )
        self._files.remove(found.removed)


class Hosting:
    """A branch of Amplify, which takes all files anew and does not tell which it has."""

    def __init__(self, region: str, given: Mapping[str, str], wanted: Mapping[str, SiteFile]) -> None:
        self._branch = Branch(region, given["app"], given["branch"])
        self._wanted = wanted

    def difference(self) -> Difference:
        """Return all files: whether they are there is not known."""
        return Difference(tuple(self._wanted), ())

    def keep(self, _folder: Path, _tell: Tell) -> None:
        """Keep nothing: Amplify returns no files."""

    def publish(self, _found: Difference, _reference: str, deadline: float, tell: Tell) -> None:
        """Hand all files over, and wait until Amplify serves them."""
        upload = self._branch.begin()
        self._branch.upload(upload, site_files.archive(self._wanted))
        self._branch.start(upload.job)
        tell("waiting until Amplify serves the files")
        wait(lambda: self._is_done(upload.job), deadline, "Amplify does not serve the files yet")

    def _is_done(self, job: str) -> bool:
        status = self._branch.status(job)
        if status in FAILED:
            raise DeployError(f"Amplify: the deployment {job} is {status}", "its log is in the console; publish again")
        return status == DONE


def wait(is_done: Callable[[], bool], deadline: float, said: str) -> None:
    """Wait for something. ``DeployError`` where it is not so in time."""
    for looks in itertools.count(1):
        if is_done():
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeployError(f"not done in time: {said}", _AGAIN)
        time.sleep(min(left, LOOKS.pause(looks)))
