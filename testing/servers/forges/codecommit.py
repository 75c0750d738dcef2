"""CodeCommit's pull requests over a real bare repository; moto knows only the repositories themselves.

Every request and every answer is checked against botocore's own model of the
service: known fields, required ones, types, lengths, patterns and values.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.model import Shape

from testing.servers import loopback as local_server

MODEL = botocore.session.get_session().get_service_model("codecommit")
PAGE = 3
TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "list": list,
    "structure": dict,
    "map": dict,
    "timestamp": (int, float),
}


class Refused(Exception):
    """One of the service's exceptions."""


def check(shape: Shape, value: Any, where: str) -> None:
    """Raise ``AssertionError`` unless a value is of a shape."""
    expected = TYPES[shape.type_name]
    assert isinstance(value, expected), f"{where}: {value!r} is no {shape.type_name}"  # type: ignore[arg-type]
    limits = shape.metadata
    if shape.type_name == "structure":
        members = shape.members  # type: ignore[attr-defined]
        assert set(value) <= set(members), f"{where}: unknown fields {set(value) - set(members)}"
        assert set(limits.get("required", [])) <= set(value), f"{where}: lacks {set(limits['required']) - set(value)}"
        for name, item in value.items():
            check(members[name], item, f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            check(shape.member, item, f"{where}[]")  # type: ignore[attr-defined]
    elif shape.type_name == "string":
        assert limits.get("min", 0) <= len(value) <= limits.get("max", 10**9), f"{where}: {len(value)} characters"
        assert value in limits.get("enum", [value]), f"{where}: {value!r}"
        assert re.fullmatch(limits.get("pattern", "(?s:.*)"), value), f"{where}: {value!r}"


class CodeCommit:
    """One repository, ``shop``; ``bare`` holds its branches."""

    def __init__(self, bare: Path) -> None:
        self.bare = bare
        self.url = ""
        self.pulls: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.templates: list[dict[str, Any]] = []
        self.strangers: set[str] = set()
        self.faults: list[str] = []
        self.seen: list[str] = []
        self.interruptions: list[tuple[int, str]] = []
        self.lock = threading.Lock()

    def answer(self, target: str, content: bytes) -> tuple[int, dict[str, Any]]:
        """Return status and JSON for one request."""
        prefix, _, operation = target.partition(".")
        try:
            assert prefix == MODEL.metadata["targetPrefix"], target
            model = MODEL.operation_model(operation)
            fields = json.loads(content)
            check(model.input_shape, fields, operation)
        except (AssertionError, ValueError) as exc:
            self.faults.append(str(exc))
            return 400, {"__type": "ValidationException", "message": str(exc)}
        self.seen.append(operation)
        if self.interruptions:
            status, code = self.interruptions.pop(0)
            return status, {"__type": code, "message": "not now"}
        with self.lock:
            try:
                if fields.get("repositoryName", "shop") != "shop":
                    raise Refused("RepositoryDoesNotExistException", "shop only")
                found: dict[str, Any] = getattr(self, operation)(fields)
            except Refused as exc:
                if exc.args[0] not in {error.name for error in model.error_shapes}:
                    self.faults.append(f"{operation} never answers {exc.args[0]}")
                return 400, {"__type": exc.args[0], "message": exc.args[1]}
        try:
            if model.output_shape is not None:
                check(model.output_shape, found, f"the answer to {operation}")
        except AssertionError as exc:
            self.faults.append(str(exc))
        return 200, found

    def git(self, *words: str, ok: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(["git", *words], cwd=self.bare, capture_output=True, text=True, check=False)
        assert done.returncode in ok, done.stderr
        return done.stdout.strip() if done.returncode == 0 else ""

    def tip(self, ref: str) -> str:
        found = self.git("rev-parse", "--verify", "--quiet", f"refs/heads/{ref.removeprefix('refs/heads/')}", ok=(0, 1))
        if not found:
            raise Refused("ReferenceDoesNotExistException", f"Could not find reference: {ref}")
        return found

    def pull(self, fields: dict[str, Any]) -> dict[str, Any]:
        number = int(fields["pullRequestId"])
        if number > len(self.pulls):
            raise Refused("PullRequestDoesNotExistException", f"{number} does not exist")
        return self.pulls[number - 1]

    def shown(self, pull: dict[str, Any]) -> dict[str, Any]:
        target = pull["pullRequestTargets"][0]
        if not target["mergeMetadata"]["isMerged"]:
            target = {
                **target,
                "sourceCommit": self.tip(target["sourceReference"]),
                "destinationCommit": self.tip(target["destinationReference"]),
            }
        return {"pullRequest": {**pull, "pullRequestTargets": [target]}}

    def paged(self, fields: dict[str, Any], name: str, items: list[Any]) -> dict[str, Any]:
        start = int(fields.get("nextToken", "0"))
        rest = {"nextToken": str(start + PAGE)} if start + PAGE < len(items) else {}
        return {name: items[start : start + PAGE], **rest}

    def ListPullRequests(self, fields: dict[str, Any]) -> dict[str, Any]:
        found = [
            pull["pullRequestId"] for pull in self.pulls if pull["pullRequestStatus"] == fields["pullRequestStatus"]
        ]
        return self.paged(fields, "pullRequestIds", found)

    def GetPullRequest(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self.shown(self.pull(fields))

    def CreatePullRequest(self, fields: dict[str, Any]) -> dict[str, Any]:
        assert len(fields["targets"]) == 1
        target = fields["targets"][0]
        refs = {
            name: f"refs/heads/{target[name].removeprefix('refs/heads/')}"
            for name in ("sourceReference", "destinationReference")
        }
        self.tip(refs["sourceReference"]), self.tip(refs["destinationReference"])
        pull = {"pullRequestId": str(len(self.pulls) + 1), "title": fields["title"], "description": fields.get("description", ""),
                "pullRequestStatus": "OPEN", "pullRequestTargets": [{"repositoryName": "shop", **refs, "mergeMetadata": {"isMerged": False}}]}  # fmt: skip
        self.pulls.append(pull)
        return self.shown(pull)

    def UpdatePullRequestTitle(self, fields: dict[str, Any]) -> dict[str, Any]:
        self.pull(fields)["title"] = fields["title"]
        return self.shown(self.pull(fields))

    def UpdatePullRequestDescription(self, fields: dict[str, Any]) -> dict[str, Any]:
        self.pull(fields)["description"] = fields["description"]
        return self.shown(self.pull(fields))

    def UpdatePullRequestStatus(self, fields: dict[str, Any]) -> dict[str, Any]:
        pull = self.pull(fields)
        if pull["pullRequestStatus"] == "CLOSED":
            raise Refused("InvalidPullRequestStatusUpdateException", "closed already")
        pull["pullRequestStatus"] = fields["pullRequestStatus"]
        return self.shown(pull)

    def GetCommentsForPullRequest(self, fields: dict[str, Any]) -> dict[str, Any]:
        found = [{"comments": [comment]} for comment in self.comments]
        return self.paged(fields, "commentsForPullRequestData", found)

    def PostCommentForPullRequest(self, fields: dict[str, Any]) -> dict[str, Any]:
        if len(fields["content"]) > 10_240:
            raise Refused("CommentContentSizeLimitExceededException", "too long")
        for name in ("beforeCommitId", "afterCommitId"):
            self.git("cat-file", "-e", f"{fields[name]}^{{commit}}")
        self.comments.append({"commentId": str(len(self.comments) + 1), "content": fields["content"]})
        return {"comment": self.comments[-1]}

    def UpdateComment(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields["commentId"] in self.strangers:
            raise Refused("CommentNotCreatedByCallerException", "not yours")
        comment = self.comments[int(fields["commentId"]) - 1]
        comment["content"] = fields["content"]
        return {"comment": comment}

    def MergePullRequestByThreeWay(self, fields: dict[str, Any]) -> dict[str, Any]:
        pull = self.pull(fields)
        target = pull["pullRequestTargets"][0]
        head, base = self.tip(target["sourceReference"]), self.tip(target["destinationReference"])
        if pull["pullRequestStatus"] != "OPEN":
            raise Refused("PullRequestAlreadyClosedException", "closed")
        if fields["sourceCommitId"] != head:
            raise Refused(
                "TipOfSourceReferenceIsDifferentException",
                "the tip of the source branch is not the commit that was given",
            )
        tree = self.git("merge-tree", "--write-tree", base, head, ok=(0, 1)).split("\n")[0]
        if not tree:
            raise Refused("ManualMergeRequiredException", "the pull request cannot be merged automatically")
        merged = self.git(
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "commit-tree",
            tree,
            "-p",
            base,
            "-p",
            head,
            "-m",
            fields["commitMessage"],
        )
        self.git("update-ref", target["destinationReference"], merged, base)
        pull["pullRequestStatus"] = "CLOSED"
        target.update(sourceCommit=head, destinationCommit=base)
        target["mergeMetadata"] = {"isMerged": True, "mergeCommitId": merged, "mergeOption": "THREE_WAY_MERGE"}
        return self.shown(pull)

    def CreateApprovalRuleTemplate(self, fields: dict[str, Any]) -> dict[str, Any]:
        self.templates.append(fields)
        return {"approvalRuleTemplate": {"approvalRuleTemplateName": fields["approvalRuleTemplateName"]}}


@contextmanager
def running(service: CodeCommit) -> Iterator[CodeCommit]:
    """Serve it; afterwards no request may have been at fault."""

    class Handler(local_server.Handler):
        def do_POST(self) -> None:
            status, found = service.answer(self.headers["X-Amz-Target"], self.body())
            self.answer_json(status, found, {"Content-Type": "application/x-amz-json-1.1"})

    with local_server.Server(Handler) as server:
        service.url = server.url
        yield service
    assert service.faults == []
