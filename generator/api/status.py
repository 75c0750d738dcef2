"""`status` and `history`: which image each environment has, and has had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import OnBranch
from generator.delivery import deployments, image, live_state, targets
from generator.delivery import status as statuses
from generator.delivery.deployments import Deployment
from generator.delivery.live_state import Key, Running
from generator.delivery.status import Row
from generator.errors import RepositoryError, UsageError
from generator.files import work_tree
from generator.git import history as histories
from generator.git import upstream
from generator.git.history import Clone, History
from generator.spec import loader, products
from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class StatusRequest(OnBranch):
    """The checkout to show, of these apps (or products) and environments alone if any are named.

    `offline` asks neither the remote, nor the forge, nor what runs. `fetch` shows the `branch` of the `remote`
    instead of the checkout, spec and all.
    """

    directory: Path = Path()
    offline: bool = False
    apps: Sequence[str] = ()
    environments: Sequence[str] = ()
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class StatusResult:
    """A row for each app and environment, by app, in promotion order.

    `requests` are URLs of open pull requests and `running` what Argo CD or AWS says, by app and environment; `running`
    is None where neither was asked. `notes` tell what a reader should know of the checkout. `products` has the product
    of each app that is in one.
    """

    rows: tuple[Row, ...]
    requests: Mapping[Key, str]
    running: Mapping[Key, Running] | None
    notes: tuple[str, ...] = ()
    products: Mapping[str, str] = field(default_factory=dict)


def status(request: StatusRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> StatusResult:
    """Show what is checked out; ask the forge and Argo CD where there are credentials for them."""
    _check_fetch(request)
    if request.fetch and request.offline:
        raise UsageError("--fetch asks the remote, and --offline does not", "leave one of them out")
    with calling(credentials, request.directory, request.remote):
        spec = loader.load(request.directory)
        if request.fetch:
            return _of_remote(request, spec, progress)
        apps, environments = image.chosen(spec, request.apps, request.environments)
        progress(f"asking git, the forge and {targets.known_by(targets.used(spec))}")
        here = partial(_read, request.directory)
        with ThreadPoolExecutor(max_workers=1) as pool:
            find = partial(upstream.find, request.directory, ask=not request.offline)
            followed = pool.submit(copy_context().run, find)  # with the credentials
            found = statuses.rows(request.directory, spec, apps)
            rows = tuple(row for row in found if row.environment in environments)
            live = live_state.NOT_ASKED if request.offline or not rows else live_state.ask(spec, here)
            notes = (*live.notes, *statuses.notes(request.directory, rows, followed.result()))
    return StatusResult(rows, live.requests, live.running, notes, products.of_apps(spec.products))


def _read(directory: Path, path: str) -> bytes | None:
    return work_tree.read(directory, [path]).get(path)


def _of_remote(request: StatusRequest, here: Spec, progress: Progress) -> StatusResult:
    """Show what the remote's branch has, whatever is checked out."""
    progress("reading the remote's branch")
    with _cloned(request, here) as clone:
        spec = loader.parse((clone.read(clone.tip, loader.FILE_NAME) or b"").decode(errors="replace"))
        apps, environments = image.chosen(spec, request.apps, request.environments)
        found = statuses.rows_of(spec, lambda path: clone.read(clone.tip, path), clone, apps)
        rows = tuple(row for row in found if row.environment in environments)
        progress(f"asking the forge and {targets.known_by(targets.used(spec))}")
        live = live_state.ask(spec, lambda path: clone.read(clone.tip, path)) if rows else live_state.NOT_ASKED
    told = (*live.notes, *statuses.problems(rows))
    return StatusResult(rows, live.requests, live.running, told, products.of_apps(spec.products))


@dataclass(frozen=True, slots=True)
class HistoryRequest(OnBranch):
    """An app, and one environment or all. `fetch` reads the `branch` of the `remote` instead of the checkout."""

    app: str
    directory: Path = Path()
    environment: str | None = None
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """Every change of a tag, digest or pin, the newest first; `complete` unless older commits are not at hand."""

    app: str
    complete: bool
    deployments: tuple[Deployment, ...]


def history(request: HistoryRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> HistoryResult:
    """List what an app has had, by whatever it was changed: builds, promotions, rollbacks, pins, edits by hand."""
    _check_fetch(request)
    with calling(credentials, request.directory, request.remote):
        spec = loader.load(request.directory)
        app = image.app_named(spec, request.app).name
        one = request.environment
        names = [image.environment_named(spec, one).name] if one else list(spec.environments)
        places = [image.slot(spec, app, name) for name in names]
        progress(f"reading the history of {app}")
        with _opened(request, spec) as found:
            return HistoryResult(app, found.complete, tuple(deployments.entries(found, places)))


def _check_fetch(request: StatusRequest | HistoryRequest) -> None:
    if (request.remote or request.branch) and not request.fetch:
        raise UsageError("--remote and --branch go with --fetch")


@contextmanager
def _cloned(request: OnBranch, spec: Spec) -> Iterator[Clone]:
    """Clone a branch with all of its history."""
    with histories.clone(request.remote or spec.repository, request.branch or spec.branch) as clone:
        clone.fetch()
        while clone.deepen():
            pass
        yield clone


@contextmanager
def _opened(request: HistoryRequest, spec: Spec) -> Iterator[History]:
    if request.fetch:
        with _cloned(request, spec) as clone:
            yield clone
        return
    here = histories.here(request.directory)
    if here is None:
        raise RepositoryError(
            "no commits here", "commit what was generated, or read the remote: python -m generator history --fetch"
        )
    yield here
