"""Distinguish a sync that came before its AppProject from one that its AppProject forbids.

An Application and its AppProject change in one commit, but Argo CD syncs the Application and the root, which applies
the AppProject, at different times.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.delivery.diagnosis import TRIES

if TYPE_CHECKING:
    from generator.clients.argocd import Application, ArgoCd
    from generator.delivery.diagnosis import Problem, Wanted

# How long a root that the token may not see has, by the pace at which Argo CD looks for new commits.
UNSEEN_SECONDS: Final = 240.0
_FORBIDDEN: Final = re.compile(
    r"not permitted in project|allowed destinations in project|referencing project .+ which does not exist"
)


def forbidden(problems: Iterable[Problem]) -> str:
    """Return the first problem for which Argo CD names an AppProject as the reason; empty if there is none."""
    return next((one.text for one in problems if _FORBIDDEN.search(one.text)), "")


def hint(wanted: Wanted) -> str:
    """Return what to do about an Application that its AppProject forbids something."""
    return f"`python -m generator validate` names what the AppProject lacks; if nothing, sync again: {wanted.sync}"


@dataclass
class Arrival:
    """Watch the root until it has applied the AppProject and an Application has been synced again since.

    ``contained`` tells whether the history of the second commit contains the first one.
    """

    api: ArgoCd
    root: str
    contained: Callable[[str, str], bool]
    _asked: bool = False
    _since: float | None = None
    _tries: int | None = None

    def lack(self, application: Application, commit: str, patience: float) -> str:
        """Return what to wait for, as the end of a sentence; empty if waiting does not help."""
        root = self.api.application(self.root, refresh=not self._asked)
        self._asked = True
        if root is None:
            what = f"which the root {self.root} may have yet to bring; the token may not see it"
            return what if self._lasts(UNSEEN_SECONDS) else ""
        if not self._has_brought(root, commit):
            self._since = None
            return (
                f"which the root {self.root} has yet to bring: it is {root.sync} at {root.revision[:12] or 'no commit'}"
            )
        if root.finished and root.finished <= application.started:
            return ""
        return "and is to be tried again" if self._is_retried(application) or self._lasts(patience) else ""

    def _has_brought(self, root: Application, commit: str) -> bool:
        compared = root.sync == "Synced" and root.phase != "Running" and self.contained(commit, root.revision)
        return compared or (root.phase == "Succeeded" and self.contained(commit, root.operation_revision))

    def _is_retried(self, application: Application) -> bool:
        """Tell whether Argo CD goes on trying, and not all tries so far are known to be later than the AppProject."""
        if self._tries is None:
            self._tries = application.retries
        return application.phase == "Running" and application.retries < self._tries + TRIES

    def _lasts(self, seconds: float) -> bool:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since < seconds
