"""Rules on policies: existing actions, no permission for everything, and no role that can extend its own rights."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from typing import Any, Final

from generator.infra import tables
from generator.infra.plan import Plan, Resource

DOCUMENTS: Final = {
    "aws_iam_role": ("assume_role_policy",),
    "aws_iam_role_policy": ("policy",),
    "aws_iam_policy": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_kms_key": ("policy",),
    "aws_ecr_repository_policy": ("policy",),
    "aws_eks_pod_identity_association": ("policy",),
}
EDITS: Final = (
    *("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DetachRolePolicy"),
    *("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePolicy"),
)


def _documents(plan: Plan) -> Iterator[tuple[Resource, str, Any]]:
    for resource in plan.of(*DOCUMENTS):
        for attribute in DOCUMENTS[resource.kind]:
            yield resource, attribute, resource.document(attribute)
        if resource.kind == "aws_iam_role":
            for inline in resource.blocks("inline_policy"):
                text = Resource(resource.address, resource.kind, inline, {}).document("policy")
                yield resource, "inline_policy", text


def _statements(document: Any) -> Iterator[dict[str, Any]]:
    found = document.get("Statement", []) if isinstance(document, dict) else []
    yield from (one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict))


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def statements(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find unknown actions, statements that allow all except some, and roles that are passed by a pattern."""
    bounds = _boundaries(plan)
    for resource, _, document in _documents(plan):
        for statement in _statements(document):
            actions, resources = _list(statement.get("Action")), _list(statement.get("Resource"))
            yield from ((resource.address, one) for action in actions for one in _action(action))
            if statement.get("Effect") != "Allow" or resource.text("arn") in bounds:
                continue
            if "NotAction" in statement or "NotResource" in statement:
                yield resource.address, "it allows all but some: name what is allowed"
            if "iam:PassRole" in actions and any(_wide(one) for one in resources):
                yield resource.address, "it passes any role: name the roles, or how their names begin"


def _boundaries(plan: Plan) -> set[str]:
    """Return the ARNs of boundaries, which give nothing: what they have room for, another policy must allow."""
    found = {one.text("permissions_boundary") for one in plan.of("aws_iam_role")} - {""}
    for _, _, document in _documents(plan):
        for statement in _statements(document):
            for test in (statement.get("Condition") or {}).values():
                found.update(_list(test.get("iam:PermissionsBoundary")))
    return found


def _wide(arn: str) -> bool:
    """Tell whether a pattern of roles bounds no name."""
    return arn.rpartition("/")[2].startswith("*") or arn == "*"


def _action(action: str) -> Iterator[str]:
    prefix, _, name = action.partition(":")
    if action == "*":
        return
    known = tables.actions().get(prefix)
    if known is None or prefix == "botocore":
        yield f"there is no service {prefix} (of {action})"
    elif not any(fnmatch.fnmatchcase(one.lower(), name.lower()) for one in known):
        yield f"there is no action {action}"


def own_role(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find roles that may change their own rights."""
    roles = {one.text("name"): one for one in plan.of("aws_iam_role")}
    arns = {one.text("arn"): one for one in plan.of("aws_iam_role")}
    attached = {one.text("policy_arn"): one.text("role") for one in plan.of("aws_iam_role_policy_attachment")}
    for policy in plan.of("aws_iam_role_policy", "aws_iam_policy"):
        holder = policy.text("role") if policy.kind == "aws_iam_role_policy" else attached.get(policy.text("arn"), "")
        role = roles.get(holder) or arns.get(holder)
        denied = [one for one in _statements(policy.document("policy")) if one.get("Effect") == "Deny"]
        for statement in _statements(policy.document("policy")):
            if statement.get("Effect") != "Allow" or role is None:
                continue
            edits = [
                one
                for one in EDITS
                if any(fnmatch.fnmatchcase(one, action) for action in _list(statement.get("Action")))
            ]
            itself = any(fnmatch.fnmatchcase(role.text("arn"), one) for one in _list(statement.get("Resource")))
            if edits and itself and not any(_denies(one, edits, role) for one in denied):
                yield policy.address, f"{role.address} may change itself by {', '.join(edits)}"


def _denies(statement: dict[str, Any], edits: list[str], role: Resource) -> bool:
    actions, resources = _list(statement.get("Action")), _list(statement.get("Resource"))
    covers = all(any(fnmatch.fnmatchcase(edit, action) for action in actions) for edit in edits)
    return covers and any(fnmatch.fnmatchcase(role.text("arn"), one) for one in resources)


def unread(plan: Plan) -> Iterator[tuple[str, str]]:
    """Report in one note the documents that could not be read, because they depend on values that AWS decides."""
    hidden = []
    for resource, attribute, document in _documents(plan):
        flags = tables.schema().get(resource.kind, {}).get("a", {}).get(attribute, ("", ""))[1]
        # One that AWS would give, if none is written, is unknown as well.
        if document is None and resource.unknown.get(attribute) and "c" not in flags:
            hidden.append(resource.address)
    if hidden:
        yield "", f"policies are not known before the apply, and their plan was not read: {', '.join(sorted(hidden))}"
