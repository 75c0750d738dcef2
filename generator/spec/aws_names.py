"""Names of a project's resources in AWS: Terraform makes them under these names, and `deploy` finds them by name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.spec.targets import Place

# AWS' limits for names: of load balancers and target groups, of IAM roles, of task families and log groups.
LONGEST_ALB: Final = 32
LONGEST_ROLE: Final = 64
# The limits for names of RDS databases, buckets and queues.
_DATABASE: Final = 63
_BUCKET: Final = 63
_QUEUE: Final = 80
# The ending of a dead-letter queue's name.
FAILED: Final = "-failed"
_DIGITS: Final = 6


def cluster(project: str, environment: str) -> str:
    """Return the name of an environment's cluster, of EKS or ECS."""
    return f"{project}-{environment}"


def load_balancer(project: str, environment: str) -> str:
    """Return the name of the load balancer that the apps of an environment share."""
    return _short(f"{project}-{environment}", LONGEST_ALB)


def family(project: str, environment: str, workload: str) -> str:
    """Return the family of a workload's task definitions."""
    return f"{project}-{environment}-{workload}"


def service(workload: str) -> str:
    """Return the name of a workload's ECS service, within the cluster."""
    return workload


def schedule(workload: str) -> str:
    """Return the name of a workload's schedule, within the group."""
    return workload


def schedule_group(project: str, environment: str) -> str:
    """Return the name of the group of an environment's schedules."""
    return cluster(project, environment)


def scheduler_role(project: str, environment: str, workload: str) -> str:
    """Return the name of the role that EventBridge Scheduler uses to start a workload's tasks."""
    return _short(f"{project}-{environment}-{workload}", LONGEST_ROLE, "-scheduler")


def task_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role of an app's own processes on ECS."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-task")


def execution_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role that ECS uses to pull an app's image, read its secrets and write its logs."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-execution")


def pod_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role of an app's pods on EKS."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-pods")


def log_group(project: str, environment: str, app: str) -> str:
    """Return the name of an app's log group."""
    return f"/{project}/{environment}/{app}"


def target_group(project: str, environment: str, workload: str, ending: str = "") -> str:
    """Return the name of a workload's target group; a second one, for blue/green, has an ``ending``."""
    return _short(f"{project}-{environment}-{workload}", LONGEST_ALB, ending)


def namespace(project: str, environment: str) -> str:
    """Return the Cloud Map namespace of an environment, in which a service is ``web.prod.shop.local``."""
    return f"{environment}.{project}.local"


def secret(project: str, environment: str, app: str, name: str) -> str:
    """Return the name of a secret that is made for an app."""
    return f"{project}/{environment}/{app}/{name}"


def role(project: str, environment: str, what: str) -> str:
    """Return the name of a role of an environment that belongs to no app, such as `deploy`."""
    return _short(f"{project}-{environment}", LONGEST_ROLE, f"-{what}")


def boundary(project: str, environment: str) -> str:
    """Return the name of the permissions boundary of an environment's roles."""
    return f"{project}-{environment}-boundary"


def database(project: str, environment: str, app: str, key: str) -> str:
    """Return the identifier of an app's database in RDS."""
    return _short(f"{project}-{environment}-{app}-{key}", _DATABASE)


def table(project: str, environment: str, app: str, key: str) -> str:
    """Return the name of an app's table in DynamoDB."""
    return f"{project}-{environment}-{app}-{key}"


def bucket(project: str, environment: str, app: str, key: str, account: str) -> str:
    """Return the name of an app's bucket. It contains the account's number, because names are unique in all of AWS."""
    return _short(f"{project}-{environment}-{app}-{key}", _BUCKET, f"-{account}")


def site_bucket(project: str, environment: str, site: str, account: str) -> str:
    """Return the name of the bucket with a site's files. Its ending differs from that of all apps' buckets."""
    return _short(f"{project}-{environment}-{site}", _BUCKET, f"-{account}-site")


def site_branch(project: str, environment: str) -> str:
    """Return the branch of each site in Amplify. Roles may publish to the branch of their own environment only."""
    return f"{project}-{environment}"


def queue(project: str, environment: str, app: str, key: str) -> str:
    """Return the name of an app's queue in SQS."""
    return _short(f"{project}-{environment}-{app}-{key}", _QUEUE - len(FAILED))


def state_bucket(project: str, account: str) -> str:
    """Return the default name of the bucket with Terraform's states."""
    return f"{project}-tfstate-{account}"


def role_arn(place: Place, name: str) -> str:
    """Return the ARN of a role in an environment's account."""
    return f"arn:{place.partition}:iam::{place.account}:role/{name}"


def arn(place: Place, service: str, resource: str) -> str:
    """Return the ARN of a service's resource in an environment's account and region."""
    return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"


def _short(name: str, longest: int, ending: str = "") -> str:
    """Return a name with its ending. A name over ``longest`` characters is cut, and gets a hash of the whole name."""
    if len(name) + len(ending) <= longest:
        return name + ending
    digits = hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{name[: longest - len(ending) - _DIGITS - 1].rstrip('-')}-{digits}{ending}"
