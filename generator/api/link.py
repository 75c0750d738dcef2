"""`link`: where in a browser an app is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery import image, pages
from generator.spec import loader

Page = Literal["argocd", "repo", "request"]


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """An app, in one environment or all; its Application in `argocd`, its folder in `repo`, or its open `request`.

    Without a page it is Argo CD's where ARGOCD_SERVER of the credentials names one, else the folder.
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
    """Find a page of an app. Only for the request, the forge is asked."""
    with calling(credentials, request.directory):
        spec = loader.load(request.directory)
        app = image.app_named(spec, request.app).name
        where = image.environment_named(spec, request.environment).name if request.environment else None
        page: Page = request.page or ("argocd" if credentials.get("ARGOCD_SERVER") else "repo")
        progress(f"looking for the page of {app}")
        find = {"argocd": pages.application, "repo": pages.folder, "request": pages.request}[page]
        return LinkResult(app, where, page, find(spec, app, where))
