"""GitLab: a protected branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.git.hosts import of as host
from generator.render.outputs import codeowners
from generator.render.protection.advice import Advice, Call, number, repository_path

if TYPE_CHECKING:
    from generator.spec.model import Spec

KNOWS_PUSHERS: Final = True
# GitLab's numbers for its roles.
_NO_ACCESS: Final = 0
_DEVELOPERS: Final = 30
_MAINTAINERS: Final = 40


def calls(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """Return the call that protects the branch, and notes."""
    owned = codeowners.has_owners(spec)
    body: dict[str, Any] = {
        "name": spec.branch,
        "push_access_level": _NO_ACCESS,
        "merge_access_level": _DEVELOPERS,
        "unprotect_access_level": _MAINTAINERS,
        "allow_force_push": False,
    }
    if pusher:
        body["allowed_to_push"] = [{"user_id": number(pusher, "the id of a GitLab user, as their profile shows it")}]
        del body["push_access_level"]
    if owned:
        body["code_owner_approval_required"] = True
    path = f"projects/{repository_path(spec.repository).replace('/', '%2F')}/protected_branches"
    notes = ["GitLab protects its default branch by itself: take that out first, under Settings, Repository."]
    if owned or pusher:
        notes.append("Approval by code owners, and single users who may push, need GitLab Premium.")
    return [Call(f"protect {spec.branch}", "POST", path, body)], notes


def command(advice: Advice, call: Call) -> str:
    """Return the command of glab that makes a call."""
    name = host(advice.server)
    where = "" if name == "gitlab.com" else f" --hostname {name}"
    return f"glab api{where} --method {call.method} {call.path} --header 'Content-Type: application/json' --input -"
