"""The board's use of AWS: a managed password, and a table. `boto3` is loaded only if the settings name one of them."""

import json
import os
import threading
from functools import cached_property
from typing import Any


def client(service: str, attempts: int = 3, connections: int = 10) -> Any:
    """Return a client for the region of the app's stores, with time limits that fit into a request.

    Throttled requests are repeated with growing pauses, up to `attempts` in all.
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
    """A database's password in Secrets Manager, where AWS changes it. It is cached until the database refuses it."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        # The lock is made here, after gevent has replaced Python's locks, which would stop all requests of a process.
        self._lock = threading.Lock()
        self._known: str | None = None

    def current(self) -> str:
        """Return the cached password."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def after(self, refused: str) -> str | None:
        """Return the password after a refused one; None if it has not changed."""
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
