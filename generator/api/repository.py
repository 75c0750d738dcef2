"""`Repository`: what commits of a branch say, of a checkout, a bare mirror or a remote."""

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
    from generator.api.manifests import CompareResult
    from generator.delivery.promotion.app_promotions import AppPromotion
    from generator.manifests.app_difference import AppDifference


class Repository:
    """A repository whose commits are read; nothing is written, and of a mirror nothing is fetched.

    Make one with `local`, `mirror` or `remote`. Each method reads what the branch is at by then, so one object serves
    as long as a mirror is kept up to date, from several threads too.
    """

    def __init__(self, opened: Callable[[], History]) -> None:
        """Take what opens the branch's history as it is now."""
        self._opened = opened
        self._specs = Specs()

    @classmethod
    def local(cls, directory: Path = Path()) -> Repository:
        """Read what is checked out in a work tree."""
        return cls(lambda: _checked_out(directory))

    @classmethod
    def mirror(cls, directory: Path, branch: str = "main") -> Repository:
        """Read a branch of a bare repository, as `git clone --mirror` makes it and `git fetch` keeps it up to date."""
        return cls(lambda: histories.mirrored(directory, branch, layout.MIRRORED))

    @classmethod
    @contextmanager
    def remote(cls, url: str, branch: str = "main", *, credentials: Credentials = NONE) -> Iterator[Repository]:
        """Clone a branch with all of its history, without files that are not read, for the time of a `with` block."""
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
        """Return a file as a commit has it; None if it has none."""
        found = self._at(commit)
        return found.read(found.tip, path)

    def spec(self, at: str | None = None) -> Spec:
        """Return the spec as a commit has it, the newest one if left out."""
        return self._spec_of(self._at(at))

    def _spec_of(self, found: History) -> Spec:
        """Return the spec of a history's tip; one that is the same as before is not read again."""
        return self._specs.of(found)

    def deployments(self, *, since: str | None = None, at: str | None = None) -> list[Deployment]:
        """List every change of an image or a pin, the newest first; with `since` what came after that commit.

        Its cost grows with what is new. Raises RepositoryError where `since` is not in the history of `at`, as after a
        forced push; then read all of it again.
        """
        found = self._at(at)
        return deployments.entries(found, _places(self._spec_of(found)), found.at(since).tip if since else None)

    def commits(self, before: str, after: str, paths: Sequence[str] = (), *, limit: int | None = None) -> list[Commit]:
        """List the commits that one commit has and an older one has not, the newest first; merges are left out.

        With `paths` those that changed one of these files and folders, as an app's source; with `limit` no more than so
        many. Raises RepositoryError where a commit is not here, or the older one does not lead to the other one.
        """
        found = self._at(None)
        newer, older = (found.resolved(name) if ID.fullmatch(name) else None for name in (after, before))
        if newer is None or older is None:
            raise RepositoryError(f"{before if newer else after}: no such commit here", "name another one")
        if not found.is_ancestor(older, newer):
            raise RepositoryError(f"{before}: it is not in the history of {after}", "name an older one")
        return found.log(f"{older}..{newer}", paths, limit=limit, merges=False)

    def status(self, apps: Sequence[str] | None = None, *, at: str | None = None) -> list[Row]:
        """Return a row for each app (or for these) and environment as a commit has them, the newest one if left out."""
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
        """Tell what `promote` would do with each of these apps (none: all) at a time, and what would hold it.

        Nothing is asked of a network: what is healthy is what `running` says, as `live` returned it. Raises UsageError
        for an environment that nothing is promoted to.
        """
        from generator.delivery.promotion import app_promotions
        from generator.delivery.promotion.proposal import PromotionRequest

        found = self._at(at)
        return app_promotions.find(
            found, self._spec_of(found), PromotionRequest(tuple(apps), source, to), running or {}, now
        )

    def difference(self, app: str, before: tuple[str, str], after: tuple[str, str]) -> AppDifference:
        """Compare an app in two (commit, environment): rendered by kustomize, field by field, and without a network.

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
        """Compare two environments as a commit has them, field by field, as `generator.compare` does of a work tree.

        An app that needs files which the repository does not have here is named in `problems`. Needs kustomize.
        """
        from tempfile import TemporaryDirectory

        from generator.api import manifests

        found = self._at(at)
        with TemporaryDirectory() as name:
            place = Path(name)
            found.check_out(found.tip, place)
            request = manifests.CompareRequest(left, right, apps, place, allow)
            return manifests.compare_in(request, self._spec_of(found))

    def live(self, *, credentials: Credentials = NONE) -> LiveState:
        """Ask the forge for open requests, and Argo CD or AWS for what runs, where there are credentials for them."""
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
