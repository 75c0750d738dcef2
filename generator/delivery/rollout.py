"""Wait until Argo CD runs a commit, or a later one that contains it, with the wanted image."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from generator.backoff import Backoff
from generator.clients import argocd
from generator.delivery import diagnosis, overlay_state, project_arrival
from generator.delivery.diagnosis import Problem, Wanted
from generator.delivery.project_arrival import Arrival
from generator.errors import ArgoCdError, GitError

if TYPE_CHECKING:
    from generator.clients.argocd import Application, ArgoCd, Node
    from generator.delivery.image import Slot
    from generator.git.history import Clone

LOOKS: Final = Backoff(first=0.3, longest=3.0, factor=1.4)
# How long a new Application may take to appear: the root makes it when the push that brings it is synced. Argo CD
# looks at git every two to three minutes, if the token may not have the root look at once.
MISSING_SECONDS: Final = 240.0
# How many objects are asked for their events when the time is up.
_ASKED: Final = 4

_MISSING_HINT: Final = "apply gitops/bootstrap.yaml once, sync the root, and let the token `get` Applications"

Result = Literal["healthy", "failed", "superseded", "timeout", "waiting"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """State of a rollout; ``said`` is a sentence without a full stop, and ``hint`` is about the obstacle."""

    result: Result
    said: str
    revision: str = ""
    hint: str = ""


@dataclass
class Watch:
    """Observer of one Application. ``patience``: seconds that a problem may last before it is a failure."""

    api: ArgoCd
    clone: Clone
    place: Slot
    wanted: Wanted
    patience: float
    _since: dict[str, float] = field(default_factory=dict)
    _contains: dict[tuple[str, str], bool] = field(default_factory=dict)
    _fresh: bool = False
    _hurried: bool = False
    _arrival: Arrival | None = None

    def look(self) -> Verdict:
        """Return how it stands now."""
        with argocd.understood():
            return self._look()

    def _look(self) -> Verdict:
        if self.wanted.chart and not self._fresh:
            self.api.application(self.wanted.root, refresh=True)
        application = self.api.application(self.wanted.application, refresh=not self._fresh)
        self._fresh = True
        if application is None:
            text = f"Argo CD has no Application {self.wanted.application} that the token may see{self._coming()}"
            return replace(self._judged([Problem("missing", text)], text, "", MISSING_SECONDS), hint=_MISSING_HINT)
        reached, syncing = self._has(application.revision), self._has(application.operation_revision)
        if reached and (other := self._superseded(application.revision)):
            return Verdict("superseded", other, application.revision)
        found = [Problem(f"condition {error.partition(':')[0]}", error) for error in application.errors]
        nodes: list[Node] = []
        if reached or syncing:
            nodes = self.api.nodes(self.wanted.application)
            found += self._problems(application, nodes, syncing)
        if not found and reached and _settled(application, nodes):
            lack = diagnosis.missing(self.api, application, nodes, self.wanted)
            if not lack:
                said = f"Synced and {_health(application, nodes)}{self._stopped(nodes)}"
                return Verdict("healthy", said, application.revision)
            return Verdict("waiting", lack, application.revision)
        return self._explained(application, found, reached)

    def _coming(self) -> str:
        """Have the root compare itself with git, once; return when it brings a new Application."""
        if not self.wanted.root:
            return ""
        if not self._hurried and not self.wanted.chart:
            self._hurried = True
            self.api.application(self.wanted.root, refresh=True)
        return f"; a new one comes with the next sync of {self.wanted.root}, within about 3 minutes"

    def _explained(self, application: Application, found: list[Problem], reached: bool) -> Verdict:
        """Tell why it is not healthy: it has failed, or is waited for."""
        forbidden = project_arrival.forbidden(found)
        if forbidden and (late := self._late(application)):
            self._since = {}
            return Verdict("waiting", f"{forbidden}, {late}", application.revision)
        found.sort(key=lambda one: one.text != forbidden)
        manual = reached and diagnosis.waits_for_a_user(application)
        otherwise = _described(application, reached) + (f": {self.wanted.sync}" if manual else "")
        hint = project_arrival.hint(self.wanted) if forbidden else self._press() if manual and not found else ""
        return replace(self._judged(found, otherwise, application.revision, self.patience), hint=hint)

    def why(self) -> list[str]:
        """Return what Kubernetes has warned of about objects that are not well."""
        name = self.wanted.application
        try:
            with argocd.understood():
                ill = [node for node in self.api.nodes(name) if node.health not in ("Healthy", "")][-_ASKED:]
                return [f"{node}: {text}" for node in ill for text in self.api.warnings(name, node)[:1]]
        except ArgoCdError:
            return []

    def _problems(self, application: Application, nodes: list[Node], syncing: bool) -> list[Problem]:
        of_sync: Iterable[Problem] = diagnosis.of_sync(application) if syncing else ()
        of_pods = list(diagnosis.of_pods(self.api, nodes, self.wanted))
        # A pod says more than the workload above it.
        of_health = [] if of_pods else diagnosis.of_health(self.api, nodes, self.wanted)
        return [*of_pods, *of_sync, *of_health]

    def _judged(self, found: list[Problem], otherwise: str, revision: str, patience: float) -> Verdict:
        """Call it failed if any problem is final or has lasted; use its own words in any case."""
        now = time.monotonic()
        self._since = {one.key: self._since.get(one.key, now) for one in found}
        for one in found:
            if one.final or now - self._since[one.key] >= patience:
                return Verdict("failed", one.text, revision)
        return Verdict("waiting", found[0].text if found else otherwise, revision)

    def _stopped(self, nodes: list[Node]) -> str:
        """Return that no pod has started the image yet, where all are scaled away."""
        idle = diagnosis.without_pods(self.api, nodes, self.wanted)
        return f"; {', '.join(idle)} scaled to no pods, so the image has not been started" if idle else ""

    def _press(self) -> str:
        return f"press Sync in Argo CD: python -m generator open {self.place.app} --env {self.place.environment}"

    def _late(self, application: Application) -> str:
        """Return what the AppProject waits for, where the root has yet to bring it."""
        self._arrival = self._arrival or Arrival(self.api, self.wanted.root, self._contained)
        commit = application.operation_revision or application.revision or self.wanted.commit
        return self._arrival.lack(application, commit, self.patience)

    def _has(self, revision: str) -> bool:
        """Tell whether a commit is the wanted one or contains it."""
        return self._contained(self.wanted.commit, revision)

    def _contained(self, commit: str, revision: str) -> bool:
        """Tell whether a revision is a commit or contains it."""
        if revision in ("", commit):
            return bool(revision)
        if (commit, revision) not in self._contains:
            if not (self.clone.obtain(revision) and self.clone.obtain(commit)):
                return False  # not there yet
            self._contains[commit, revision] = self.clone.is_ancestor(commit, revision)
        return self._contains[commit, revision]

    def _superseded(self, revision: str) -> str:
        if revision == self.wanted.commit:
            return ""
        there = overlay_state.state(self.clone.read(revision, self.place.path), self.place).image
        if there == self.wanted.image:
            return ""
        return (
            f"{overlay_state.shown(self.wanted.image)} is superseded by {overlay_state.shown(there)} in {revision[:12]}"
        )


class Looking(Protocol):
    """Observer of a rollout: a ``Watch``, or several together."""

    api: ArgoCd
    clone: Clone

    def look(self) -> Verdict:
        """Return how it stands now."""

    def why(self) -> list[str]:
        """Return what Kubernetes has warned of about objects that are not well."""


def wait(watch: Looking, seconds: float, tell: Callable[[str], None]) -> Verdict:
    """Look until there is a verdict or the time is up; ``tell`` is called for each change."""
    deadline = time.monotonic() + seconds
    watch.api.until = deadline
    told = ""
    for looks in itertools.count(1):
        watch.clone.hurry(deadline - time.monotonic())
        try:
            verdict = watch.look()
        except (ArgoCdError, GitError) as exc:
            if isinstance(exc, ArgoCdError) and not exc.passing:
                raise
            verdict = Verdict("waiting", exc.message, hint=exc.hint)
        if verdict.result != "waiting":
            return verdict
        if verdict.said != told:
            told = verdict.said
            tell(told)
        left = deadline - time.monotonic()
        if left <= 0:
            why = [] if verdict.hint else watch.why()
            return Verdict("timeout", "; ".join([verdict.said, *why]), verdict.revision, verdict.hint)
        time.sleep(min(LOOKS.pause(looks), left))
    raise AssertionError("counting does not end")


def _settled(application: Application, nodes: list[Node]) -> bool:
    return application.sync == "Synced" and application.phase != "Running" and diagnosis.well(application, nodes)


def _health(application: Application, nodes: list[Node]) -> str:
    """Return the health of what is well, with what is said of schedules and of what is suspended."""
    if application.health == "Healthy":
        return application.health
    ill = (node for node in nodes if node.is_top and node.health not in ("Healthy", ""))
    return f"{application.health}: {'; '.join(f'{node}: {node.message or node.health}' for node in ill)}"


def _described(application: Application, reached: bool) -> str:
    state = f"{application.sync} and {application.health} at {application.revision[:12] or 'no commit'}"
    if not reached:
        return f"{state}, which is older"
    if application.phase == "Running":
        return f"{state}, syncing" + (f": {application.operation_message}" if application.operation_message else "")
    if application.health == "Suspended":
        return f"{state}: a roll-out is paused, until its time is over or a user goes on with it"
    if diagnosis.waits_for_a_user(application):
        return f"{state}, and waits for a user to sync it"
    return state
