"""Ask AWS whether a task's images, roles, secrets and log group exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from generator.clients.aws import ecr, session
from generator.errors import GeneratorError
from generator.spec.image_reference import ECR
from generator.yaml.kustomization import Image

_TIMEOUT_SECONDS: Final = 20
_ABSENT: Final = frozenset({"NoSuchEntity", "ResourceNotFoundException", "ParameterNotFound"})
_PARAMETER: Final = ":parameter/"


class Presence:
    """Lookups by one client for each service. Each yields what is missing; none reads a secret's value."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._clients: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = session.client(service, self._region, _TIMEOUT_SECONDS)
        return self._clients[service]

    def image(self, reference: str) -> Iterator[str]:
        """Yield a message if ECR lacks an image, or has another digest; other registries are not asked."""
        if not ECR.fullmatch(reference.partition("/")[0]):
            return
        name, at, digest = reference.partition("@")
        tagged, _, tag = name.rpartition(":")
        try:
            ecr.require(Image(name, None, digest) if at else Image(tagged, tag, None))
        except GeneratorError as exc:
            yield exc.message

    def role(self, arn: str) -> Iterator[str]:
        """Yield a message if a role does not exist."""
        name = arn.rpartition("/")[2]
        yield from self._lack(f"role {name}", self._client("iam").get_role, RoleName=name)

    def secret(self, reference: str) -> Iterator[str]:
        """Yield a message if a secret, or a parameter of Systems Manager, does not exist."""
        if _PARAMETER in reference:
            name = f"/{reference.partition(_PARAMETER)[2]}"
            filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
            ask = self._client("ssm").describe_parameters
            yield from self._lack(f"parameter {name}", ask, "Parameters", ParameterFilters=filters)
            return
        # Behind the name are the field of its JSON and its version.
        arn = ":".join(reference.split(":")[:7])
        name = arn.rpartition(":")[2]
        yield from self._lack(f"secret {name}", self._client("secretsmanager").describe_secret, SecretId=arn)

    def log_group(self, name: str) -> Iterator[str]:
        """Yield a message if a log group does not exist: a task that cannot write its log does not start."""
        ask = self._client("logs").describe_log_groups
        yield from self._lack(f"log group {name}", ask, "logGroups", logGroupNamePrefix=name)

    def _lack(self, what: str, ask: Callable[..., Any], listed: str = "", **about: Any) -> Iterator[str]:
        try:
            with session.translated():
                answer = ask(**about)
                if listed and not answer[listed]:
                    yield f"no {what}"
        except session.Refused as exc:
            yield f"no {what}" if exc.code in _ABSENT else f"{what}: {exc.message}"
