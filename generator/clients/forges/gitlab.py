"""GitLab, on gitlab.com or a server of one's own, through python-gitlab.

Credentials: ``GITLAB_TOKEN``, ``GIT_TOKEN``, or ``CI_JOB_TOKEN`` where the
project lets jobs use merge requests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from generator.clients import missing
from generator.clients.forges import access
from generator.clients.forges.forge import TIMEOUT_SECONDS, Labeled, PullRequest, Review, chosen, clipped, epoch, people
from generator.errors import ForgeError

if TYPE_CHECKING:
    from gitlab import Gitlab

    from generator.clients.forges.forge import Checks, Decision, State

TOKENS: Final = ("GITLAB_TOKEN", "GIT_TOKEN")
JOB_TOKEN: Final = "CI_JOB_TOKEN"  # noqa: S105 (a variable's name)
PER_PAGE: Final = 100
TITLE_LIMIT: Final = 255
# A new merge request is looked at in the background before it can be merged.
SETTLING: Final = frozenset({"preparing", "unchecked", "checking", "approvals_syncing"})
SETTLING_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.5
# What `detailed_merge_status` tells: the first thing that is in the way.
_DECISIONS: Final[dict[str, Decision]] = {"not_approved": "review required", "requested_changes": "changes requested"}
_CHECKS: Final[dict[str, Checks]] = {"ci_still_running": "running"}
_UNTOLD: Final = frozenset({"", "unchecked", "checking", "preparing", "approvals_syncing"})
_STATES: Final[dict[str, State]] = {"opened": "open", "locked": "open", "merged": "merged", "closed": "closed"}
_NAMES: Final[dict[State, str]] = {"open": "opened", "merged": "merged", "closed": "closed"}


@access.understood
class GitLab:
    """The merge requests of one project."""

    body_limit = 1_048_576

    def __init__(self, server: str, path: str, client: Gitlab) -> None:
        self._server = server
        self._client = client
        self._project = client.projects.get(path, lazy=True)

    def requests(
        self, base: str, prefix: str = "", state: State = "open", *, exact: bool = False, forks: bool = False
    ) -> list[PullRequest]:
        """Implement ``Forge.requests``."""
        source = {"source_branch": prefix} if exact else {}
        with self._translated():
            found = self._project.mergerequests.list(
                **source, iterator=True, state=_NAMES[state], target_branch=base, order_by="created_at", sort="desc"
            )
            requests = [_request(item.attributes) for item in found if forks or _own(item.attributes)]
        return [request for request in requests if chosen(request.head, prefix, exact=exact)]

    def open(
        self, head: str, base: str, title: str, body: str, reviewers: Sequence[str] = (), labels: Sequence[str] = ()
    ) -> PullRequest:
        """Implement ``Forge.open``. Groups are not asked: GitLab asks them by CODEOWNERS."""
        fields: dict[str, Any] = {"source_branch": head, "target_branch": base, **self._words(title, body)}
        if labels:
            fields["labels"] = list(labels)
        if ids := self._ids(reviewers):
            fields["reviewer_ids"] = ids
        with self._translated():
            return _request(self._project.mergerequests.create(fields).attributes)

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Implement ``Forge.update``."""
        with self._translated():
            return _request(self._project.mergerequests.update(int(request.number), self._words(title, body)))

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Implement ``Forge.comment``."""
        said = clipped(text, self.body_limit)
        with self._translated():
            notes = self._project.mergerequests.get(int(request.number), lazy=True).notes
            marked = [note for note in notes.list(iterator=True) if marker in (note.body or "")]
            me = self._me() if marked else None
            former = next((note for note in marked if me is not None and (note.author or {}).get("id") == me), None)
            if former is None:
                notes.create({"body": said})
            elif former.body != said:
                notes.update(former.id, {"body": said})

    def labeled(self, label: str) -> list[Labeled]:
        """Implement ``Forge.labeled``."""
        with self._translated():
            found = self._project.mergerequests.list(
                iterator=True, state="opened", labels=label, order_by="created_at", sort="desc"
            )
            return [
                Labeled(_request(item.attributes), item.attributes["sha"], _labeled_at(item, label)) for item in found
            ]

    def unlabel(self, request: PullRequest, label: str) -> None:
        """Implement ``Forge.unlabel``."""
        with self._translated():
            self._project.mergerequests.update(int(request.number), {"remove_labels": [label]})

    def close(self, request: PullRequest, reason: str) -> None:
        """Implement ``Forge.close``."""
        if self._current(request)["state"] != "opened":
            return
        with self._translated():
            self._project.mergerequests.update(int(request.number), {"state_event": "close"})
            self._project.mergerequests.get(int(request.number), lazy=True).notes.create({"body": reason})

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Implement ``Forge.merge``."""
        import gitlab

        now = self._settled(request)
        if now["state"] == "merged":
            return _request(now)
        if now["state"] == "closed":
            raise ForgeError(f"merge request {request.number} is closed", "open a new one")
        path = f"/projects/{self._project.encoded_id}/merge_requests/{request.number}/merge"
        with self._translated():
            try:
                merged = self._client.http_put(path, post_data={"sha": commit})
            except gitlab.GitlabHttpError as exc:
                # GitLab says "405 Method Not Allowed" and no more; the request itself knows why.
                if exc.response_code not in (405, 406, 422):
                    raise
                status = now.get("detailed_merge_status") or "unknown"
                raise ForgeError(
                    f"merge request {request.number} cannot be merged: {status.replace('_', ' ')}",
                    f"look at {now['web_url']}",
                ) from None
        assert isinstance(merged, dict)
        return _request(merged)

    def _me(self) -> int | None:
        """Return the number of the user whose token we have; None where GitLab does not tell, as to a job."""
        import gitlab

        try:
            said = self._client.http_get("/user")
        except gitlab.GitlabError:
            return None
        return said.get("id") if isinstance(said, dict) else None

    def _settled(self, request: PullRequest) -> dict[str, Any]:
        """Return the request once GitLab knows whether it can be merged."""
        deadline = time.monotonic() + SETTLING_SECONDS
        while True:
            now = self._current(request)
            if now["state"] != "opened" or now.get("detailed_merge_status") not in SETTLING:
                return now
            if time.monotonic() > deadline:
                return now
            access.pause(PAUSE_SECONDS)

    def _current(self, request: PullRequest) -> dict[str, Any]:
        with self._translated():
            data: dict[str, Any] = self._project.mergerequests.get(int(request.number)).attributes
        return data

    def _words(self, title: str, body: str) -> dict[str, str]:
        return {"title": clipped(title, TITLE_LIMIT), "description": clipped(body, self.body_limit)}

    def _ids(self, reviewers: Sequence[str]) -> list[int]:
        """Return the numbers of those that GitLab knows."""
        ids: list[int] = []
        with self._translated():
            for name in people(reviewers, "")[0]:
                ids += [user.id for user in self._client.users.list(iterator=True, username=name)]
        return ids

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import gitlab
        import requests

        try:
            yield
        except gitlab.GitlabError as exc:
            raise access.refusal(self._server, exc.response_code or 0, exc.error_message, *TOKENS) from None
        except requests.RequestException as exc:
            raise access.unreachable(self._server, exc) from None


