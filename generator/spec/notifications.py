"""Read ``notifications``: who is notified of deployments and failures (its language: ``language/notifications.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

EVENTS: Final = ("deployed", "degraded", "failed")
# Recipients that only Argo CD's own controller can reach.
BY_CONTROLLER: Final = ("slack", "email")


@dataclass(frozen=True, slots=True)
class Slack:
    """Channels in Slack; ``token`` is a key of Argo CD's Secret for notifications."""

    channels: tuple[str, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Email:
    """Mail addresses and a server. ``password`` is a key of Argo CD's Secret for notifications; empty: no login."""

    to: tuple[str, ...]
    host: str
    port: int
    sender: str
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A URL that receives JSON; ``authorization`` is a key of Argo CD's Secret for notifications, or empty."""

    url: str
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Recipients, and the ``events`` and ``environments`` that they get notifications about."""

    events: tuple[str, ...] = EVENTS
    environments: tuple[str, ...] = ()
    slack: Slack | None = None
    email: Email | None = None
    webhook: Webhook | None = None
    sns: str = ""

    @property
    def by_controller(self) -> bool:
        """Tell whether Argo CD's controller sends to a recipient. It cannot sign requests, so it cannot send to SNS."""
        return bool(self.slack or self.email or self.webhook)


def build(given: Mapping[str, Any] | None, environments: tuple[str, ...]) -> Notifications | None:
    """Build ``Notifications`` from checked data. ``environments`` has all environments without previews, in order."""
    if given is None:
        return None
    slack, email, webhook = given.get("slack"), given.get("email"), given.get("webhook")
    chosen = given.get("environments")
    return Notifications(
        events=tuple(event for event in EVENTS if event in (given.get("events") or EVENTS)),
        environments=tuple(name for name in environments if not chosen or name in chosen),
        slack=Slack(tuple(slack["channels"]), slack.get("token") or "slack-token") if slack else None,
        email=_email(email) if email else None,
        webhook=Webhook(webhook["url"], webhook.get("authorization") or "") if webhook else None,
        sns=given.get("sns") or "",
    )


def _email(given: Mapping[str, Any]) -> Email:
    username = given.get("username") or ""
    password = given.get("password") or ("email-password" if username else "")
    return Email(tuple(given["to"]), given["host"], given.get("port") or 587, given["from"], username, password)
