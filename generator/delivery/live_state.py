"""Ask the forge for open pull requests, and Argo CD and ECS for what runs, both at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.clients import argocd, forges
from generator.clients.forges import Review
from generator.delivery import branches, diagnosis, open_requests, targets
from generator.errors import GeneratorError, NoForge, reason
from generator.render.names import application_names, project_names

if TYPE_CHECKING:
    from generator.clients.argocd import Application, ArgoCd
    from generator.clients.forges import Forge, PullRequest
    from generator.spec.model import Spec

Read = Callable[[str], bytes | None]
"""Return a file; ``None`` where there is none."""
Key = tuple[str, str]
"""An app and an environment."""


@dataclass(frozen=True, slots=True)
class Running:
    """Argo CD's view of an app in an environment.

    Attributes:
        images: The images of all containers of the Application. url: The Application's page; of several, the page of
        the worst. waits_for_user: Whether it differs from git and is synced by hand only.
    """

    sync: str
    health: str
    revision: str
    images: tuple[str, ...]
    url: str = ""
    waits_for_user: bool = False


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An open pull request that promotes, pins or rolls back ``apps`` in an environment.

    Attributes:
        moves: The present and the proposed image of each app, from the request's text; empty if the text lacks them.
        review: Its author, reviewers and checks on the forge. mergeable: Whether it can be merged without a
        conflict; None if the forge does not report it.
    """

    number: str
    url: str
    title: str
    environment: str
    apps: tuple[str, ...]
    moves: Mapping[str, tuple[str, str]]
    review: Review = field(default_factory=Review)
    mergeable: bool | None = None


@dataclass(frozen=True, slots=True)
class LiveState:
    """URLs of open pull requests, and what runs; ``None`` where Argo CD was not asked. ``notes`` tell what failed.

    ``open`` are the requests themselves; None if the forge was not asked or has not answered. ``forge_problem`` and
    ``cluster_problem`` tell why a source that was asked has not answered, or not for all apps. ``notes`` contain both,
    and tell which services on ECS differ from git.
    """

    requests: Mapping[Key, str]
    running: Mapping[Key, Running] | None
    notes: tuple[str, ...] = ()
    open: tuple[OpenRequest, ...] | None = None
    forge_problem: str | None = None
    cluster_problem: str | None = None


NOT_ASKED = LiveState({}, None)


@dataclass(frozen=True, slots=True)
class Answer:
    """A target's view of what runs there; ``None``: it was not asked. ``notes`` say what differs from git.

    ``problem`` tells why some or all of it is not known.
    """

    running: Mapping[Key, Running] | None
    notes: tuple[str, ...] = ()
    problem: str | None = None


def ask(spec: Spec, read: Read) -> LiveState:
    """Ask both; if one does not answer, a note says so. ``read`` returns a file of git."""
    notes: list[str] = []
    problems: list[str] = []
    forge_problem: str | None = None
    found: tuple[OpenRequest, ...] | None = None
    running: Mapping[Key, Running] | None = None
    with ThreadPoolExecutor(max_workers=1) as pool:
        asked = pool.submit(copy_context().run, reviewed, spec)  # with the credentials
        for name in targets.used(spec):
            answer = targets.find(name).running(spec, read)
            running = {**(running or {}), **answer.running} if answer.running is not None else running
            notes += answer.notes
            if answer.problem:
                problems.append(answer.problem)
        try:
            found = asked.result()
        except GeneratorError as exc:
            forge_problem = f"pull requests are left out: {reason(exc)}"
    notes += [*problems, *([forge_problem] if forge_problem else [])]
    return LiveState(_urls(found or ()), running, tuple(notes), found, forge_problem, "; ".join(problems) or None)


def requests(spec: Spec) -> Mapping[Key, str]:
    """Return the URLs of open pull requests that promote or roll back; none where no forge or login is known.

    Raises ``GeneratorError`` where the forge does not answer.
    """
    forge = _forge(spec)
    return _urls(_open(spec, forge)) if forge else {}


def reviewed(spec: Spec) -> tuple[OpenRequest, ...] | None:
    """Return the open requests with all that the forge says of them; None where no forge or login is known."""
    forge = _forge(spec)
    if forge is None:
        return None
    return tuple(_open(spec, forge, getattr(forge, "reviewed", None)))


def _forge(spec: Spec) -> Forge | None:
    try:
        return forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
    except NoForge:
        return None


def _open(
    spec: Spec, forge: Forge, asked: Callable[[Sequence[PullRequest]], list[PullRequest]] | None = None
) -> list[OpenRequest]:
    mark = branches.promotions(spec.project)
    found = [*forge.requests(spec.branch, mark), *forge.requests(spec.branch, branches.ROLLBACKS)]
    return [_described(spec, mark, one) for one in (asked(found) if asked and found else found)]


def _described(spec: Spec, mark: str, one: PullRequest) -> OpenRequest:
    environment, _, name = one.head.removeprefix(mark).removeprefix(branches.ROLLBACKS).partition("/")
    apps = tuple(open_requests.apps(one, name, spec.apps))
    moves = {app: ends for app, ends in open_requests.moves(one.body).items() if app in apps}
    return OpenRequest(one.number, one.url, one.title, environment, apps, moves, one.review, one.mergeable)


def _urls(found: Sequence[OpenRequest]) -> dict[Key, str]:
    return {(app, one.environment): one.url for one in found for app in one.apps}


def applications(spec: Spec, api: ArgoCd) -> Mapping[Key, Running]:
    """Return what Argo CD says of each app in each environment; of several Applications, the worst of each."""
    names = {
        name: (app, environment)
        for app in spec.apps
        for environment in spec.apps[app].environments
        for name in application_names(spec, environment, app)
    }
    found: dict[Key, list[Running]] = {}
    with argocd.understood():
        for one in api.applications(project_names(spec)):
            if key := names.get(one.name) or _chosen(spec, one):
                url = argocd.page(spec.argocd_namespace, one.name)
                waits = diagnosis.waits_for_a_user(one)
                found.setdefault(key, []).append(Running(one.sync, one.health, one.revision, one.images, url, waits))
    return {key: _together(several) for key, several in found.items()}


def _chosen(spec: Spec, one: Application) -> Key | None:
    """Return whose Application this is, if it is one of those that a selector of clusters makes."""
    app = one.labels.get("app.kubernetes.io/name", "")
    environment = one.labels.get(f"{spec.project}/environment", "")
    if app not in spec.apps or environment not in spec.environments:
        return None
    place = spec.environments[environment]
    return (app, environment) if place.selector or place.pull_requests else None


def _together(several: Sequence[Running]) -> Running:
    """Return several Applications as one: the worst health and sync, and the revision of the first that is worst."""
    first = min(several, key=lambda one: (argocd.rank(one.health, argocd.HEALTH), argocd.rank(one.sync, argocd.SYNC)))
    sync = min((one.sync for one in several), key=lambda word: argocd.rank(word, argocd.SYNC))
    images = dict.fromkeys(image for one in several for image in one.images)
    waits = any(one.waits_for_user for one in several)
    return Running(sync, first.health, first.revision, tuple(images), first.url, waits)
