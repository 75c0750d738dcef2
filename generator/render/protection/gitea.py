"""Gitea and Forgejo: a branch protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.protection.advice import Advice, Call, repository_path

if TYPE_CHECKING:
    from generator.spec.model import Spec

KNOWS_PUSHERS: Final = True


def calls(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """Return the call that protects the branch, also from administrators, and notes."""
    body: dict[str, Any] = {
        "rule_name": spec.branch,
        "enable_push": pusher is not None,
        "enable_push_whitelist": pusher is not None,
        "push_whitelist_usernames": [pusher] if pusher else [],
        "enable_force_push": False,
        # Gitea asks the code owners of changed files and waits for them; without code owners, no approval is needed.
        "required_approvals": 0,
        "block_on_official_review_requests": True,
        "block_on_rejected_reviews": True,
        "dismiss_stale_approvals": True,
        "block_admin_merge_override": True,
    }
    path = f"repos/{repository_path(spec.repository)}/branch_protections"
    return [Call(f"protect {spec.branch}", "POST", path, body)], []


def command(advice: Advice, call: Call) -> str:
    """Return the curl command of a call. The token comes from a pipe, so that it is in no argument."""
    return (
        'curl --fail-with-body --silent --show-error --header @<(printf "Authorization: token %s" "$GITEA_TOKEN")'
        rf" --header 'Content-Type: application/json' --data @- {advice.server}/api/v1/{call.path}"
    )
