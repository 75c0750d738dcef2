"""Names and words for a history that reads like a real one."""

from __future__ import annotations

import random
from typing import Final, NamedTuple


class Person(NamedTuple):
    """An author, as git has one."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


PIPELINE: Final = Person("shop-ci", "ci@shop.example.com")
FORGE: Final = Person("GitHub", "noreply@github.com")
_DOMAINS: Final = (
    "checkout", "catalog", "search", "basket", "payments", "invoices", "accounts", "sessions", "inventory", "pricing",
    "shipping", "returns", "reviews", "ratings", "coupons", "loyalty", "wishlist", "media", "emails", "push",
    "fraud", "ledger", "tax", "suppliers", "warehouse", "delivery", "tracking", "support", "chat", "reports",
    "exports", "imports", "audit", "consent", "preferences", "storefront", "recommend", "campaigns", "gifts", "orders",
)  # fmt: skip
_ROLES: Final = ("api", "web", "worker", "gateway", "admin", "jobs", "proxy", "sync", "feed", "events")
_PEOPLE: Final = (
    "Ann Lee", "Ben Okafor", "Carla Mendes", "Dmitri Volkov", "Elif Yılmaz", "Femi Adeyemi", "Grace Hopkins", "Hiro Tanaka",
    "Ines Romero", "Jonas Weber", "Kavya Nair", "Lars Åkesson", "Marta Nowak", "Noah Fischer", "Olivia Brandt",
    "Priya Raman", "Quentin Dubois", "Rosa Núñez", "Sam Whitfield", "Tomáš Dvořák", "Uma Patel", "Victor Almeida",
)  # fmt: skip
# Names and addresses that a page must not take for its own words. git allows no `<` and `>` in them.
_HOSTILE_PEOPLE: Final = (
    Person('" onmouseover="alert(1)', "a@example.com"),
    Person("&lt;script&gt;alert(1)&lt;/script&gt;", "javascript:alert(1)"),
    Person("\u202enimda", "rtl@example.com"),
    Person("=cmd|' /C calc'!A0", "csv@example.com"),
    Person("{{7*7}}${7*7}", "template@example.com"),
)
HOSTILE_SUBJECTS: Final = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "</title><img src=x onerror=alert(1)>",
    "javascript:alert(document.domain)",
    "<!-- gitops-generator end -->{{7*7}}",
    "\u202ereversed\u202c and \u200binvisible",
)
# As they stand in YAML: tags that no registry takes, which a person can write by hand nonetheless.
HOSTILE_TAGS: Final = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "' OR 1=1 --", "../../etc/passwd")
_VERBS: Final = ("Fix", "Speed up", "Simplify", "Log", "Retry", "Cache", "Validate", "Test", "Document", "Rework")
_THINGS: Final = (
    "rounding of discounts", "the address form", "paging of results", "the health check", "empty baskets",
    "time-outs of the bank", "the export of orders", "currency symbols", "slow queries", "the sign-in page",
    "retries of webhooks", "the order of filters", "translations", "the rate limit", "image sizes",
    "duplicate e-mails", "the cache of prices", "error messages", "the nightly clean-up", "postal codes",
)  # fmt: skip
REASONS: Final = (
    "orders are lost", "p99 doubled", "memory grows until the pod is killed", "sign-in fails in Safari", "wrong VAT in invoices",
    "the bank times out", "search returns nothing", "the queue grows", "500s at the basket",
)  # fmt: skip
HOLDS: Final = (
    "nothing moves before Black Friday", "the auditors look at it", "waits for the new database", "load test this week",
    "marketing sends the newsletter", "partner certifies this version",
)  # fmt: skip


def apps(count: int, chance: random.Random) -> list[str]:
    """Return so many names of apps, in no order; the same ones for the same seed."""
    plain = [f"{domain}-{role}" for domain in _DOMAINS for role in _ROLES]
    chance.shuffle(plain)
    more = [f"{name}-{number}" for number in range(2, 2 + count // len(plain)) for name in plain]
    return [*plain, *more][:count]


def people(*, hostile: bool) -> list[Person]:
    """Return who works there."""
    known = [Person(name, f"{name.split()[0].lower()}@shop.example.com") for name in _PEOPLE]
    return [*known, *_HOSTILE_PEOPLE] if hostile else known


def subject(chance: random.Random) -> str:
    """Return the first line of a commit to an app's sources."""
    return f"{chance.choice(_VERBS)} {chance.choice(_THINGS)}"
