"""OpenID providers, an honest one and one that lies in one way or another, and where a load balancer's keys are."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwk, jwt
from testing.servers import loopback

Claims = dict[str, Any]


@contextmanager
def providing(**people: Claims) -> Iterator[str]:
    """Start an honest provider that knows these people, and give its issuer."""
    with warnings.catch_warnings():
        # It is made with what Authlib is to give up.
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from oidc_provider_mock import User, run_server_in_thread

    known = [User(sub=name, claims=claims) for name, claims in people.items()]
    with run_server_in_thread(user_claims=known, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


class LyingProvider(loopback.Server):
    """Issues whatever identity token `token` makes of the claims that would be right."""

    def __init__(self) -> None:
        super().__init__(_Provider)
        self.key = _key()
        self.token: Callable[[Claims], str] = self.signed
        self.issuer = self.url
        self.nonce = ""
        self.sent: dict[str, list[str]] = {}

    def signed(self, claims: Claims) -> str:
        """Return a token as a provider signs it."""
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


@cache
def _key() -> jwk.RSAKey:
    """Return the key of all of them: to make one takes longer than a test."""
    return jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class _Provider(loopback.Handler):
    server: LyingProvider

    def do_GET(self) -> None:
        base = self.server.url
        if self.path == "/jwks":
            self.answer_json(200, {"keys": [self.server.key.as_dict(private=False)]})
            return
        self.answer_json(
            200,
            {
                "issuer": self.server.issuer,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/jwks",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            },
        )

    def do_POST(self) -> None:
        self.server.sent = parse_qs(self.body().decode())
        claims = {
            "iss": self.server.url,
            "aud": "board",
            "sub": "ann",
            "exp": 4_000_000_000,
            "iat": 1_700_000_000,
            "nonce": self.server.nonce,
        }
        token = self.server.token(claims)
        self.answer_json(200, {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})


def unsigned(claims: Claims) -> str:
    """Return a token that says that it needs no signature."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


class KeyServer(loopback.Server):
    """Public keys by their ids, and the paths that were asked for."""

    def __init__(self) -> None:
        super().__init__(_Keys)
        self.pems: dict[str, bytes] = {}
        self.asked: list[str] = []


class _Keys(loopback.Handler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.pems.get(self.path.removeprefix("/"))
        self.answer(200 if found else 404, found or b"")
