"""What the board uses of AWS: a password that AWS keeps, and a table. `boto3` is loaded only where one is named."""

import json
import os
import threading
from functools import cached_property
from typing import Any


def client(service: str, attempts: int = 3, connections: int = 10) -> Any:
    """Return a client, with the region that the app's stores are in, and time-outs that fit in a request.

    What is throttled is asked for again, so many times in all, with growing pauses between.
    """
    import boto3
    from botocore.config import Config

    region = os.environ.get("AWS_REGION") or None
    limits = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=connections,
    )
    return boto3.client(service, region_name=region, config=limits)


class ManagedPassword:
    """A database's password in Secrets Manager, which changes by itself: kept until it is refused, then read again."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        # By then gevent has put its own in place of the thread's, which would stop all requests of a process.
        self._lock = threading.Lock()
        self._known: str | None = None

    def current(self) -> str:
        """Return the password as it was read last."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def after(self, refused: str) -> str | None:
        """Return the password that follows one that was refused; None where it is still that one."""
        with self._lock:
            if self._known == refused:
                self._known = self._read()
            return self._known if self._known != refused else None

    def _read(self) -> str:
        answer = self._client.get_secret_value(SecretId=self._secret)
        return str(json.loads(answer["SecretString"])["password"])

    @cached_property
    def _client(self) -> Any:
        return client("secretsmanager")
