"""Previews of open pull requests: list them, comment on their requests, and end expired ones.

Argo CD keeps a preview as long as its request has the label, and knows no age. So a preview ends by removing the
label.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from generator.clients import forges
from generator.errors import UsageError
from generator.render.names import application_name
from generator.render.outputs import previews
from generator.spec import pull_requests
from generator.spec.model import App
from generator.spec.promotion import seconds
from generator.spec.pull_requests import PullRequests

if TYPE_CHECKING:
    from generator.clients.forges.forge import Labeled, LabelingForge, PullRequest
    from generator.spec.environment import Environment
    from generator.spec.model import Spec

_MARKER: Final = "<!-- gitops-generator: preview in {environment} -->"
_NEVER: Final = "It goes when this is closed or loses the label `{label}`."
_UNTIL: Final = "It goes when this is closed or loses the label `{label}`, and on {end}: {life} after it got the label."
_GONE: Final = "The preview has ended, {life} after this got the label `{label}`. Set the label again for another one."


@dataclass(frozen=True, slots=True)
class PreviewedApp:
    """An app in a preview: its Application, its image and, where it has a host, its address."""

    app: str
    application: str
    image: str
    address: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Preview of an open request in an environment.

    Attributes:
        environment: The environment that comes with requests.
        request: The request, as its forge has it.
        commit: The commit at its head.
        since: When the request got the label, in seconds since 1970. until: When the preview expires; None if never.
        apps: Its apps.
    """

    environment: str
    request: PullRequest
    commit: str
    since: int
    until: int | None
    apps: tuple[PreviewedApp, ...]

    def is_over(self, now: float) -> bool:
        """Tell whether it has expired."""
        return self.until is not None and now >= self.until


@dataclass(frozen=True, slots=True)
class Forge:
    """The forge of an environment's requests."""

    environment: Environment
    about: PullRequests
    client: LabelingForge

    @classmethod
    def of(cls, spec: Spec, environment: Environment) -> Forge:
        """Connect to it; nothing is asked yet."""
        about = environment.pull_requests
        assert about is not None
        client = forges.connect(about.repository, spec.forge.kind, spec.forge.url)
        return cls(environment, about, cast("LabelingForge", client))

    def previews(self, spec: Spec) -> list[Preview]:
        """List the previews of its open requests, the newest first."""
        return [self._preview(spec, one) for one in self.client.labeled(self.about.label)]

    def _preview(self, spec: Spec, found: Labeled) -> Preview:
        life = self.about.time_to_live
        return Preview(
            self.environment.name,
            found.request,
            found.commit,
            found.since,
            found.since + seconds(life) if life else None,
            tuple(_apps(spec, self.environment, self.about, found)),
        )

    def comment(self, preview: Preview) -> None:
        """Write the comment with the preview's address, or replace the earlier one."""
        self.client.comment(preview.request, text(self.about, preview), _marker(preview))

    def end(self, preview: Preview) -> None:
        """Remove the label, and say so in a comment."""
        self.client.unlabel(preview.request, self.about.label)
        said = _GONE.format(life=self.about.time_to_live, label=self.about.label)
        self.client.comment(preview.request, f"{_marker(preview)}\n{said}\n", _marker(preview))


def environments(spec: Spec, names: Sequence[str]) -> list[Environment]:
    """Return the environments with previews: those that are named, or all."""
    found = [one for one in spec.environments.values() if one.pull_requests]
    if not found:
        raise UsageError("no environment has `pullRequests`", "see docs/guides/previews.md")
    for name in names:
        if name not in {one.name for one in found}:
            has = ", ".join(one.name for one in found)
            raise UsageError(f"no environment {name!r} with previews", f"there is: {has}")
    return [one for one in found if not names or one.name in names]


def _apps(spec: Spec, environment: Environment, about: PullRequests, found: Labeled) -> list[PreviewedApp]:
    apps = [app for app in spec.apps.values() if isinstance(app, App) and environment.name in app.environments]
    return [_app(spec, environment, about, app, found) for app in apps if previews.has(environment, app)]


def _app(spec: Spec, environment: Environment, about: PullRequests, app: App, found: Labeled) -> PreviewedApp:
    number = found.request.number
    here = app.instances[environment.name]
    tag = pull_requests.known(about.tag, app.name, number, found.commit)
    hosted = about.host and any(one.ingress for one in here.workloads.values())
    host = pull_requests.known(about.host, app.name, number, found.commit) if hosted else ""
    return PreviewedApp(
        app.name,
        f"{application_name(spec, environment.name, app.name)}-{number}",
        f"{here.image}:{tag}",
        f"https://{host}" if host else "",
    )


def _marker(preview: Preview) -> str:
    return _MARKER.format(environment=preview.environment)


def text(about: PullRequests, preview: Preview) -> str:
    """Return the comment for a request with a preview."""
    rows = [f"| {one.app} | {one.address or '-'} | `{one.image}` |" for one in preview.apps]
    end = _NEVER.format(label=about.label)
    if preview.until is not None:
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(preview.until))
        end = _UNTIL.format(label=about.label, end=when, life=about.time_to_live)
    head = f"{_marker(preview)}\n**Preview** in `{preview.environment}`. It answers once its image has been pushed."
    return "\n".join([head, "", "| app | address | image |", "| --- | --- | --- |", *rows, "", end, ""])
