"""CodeCommit: an approval rule. IAM policies decide who may push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.render.outputs import codeowners
from generator.render.protection.advice import Advice, Call, as_json
from generator.spec.image_reference import ECR

if TYPE_CHECKING:
    from generator.spec.model import Spec

KNOWS_PUSHERS: Final = False


def calls(spec: Spec, pusher: str | None) -> tuple[list[Call], list[str]]:
    """Return the call for an approval rule, and notes with an IAM policy for who may push."""
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
    body = {"approvalRuleTemplateName": template, "approvalRuleTemplateContent": as_json(content)}
    use = {"approvalRuleTemplateName": template, "repositoryName": name}
    return [
        Call("a rule that asks the approvers", "codecommit", "create-approval-rule-template", body),
        Call(f"use it for {name}", "codecommit", "associate-approval-rule-template-with-repository", use),
    ], notes


def command(_advice: Advice, call: Call) -> str:
    """Return the command of the AWS CLI that makes a call."""
    return f"aws {call.method} {call.path} --cli-input-json file:///dev/stdin"
