"""`publish`: bring the files of a static front end to an environment."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import RepositoryError, UsageError
from generator.spec import layout, loader
from generator.spec.findings import did_you_mean

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.sites import Site

_MOST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A site, an environment, and the folder with its files: where a build leaves them, unless another is named.

    With `dry_run`, all is compared, and nothing is put. `keep` is a folder, not there yet or empty, that gets the files
    of the former release first: whoever publishes that folder restores them. `timeout` is in seconds.
    """

    site: str
    environment: str
    directory: Path = Path()
    folder: Path | None = None
    keep: Path | None = None
    dry_run: bool = False
    timeout: float = 1200.0


@dataclass(frozen=True, slots=True)
class PublishResult:
    """Files that were put and removed, or would be, how many stayed, and the seconds until browsers get them.

    `address` is the name that the site is reached at. `kept` is the number of files of the former release in `keep`:
    0 if there was none, and `None` if none was asked for, or if Amplify serves the site, which returns no files.
    """

    site: str
    environment: str
    address: str
    put: tuple[str, ...]
    removed: tuple[str, ...]
    same: int
    seconds: float
    dry_run: bool = False
    kept: int | None = None

    @property
    def changed(self) -> bool:
        """Tell whether anything was to be done."""
        return bool(self.put or self.removed)


def publish(request: PublishRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> PublishResult:
    """Put what differs, let caches forget what was there before, remove what is gone, and wait."""
    with calling(credentials, request.directory):
        spec = loader.load(request.directory)
        site = _site(spec, request.site, request.environment)
        from generator.delivery.sites import files, publishing

        _require_empty(request.keep)
        wanted = files.read(request.folder or _built(site, request.directory))
        given = _given(request.directory, site, request.environment)
        assert spec.infra
        region = spec.infra.places[request.environment].region
        started = time.monotonic()
        made = (publishing.Bucket if "bucket" in given else publishing.Hosting)(region, given, wanted)
        progress("comparing the files")
        found = made.difference()
        kept = made.keep(request.keep, progress) if request.keep and not request.dry_run else None
        if found.changes and not request.dry_run:
            # What is published again in the same way is told to CloudFront once.
            names = repr([(name, file.digest) for name, file in sorted(wanted.items())])
            reference = f"{hashlib.sha256(names.encode()).hexdigest()[:32]}-{int(time.time())}"
            made.publish(found, reference, started + request.timeout, progress)
        return PublishResult(
            site.name, request.environment, given["address"], found.put, found.removed, found.same,
            time.monotonic() - started, request.dry_run, kept,
        )  # fmt: skip


def _site(spec: Spec, name: str, environment: str) -> Site:
    """Return a site that is in an environment."""
    if name not in spec.sites:
        raise UsageError(f"{name}: no such site", did_you_mean(name, tuple(spec.sites), "say it: `sites:`"))
    site = spec.sites[name]
    if environment not in site.places:
        raise UsageError(f"{name} is not in {environment}", did_you_mean(environment, tuple(site.places)))
    return site


def _require_empty(folder: Path | None) -> None:
    """Raise UsageError if the folder for former files has anything in it, which would be published with them."""
    if folder and folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", "name a new folder for the former files: --keep")


def _built(site: Site, directory: Path) -> Path:
    if not site.source:
        raise UsageError(f"{site.name} has no source here", "name the folder with its files: --from FOLDER")
    return directory / site.folder


def _given(directory: Path, site: Site, environment: str) -> Mapping[str, str]:
    """Return what Terraform tells of what serves a site, by short names."""
    from generator.spec import infra_reference, sites

    path = layout.outputs_file(environment)
    file = directory / path
    outputs = infra_reference.values(file.read_bytes()[:_MOST], path) if file.is_file() else {}
    names = {what: sites.output(site.name, what) for what in sites.OUTPUTS[site.kind]}
    if missing := [name for name in names.values() if name not in outputs]:
        hint = f"apply it, and commit what it gave: python -m generator outputs --env {environment} --push"
        raise RepositoryError(f"{environment}: Terraform has not given {', '.join(missing)} yet", hint)
    return {what: outputs[name] for what, name in names.items()}
