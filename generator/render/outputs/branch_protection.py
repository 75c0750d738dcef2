"""How the branch that Argo CD follows is to be protected, as calls of the forge's own API. Pure.

Everybody goes through pull requests, code owners approve, nobody rewrites or
deletes the branch. Only whoever brings the builds' tags may push to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from generator.errors import GeneratorError, UsageError
from generator.git.hosts import of as host
from generator.render.outputs import codeowners, pipeline_steps
from generator.spec.image_reference import ECR
from generator.spec.model import Spec

NO_ACCESS: Final = 0
DEVELOPERS: Final = 30
MAINTAINERS: Final = 40


@dataclass(frozen=True, slots=True)
class Call:
    """One call, with its JSON: method and path below the API's root, for AWS service and operation."""

    what: str
    method: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to set, and what a person should know about it."""

    forge: str
    server: str
    repository: str
    calls: Sequence[Call]
    notes: Sequence[str]


def advise(spec: Spec, pusher: str | None) -> Advice:
    """For the spec's forge. ``pusher`` is who may push builds' tags: an App's id, a user's id or a user, by forge."""
    if pusher is not None and not pusher.strip():
        raise UsageError("--pusher: names nobody", "leave it out where nobody may push")
    kind = codeowners.forge_of(spec)
    makers = {"github": _github, "gitlab": _gitlab, "gitea": _gitea, "codecommit": _codecommit}
    if kind not in makers:
        raise GeneratorError(
            f"{spec.repository}: no forge that protects branches" if kind else f"{spec.repository}: which forge is it?",
            "say it in generator.yaml: `forge: {kind: …}`; on a plain remote, a pre-receive hook guards a branch",
        )
    notes = (
        []
        if codeowners.approvers(spec)
        else ["No environment has `approvers:` yet, so nobody's approval is asked for."]
    )
    if pusher is None and kind != "codecommit":
        notes.append(_nobody(spec))
    calls, more = makers[kind](spec, pusher)
    return Advice(kind, _server(spec), repository_path(spec.repository), calls, [*notes, *more])


def _nobody(spec: Spec) -> str:
    """What it means for builds that nobody may push."""
    generated = spec.ci.get("codebuild") is not False or spec.ci.get("github")
    if not generated or pipeline_steps.pipeline(spec) is None or spec.ci.get("pullRequest"):
        return "Nobody may push: builds bring their tags by `bump --pull-request`, or name who may with --pusher."
    return (
        "WARNING: nobody may push, and the generated pipeline runs `bump --push`: this stops all releases. "
        "Either say `ci: {pullRequest: true}` in generator.yaml, and regenerate, or name who may push with --pusher."
    )


def _server(spec: Spec) -> str:
    """The forge's address."""
    if spec.forge.url:
        return spec.forge.url.rstrip("/")
    if spec.repository.startswith(("http://", "https://")):
        return "/".join(spec.repository.split("/")[:3])
    return f"https://{host(spec.repository)}"


def repository_path(url: str) -> str:
    """``acme/shop`` of a repository's URL."""
    rest = url.partition("://")[2].partition("/")[2] if "://" in url else url.partition(":")[2]
    return re.sub(r"\.git/?$", "", rest).strip("/")


