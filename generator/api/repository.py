"""`Repository`: read the commits of a branch, in a checkout, a bare mirror or a remote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator.api.call import NONE, Credentials, calling
from generator.delivery import deployments, image, live_state
from generator.delivery import status as statuses
from generator.delivery.deployments import Deployment
from generator.delivery.image import Slot
from generator.delivery.live_state import LiveState, Running
from generator.delivery.status import Row
from generator.errors import RepositoryError
from generator.git import history as histories
from generator.git.history import ID, Commit, History
from generator.spec import layout
from generator.spec.model import Spec
from generator.spec.remembered import Specs

if TYPE_CHECKING:
    from generator.delivery.promotion.app_promotions import AppPromotion
    from generator.manifests.app_difference import AppDifference
    from generator.manifests.environments import CompareResult


class Repository:
    """A repository whose commits are read. Nothing is written, and a mirror is not fetched.

    Make one with `local`, `mirror` or `remote`. Each method reads the branch's tip at the time of the call, so one
    object can be used while the mirror is updated, and by several threads.
    """

    def __init__(self, opened: Callable[[], History]) -> None:
        """Take what opens the branch's history as it is now."""
        self._opened = opened
        self._specs = Specs()

    @classmethod
    def local(cls, directory: Path = Path()) -> Repository:
        """Read the commit that is checked out in a work tree."""
        return cls(lambda: _checked_out(directory))

    @classmethod
    def mirror(cls, directory: Path, branch: str = "main") -> Repository:
        """Read a branch of a bare repository, as `git clone --mirror` makes it and `git fetch` keeps it up to date."""
        return cls(lambda: histories.mirrored(directory, branch, layout.MIRRORED))

    @classmethod
    @contextmanager
    def remote(cls, url: str, branch: str = "main", *, credentials: Credentials = NONE) -> Iterator[Repository]:
        """Clone a branch with its whole history, but only with the files that are read, for a `with` block."""
        with calling(credentials, Path(), url), histories.clone(url, branch) as clone:
            clone.fetch()
            while clone.deepen():
                pass
            yield cls(lambda: clone)

    def _at(self, commit: str | None) -> History:
        found = self._opened()
        return found.at(commit) if commit else found

    def tip(self) -> str:
        """Return the branch's newest commit."""
        return self._at(None).tip

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file at a commit; None if it does not exist there."""
        found = self._at(commit)
        return found.read(found.tip, path)

    def spec(self, at: str | None = None) -> Spec:
        """Return the spec at a commit (default: the newest one)."""
        return self._spec_of(self._at(at))

    def _spec_of(self, found: History) -> Spec:
        """Return the spec of a history's tip; one that is the same as before is not read again."""
        return self._specs.of(found)

    def deployments(self, *, since: str | None = None, at: str | None = None) -> list[Deployment]:
        """List every change of an image or a pin, the newest first; with `since`, only changes after that commit.

        The cost grows with the number of new commits. Raises RepositoryError if `since` is not in the history of
        `at`, for example after a forced push; then read the whole history again.
        """
        found = self._at(at)
        return deployments.entries(found, _places(self._spec_of(found)), found.at(since).tip if since else None)

    def commits(self, before: str, after: str, paths: Sequence[str] = (), *, limit: int | None = None) -> list[Commit]:
        """List the commits between an older commit and a newer one, the newest first, without merges.

        `paths` limits them to commits that changed one of these files and folders, such as an app's source; `limit`
        is their maximum number. Raises RepositoryError if a commit is not here, or the older one is no ancestor of
        the newer one.
        """
        found = self._at(None)
        newer, older = (found.resolved(name) if ID.fullmatch(name) else None for name in (after, before))
        if newer is None or older is None:
            raise RepositoryError(f"{before if newer else after}: no such commit here", "name another one")
        if not found.is_ancestor(older, newer):
            raise RepositoryError(f"{before}: it is not in the history of {after}", "name an older one")
        return found.log(f"{older}..{newer}", paths, limit=limit, merges=False)

    def status(self, apps: Sequence[str] | None = None, *, at: str | None = None) -> list[Row]:
        """Return a row for each app (or for these) and environment, at a commit (default: the newest one)."""
        found = self._at(at)
        spec = self._spec_of(found)
        if apps is not None:
            apps, _ = image.chosen(spec, apps, ()) if apps else ([], [])
        return statuses.rows_of(spec, found.reader([one.path for one in _places(spec, apps)]), found, apps)

    def promotions(
        self,
        to: str,
        apps: Sequence[str] = (),
        *,
        now: datetime,
        source: str | None = None,
        at: str | None = None,
        running: Mapping[tuple[str, str], Running] | None = None,
    ) -> list[AppPromotion]:
        """Return what `promote` would do with each of these apps (none: all) at a time, and what would block it.

        No network is used: health comes from `running`, as `live` returned it. Raises UsageError for the first
        environment, to which nothing is promoted.
        """
        from generator.delivery.promotion import app_promotions, proposing
        from generator.delivery.promotion.proposal import PromotionRequest

        found = self._at(at)
        spec, wanted = self._spec_of(found), PromotionRequest(tuple(apps), source, to)
        services = app_promotions.services(running or {}, now)
        return app_promotions.of(proposing.propose(found, wanted, services, render=False, known=spec), apps)

    def difference(self, app: str, before: tuple[str, str], after: tuple[str, str]) -> AppDifference:
        """Compare an app in two (commit, environment) pairs, rendered by kustomize, without a network.

        Raises ToolError without kustomize, and RepositoryError for a commit that is not here.
        """
        from generator.manifests import app_difference

        sides = []
        for commit, environment in (before, after):
            found = self._at(commit)
            spec = self._spec_of(found)
            place = image.slot(spec, app, image.environment_named(spec, environment).name)
            sides.append(app_difference.Version(found, spec, spec.environments[place.environment]))
        return app_difference.find(app, sides[0], sides[1])

    def compare(
        self, left: str, right: str, apps: Sequence[str] = (), *, allow: Sequence[str] = (), at: str | None = None
    ) -> CompareResult:
        """Compare two environments at a commit, field by field, as `generator.compare` does for a work tree.

        Apps that need files which this repository does not contain are listed in `problems`. Needs kustomize.
        """
        from tempfile import TemporaryDirectory

        from generator.manifests import environments

        found = self._at(at)
        spec = self._spec_of(found)
        pair, chosen = image.two_environments(spec, left, right), image.apps_named(spec, apps)
        with TemporaryDirectory() as name:
            place = Path(name)
            found.check_out(found.tip, place)
            return environments.compare(place, spec, pair, chosen, allow)

    def live(self, *, credentials: Credentials = NONE) -> LiveState:
        """Ask the forge for open requests, and Argo CD or AWS for running images, if there are credentials for them."""
        found = self._at(None)
        spec = self._spec_of(found)
        with calling(credentials, Path(), spec.repository):
            return live_state.ask(spec, lambda path: found.read(found.tip, path))


def _checked_out(directory: Path) -> History:
    found = histories.here(directory)
    if found is None:
        raise RepositoryError(f"{directory}: no commits here", "name a work tree of git with a commit in it")
    return found


def _places(spec: Spec, apps: Sequence[str] | None = None) -> list[Slot]:
    some = spec.apps if apps is None else apps
    return [image.slot(spec, app, environment) for app in some for environment in spec.apps[app].environments]
