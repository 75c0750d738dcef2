"""Settings of sign-in and roles, from environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LEAST_KEY_BYTES = 32
ARN = re.compile(r"arn:[a-z-]+:elasticloadbalancing:(?P<region>[a-z0-9-]+):[0-9]{12}:loadbalancer/app/[A-Za-z0-9/-]+")

ReadAccess = Literal["open", "signed-in"]


class AccessError(ValueError):
    """An invalid variable. The message has its name and never contains a secret."""


@dataclass(frozen=True)
class LoadBalancer:
    """An authenticating load balancer: its ARN, the issuer of its identities, and the address of its keys."""

    arn: str
    issuer: str
    keys: str


@dataclass(frozen=True)
class Provider:
    """An OpenID provider and this board's registration with it."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    scope: str


@dataclass(frozen=True)
class AccessSettings:
    """Who may read and act, and how users are identified.

    `promoters` may act in every environment. If `production` names groups, only these may act in production
    environments. Without either, nobody may act.
    """

    read: ReadAccess = "open"
    public_url: str | None = None
    session_key: str | None = field(default=None, repr=False)
    session_minutes: int = 60
    provider: Provider | None = None
    load_balancer: LoadBalancer | None = None
    role_claim: str = "groups"
    promoters: frozenset[str] = frozenset()
    production: frozenset[str] = frozenset()
    proxies: int = 0
    rate_storage: str = "memory://"

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach the board by https."""
        return bool(self.public_url and self.public_url.startswith("https://"))

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> "AccessSettings":
        """Read the variables; an incomplete configuration is an error, so that nothing is open by mistake."""
        made = cls(
            read=_read(given),
            public_url=_public_url(given),
            session_key=_session_key(given),
            session_minutes=_number(given, "SESSION_MINUTES", cls.session_minutes, 24 * 60),
            provider=_provider(given),
            load_balancer=_load_balancer(given),
            role_claim=given.get("OIDC_ROLE_CLAIM", cls.role_claim),
            promoters=_names(given, "ROLE_PROMOTERS"),
            production=_names(given, "ROLE_PRODUCTION"),
            proxies=_number(given, "TRUSTED_PROXIES", cls.proxies, 5),
            rate_storage=given.get("RATE_LIMIT_STORAGE", cls.rate_storage),
        )
        signs_in = made.provider or made.load_balancer
        if signs_in and not made.session_key:
            raise AccessError(f"SESSION_KEY is not set: give it at least {LEAST_KEY_BYTES} random bytes")
        if signs_in and not made.public_url:
            raise AccessError("PUBLIC_URL is not set: give it the address that browsers use, https://board.example.com")
        if made.read == "signed-in" and not signs_in:
            raise AccessError("READ_ACCESS is signed-in, and nobody can sign in: set OIDC_ISSUER or ALB_ARN")
        return made


def _read(given: Mapping[str, str]) -> ReadAccess:
    text = given.get("READ_ACCESS", "open")
    if text not in {"open", "signed-in"}:
        raise AccessError(f"READ_ACCESS is {text!r}; use open or signed-in")
    return cast("ReadAccess", text)


def _public_url(given: Mapping[str, str]) -> str | None:
    url = given.get("PUBLIC_URL")
    return _web_address("PUBLIC_URL", url, only_origin=True) if url else None


def _session_key(given: Mapping[str, str]) -> str | None:
    key = given.get("SESSION_KEY")
    if key is not None and len(key.encode()) < LEAST_KEY_BYTES:
        raise AccessError(f"SESSION_KEY is shorter than {LEAST_KEY_BYTES} bytes")
    return key


def _provider(given: Mapping[str, str]) -> Provider | None:
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    if not _all_or_none(given, names):
        return None
    issuer, client, secret = (given[name] for name in names)
    scope = given.get("OIDC_SCOPE", "openid profile email")
    if "openid" not in scope.split():
        raise AccessError("OIDC_SCOPE must have openid in it")
    return Provider(_web_address("OIDC_ISSUER", issuer), client, secret, scope)


def _load_balancer(given: Mapping[str, str]) -> LoadBalancer | None:
    if not _all_or_none(given, ("ALB_ARN", "ALB_ISSUER")):
        return None
    arn = ARN.fullmatch(given["ALB_ARN"])
    if arn is None:
        raise AccessError("ALB_ARN is not the ARN of an Application Load Balancer")
    keys = given.get("ALB_KEYS_URL", f"https://public-keys.auth.elb.{arn['region']}.amazonaws.com")
    return LoadBalancer(given["ALB_ARN"], given["ALB_ISSUER"], _web_address("ALB_KEYS_URL", keys))


def _all_or_none(given: Mapping[str, str], names: tuple[str, ...]) -> bool:
    missing = [name for name in names if name not in given]
    if missing and len(missing) < len(names):
        raise AccessError(f"{missing[0]} is not set, while {next(name for name in names if name in given)} is")
    return not missing


def _web_address(name: str, url: str, *, only_origin: bool = False) -> str:
    """Return an https URL, or an http URL to this machine, without a slash at its end."""
    try:
        parts: Any = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise AccessError(f"{name} is not a URL") from None
    if not host or parts.username or parts.query or parts.fragment:
        raise AccessError(f"{name} is not a plain URL; write https://host")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise AccessError(f"{name} must begin with https://")
    if only_origin and parts.path not in {"", "/"}:
        raise AccessError(f"{name} must have no path; the board is served at the top of its host")
    return url.rstrip("/")


def _names(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(word.strip() for word in given.get(name, "").split(",") if word.strip())


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > most:
        raise AccessError(f"{name} is {text!r}; use a whole number of at most {most}")
    return int(text)
