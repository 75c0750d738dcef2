"""Rules on alarms: an encrypted topic takes their messages, and something measures what they watch."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

_AWS_KEY: Final = "alias/aws/sns"
_ALARMS: Final = "cloudwatch.amazonaws.com"
_EVENTS: Final = "events.amazonaws.com"
_INSIGHTS: Final = "ContainerInsights"
_AGENT: Final = "amazon-cloudwatch-observability"
_NEEDED: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def topics(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find alarms and rules of EventBridge whose messages an encrypted topic cannot take."""
    found, keys = plan.by("arn", "aws_sns_topic"), _keys(plan)
    for resource, service, target in _publishers(plan):
        topic = found.get(target)
        key = topic.text("kms_master_key_id") if topic else ""
        if key == _AWS_KEY or key.endswith(f":{_AWS_KEY}"):
            hint = "it needs a key of yours whose policy lets it"
            yield resource.address, f"{service} cannot publish to a topic with {_AWS_KEY}: {hint}"
        elif key in keys and not _lets(keys[key].document("policy"), service):
            needed = " and ".join(_NEEDED)
            yield resource.address, f"the policy of {keys[key].address} does not let {service} do {needed}"


def agents(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find alarms on metrics of a new EKS cluster that no agent measures."""
    clusters = plan.by("name", "aws_eks_cluster")
    with_agent = {one.text("cluster_name") for one in plan.of("aws_eks_addon") if one.text("addon_name") == _AGENT}
    for alarm in plan.of("aws_cloudwatch_metric_alarm"):
        cluster = str((alarm.values.get("dimensions") or {}).get("ClusterName"))
        if alarm.text("namespace") == _INSIGHTS and cluster in clusters and cluster not in with_agent:
            yield alarm.address, f"nothing measures {cluster}: {_INSIGHTS} needs the add-on {_AGENT}"


def _keys(plan: Plan) -> dict[str, Resource]:
    """Return the keys with a known policy by their ARNs, ids and aliases."""
    by_id = plan.by("key_id", "aws_kms_key") | plan.by("arn", "aws_kms_key")
    aliases = {one.text("name"): by_id.get(one.text("target_key_id")) for one in plan.of("aws_kms_alias")}
    found = by_id | {name: key for name, key in aliases.items() if key}
    return {name: key for name, key in found.items() if key.document("policy")}


def _publishers(plan: Plan) -> Iterator[tuple[Resource, str, str]]:
    """Yield what publishes to a topic: the resource, the service's name, and the topic's ARN."""
    for alarm in plan.of("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"):
        actions = [alarm.values.get(f"{state}_actions") or () for state in ("alarm", "ok", "insufficient_data")]
        for arn in dict.fromkeys(str(arn) for some in actions for arn in some):
            yield alarm, _ALARMS, arn
    for target in plan.of("aws_cloudwatch_event_target"):
        yield target, _EVENTS, target.text("arn")


def _lets(policy: Any, service: str) -> bool:
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    allowed: set[str] = set()
    for one in statements if isinstance(statements, list) else [statements]:
        if isinstance(one, dict) and one.get("Effect") == "Allow" and _names(one.get("Principal"), service):
            actions = one.get("Action")
            for action in actions if isinstance(actions, list) else [actions]:
                allowed.update(needed for needed in _NEEDED if fnmatch.fnmatchcase(needed, str(action)))
    return allowed == set(_NEEDED)


def _names(principal: Any, service: str) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    named = principal.get("Service")
    return service in (named if isinstance(named, list) else [named])
