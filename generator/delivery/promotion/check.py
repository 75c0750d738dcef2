"""Types of a promotion's checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from generator.spec.model import Spec


class State(StrEnum):
    """Result of a check. An unknown one blocks nothing."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a check asks for."""

    FIXED_TAG = "fixed tag"
    HEALTH = "health"
    SOAK = "soak"
    FREEZE = "freeze"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Check:
    """``detail`` says why, in a sentence without a full stop, the same on each run until the state changes.

    ``name`` is the requirement, and ``failure`` its negation. ``app`` is the app that it is about, if not all.
    ``until`` is when a failed check will pass by itself, if only time decides.
    """

    name: str
    state: State
    detail: str
    failure: str = ""
    kind: Kind | None = None
    app: str = ""
    until: datetime | None = None

    @property
    def said(self) -> str:
        """Say what is so."""
        return self.failure if self.failure and self.state is State.FAILED else self.name

    @property
    def sentence(self) -> str:
        """Say what is so, and why."""
        return f"{self.said}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Health:
    """Health of an app in an environment, by Argo CD, with the ``images`` that it runs, where these are known."""

    status: str
    message: str = ""
    images: tuple[str, ...] = ()
    healthy: bool = False


AskHealth = Callable[["Spec", str, str], Health | None]
"""The health of (app, environment); ``None`` where there is no Argo CD to ask."""
