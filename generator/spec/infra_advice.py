"""Advise on what the spec says of AWS that is right today, and will not stay so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from generator.spec import aws_support
from generator.spec.findings import Path as FieldPath
from generator.spec.infra import Data, Infra


def of(data: Data, infra: Infra, now: datetime) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield advice on versions of EKS that are, or will soon be, out of standard support."""
    seen = set()
    for name, place in infra.places.items():
        if place.cluster.existing or (place.cluster.version in seen):
            continue
        seen.add(place.cluster.version)
        message = aws_support.eks(place.cluster.version, now.date().isoformat())
        own = (data["environments"][name] or {}).get("infra") or {}
        path = ("environments", name, "infra") if (own.get("cluster") or {}).get("version") else ("infra",)
        if message:
            hint = f'say `version: "{aws_support.DEFAULT}"`, one minor version at a time'
            yield (*path, "cluster", "version"), f"EKS {place.cluster.version}: {message}", hint
