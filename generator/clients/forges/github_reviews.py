"""Ask GitHub for the reviews and checks of all open requests in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from generator.clients.forges.forge import Checks, Decision, PullRequest


_QUERY: Final = """
query ($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: OPEN, first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes {
        number
        reviewDecision
        mergeStateStatus
        latestOpinionatedReviews(first: 50) { nodes { state author { login } } }
        commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
      }
    }
  }
}
"""
_DECISIONS: Final[Mapping[str, Decision]] = {
    "APPROVED": "approved", "CHANGES_REQUESTED": "changes requested", "REVIEW_REQUIRED": "review required",
}  # fmt: skip
_CHECKS: Final[Mapping[str, Checks]] = {
    "SUCCESS": "passed", "FAILURE": "failed", "ERROR": "failed", "PENDING": "running", "EXPECTED": "running",
}  # fmt: skip


def query(path: str) -> tuple[str, dict[str, Any]]:
    """Return the query and its variables for the repository at ``OWNER/NAME``."""
    owner, _, name = path.partition("/")
    return _QUERY, {"owner": owner, "name": name}


def added(requests: Sequence[PullRequest], answer: Any) -> list[PullRequest]:
    """Return the requests with the reviews of the answer; a request that it does not name is unchanged."""
    try:
        nodes = {str(node["number"]): node for node in answer["data"]["repository"]["pullRequests"]["nodes"]}
    except (KeyError, TypeError):
        return list(requests)
    return [_with(one, nodes[one.number]) if one.number in nodes else one for one in requests]


def _with(request: PullRequest, node: Mapping[str, Any]) -> PullRequest:
    reviews = (node.get("latestOpinionatedReviews") or {}).get("nodes")
    commits = (node.get("commits") or {}).get("nodes") or [{}]
    rollup = (commits[0].get("commit") or {}).get("statusCheckRollup") or {}
    status = node.get("mergeStateStatus")
    return replace(
        request,
        review=replace(
            request.review,
            approvers=None if reviews is None else tuple(_authors(reviews)),
            decision=_DECISIONS.get(node.get("reviewDecision") or ""),
            checks=_CHECKS.get(rollup.get("state") or ""),
            ready=None if status in {None, "UNKNOWN"} else status in {"CLEAN", "HAS_HOOKS"},
        ),
    )


def _authors(reviews: Sequence[Mapping[str, Any]]) -> list[str]:
    return [(one.get("author") or {}).get("login") or "ghost" for one in reviews if one.get("state") == "APPROVED"]
