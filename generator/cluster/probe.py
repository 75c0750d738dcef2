"""Readiness: questions that a component answers once it can do its work."""

from __future__ import annotations

import json
import socket
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.error import HTTPError

Probe = Callable[[], bool]
"""True when ready. False or an OSError: not yet."""

# No proxy from the environment: all of these addresses are on this machine.
_DIRECT = urllib.request.ProxyHandler({})


def http(url: str, *, ca: Path | None = None, token: str = "", accept: frozenset[int] = frozenset({200})) -> Probe:
    """Return a probe for an answer to GET ``url`` with one of the statuses in ``accept``.

    Without ``ca`` no certificate is verified: for components on the loopback address that make one up at each start.
    """

    def ask() -> bool:
        if ca is not None and not ca.exists():
            return False
        opener = urllib.request.build_opener(_DIRECT, urllib.request.HTTPSHandler(context=_context(ca)))
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
        try:
            with opener.open(request, timeout=3) as answer:
                return answer.status in accept
        except HTTPError as answer:
            return answer.code in accept

    return ask


def tcp(host: str, port: int) -> Probe:
    """Return a probe for a port that accepts connections."""

    def ask() -> bool:
        with socket.create_connection((host, port), timeout=3):
            return True

    return ask


def unix(path: Path) -> Probe:
    """Return a probe for a Unix socket that accepts connections."""

    def ask() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(3)
            client.connect(str(path))
            return True

    return ask


def request_json(
    method: str, url: str, *, body: object = None, headers: Mapping[str, str] | None = None, timeout: float = 30
) -> tuple[int, object]:
    """Send a JSON body; return the status, whatever it is, and the decoded answer (None when it is empty)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310
        url, data=data, method=method, headers={"Content-Type": "application/json", **(headers or {})}
    )
    try:
        with urllib.request.build_opener(_DIRECT).open(request, timeout=timeout) as answer:
            status, content = answer.status, answer.read()
    except HTTPError as answer:
        status, content = answer.code, answer.read()
    try:
        return status, json.loads(content) if content else None
    except ValueError:
        return status, content.decode(errors="replace")


def _context(ca: Path | None) -> ssl.SSLContext:
    if ca is not None:
        return ssl.create_default_context(cafile=str(ca))
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
