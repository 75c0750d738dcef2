"""Versions that AWS supports, and the end of support; only a warning, because the table ages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.infra.plan import Plan

READ: Final = "2026-11-27"
# Ends of standard support; after it, EKS costs six times as much for a year, and then updates by itself.
EKS: Final = {
    "1.36": "2027-08-02",
    "1.35": "2027-03-27",
    "1.34": "2026-12-02",
}
OUT_OF_STANDARD: Final = {"1.33", "1.32", "1.31"}
POSTGRES: Final = {"18": "", "17": "", "16": "", "15": "", "14": "2027-02-28"}


def versions(plan: Plan) -> Iterator[tuple[str, str]]:
    """Report versions that are, or soon will be, out of standard support, and versions that the table lacks."""
    for cluster in plan.of("aws_eks_cluster"):
        version = cluster.text("version")
        if version in OUT_OF_STANDARD:
            yield cluster.address, f"EKS {version} is out of standard support (table of {READ}): it costs $0.60 an hour"
        elif version in EKS and EKS[version] < "2027-01-01":
            yield cluster.address, f"standard support of EKS {version} ends on {EKS[version]} (table of {READ})"
        elif version and version not in EKS:
            yield cluster.address, f"EKS {version} is not in the table of {READ}: {', '.join(EKS)} are"
    for database in plan.of("aws_db_instance"):
        version = database.text("engine_version").partition(".")[0]
        if database.text("engine") == "postgres" and version and version not in POSTGRES:
            yield database.address, f"PostgreSQL {version} is not in the table of {READ}: {', '.join(POSTGRES)} are"
        elif version in POSTGRES and POSTGRES[version] and database.text("engine") == "postgres":
            yield database.address, f"support of PostgreSQL {version} ends on {POSTGRES[version]} (table of {READ})"
