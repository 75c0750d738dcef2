"""Probes that tell whether a component is ready."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from generator import bounded_http

Probe = Callable[[], bool]
"""True when ready. False or an OSError: not yet."""

_SECONDS = 3


def http(url: str, *, ca: Path | None = None, token: str = "", accept: frozenset[int] = frozenset({200})) -> Probe:
    """Return a probe that succeeds if GET ``url`` answers with a status in ``accept``.

    Without ``ca``, no certificate is verified: some components on the loopback address make a new one at each start.
    """

    def ask() -> bool:
        if ca is not None and not ca.exists():
            return False
        with _session(_SECONDS, verify=str(ca) if ca else False) as session:
            answer = session.get(url, headers={"Authorization": f"Bearer {token}"} if token else {})
        return answer.status_code in accept

    return ask


def tcp(host: str, port: int) -> Probe:
    """Return a probe that succeeds if a port accepts connections."""

    def ask() -> bool:
        with socket.create_connection((host, port), timeout=_SECONDS):
            return True

    return ask


def unix(path: Path) -> Probe:
    """Return a probe that succeeds if a Unix socket accepts connections."""

    def ask() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_SECONDS)
            client.connect(str(path))
            return True

    return ask


def request_json(
    method: str, url: str, *, body: object = None, headers: Mapping[str, str] | None = None, timeout: float = 30
) -> tuple[int, object]:
    """Send a JSON body; return any status with the decoded response (None if it is empty)."""
    data = None if body is None else json.dumps(body).encode()
    with _session(timeout, verify=True) as session:
        answer = session.request(
            method, url, data=data, headers={"Content-Type": "application/json", **(headers or {})}
        )
    try:
        return answer.status_code, json.loads(answer.content) if answer.content else None
    except ValueError:
        return answer.status_code, answer.content.decode(errors="replace")


def _session(seconds: float, *, verify: str | bool) -> requests.Session:
    """Return a session without the environment's proxies and .netrc, because all addresses are on this machine."""
    session = bounded_http.session(seconds, verify=verify)
    session.trust_env = False
    return session
