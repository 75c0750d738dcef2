"""Check calls to AWS against policies, as IAM does, and find rights that no call needs.

Understood are the parts of policies that are generated here; another operator of a condition is refused, never ignored.
A call that goes to another account has to be allowed there, too, by the policy of the bucket, repository or role.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from testing.servers.aws import REGION, Call

# Nobody is asked whether these are allowed.
FREE: Final = frozenset({"sts:GetCallerIdentity"})
# Any six characters: what Secrets Manager adds to a name.
_SUFFIX: Final = "-AbCdEf"


@dataclass(frozen=True)
class Request:
    """One thing that a role asks for; ``owner`` is the account that has the resource."""

    role: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.role.rpartition('/')[2]}: {self.action} on {self.resource}"


@dataclass(frozen=True)
class Statement:
    """One statement of a role's policy."""

    role: str
    text: Mapping[str, Any]

    @property
    def actions(self) -> list[str]:
        return _list(self.text["Action"])

    def covers(self, request: Request) -> bool:
        """Tell whether the statement applies to a request."""
        return (
            any(_like(one, request.action) for one in self.actions)
            and any(_like(one, request.resource) for one in _list(self.text.get("Resource", "*")))
            and _holds(self.text.get("Condition") or {}, {**request.context, "aws:PrincipalArn": request.role})
        )


@dataclass
class Policies:
    """The policies of roles, and those of buckets, repositories and roles that other accounts reach."""

    statements: list[Statement] = field(default_factory=list)
    resources: dict[str, list[Statement]] = field(default_factory=dict)

    def add(self, role: str, document: str) -> None:
        """Take up a policy of a role, by the role's name."""
        self.statements += [Statement(role, one) for one in _list(json.loads(document)["Statement"])]

    def guard(self, resource: str, document: str) -> None:
        """Take up the policy that a resource has itself; the resource is an ARN."""
        self.resources[resource] = [Statement("", one) for one in _list(json.loads(document)["Statement"])]

    def refused(self, request: Request) -> str:
        """Return why a request is refused; empty if it is allowed."""
        name = request.role.rpartition("/")[2]
        own = [one for one in self.statements if one.role == name and one.covers(request)]
        effects = {one.text["Effect"] for one in own}
        if effects != {"Allow"}:
            return f"{request}: {'denied' if 'Deny' in effects else 'no statement allows it'}"
        if request.owner and (request.owner != request.role.split(":")[4] or request.action == "sts:AssumeRole"):
            return self._refused_there(request)
        return ""

    def _refused_there(self, request: Request) -> str:
        there = [one for name, found in self.resources.items() if request.resource.startswith(name) for one in found]
        if any(
            one.text["Effect"] == "Allow" and _trusts(one.text["Principal"], request.role) and one.covers(request)
            for one in (Statement("", {"Resource": "*", **one.text}) for one in there)
        ):
            return ""
        return f"{request}: the account {request.owner} does not allow it"

    def unused(self, requests: Iterable[Request]) -> set[tuple[str, str]]:
        """Return the unused rights of roles, as (name of the role, action)."""
        asked = list(requests)
        given = {
            (one.role, action) for one in self.statements if one.text["Effect"] == "Allow" for action in one.actions
        }
        used = {(one.role.rpartition("/")[2], one.action) for one in asked}
        return given - used


def _trusts(principal: Any, role: str) -> bool:
    named = _list(principal["AWS"]) if isinstance(principal, Mapping) and "AWS" in principal else []
    account = role.split(":")[4]
    return any(one in (role, account, f"arn:aws:iam::{account}:root") for one in named)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _like(pattern: str, text: str) -> bool:
    """Compare as IAM does: `*` and `?`, and nothing else, stand for other characters."""
    escaped = re.sub(r"([\[\]])", r"[\1]", pattern)
    return fnmatch.fnmatchcase(text, escaped)


