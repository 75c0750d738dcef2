"""The reader of a page: a known user or nobody, and the user's rights."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from release_board.access.settings import AccessSettings

# Characters that would end a line or a name in a commit.
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>\u2028\u2029]+")
_EMAIL = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[A-Za-z0-9.-]{1,190}")
LONGEST_NAME = 100


@dataclass(frozen=True)
class Reader:
    """A user as identified by the provider. `groups` are the user's groups with a role; `by` is how they signed in."""

    subject: str
    name: str
    email: str = ""
    groups: frozenset[str] = frozenset()
    by: str = "session"

    @property
    def signature(self) -> str:
        """Return the user in git's format, for commits that are made for them."""
        return f"{self.name} <{self.email}>" if self.email else self.name

    @property
    def label(self) -> str:
        """Return the user's label for the audit log. It has the subject, because name and address may change."""
        return f"{self.signature} ({self.subject})" if self.subject != self.email else self.signature


def from_claims(claims: Mapping[str, Any], settings: AccessSettings, by: str) -> Reader | None:
    """Return the reader of verified claims; None if they identify nobody."""
    subject = _fit(claims.get("sub"), 255)
    if not subject:
        return None
    email = claims.get("email")
    address = email if isinstance(email, str) and _EMAIL.fullmatch(email) else ""
    given = (claims.get("name"), claims.get("preferred_username"), address.partition("@")[0], subject)
    name = next(filter(None, (_fit(one, LONGEST_NAME) for one in given)), subject)
    return Reader(subject, name, address, _groups(claims, settings), by)


def _groups(claims: Mapping[str, Any], settings: AccessSettings) -> frozenset[str]:
    """Return the values of the role claim that have a role; an address that is not verified does not count."""
    value = claims.get(settings.role_claim)
    if settings.role_claim == "email" and str(claims.get("email_verified", "true")).lower() != "true":
        return frozenset()
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    said = {one for one in values if isinstance(one, str)}
    return frozenset(said & (settings.promoters | settings.production))


def _fit(value: object, longest: int) -> str:
    """Return a text on one line, without characters that would end a name in a commit."""
    return " ".join(_UNFIT.sub(" ", value).split())[:longest].strip() if isinstance(value, str) else ""


def may_act(reader: Reader | None, settings: AccessSettings, *, production: bool) -> bool:
    """Tell whether a reader may promote, pin, unpin and roll back in an environment."""
    if reader is None:
        return False
    if production and settings.production:
        return bool(reader.groups & settings.production)
    return bool(reader.groups & (settings.promoters | settings.production))
