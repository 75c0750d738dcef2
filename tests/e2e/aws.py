"""The AWS API: moto's server as a process, with what the project's infrastructure would have made in it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.process import spawn
from testing.waiting import PATIENCE, eventually
from tests.e2e.process import free_port, stop

REGION = "eu-west-1"
ACCOUNT = "123456789012"
# moto takes any key; these are its documentation's.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@dataclass
class Aws:
    """A moto server; ``environment`` points the AWS CLI and SDKs at it."""

    endpoint: str
    pid: int

    @classmethod
    def start(cls, folder: Path) -> Aws:
        """Start the server, its log in ``folder``, and wait until it answers."""
        port = free_port()
        log = folder / "moto.log"
        # The state is in the process: every run starts with an empty account.
        pid = spawn([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], log=log)
        aws = cls(f"http://127.0.0.1:{port}", pid)
        try:
            eventually(aws.answers, log.read_text)
        except BaseException:
            aws.stop()
            raise
        return aws

    def answers(self) -> bool:
        """Tell whether it has started."""
        with suppress(OSError), urllib.request.urlopen(f"{self.endpoint}/moto-api/data.json", timeout=PATIENCE):
            return True
        return False

    def stop(self) -> None:
        """End the server."""
        stop(self.pid)

    @property
    def environment(self) -> dict[str, str]:
        """Return variables for a process that is to use this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            **CREDENTIALS,
        }

    def client(self, service: str) -> Any:
        """Return an SDK client of one service."""
        import boto3  # type: ignore[import-untyped]

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def create_repository(self, name: str, *, immutable: bool = True) -> None:
        """Create an ECR repository."""
        self.client("ecr").create_repository(
            repositoryName=name, imageTagMutability="IMMUTABLE" if immutable else "MUTABLE"
        )

    def put_secret(self, name: str, value: dict[str, str]) -> None:
        """Store a secret of named fields in Secrets Manager; a second call stores a new version."""
        client = self.client("secretsmanager")
        text = json.dumps(value)
        try:
            client.create_secret(Name=name, SecretString=text)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, SecretString=text)

    def digest(self, repository: str, tag: str) -> str:
        """Return what ECR says a tag's digest is."""
        found = self.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        digest: str = found["imageDetails"][0]["imageDigest"]
        return digest
