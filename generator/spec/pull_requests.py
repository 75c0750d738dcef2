"""Previews: Argo CD makes an environment for each pull request with a label, and deletes it with the request.

The language is in ``language/pull_requests.py``. A preview has the manifests of the branch that Argo CD follows, and
the image that the pipeline built from the request. So a request from a fork cannot change manifests, and its pipeline
may not push an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec.plain_data import text

# Placeholders of a tag or a host, with the parameters of an ApplicationSet that replace them.
FIELDS: Final = {"number": "{{.number}}", "sha": "{{.head_sha}}", "short_sha": "{{.head_short_sha_7}}"}
FORGES: Final = ("github", "gitlab", "gitea")
_TAG: Final = "pr-{number}-{short_sha}"
_QUOTA: Final = {"pods": "20", "persistentvolumeclaims": "5", "services.loadbalancers": "0"}
# The interval is long, because forges limit the number of requests; a webhook works at once.
_POLL_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class PullRequests:
    """The pull requests that get a preview: those of a repository that have a label.

    Without ``apps``, a preview has all apps that are built here. ``token`` names a Secret in Argo CD's namespace and
    its key, with which Argo CD reads the requests. ``time_to_live`` is a duration; if it is empty, a preview stays as
    long as its request has the label.
    """

    repository: str
    label: str
    tag: str
    host: str
    token: tuple[str, str] | None
    quota: Mapping[str, str]
    poll_seconds: int
    apps: tuple[str, ...] = ()
    time_to_live: str = ""


def build(given: Mapping[str, Any] | None, repository: str) -> PullRequests | None:
    """Build ``PullRequests`` from checked data. ``repository`` is the default for the repository of the requests."""
    if given is None:
        return None
    token = given.get("token")
    quota = {name: text(value) for name, value in (given.get("quota") or {}).items() if value is not None}
    return PullRequests(
        repository=given.get("repository") or repository,
        label=given["label"],
        tag=given.get("tag") or _TAG,
        host=given.get("host") or "",
        token=(token["name"], token.get("key") or "token") if token else None,
        quota={**_QUOTA, **quota},
        poll_seconds=given.get("pollSeconds") or _POLL_SECONDS,
        apps=tuple(given.get("apps") or ()),
        time_to_live=given.get("timeToLive") or "",
    )


def filled(template: str, app: str) -> str:
    """Return a tag or a host with the parameters of an ApplicationSet in place of placeholders."""
    for name, value in FIELDS.items():
        template = template.replace(f"{{{name}}}", value)
    return template.replace("{app}", app)


def known(template: str, app: str, number: str, commit: str) -> str:
    """Return a tag or a host for one request: with its number and commit in place of placeholders."""
    for name, value in {"number": number, "sha": commit, "short_sha": commit[:7], "app": app}.items():
        template = template.replace(f"{{{name}}}", value)
    return template