def _labeled_at(item: Any, label: str) -> int:
    """Return when a request got a label last; when it was opened, where it had it from the start."""
    events = [event.attributes for event in item.resourcelabelevents.list(iterator=True)]
    times = [
        event["created_at"]
        for event in events
        if event["action"] == "add" and (event.get("label") or {}).get("name") == label
    ]
    return max(epoch(time) for time in [item.attributes["created_at"], *times])


def _own(data: dict[str, Any]) -> bool:
    """Tell whether its branch is in the project itself."""
    return bool(data["source_project_id"] == data["target_project_id"])


def _review(data: dict[str, Any], status: str) -> Review:
    """Return what a list has of it: who, when, and in one word what is missing before it can be merged."""
    reviewers = data.get("reviewers")
    return Review(
        (data.get("author") or {}).get("username"),
        epoch(data["created_at"]) if data.get("created_at") else None,
        data.get("draft"),
        None if reviewers is None else tuple(str(one.get("username")) for one in reviewers),
        decision=_DECISIONS.get(status),
        checks=_CHECKS.get(status),
        ready=True if status == "mergeable" else None if status in _UNTOLD else False,
    )


def _request(data: dict[str, Any]) -> PullRequest:
    state = _STATES[data["state"]]
    status = data.get("detailed_merge_status")
    mergeable = {"mergeable": True, "conflict": False, "need_rebase": False}.get(status or "")
    return PullRequest(
        number=str(data["iid"]),
        url=data["web_url"],
        title=data["title"],
        body=data.get("description") or "",
        head=data["source_branch"],
        base=data["target_branch"],
        state=state,
        mergeable=mergeable if state == "open" else None,
        merge_commit=(data.get("merge_commit_sha") or data.get("squash_commit_sha") or data.get("sha"))
        if state == "merged"
        else None,
        review=_review(data, status or ""),
    )


def connect(url: str, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> GitLab:
    """Return the project at this URL; ``api`` is the address of a server that is not at the root of its host."""
    server, path = access.place(url, api, *TOKENS, JOB_TOKEN)
    own = access.token(*TOKENS)
    # As a bearer token, which no redirect to another host takes along.
    who: dict[str, Any] = {"oauth_token": own} if own else {"job_token": access.needed_token(*TOKENS, JOB_TOKEN)}
    try:
        import gitlab
    except ImportError:
        raise missing.library("python-gitlab", "gitlab") from None

    class Client(gitlab.Gitlab):  # type: ignore[misc, unused-ignore]
        """Leaves waiting to the session, which does it within bounds."""

        def http_request(self, *args: Any, **options: Any) -> Any:
            return super().http_request(*args, **{**options, "obey_rate_limit": False, "max_retries": 0})

    client = Client(
        server, **who, timeout=timeout, per_page=PER_PAGE, keep_base_url=True, user_agent="gitops-generator",
        ssl_verify=access.certificates(), session=access.session(timeout),
    )  # fmt: skip
    return GitLab(server, path, client)
