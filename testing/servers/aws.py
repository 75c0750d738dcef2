"""AWS on the loopback address: moto in this process, with a record of each call by the role that made it.

Added to moto: keys of a role where a build finds them (`Roles`), a service of ECS whose deployment is done at once, images
of another account's repositories, the list of a
pipeline's executions, which only a runner of ours has, and Amplify Hosting (`amplify`). All that moto
holds is the process's: an account starts empty, and there is one at a time.
"""

from __future__ import annotations

import io
import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

from moto.cloudfront.models import cloudfront_backends
from moto.ecr import models as ecr
from moto.ecs import models as ecs
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

from testing.servers import amplify, loopback

REGION: Final = "eu-west-1"
# The account that keys are of which moto does not know.
MOTO: Final = "123456789012"
_S3: Final = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_APP: Final = r"/apps/(?P<app>[^/]+)/branches/(?P<branch>[^/]+)"
_REST: Final = {
    "cloudfront": (
        ("POST", r"/[0-9-]+/distribution/(?P<Id>[^/]+)/invalidation", "CreateInvalidation"),
        ("GET", r"/[0-9-]+/distribution/(?P<Id>[^/]+)/invalidation/[^/]+", "GetInvalidation"),
        ("POST", r"/[0-9-]+/distribution", "CreateDistribution"),
        ("GET", r"/[0-9-]+/distribution", "ListDistributions"),
    ),
    "amplify": (
        ("POST", rf"{_APP}/deployments", "CreateDeployment"),
        ("POST", rf"{_APP}/deployments/start", "StartDeployment"),
        ("GET", rf"{_APP}/jobs/(?P<job>[^/]+)", "GetJob"),
    ),
}
_DISTRIBUTION: Final[Mapping[str, Any]] = {
    "CallerReference": "1",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {"Id": "files", "DomainName": "files.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "files",
        "ViewerProtocolPolicy": "redirect-to-https",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    },
}
_EXECUTIONS: Final = "CodePipeline_20150709.ListPipelineExecutions"


@dataclass(frozen=True)
class Call:
    """One call: ``role`` is the ARN of the role that made it, and empty for keys of no role."""

    role: str
    service: str
    operation: str
    asked: Mapping[str, Any]


@dataclass
class Account:
    """An endpoint of AWS. ``executions`` answers what a pipeline's executions are."""

    calls: list[Call] = field(default_factory=list)
    executions: Callable[[str], list[dict[str, Any]]] = lambda _pipeline: []
    roles: dict[str, str] = field(default_factory=dict)
    hosting: amplify.Hosting = field(default_factory=amplify.Hosting)

    def __enter__(self) -> Self:
        moto_api_backend.reset()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._app = DomainDispatcherApplication(create_backend_app)
        self.endpoint = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self._metadata = _Metadata(self)
        self._metadata.__enter__()
        self._added = _added()
        self._added.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._added.__exit__(None, None, None)
        self._metadata.__exit__()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def client(self, service: str, account: str = MOTO) -> Any:
        """Return a client of a service in an account, by keys of no role that is looked at."""
        import boto3

        def made(name: str, **keys: str) -> Any:
            return boto3.client(name, endpoint_url=self.endpoint, region_name=REGION, **keys)

        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        if account != MOTO:
            role = f"arn:aws:iam::{account}:role/administrator"
            found = made("sts", **keys).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            names = {
                "AccessKeyId": "aws_access_key_id",
                "SecretAccessKey": "aws_secret_access_key",
                "SessionToken": "aws_session_token",
            }
            self.roles.pop(found["AccessKeyId"], None)
            keys = {ours: found[theirs] for theirs, ours in names.items()}
        return made(service, **keys)

    def bucket(self, name: str, account: str = MOTO) -> None:
        """Make a bucket."""
        place = {"LocationConstraint": REGION}
        self.client("s3", account).create_bucket(Bucket=name, CreateBucketConfiguration=place)

    def distribution(self, number: str, account: str = MOTO) -> None:
        """Make a distribution with the id that the stub of Terraform's provider gave it; moto makes up another one."""
        known = cloudfront_backends[account]["aws"].distributions
        made = self.client("cloudfront", account).create_distribution(DistributionConfig=_DISTRIBUTION)
        known[number] = known.pop(made["Distribution"]["Id"])

    @property
    def environment(self) -> dict[str, str]:
        """Return what points AWS' tools at it; they have no keys."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ENDPOINT_URL_STS": self.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip

    def as_role(self, arn: str) -> dict[str, str]:
        """Return what lets a build find its role's keys, as a container does."""
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self._metadata.url}/{urllib.parse.quote(arn, safe='')}"}

    def keys(self, arn: str) -> dict[str, Any]:
        """Return new keys of a role."""
        found = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        self.roles[found["AccessKeyId"]] = arn
        return dict(found)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data(cache=True)
        _again(environ, body)
        call = self._read(request, body)
        if call:
            self.calls.append(call)
        if request.headers.get("X-Amz-Target") == _EXECUTIONS:
            return self._list(json.loads(body), start)
        if found := self.hosting.answer(request, body, self.endpoint):
            return found(environ, start)
        answer = b"".join(self._app(environ, start))
        if call and call.operation.startswith("AssumeRole"):
            self._learn(str(call.asked["RoleArn"]), answer.decode())
        return [answer]

    def _list(self, asked: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps({"pipelineExecutionSummaries": self.executions(asked["pipelineName"])}).encode()]

    def _learn(self, arn: str, answer: str) -> None:
        if "<AccessKeyId>" in answer:
            self.roles[answer.partition("<AccessKeyId>")[2].partition("</AccessKeyId>")[0]] = arn

    def _read(self, request: Request, body: bytes) -> Call | None:
        signed = request.headers.get("Authorization", "")
        if "Credential=" not in signed:
            return None
        key, _, _, service, _ = signed.partition("Credential=")[2].partition(",")[0].split("/")
        operation, asked = _operation(service, request, body)
        return Call(self.roles.get(key, ""), service, operation, asked)


