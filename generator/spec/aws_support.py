"""Tell how long AWS supports the versions in the spec, from AWS' calendar as of 2026-11-27.

A version without standard support still works, but costs six times as much. This is a warning and never a fault.
"""

from __future__ import annotations

from typing import Final, NamedTuple

READ: Final = "2026-11-27"


class Support(NamedTuple):
    """The last days of standard support and of extended support, as ISO dates; empty if unknown."""

    standard: str
    extended: str


# From endoflife.date's page of Amazon EKS, and AWS' "Understand the Kubernetes version lifecycle on EKS".
EKS: Final[dict[str, Support]] = {
    "1.31": Support("2025-11-26", "2026-11-26"),
    "1.32": Support("2026-03-23", "2027-03-23"),
    "1.33": Support("2026-07-29", "2027-07-29"),
    "1.34": Support("2026-12-02", "2027-12-02"),
    "1.35": Support("2027-03-27", "2028-03-27"),
    "1.36": Support("2027-08-02", "2028-08-02"),
}
DEFAULT: Final = "1.36"
# The number of regions in each part of the world; they are numbered from 1. The source is botocore's list of EC2's
# endpoints without secret partitions; a test compares them.
_PARTS: Final = {
    "af-south": 1, "ap-east": 2, "ap-northeast": 3, "ap-south": 2, "ap-southeast": 7, "ca-central": 1, "ca-west": 1,
    "cn-north": 1, "cn-northwest": 1, "eu-central": 2, "eu-north": 1, "eu-south": 2, "eu-west": 3, "eusc-de-east": 1,
    "il-central": 1, "me-central": 1, "me-south": 1, "mx-central": 1, "sa-east": 1, "us-east": 2, "us-gov-east": 1,
    "us-gov-west": 1, "us-west": 2,
}  # fmt: skip
REGIONS: Final = frozenset(f"{part}-{number + 1}" for part, count in _PARTS.items() for number in range(count))
# How long before the end of standard support the warning begins, so that there is time for an upgrade.
_DAYS_BEFORE: Final = 60


def may_exist(region: str) -> bool:
    """Tell whether a region is in the list, or the next one of its part, which AWS may have opened since."""
    part, _, number = region.rpartition("-")
    return not number.isdecimal() or int(number) <= _PARTS.get(part, 0) + 1


def eks(version: str, today: str) -> str:
    """Return the warning about a version on a day such as `2026-11-27`; empty if there is none."""
    from datetime import date, timedelta

    support = EKS.get(version)
    if support is None and _order(version) < _order(min(EKS, key=_order)):
        return "out of support: EKS makes no such cluster any more, and upgrades those that exist by itself"
    if support is None:
        return f"not in the list of versions that was read on {READ}, which ends with {max(EKS, key=_order)}"
    if today > support.extended:
        return f"out of support since {support.extended}: AWS upgrades such a cluster by itself"
    if today > support.standard:
        return f"in extended support since {support.standard}, at six times the price, until {support.extended}"
    if (date.fromisoformat(support.standard) - timedelta(days=_DAYS_BEFORE)).isoformat() <= today:
        return f"standard support ends on {support.standard}; after that the cluster costs six times as much"
    return ""


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
