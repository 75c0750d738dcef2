"""Lock charts by digest, and set newer versions: what `charts lock` and `charts update` do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from generator.delivery import image
from generator.delivery.bump import Bump, Wanted
from generator.errors import RepositoryError, UsageError
from generator.files import work_tree
from generator.manifests.charts import archive, deployed, lock
from generator.manifests.charts.lock import Locked
from generator.spec.layout import CHART_LOCK, overlay_path
from generator.yaml.kustomization import Image

if TYPE_CHECKING:
    from generator.delivery.bump import BumpOutcome
    from generator.delivery.image import Slot
    from generator.manifests.charts.deployed import Deployed
    from generator.spec.model import Spec

Tell = Callable[[str], None]


class Locking(NamedTuple):
    """Locked charts: all ``entries``, the ``new`` ones, and the Applications that are ``held`` to a digest now."""

    entries: tuple[Locked, ...]
    new: tuple[Locked, ...]
    held: tuple[str, ...]


def charts(directory: Path, spec: Spec, apps: Sequence[str] = ()) -> dict[Slot, Deployed]:
    """Return what each Application of a chart deploys, by its slot. ``UsageError`` for an app that is no chart."""
    names = list(image.apps_named(spec, apps)) or list(spec.charts)
    found: dict[Slot, Deployed] = {}
    for name in names:
        if name not in spec.charts:
            raise UsageError(f"{name} is no chart", f"charts here: {', '.join(spec.charts) or 'none'}")
        for environment in spec.charts[name].environments:
            place = image.slot(spec, name, environment)
            chart = deployed.find(directory, overlay_path(environment, name))
            if chart is None:
                raise RepositoryError(f"{place.path}: no chart there", "generate it: python -m generator")
            if chart.reference == place.image:
                found[place] = chart
    return found


def lock_all(directory: Path, spec: Spec, helm: Path, tell: Tell) -> Locking:
    """Lock every chart that is deployed, and hold the Applications of those in registries to their digests."""
    there = charts(directory, spec)
    known = _of_spec(lock.read(directory), spec)
    new = _fetched(there.values(), known, helm, tell)
    entries = [*known, *new]
    holds = [
        Wanted(place, Image(place.image, chart.version, digest))
        for place, chart in there.items()
        if chart.is_oci and chart.digest is None and (digest := lock.digest_of(entries, chart))
    ]
    bump = Bump(holds, dict, force=True)
    _write(directory, bump, entries)
    return Locking(tuple(entries), tuple(new), tuple(one.wanted.place.path for one in bump.changed))


def update(
    directory: Path,
    spec: Spec,
    apps: Sequence[str],
    environments: Sequence[str],
    to: str | None,
    helm: Path,
    tell: Tell,
) -> tuple[list[BumpOutcome], Mapping[Slot, str]]:
    """Set a version, or the newest, in some environments; return what became of each, and the versions before."""
    places = charts(directory, spec, apps)
    chosen = [image.environment_named(spec, name).name for name in environments] or list(spec.environments)[:1]
    wanted: list[Wanted] = []
    known = _of_spec(lock.read(directory), spec)
    versions: dict[str, str] = {}
    for place, chart in places.items():
        if place.environment not in chosen:
            continue
        if chart.reference not in versions:
            tell(f"asking for {chart.reference}")
            versions[chart.reference] = to or archive.newest(chart.repository, chart.name, helm)
        there = chart._replace(version=versions[chart.reference], digest=None)
        known += _fetched([there], known, helm, tell)
        digest = lock.digest_of(known, there) if chart.is_oci else None
        wanted.append(Wanted(place, image.image(place, there.version, digest)))
    bump = Bump(wanted, dict)
    _write(directory, bump, known)
    return bump.outcomes, {place: chart.version for place, chart in places.items()}


def _of_spec(entries: Iterable[Locked], spec: Spec) -> list[Locked]:
    """Leave out the charts that no app is any more; former versions stay, since a rollback may bring them back."""
    ours = {(app.chart.repository, app.chart.name) for app in spec.charts.values()}
    return [entry for entry in entries if entry[:2] in ours]


def _fetched(there: Iterable[Deployed], known: Iterable[Locked], helm: Path, tell: Tell) -> list[Locked]:
    """Fetch the charts that are not locked yet."""
    entries = list(known)
    new: list[Locked] = []
    for chart in there:
        if lock.digest_of([*entries, *new], chart) is None:
            tell(f"fetching {chart.reference} {chart.version}")
            new.append(Locked(chart.repository, chart.name, chart.version, archive.fetch(chart, helm)))
    return new


def _write(directory: Path, bump: Bump, entries: Iterable[Locked]) -> None:
    """Write the Applications and the lock, all or nothing."""
    with work_tree.locked(directory):
        contents = work_tree.read(directory, [*bump.paths, CHART_LOCK])
        files = {**bump.edit(contents.get), CHART_LOCK: lock.dump(entries)}
        work_tree.write(directory, {path: content for path, content in files.items() if contents.get(path) != content})
