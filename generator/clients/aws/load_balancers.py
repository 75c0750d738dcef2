"""Load balancers and target groups that controllers in a cluster have made, through boto3 (the extra ``aws``)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from generator.clients.aws import session

TIMEOUT_SECONDS: Final = 20
# The tag of the AWS Load Balancer Controller, that of EKS Auto Mode, and that of Kubernetes itself, which is a key.
_BY_VALUE: Final = ("elbv2.k8s.aws/cluster", "eks:eks-cluster-name")
_BY_KEY: Final = "kubernetes.io/cluster/"
# For which object it was made: namespace/name.
_STACKS: Final = (
    "ingress.k8s.aws/stack",
    "service.k8s.aws/stack",
    "ingress.eks.amazonaws.com/stack",
    "service.eks.amazonaws.com/stack",
    "kubernetes.io/service-name",
)
_AT_ONCE: Final = 20


class LoadBalancers:
    """Elastic Load Balancing in a region."""

    def __init__(self, region: str) -> None:
        self._api = session.client("elbv2", region, TIMEOUT_SECONDS)

    def of_cluster(self, cluster: str, namespaces: Collection[str] | None = None) -> list[str]:
        """Return the names of those that a cluster's controllers made, in some namespaces where these are given."""
        balancers = self._all("describe_load_balancers", "LoadBalancers", "LoadBalancerArn", "LoadBalancerName")
        groups = self._all("describe_target_groups", "TargetGroups", "TargetGroupArn", "TargetGroupName")
        names = {
            **{arn: f"load balancer {name}" for arn, name in balancers},
            **{arn: f"target group {name}" for arn, name in groups},
        }
        arns = list(names)
        found: list[str] = []
        for start in range(0, len(arns), _AT_ONCE):
            with session.translated():
                answer = self._api.describe_tags(ResourceArns=arns[start : start + _AT_ONCE])
            for one in answer["TagDescriptions"]:
                tags = {tag["Key"]: tag.get("Value") or "" for tag in one["Tags"]}
                if _is_of(tags, cluster) and _is_within(tags, namespaces):
                    found.append(names[one["ResourceArn"]])
        return sorted(found)

    def _all(self, operation: str, listed: str, arn: str, name: str) -> Iterator[tuple[str, str]]:
        """Yield ARN and name of each, over all pages."""
        with session.translated():
            pages: list[Any] = list(self._api.get_paginator(operation).paginate())
        for page in pages:
            yield from ((one[arn], one[name]) for one in page[listed])


def _is_of(tags: dict[str, str], cluster: str) -> bool:
    return any(tags.get(key) == cluster for key in _BY_VALUE) or f"{_BY_KEY}{cluster}" in tags


def _is_within(tags: dict[str, str], namespaces: Collection[str] | None) -> bool:
    """Tell whether it is for one of the namespaces; one that does not tell counts."""
    told = [tags[key].partition("/")[0] for key in _STACKS if key in tags]
    return namespaces is None or not told or any(one in namespaces for one in told)
