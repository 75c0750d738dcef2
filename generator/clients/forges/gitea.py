"""Gitea and Forgejo, through their REST API.

No maintained client library supports pull requests, so these few calls use ``requests``, which is a dependency
anyway. Credentials: ``GITEA_TOKEN``, ``FORGEJO_TOKEN`` or ``GIT_TOKEN``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import requests
from requests import PreparedRequest, Response

from generator.clients.forges import access
from generator.clients.forges.forge import TIMEOUT_SECONDS, Labeled, PullRequest, Review, chosen, clipped, epoch, people
from generator.errors import ForgeError

if TYPE_CHECKING:
    from generator.clients.forges.forge import State

TOKENS: Final = ("GITEA_TOKEN", "FORGEJO_TOKEN", "GIT_TOKEN")
PER_PAGE: Final = 50
TITLE_LIMIT: Final = 255
LABEL_COLOR: Final = "#1d76db"
# Whether there are conflicts is found out in the background. Until then a merge is refused with these words, and the
# pull request is said not to be mergeable: so is one with conflicts. Only time tells the two apart.
SETTLING: Final = "try again later"
CONFLICT: Final = "merge conflict"
CHECKING_SECONDS: Final = 5.0
SETTLING_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.5


@access.understood
class Gitea:
    """The pull requests of one repository."""

    body_limit = 65_535

    def __init__(self, server: str, path: str, session: requests.Session) -> None:
        self._server = server
        self._root = f"{server}/api/v1/repos/{quote(path)}"
        self._owner = path.partition("/")[0]
        self._session = session

    def requests(
        self, base: str, prefix: str = "", state: State = "open", *, exact: bool = False, forks: bool = False
    ) -> list[PullRequest]:
        """Implement ``Forge.requests``."""
        wanted = "open" if state == "open" else "closed"
        found = [_request(data) for data in self._pages("/pulls", state=wanted) if forks or _own(data)]
        mine = [request for request in found if request.base == base and chosen(request.head, prefix, exact=exact)]
        return sorted((request for request in mine if request.state == state), key=lambda one: -int(one.number))

    def open(
        self, head: str, base: str, title: str, body: str, reviewers: Sequence[str] = (), labels: Sequence[str] = ()
    ) -> PullRequest:
        """Implement ``Forge.open``."""
        fields: dict[str, Any] = {"head": head, "base": base, **self._words(title, body)}
        if labels:
            fields["labels"] = self._label_ids(labels)
        data = self._call("POST", "/pulls", fields)
        self._ask_for_review(data["number"], reviewers)
        return _request(data)

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Implement ``Forge.update``."""
        return _request(self._call("PATCH", f"/pulls/{request.number}", self._words(title, body)))

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Implement ``Forge.comment``."""
        said = clipped(text, self.body_limit)
        # One answer holds all comments: this list has no pages.
        comments = self._call("GET", f"/issues/{request.number}/comments")
        marked = [comment for comment in comments if marker in (comment["body"] or "")]
        me = self._me() if marked else None
        former = next((one for one in marked if me is not None and (one.get("user") or {}).get("id") == me), None)
        if former is None:
            self._call("POST", f"/issues/{request.number}/comments", {"body": said})
        elif former["body"] != said:
            self._call("PATCH", f"/issues/comments/{former['id']}", {"body": said})

    def labeled(self, label: str) -> list[Labeled]:
        """Implement ``Forge.labeled``."""
        found = [data for data in self._pages("/pulls", state="open") if _label(data, label) is not None]
        return [Labeled(_request(data), data["head"]["sha"], self._labeled_at(data, label)) for data in found]

    def unlabel(self, request: PullRequest, label: str) -> None:
        """Implement ``Forge.unlabel``."""
        number = _label(self._call("GET", f"/pulls/{request.number}"), label)
        if number is not None:
            self._call("DELETE", f"/issues/{request.number}/labels/{number}")

    def _labeled_at(self, data: dict[str, Any], label: str) -> int:
        """Return when a request got a label; when it was opened, where it had it from the start."""
        times = [data["created_at"]]
        for event in self._pages(f"/issues/{data['number']}/timeline"):
            # Its body tells whether the label was put there or taken off.
            if event["type"] == "label" and event["body"] == "1" and (event.get("label") or {}).get("name") == label:
                times.append(event["created_at"])
        return max(map(epoch, times))

    def close(self, request: PullRequest, reason: str) -> None:
        """Implement ``Forge.close``."""
        if self._call("GET", f"/pulls/{request.number}")["state"] != "open":
            return
        self._call("PATCH", f"/pulls/{request.number}", {"state": "closed"})
        self._call("POST", f"/issues/{request.number}/comments", {"body": reason})

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Implement ``Forge.merge``."""
        now = _request(self._call("GET", f"/pulls/{request.number}"))
        if now.state == "merged":
            return now
        if now.state == "closed":
            raise ForgeError(f"pull request {request.number} is closed", "open a new one")
        begin = time.monotonic()
        while True:
            try:
                self._call("POST", f"/pulls/{request.number}/merge", {"Do": "merge", "head_commit_id": commit})
                return _request(self._call("GET", f"/pulls/{request.number}"))
            except ForgeError as exc:
                said = exc.message.lower()
                if CONFLICT not in said and SETTLING not in said:
                    raise
                waited = time.monotonic() - begin
                refused = waited > SETTLING_SECONDS or (waited > CHECKING_SECONDS and self._conflicted(request))
                if CONFLICT in said or refused:
                    raise ForgeError(
                        f"pull request {request.number} cannot be merged: {request.head} conflicts with {request.base}",
                        "propose it again; or if Gitea is busy and still checks it, try again in a minute",
                    ) from exc
                access.pause(PAUSE_SECONDS)

    def _me(self) -> int | None:
        """Return the number of the user whose token we have; None where the token may not ask (``read:user``)."""
        try:
            found = self._answer("GET", f"{self._server}/api/v1/user").json()
        except (ForgeError, ValueError):
            return None
        return found.get("id") if isinstance(found, dict) else None

    def _conflicted(self, request: PullRequest) -> bool:
        return self._call("GET", f"/pulls/{request.number}")["mergeable"] is False

    def _ask_for_review(self, number: int, reviewers: Sequence[str]) -> None:
        """Ask reviewers one by one, since Gitea refuses a list with an unknown name in it."""
        users, teams = people(reviewers, self._owner)
        for fields in [*({"reviewers": [user]} for user in users), *({"team_reviewers": [team]} for team in teams)]:
            with suppress(_NotFound):
                self._call("POST", f"/pulls/{number}/requested_reviewers", fields)

    def _label_ids(self, names: Sequence[str]) -> list[int]:
        known = {label["name"]: label["id"] for label in self._pages("/labels")}
        for name in names:
            if name not in known:
                known[name] = self._call("POST", "/labels", {"name": name, "color": LABEL_COLOR})["id"]
        return [known[name] for name in names]

    def _words(self, title: str, body: str) -> dict[str, str]:
        return {"title": clipped(title, TITLE_LIMIT), "body": clipped(body, self.body_limit)}

    def _pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        url: str | None = f"{self._root}{path}"
        options: dict[str, Any] | None = {**query, "limit": PER_PAGE, "page": 1}
        while url:
            answer = self._answer("GET", url, params=options)
            yield from answer.json()
            # By number, not by its address: that is the server's public one, which may not be how it is reached here.
            following = answer.links.get("next", {}).get("url")
            options = {**options, "page": options["page"] + 1} if following and options else None
            url = f"{self._root}{path}" if options else None

    def _call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        answer = self._answer(method, f"{self._root}{path}", json=fields)
        return answer.json() if answer.content else None

    def _answer(self, method: str, url: str, **options: Any) -> Response:
        try:
            answer = self._session.request(method, url, **options)
        except requests.RequestException as exc:
            raise access.unreachable(self._server, exc) from None
        if answer.ok:
            return answer
        try:
            said = answer.json()
        except ValueError:
            said = answer.text
        error = access.refusal(self._server, answer.status_code, said, *TOKENS)
        raise _NotFound(error.message, error.hint) if answer.status_code in (404, 422) else error