def _holds(conditions: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    return all(
        _compared(operator, _list(wanted), context.get(key))
        for operator, tests in conditions.items()
        for key, wanted in tests.items()
    )


def _compared(operator: str, wanted: list[str], given: str | None) -> bool:
    every, _, plain = operator.rpartition(":")
    if given is None:
        return every == "ForAllValues"
    match plain:
        case "StringEquals" | "Bool":
            return given in wanted
        case "StringLike" | "ArnEquals" | "ArnLike":
            return any(_like(one, given) for one in wanted)
    raise ValueError(f"a condition that is not understood here: {operator}")


# -- what calls ask for ------------------------------------------------------


def requests(calls: Iterable[Call]) -> Iterator[Request]:
    """Yield what the calls of roles have asked for, each once."""
    seen: set[str] = set()
    for call in calls:
        for one in _requests(call) if call.role else ():
            if one.action not in FREE and repr(one) not in seen:
                seen.add(repr(one))
                yield one


def _requests(call: Call) -> Iterator[Request]:
    action = f"{call.service}:{call.operation}"
    found = _FINDERS.get(call.service)
    if found is None:
        raise ValueError(f"what {action} asks for is not known here")
    yield from found(call, action)


def _arn(call: Call, rest: str, service: str = "", account: str = "") -> str:
    return f"arn:aws:{service or call.service}:{REGION}:{account or call.role.split(':')[4]}:{rest}"


def _s3(call: Call, action: str) -> Iterator[Request]:
    bucket, key = call.asked["Bucket"], call.asked["Key"]
    owner = bucket.removesuffix("-site").rpartition("-")[2]
    action = "s3:GetObject" if call.operation == "HeadObject" else action
    context = {} if key else {"s3:prefix": call.asked["Prefix"]}
    yield Request(call.role, action, f"arn:aws:s3:::{bucket}{'/' if key else ''}{key}", context, owner)


def _sts(call: Call, action: str) -> Iterator[Request]:
    role = call.asked.get("RoleArn", "")
    yield Request(call.role, action, role, owner=role.split(":")[4] if role else "")


def _ecr(call: Call, action: str) -> Iterator[Request]:
    registry = call.asked.get("registryId") or ""
    repository = call.asked.get("repositoryName")
    yield Request(
        call.role,
        action,
        _arn(call, f"repository/{repository}", account=registry) if repository else "*",
        owner=registry,
    )


def _secret(call: Call, action: str) -> Iterator[Request]:
    name = call.asked["SecretId"]
    yield Request(call.role, action, f"{name if name.startswith('arn:') else _arn(call, f'secret:{name}')}{_SUFFIX}")


def _logs(call: Call, action: str) -> Iterator[Request]:
    # As AWS says when it refuses: groups are listed on this, whatever prefix is asked for.
    group = "log-group::log-stream:"
    if call.operation == "GetLogEvents":
        group = f"log-group:{call.asked['logGroupName']}:log-stream:{call.asked['logStreamName']}"
    yield Request(call.role, action, _arn(call, group))


def _iam(call: Call, action: str) -> Iterator[Request]:
    yield Request(call.role, action, f"arn:aws:iam::{call.role.split(':')[4]}:role/{call.asked['RoleName']}")


def _pipeline(call: Call, action: str) -> Iterator[Request]:
    yield Request(call.role, action, _arn(call, str(call.asked["pipelineName"])))


def _anywhere(call: Call, action: str) -> Iterator[Request]:
    yield Request(call.role, action, "*")


def _table(call: Call, action: str) -> Iterator[Request]:
    table = str(call.asked["TableName"])
    key = (call.asked.get("Key") or call.asked.get("Item") or {}).get("LockID", {}).get("S")
    context = {"dynamodb:LeadingKeys": key} if key else {}
    yield Request(call.role, action, table if table.startswith("arn:") else _arn(call, f"table/{table}"), context)


def _distribution(call: Call, action: str) -> Iterator[Request]:
    account = call.role.split(":")[4]
    # Each distribution here is the environment's of the role that asks, which Terraform has tagged so.
    project, environment, _ = call.role.rpartition("/")[2].split("-", 2)
    tags = {"aws:ResourceTag/project": project, "aws:ResourceTag/environment": environment}
    yield Request(call.role, action, f"arn:aws:cloudfront::{account}:distribution/{call.asked['Id']}", tags)


def _amplify(call: Call, action: str) -> Iterator[Request]:
    job = f"/jobs/{call.asked['job']}" if call.asked.get("job") else ""
    yield Request(call.role, action, _arn(call, f"apps/{call.asked['app']}/branches/{call.asked['branch']}{job}"))


def _ecs(call: Call, action: str) -> Iterator[Request]:
    asked, cluster = call.asked, str(call.asked.get("cluster") or "").rpartition("/")[2]
    match call.operation:
        case "DescribeServices":
            yield from (Request(call.role, action, _arn(call, f"service/{cluster}/{one}")) for one in asked["services"])
        case "UpdateService" | "ListServiceDeployments":
            yield Request(call.role, action, _arn(call, f"service/{cluster}/{asked['service']}"))
        case "DescribeServiceRevisions":
            yield from (Request(call.role, action, one) for one in asked["serviceRevisionArns"])
        case "DescribeTaskDefinition":
            yield Request(call.role, action, "*")
        case "RegisterTaskDefinition":
            yield from _registered(call, action, f"task-definition/{asked['family']}:*")
        case "RunTask":
            yield Request(call.role, action, str(asked["taskDefinition"]))
        case "DescribeTasks":
            yield from (Request(call.role, action, one) for one in asked["tasks"])
        case "ListTasks":
            yield Request(call.role, action, _arn(call, f"container-instance/{cluster}/*"))
        case _:
            raise ValueError(f"what {action} asks for is not known here")


def _registered(call: Call, action: str, resource: str) -> Iterator[Request]:
    yield Request(call.role, action, _arn(call, resource))
    if call.asked.get("tags"):
        yield Request(call.role, "ecs:TagResource", _arn(call, resource))
    for name in ("taskRoleArn", "executionRoleArn"):
        if role := call.asked.get(name):
            yield Request(call.role, "iam:PassRole", role, {"iam:PassedToService": "ecs-tasks.amazonaws.com"})


_FINDERS: Final[Mapping[str, Callable[[Call, str], Iterator[Request]]]] = {
    "s3": _s3, "sts": _sts, "ecr": _ecr, "secretsmanager": _secret, "logs": _logs, "iam": _iam, "ecs": _ecs,
    "codepipeline": _pipeline, "ssm": _anywhere, "dynamodb": _table,
    "cloudfront": _distribution, "amplify": _amplify,
}  # fmt: skip
