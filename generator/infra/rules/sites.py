"""Rules on what serves static front ends: certificates of CloudFront, its origins, and who may read the files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

_DISTRIBUTION: Final = "aws_cloudfront_distribution"
_CERTIFICATES: Final = "us-east-1"
_BY: Final = "cloudfront.amazonaws.com"


def distributions(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find certificates and origins that a distribution of CloudFront cannot have."""
    for one in plan.of(_DISTRIBUTION):
        certificates = [*one.blocks("viewer_certificate")]
        yield from ((one.address, message) for message in _certificates(one, certificates))
        known = {origin.get("origin_id") for origin in one.blocks("origin")}
        for behavior in (*one.blocks("default_cache_behavior"), *one.blocks("ordered_cache_behavior")):
            if (wanted := behavior.get("target_origin_id")) and wanted not in known:
                yield one.address, f"target_origin_id: there is no origin {wanted}"


def _certificates(one: Resource, certificates: list[dict[str, Any]]) -> Iterator[str]:
    for given in certificates:
        arn = given.get("acm_certificate_arn")
        if arn and arn.split(":")[3] != _CERTIFICATES:
            yield f"acm_certificate_arn is in {arn.split(':')[3]}; CloudFront takes those of {_CERTIFICATES} alone"
        if one.values.get("aliases") and given.get("cloudfront_default_certificate"):
            yield "aliases need a certificate: CloudFront's own is for no other names"


def files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find buckets that everyone may read by their policy, and those that any distribution may."""
    for one in plan.of("aws_s3_bucket_policy"):
        for statement in (one.document("policy") or {}).get("Statement") or ():
            principal = statement.get("Principal")
            if statement.get("Effect") != "Allow" or statement.get("Condition"):
                continue
            if principal == "*" or (isinstance(principal, dict) and "*" in principal.values()):
                yield one.address, "everyone may do what this policy allows"
            elif isinstance(principal, dict) and principal.get("Service") == _BY:
                yield one.address, "distributions of any account may read it: name one as aws:SourceArn"
