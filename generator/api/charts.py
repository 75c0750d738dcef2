"""`lock_charts` and `update_charts`: pin the repository's charts to digests, and set newer versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.git import sparse
from generator.manifests.charts.lock import Locked
from generator.spec import loader
from generator.spec.layout import APPLIED


@dataclass(frozen=True, slots=True)
class LockChartsRequest:
    """The repository whose charts are locked."""

    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class LockChartsResult:
    """Every chart of the lock, the new ones, and the Applications that now have a digest."""

    charts: tuple[Locked, ...]
    new: tuple[Locked, ...]
    held: tuple[str, ...]


def lock_charts(
    request: LockChartsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> LockChartsResult:
    """Fetch the charts that are deployed and not locked yet, and write their digests into `gitops/chart.lock`."""
    from generator import tools
    from generator.delivery import chart_update

    directory = request.directory
    with calling(credentials, directory):
        sparse.require(directory, APPLIED)
        found = chart_update.lock_all(directory, loader.load(directory), tools.find("helm"), progress)
        return LockChartsResult(*found)


@dataclass(frozen=True, slots=True)
class UpdateChartsRequest:
    """The apps (none: all that are charts), the environments (none: the first), and the version (None: the newest)."""

    apps: Sequence[str] = ()
    environments: Sequence[str] = ()
    to: str | None = None
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class ChartUpdate:
    """One app in one environment; `state` is `changed`, `same` or `pinned`, and `why` by whom it is held."""

    app: str
    environment: str
    path: str
    before: str
    after: str
    digest: str | None
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class UpdateChartsResult:
    """Outcome for each chart."""

    updates: tuple[ChartUpdate, ...]


def update_charts(
    request: UpdateChartsRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> UpdateChartsResult:
    """Set a newer version of charts in the Applications of some environments here, and lock it."""
    from generator import tools
    from generator.delivery import chart_update

    directory = request.directory
    with calling(credentials, directory):
        sparse.require(directory, APPLIED)
        outcomes, before = chart_update.update(
            directory, loader.load(directory), request.apps, request.environments, request.to, tools.find("helm"),
            progress,
        )  # fmt: skip
    updates = [
        ChartUpdate(
            place.app, place.environment, place.path, before[place], one.wanted.image.tag or "",
            one.wanted.image.digest, str(one.state), one.why,
        )
        for one in outcomes
        if (place := one.wanted.place)
    ]  # fmt: skip
    return UpdateChartsResult(tuple(updates))
