"""Names of what a project has in AWS: by them Terraform makes it, and `deploy` finds it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.spec.targets import Place

# Limits of AWS: of load balancers and target groups, of IAM roles, of task families and log groups.
LONGEST_ALB: Final = 32
LONGEST_ROLE: Final = 64
# Of databases of RDS, of buckets and of queues.
_DATABASE: Final = 63
_BUCKET: Final = 63
_QUEUE: Final = 80
# Of the queue with the messages of another one that failed.
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
    """Return the name of the role by which EventBridge Scheduler starts a workload's tasks."""
    return _short(f"{project}-{environment}-{workload}", LONGEST_ROLE, "-scheduler")


def task_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role that an app's own processes have."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-task")


def execution_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role by which ECS pulls an app's image, reads its secrets and writes its logs."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-execution")


def pod_role(project: str, environment: str, app: str) -> str:
    """Return the name of the role that an app's pods have on EKS."""
    return _short(f"{project}-{environment}-{app}", LONGEST_ROLE, "-pods")


def log_group(project: str, environment: str, app: str) -> str:
    """Return the name of an app's log group."""
    return f"/{project}/{environment}/{app}"


def target_group(project: str, environment: str, workload: str, ending: str = "") -> str:
    """Return the name of a workload's target group; ``ending`` tells a second one apart, as blue/green has."""
    return _short(f"{project}-{environment}-{workload}", LONGEST_ALB, ending)


def namespace(project: str, environment: str) -> str:
    """Return the Cloud Map namespace of an environment, in which a service is ``web.prod.shop.local``."""
    return f"{environment}.{project}.local"


def secret(project: str, environment: str, app: str, name: str) -> str:
    """Return the name of a secret that is made for an app."""
    return f"{project}/{environment}/{app}/{name}"


def role(project: str, environment: str, what: str) -> str:
    """Return a role of an environment that belongs to no app, such as `deploy`."""
    return _short(f"{project}-{environment}", LONGEST_ROLE, f"-{what}")


def boundary(project: str, environment: str) -> str:
    """Return the policy that bounds what each role of an environment may be given."""
    return f"{project}-{environment}-boundary"


def database(project: str, environment: str, app: str, key: str) -> str:
    """Return the identifier of an app's database in RDS."""
    return _short(f"{project}-{environment}-{app}-{key}", _DATABASE)


def table(project: str, environment: str, app: str, key: str) -> str:
    """Return the name of an app's table in DynamoDB."""
    return f"{project}-{environment}-{app}-{key}"


def bucket(project: str, environment: str, app: str, key: str, account: str) -> str:
    """Return the name of an app's bucket: the account's number makes it the only one of all accounts."""
    return _short(f"{project}-{environment}-{app}-{key}", _BUCKET, f"-{account}")


def site_bucket(project: str, environment: str, site: str, account: str) -> str:
    """Return the name of the bucket with a site's files. No app's bucket ends so."""
    return _short(f"{project}-{environment}-{site}", _BUCKET, f"-{account}-site")


def site_branch(project: str, environment: str) -> str:
    """Return the branch in Amplify of each site: by it, a role may publish to its own environment alone."""
    return f"{project}-{environment}"


def queue(project: str, environment: str, app: str, key: str) -> str:
    """Return the name of an app's queue in SQS."""
    return _short(f"{project}-{environment}-{app}-{key}", _QUEUE - len(FAILED))


def state_bucket(project: str, account: str) -> str:
    """Return the name of the bucket that holds Terraform's states, where the spec gives none."""
    return f"{project}-tfstate-{account}"


def role_arn(place: Place, name: str) -> str:
    """Return the ARN of a role in an environment's account."""
    return f"arn:{place.partition}:iam::{place.account}:role/{name}"


def arn(place: Place, service: str, resource: str) -> str:
    """Return the ARN of what a service has in an environment's account and region."""
    return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"


def _short(name: str, longest: int, ending: str = "") -> str:
    """Return a name with its ending; one that is too long is cut, and a hash of all of it tells it apart."""
    if len(name) + len(ending) <= longest:
        return name + ending
    digits = hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{name[: longest - len(ending) - _DIGITS - 1].rstrip('-')}-{digits}{ending}"