def _github(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """A ruleset: it holds for administrators, too, and its file can be imported in the settings."""
    owned = bool(codeowners.approvers(spec))
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
                "actor_id": _number(pusher, "the id of a GitHub App, as its settings show it"),
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


def _gitlab(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    owned = bool(codeowners.approvers(spec))
    body: dict[str, Any] = {
        "name": spec.branch,
        "push_access_level": NO_ACCESS,
        "merge_access_level": DEVELOPERS,
        "unprotect_access_level": MAINTAINERS,
        "allow_force_push": False,
    }
    if pusher:
        body["allowed_to_push"] = [{"user_id": _number(pusher, "the id of a GitLab user, as their profile shows it")}]
        del body["push_access_level"]
    if owned:
        body["code_owner_approval_required"] = True
    path = f"projects/{repository_path(spec.repository).replace('/', '%2F')}/protected_branches"
    notes = ["GitLab protects its default branch by itself: take that out first, under Settings, Repository."]
    if owned or pusher:
        notes.append("Approval by code owners, and single users who may push, need GitLab Premium.")
    return [Call(f"protect {spec.branch}", "POST", path, body)], notes


def _gitea(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    body: dict[str, Any] = {
        "rule_name": spec.branch,
        "enable_push": pusher is not None,
        "enable_push_whitelist": pusher is not None,
        "push_whitelist_usernames": [pusher] if pusher else [],
        "enable_force_push": False,
        # The code owners of what changes are asked; it waits for them, and for nobody where there are none.
        "required_approvals": 0,
        "block_on_official_review_requests": True,
        "block_on_rejected_reviews": True,
        "dismiss_stale_approvals": True,
        "block_admin_merge_override": True,
    }
    path = f"repos/{repository_path(spec.repository)}/branch_protections"
    return [Call(f"protect {spec.branch}", "POST", path, body)], []


def _codecommit(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """An approval rule for the branch, and who may push to it by an IAM policy."""
    name = spec.repository.rstrip("/").rpartition("/")[2].rpartition("@")[2]
    template = f"{spec.project}-{spec.branch.replace('/', '-')}"
    account = match["account"] if (match := ECR.fullmatch(spec.registry.partition("/")[0])) else None
    people = [name.removeprefix("@") for name in codeowners.approvers(spec) if "/" not in name]
    notes = [
        "CodeCommit's rules hold for a branch and know no paths: one approval is needed for every pull request.",
        "CodeCommit protects branches by IAM: deny codecommit:GitPush, DeleteBranch, PutFile and the Merge actions to "
        f"all but the build's role where codecommit:References is refs/heads/{spec.branch}.",
    ]
    if pusher:
        notes.append(
            f"--pusher {pusher} has no effect here: that policy is yours to write, as no call of CodeCommit does."
        )
    if not people:
        return [], notes
    if account is None:
        return [], [*notes, "The approvers' AWS account is not known: it is told from `registry:`, if that is ECR's."]
    content = {
        "Version": "2018-11-08",
        "DestinationReferences": [f"refs/heads/{spec.branch}"],
        "Statements": [
            {
                "Type": "Approvers",
                "NumberOfApprovalsNeeded": 1,
                "ApprovalPoolMembers": [f"CodeCommitApprovers:{account}:{person}" for person in people],
            }
        ],
    }
    body = {"approvalRuleTemplateName": template, "approvalRuleTemplateContent": _json(content)}
    use = {"approvalRuleTemplateName": template, "repositoryName": name}
    return [
        Call("a rule that asks the approvers", "codecommit", "create-approval-rule-template", body),
        Call(f"use it for {name}", "codecommit", "associate-approval-rule-template-with-repository", use),
    ], notes


def script(advice: Advice) -> str:
    """The calls as a shell script; credentials come from the forge's own tool, or the environment."""
    lines = ["#!/usr/bin/env bash", "set -euo pipefail", *(f"# {note}" for note in advice.notes)]
    for call in advice.calls:
        lines += ["", f"# {call.what}", f"{_command(advice, call)} <<'JSON'", _json(call.body, indent=2), "JSON"]
    return "\n".join(lines) + "\n"


def _command(advice: Advice, call: Call) -> str:
    name = host(advice.server)
    if advice.forge == "github":
        where = "" if name == "github.com" else f" --hostname {name}"
        return f"gh api{where} --method {call.method} {call.path} --input -"
    if advice.forge == "gitlab":
        where = "" if name == "gitlab.com" else f" --hostname {name}"
        return f"glab api{where} --method {call.method} {call.path} --header 'Content-Type: application/json' --input -"
    if advice.forge == "codecommit":
        return f"aws {call.method} {call.path} --cli-input-json file:///dev/stdin"
    # By a file that is none, so that the token is in no argument.
    return (
        'curl --fail-with-body --silent --show-error --header @<(printf "Authorization: token %s" "$GITEA_TOKEN")'
        rf" --header 'Content-Type: application/json' --data @- {advice.server}/api/v1/{call.path}"
    )


def _number(pusher: str, meant: str) -> int:
    if not pusher.isdecimal():
        raise UsageError(f"--pusher {pusher}: not a number", f"give {meant}")
    return int(pusher)


def _json(data: Mapping[str, Any], indent: int | None = None) -> str:
    import json

    return json.dumps(data, indent=indent)
