"""Previews: an environment that comes with each pull request that has a label, and goes with it.

Its language is in ``language/pull_requests.py``. What is deployed are the manifests of the branch that Argo CD follows,
with the image that the pipeline has built of the request: a fork's request brings no manifests, and has no pipeline
that may push an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec import forge_kinds
from generator.spec.types import text

# In an image's tag or a host, by what an ApplicationSet fills in.
FIELDS: Final = {"number": "{{.number}}", "sha": "{{.head_sha}}", "short_sha": "{{.head_short_sha_7}}"}
FORGES: Final = ("github", "gitlab", "gitea")
_TAG: Final = "pr-{number}-{short_sha}"
_QUOTA: Final = {"pods": "20", "persistentvolumeclaims": "5", "services.loadbalancers": "0"}
# Polls are few where the forge counts them; a webhook is at once.
_POLL_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class PullRequests:
    """Requests that get a preview: those of a repository with a label. Without ``apps``, all that are built here are.

    ``token`` names a Secret of Argo CD's namespace and the key in it with which it reads requests. ``time_to_live`` is
    a duration, empty where a preview lives as long as its request has the label.
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
    """Build it from checked data; ``repository`` is the spec's own."""
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
    """Return a tag or a host as an ApplicationSet fills it in."""
    for name, value in FIELDS.items():
        template = template.replace(f"{{{name}}}", value)
    return template.replace("{app}", app)


def known(template: str, app: str, number: str, commit: str) -> str:
    """Return a tag or a host as it is for a request."""
    for name, value in {"number": number, "sha": commit, "short_sha": commit[:7], "app": app}.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def generator(wanted: PullRequests, kind: str | None, url: str | None) -> dict[str, Any]:
    """Return the generator of an ApplicationSet; the forge is told from the repository where ``kind`` says none."""
    forge = forge_kinds.find(wanted.repository, kind).name
    place = forge_kinds.page(wanted.repository)
    host, _, path = place.removeprefix("https://").removeprefix("http://").partition("/")
    owner, _, name = path.rpartition("/")
    base = (url or f"{place.partition('://')[0]}://{host}").rstrip("/")
    token = {"tokenRef": {"secretName": wanted.token[0], "key": wanted.token[1]}} if wanted.token else {}
    labels = {"labels": [wanted.label]}
    match forge:
        case "github":
            # GitHub's own needs no address; one of a company has its API below its own.
            api = {} if host == "github.com" and not url else {"api": f"{base}/api/v3/"}
            about: dict[str, Any] = {"owner": owner, "repo": name, **api, **labels, **token}
        case "gitlab":
            api = {} if host == "gitlab.com" and not url else {"api": base}
            about = {"project": path, **api, "pullRequestState": "opened", **labels, **token}
        case _:
            about = {"owner": owner, "repo": name, "api": base, **labels, **token}
    return {"pullRequest": {forge: about, "requeueAfterSeconds": wanted.poll_seconds}}
