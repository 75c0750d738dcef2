"""`link`: the page of an app in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery import image, pages, targets
from generator.errors import UsageError
from generator.spec import loader
from generator.spec import targets as kinds

if TYPE_CHECKING:
    from generator.spec.model import Spec

Page = Literal["argocd", "ecs", "repo", "request"]
# The pages that a target has.
_OF: Final = {"argocd" if name == kinds.EKS else name: name for name in kinds.NAMES}


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """An app, in one environment or all; its page in `argocd` or `ecs`, its folder in `repo`, or its open `request`.

    The default page is the one of the place where the app runs: AWS' console, or Argo CD if ARGOCD_SERVER of the
    credentials names one. Otherwise it is the folder.
    """

    app: str
    environment: str | None = None
    page: Page | None = None
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class LinkResult:
    """A page's kind, and its URL."""

    app: str
    environment: str | None
    page: Page
    url: str


def link(request: LinkRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> LinkResult:
    """Find a page of an app. The forge is asked only for a request."""
    with calling(credentials, request.directory):
        spec = loader.load(request.directory)
        app = image.app_named(spec, request.app).name
        where = image.environment_named(spec, request.environment).name if request.environment else None
        page: Page = request.page or _usual(spec, app, where, credentials)
        progress(f"looking for the page of {app}")
        if page in _OF:
            _check(spec, app, where, page)
            return LinkResult(app, where, page, targets.find(_OF[page]).page(spec, app, where))
        find = {"repo": pages.folder, "request": pages.request}[page]
        return LinkResult(app, where, page, find(spec, app, where))


def _usual(spec: Spec, app: str, where: str | None, credentials: Credentials) -> Page:
    found = _targets(spec, app, where)
    if where and kinds.EKS not in found:
        return cast("Page", found.pop())
    return "argocd" if kinds.EKS in found and credentials.get("ARGOCD_SERVER") else "repo"


def _targets(spec: Spec, app: str, where: str | None) -> set[str]:
    """Return where an app runs, in an environment or in any of its own."""
    names = [where] if where else list(spec.apps[app].environments)
    return {targets.where(spec, app, name) for name in names}


def _check(spec: Spec, app: str, where: str | None, page: Page) -> None:
    """Raise ``UsageError`` where an app does not run in the place whose page is asked for."""
    found = _targets(spec, app, where)
    if _OF[page] not in found:
        other = next(name for name, target in _OF.items() if target in found)
        place = f"{app} in {where}" if where else app
        raise UsageError(f"{place} is not on {_OF[page].upper()}", f"open --{other}")