class _NotFound(ForgeError):
    """404 or 422: there is no such thing."""


def _label(data: dict[str, Any], name: str) -> int | None:
    """Return the number of a label that a request has."""
    return next((int(label["id"]) for label in data.get("labels") or () if label["name"] == name), None)


def _own(data: dict[str, Any]) -> bool:
    """Tell whether its branch is in the repository itself."""
    return bool(data["head"].get("repo_id") == data["base"].get("repo_id"))


def _review(data: dict[str, Any]) -> Review:
    reviewers, created = data.get("requested_reviewers"), data.get("created_at")
    return Review(
        (data.get("user") or {}).get("login"),
        epoch(created) if created else None,
        data.get("draft"),
        None if reviewers is None else tuple(str(one.get("login")) for one in reviewers),
    )


def _request(data: dict[str, Any]) -> PullRequest:
    state: State = "merged" if data.get("merged") else "open" if data["state"] == "open" else "closed"
    return PullRequest(
        number=str(data["number"]),
        url=data["html_url"],
        title=data["title"],
        body=data.get("body") or "",
        head=data["head"]["ref"],
        base=data["base"]["ref"],
        state=state,
        mergeable=data.get("mergeable") if state == "open" else None,
        merge_commit=data.get("merge_commit_sha") if state == "merged" else None,
        review=_review(data),
    )


def connect(url: str, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> Gitea:
    """Return the repository at this URL; ``api`` is the address of a server that is not at the root of its host."""
    server, path = access.place(url, api, *TOKENS)
    session = access.session(timeout)
    session.headers["User-Agent"] = "gitops-generator"
    authorization = f"token {access.needed_token(*TOKENS)}"

    def authenticate(request: PreparedRequest) -> PreparedRequest:
        """Authenticate with the token. A plain header would not do, because a .netrc takes precedence over it."""
        request.headers["Authorization"] = authorization
        return request

    session.auth = authenticate
    return Gitea(server, path, session)
