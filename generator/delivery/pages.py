"""Find an app's pages for a browser: Argo CD's Application, a folder on the forge, a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.clients import argocd
from generator.delivery import live_state
from generator.errors import ForgeError, RepositoryError, UsageError
from generator.git import hosts
from generator.render.names import application_name, application_names
from generator.spec import forge_kinds
from generator.spec.layout import base_path, overlay_path

if TYPE_CHECKING:
    from generator.spec.model import Spec

_CODECOMMIT: Final = re.compile(
    r"(?:https|ssh)://(?:[^@/]+@)?git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com/v1/repos/([A-Za-z0-9._-]+)/?"
)


def folder(spec: Spec, app: str, environment: str | None) -> str:
    """Return the page of an app's overlay, or of its base, on the branch that Argo CD follows.

    Raises:
        ForgeError: The repository's URL leads to no forge with pages.
    """
    path = overlay_path(environment, app) if environment else base_path(app)
    if found := _CODECOMMIT.fullmatch(spec.repository):
        region, name = found.groups()
        console = f"https://{region}.console.aws.amazon.com/codesuite/codecommit/repositories/{name}"
        return f"{console}/browse/refs/heads/{_quoted(spec.branch)}/--/{_quoted(path)}?region={region}"
    page = forge_kinds.page(spec.repository)
    if not page:
        raise ForgeError(f"{hosts.of(spec.repository) or spec.repository}: no forge with pages", "open it by its path")
    tree = forge_kinds.find(spec.repository, spec.forge.kind).tree
    return page + tree.format(branch=_quoted(spec.branch), path=_quoted(path)) if tree else page


def application(spec: Spec, app: str, environment: str | None) -> str:
    """Return the page of an app's Application in Argo CD, or of all of them where there are several.

    Raises:
        UsageError: The credentials name no Argo CD.
    """
    server = argocd.address()
    if server is None:
        raise UsageError("which Argo CD is not known", "set ARGOCD_SERVER, or open --repo")
    names = application_names(spec, environment, app) if environment else []
    if len(names) == 1:
        return f"{server}/applications/{_quoted(spec.argocd_namespace)}/{_quoted(names[0])}"
    # One for each cluster, of which Argo CD alone may know the names: the list that it shows of them.
    wanted = application_name(spec, environment, app) if environment else app
    return f"{server}/applications?search={_quoted(wanted)}"


def request(spec: Spec, app: str, environment: str | None) -> str:
    """Return the page of the open pull request that moves an app, the first one in promotion order.

    Raises:
        RepositoryError: There is none.
    """
    found = live_state.requests(spec)
    names = [environment] if environment else list(spec.environments)
    urls = [found[app, name] for name in names if (app, name) in found]
    if not urls:
        where = f" into {environment}" if environment else ""
        raise RepositoryError(f"no open pull request moves {app}{where}", f"promote {app} --to ENV opens one")
    return urls[0]


def _quoted(text: str) -> str:
    """Return a text as a URL's path has it; names of branches may hold nearly anything."""
    return re.sub(r"[^A-Za-z0-9._~/-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