def _again(environ: dict[str, Any], body: bytes) -> None:
    """Let moto read what was read already."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _operation(service: str, request: Request, body: bytes) -> tuple[str, dict[str, Any]]:
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2], json.loads(body or b"{}")
    if service == "s3":
        bucket, _, key = request.path.lstrip("/").partition("/")
        asked = {"Bucket": bucket, "Key": key, "Prefix": request.args.get("prefix", "")}
        return (
            _S3[request.method] if key else "ListBucket" if request.method in ("GET", "HEAD") else request.method
        ), asked
    if rest := _REST.get(service):
        for method, form, operation in rest:
            if request.method == method and (found := re.fullmatch(form, request.path)):
                return operation, found.groupdict()
        raise ValueError(f"what {request.method} {request.path} of {service} is, is not known here")
    given = dict(urllib.parse.parse_qsl(body.decode()))
    return given.get("Action") or f"{request.method} {request.path}", given


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Log nothing."""


class _Metadata(loopback.Server):
    """Gives the keys of a role to whoever asks by its URL, as the agent beside a build's container does."""

    def __init__(self, account: Account) -> None:
        super().__init__(_Keys)
        self.account = account


class _Keys(loopback.Handler):
    server: _Metadata

    def do_GET(self) -> None:
        found = self.server.account.keys(urllib.parse.unquote(self.path.lstrip("/")))
        self.answer_json(200, {
            "AccessKeyId": found["AccessKeyId"], "SecretAccessKey": found["SecretAccessKey"],
            "Token": found["SessionToken"], "Expiration": found["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        })  # fmt: skip


@contextmanager
def _added() -> Iterator[None]:
    """Let services of ECS run what they are updated to, and a repository be found by its registry."""
    update, repository = ecs.EC2ContainerServiceBackend.update_service, ecr.ECRBackend._get_repository

    def settled(self: Any, properties: dict[str, Any]) -> Any:
        service = update(self, properties)
        now = {"taskDefinition": service.task_definition, "runningCount": service.desired_count,
               "desiredCount": service.desired_count, "rolloutState": "COMPLETED"}  # fmt: skip
        service.deployments = [{**service.deployments[0], **now}]
        return service

    def found(self: Any, name: str, registry_id: str | None = None) -> Any:
        return repository(ecr.ecr_backends[registry_id][self.region_name] if registry_id else self, name, registry_id)

    ecs.EC2ContainerServiceBackend.update_service = settled  # type: ignore[method-assign, assignment]
    ecr.ECRBackend._get_repository = found  # type: ignore[method-assign]
    try:
        yield
    finally:
        ecs.EC2ContainerServiceBackend.update_service = update  # type: ignore[method-assign]
        ecr.ECRBackend._get_repository = repository  # type: ignore[method-assign]
