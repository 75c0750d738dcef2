"""GitHub: a ruleset for the branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.git.hosts import of as host
from generator.render.outputs import codeowners
from generator.render.protection.advice import Advice, Call, number, repository_path

if TYPE_CHECKING:
    from generator.spec.model import Spec

KNOWS_PUSHERS: Final = True


def calls(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """Return the call for a ruleset, also for administrators, and notes. Users can import its JSON, too."""
    owned = codeowners.has_owners(spec)
    review = {
        "type": "pull_request",
        "parameters": {
            "required_approving_review_count": 0,
            "require_code_owner_review": owned,
            "dismiss_stale_reviews_on_push": True,
            "require_last_push_approval": False,
            "required_review_thread_resolution": False,
        },
    }
    bypass = (
        [
            {
                "actor_id": number(pusher, "the id of a GitHub App, as its settings show it"),
                "actor_type": "Integration",
                "bypass_mode": "always",
            }
        ]
        if pusher
        else []
    )
    body = {
        "name": f"{spec.project}: {spec.branch}",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{spec.branch}"], "exclude": []}},
        "bypass_actors": bypass,
        "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}, review],
    }
    path = f"repos/{repository_path(spec.repository)}/rulesets"
    return [Call(f"protect {spec.branch}", "POST", path, body)], []


def command(advice: Advice, call: Call) -> str:
    """Return the command of gh that makes a call."""
    name = host(advice.server)
    where = "" if name == "github.com" else f" --hostname {name}"
    return f"gh api{where} --method {call.method} {call.path} --input -"
