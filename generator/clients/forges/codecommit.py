"""AWS CodeCommit, through boto3. It has no labels and no reviewers: approval rules ask reviewers there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from generator.backoff import Backoff
from generator.clients.aws import session
from generator.clients.forges import access
from generator.clients.forges.forge import TIMEOUT_SECONDS, PullRequest, Review, chosen, clipped
from generator.errors import ForgeError

if TYPE_CHECKING:
    from generator.clients.forges.forge import State

TITLE_LIMIT: Final = 150
COMMENT_LIMIT: Final = 10_240
MERGE_ATTEMPTS: Final = 5
MERGE_BACKOFF: Final = Backoff(first=0.5, longest=5.0)
_URL: Final = re.compile(
    r"(?:https|ssh)://(?:[^@/]+@)?git-codecommit(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/v1/repos/(?P<name>[\w.-]+)"
)
_HELPER_URL: Final = re.compile(r"codecommit(?:::(?P<region>[a-z0-9-]+))?://(?:[^@/]+@)?(?P<name>[\w.-]+)")
# Another push to one of the two branches, in the middle of the merge.
_OUTRUN: Final = frozenset({"ConcurrentReferenceUpdateException"})

T = TypeVar("T")


@access.understood
class CodeCommit:
    """The pull requests of one repository."""

    body_limit = 10_240

    def __init__(self, client: Any, region: str, name: str) -> None:
        self._client = client
        self._region = region
        self._name = name

    def requests(
        self,
        base: str,
        prefix: str = "",
        state: State = "open",
        *,
        exact: bool = False,
        forks: bool = False,  # noqa: ARG002
    ) -> list[PullRequest]:
        """Implement ``Forge.requests``. CodeCommit lists numbers only, so that each is a request of its own."""
        wanted = "OPEN" if state == "open" else "CLOSED"
        with session.translated():
            pages = self._client.get_paginator("list_pull_requests").paginate(
                repositoryName=self._name, pullRequestStatus=wanted
            )
            numbers = [number for page in pages for number in page["pullRequestIds"]]
        found = [self._get(number) for number in sorted(numbers, key=int, reverse=True)]
        return [
            one for one in found if one.base == base and chosen(one.head, prefix, exact=exact) and one.state == state
        ]

    def open(
        self,
        head: str,
        base: str,
        title: str,
        body: str,
        reviewers: Sequence[str] = (),  # noqa: ARG002
        labels: Sequence[str] = (),  # noqa: ARG002
    ) -> PullRequest:
        """Implement ``Forge.open``."""
        answer = self._call(
            self._client.create_pull_request,
            title=clipped(title, TITLE_LIMIT),
            description=clipped(body, self.body_limit),
            targets=[{"repositoryName": self._name, "sourceReference": head, "destinationReference": base}],
        )
        return self._request(answer["pullRequest"])

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Implement ``Forge.update``."""
        title, body = clipped(title, TITLE_LIMIT), clipped(body, self.body_limit)
        if title != request.title:
            self._call(self._client.update_pull_request_title, pullRequestId=request.number, title=title)
        if body != request.body:
            self._call(self._client.update_pull_request_description, pullRequestId=request.number, description=body)
        return self._get(request.number)

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Implement ``Forge.comment``."""
        said = clipped(text, COMMENT_LIMIT)
        with session.translated():
            pages = self._client.get_paginator("get_comments_for_pull_request").paginate(
                pullRequestId=request.number, repositoryName=self._name
            )
            found = [
                comment
                for page in pages
                for group in page.get("commentsForPullRequestData", [])
                for comment in group.get("comments", [])
            ]
        marked = [one for one in found if marker in one.get("content", "") and not one.get("deleted")]
        if not any(self._said(one, said) for one in marked):
            self._say(request, said)

    def _said(self, comment: Mapping[str, Any], text: str) -> bool:
        """Tell whether a comment says this now: only who has written it may change it, and CI may have another role."""
        try:
            self._call(self._client.update_comment, commentId=comment["commentId"], content=text)
        except session.Refused as exc:
            if exc.code != "CommentNotCreatedByCallerException":
                raise
            return False
        return True

    def close(self, request: PullRequest, reason: str) -> None:
        """Implement ``Forge.close``."""
        if self._get(request.number).state != "open":
            return
        self._call(self._client.update_pull_request_status, pullRequestId=request.number, pullRequestStatus="CLOSED")
        self._say(request, clipped(reason, COMMENT_LIMIT))

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Implement ``Forge.merge``."""
        now = self._get(request.number)
        if now.state == "merged":
            return now
        if now.state == "closed":
            raise ForgeError(f"pull request {request.number} is closed", "open a new one")
        for attempt in range(1, MERGE_ATTEMPTS + 1):
            try:
                answer = self._call(
                    self._client.merge_pull_request_by_three_way,
                    pullRequestId=request.number,
                    repositoryName=self._name,
                    sourceCommitId=commit,
                    # The title has the form that the repository's rules may ask of commits.
                    commitMessage=f"{now.title}\n\nMerge pull request {request.number}.",
                )
                return self._request(answer["pullRequest"])
            except session.Refused as exc:
                if exc.code not in _OUTRUN or attempt == MERGE_ATTEMPTS:
                    raise
                time.sleep(MERGE_BACKOFF.pause(attempt))
        raise AssertionError

    def _get(self, number: str) -> PullRequest:
        return self._request(self._call(self._client.get_pull_request, pullRequestId=number)["pullRequest"])

    def _say(self, request: PullRequest, text: str) -> None:
        target = self._target(self._call(self._client.get_pull_request, pullRequestId=request.number)["pullRequest"])
        self._call(
            self._client.post_comment_for_pull_request,
            pullRequestId=request.number,
            repositoryName=self._name,
            beforeCommitId=target["destinationCommit"],
            afterCommitId=target["sourceCommit"],
            content=text,
        )

    def _call(self, call: Callable[..., Mapping[str, Any]], **fields: Any) -> Mapping[str, Any]:
        with session.translated():
            return call(**fields)

    def _target(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        for target in data["pullRequestTargets"]:
            if target["repositoryName"] == self._name:
                found: Mapping[str, Any] = target
                return found
        raise ForgeError(f"pull request {data['pullRequestId']} is not of {self._name}", "check `repository:`")

    def _request(self, data: Mapping[str, Any]) -> PullRequest:
        target = self._target(data)
        merged = bool(target.get("mergeMetadata", {}).get("isMerged"))
        state: State = "merged" if merged else "open" if data["pullRequestStatus"] == "OPEN" else "closed"
        number = data["pullRequestId"]
        return PullRequest(
            number=number,
            url=f"https://{self._region}.console.aws.amazon.com/codesuite/codecommit/repositories/{self._name}"
            f"/pull-requests/{number}/details?region={self._region}",
            title=data["title"],
            body=data.get("description") or "",
            head=target["sourceReference"].removeprefix("refs/heads/"),
            base=target["destinationReference"].removeprefix("refs/heads/"),
            state=state,
            merge_commit=target.get("mergeMetadata", {}).get("mergeCommitId") if merged else None,
            review=_review(data),
        )


def _review(data: Mapping[str, Any]) -> Review:
    """Return who has opened it, by the last part of the ARN: a user, or the session of a role; and when."""
    author, created = data.get("authorArn"), data.get("creationDate")
    return Review(author.rpartition("/")[2] if author else None, int(created.timestamp()) if created else None)


def connect(url: str, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> CodeCommit:
    """Return the repository at this URL, of git or of git-remote-codecommit; ``api`` is an endpoint of the service."""
    found = _URL.match(url) or _HELPER_URL.fullmatch(url)
    if found is None:
        raise ForgeError(
            f"{url}: no repository of CodeCommit", "like https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME"
        )
    if api:
        session.require_endpoint(api)
    client = session.client("codecommit", found["region"], timeout, api)
    return CodeCommit(client, client.meta.region_name, found["name"])
