"""ECS: services, task definitions and tasks, through boto3, which comes with the extra ``aws``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from generator.clients.aws import session
from generator.errors import GeneratorError

TIMEOUT_SECONDS: Final = 20
Data = Mapping[str, Any]
_ABSENT: Final = ("ClusterNotFoundException", "ServiceNotFoundException")
# A describe takes so many at once.
_SERVICES: Final = 10
_TASKS: Final = 20


class Ecs:
    """ECS in a region."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._api = session.client("ecs", region, TIMEOUT_SECONDS)
        self._logs: Any = None

    def services(self, cluster: str, names: Sequence[str]) -> dict[str, Data]:
        """Return the services of a cluster that are there, by name."""
        found: dict[str, Data] = {}
        for start in range(0, len(names), _SERVICES):
            try:
                with session.translated():
                    answer = self._api.describe_services(cluster=cluster, services=[*names[start : start + _SERVICES]])
            except session.Refused as exc:
                if exc.code in _ABSENT:
                    return {}
                raise
            found |= {one["serviceName"]: one for one in answer["services"] if one.get("status") == "ACTIVE"}
        return found

    def definition(self, reference: str) -> Data | None:
        """Return a task definition by its ARN, or the newest of a family; its tags are among its fields."""
        try:
            with session.translated():
                answer = self._api.describe_task_definition(taskDefinition=reference, include=["TAGS"])
        except session.Refused as exc:
            if exc.code == "ClientException":  # no such family, or no active revision of it
                return None
            raise
        return {**answer["taskDefinition"], "tags": answer.get("tags") or []}

    def register(self, definition: Data) -> str:
        """Register a revision of a task definition, and return its ARN."""
        with session.translated():
            answer = self._api.register_task_definition(**definition)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def update(self, service: Data) -> None:
        """Update a service, given as UpdateService takes it."""
        with session.translated():
            self._api.update_service(**service)

    def run(self, cluster: str, definition: str, network: Data, capacity: Data, by: str) -> str:
        """Start one task beside all services, and return its ARN."""
        with session.translated():
            answer = self._api.run_task(
                cluster=cluster,
                taskDefinition=definition,
                networkConfiguration=network,
                startedBy=by,
                **capacity,
            )
        if not answer.get("tasks"):
            reasons = "; ".join(str(one.get("reason")) for one in answer.get("failures") or ()) or "no reason given"
            raise GeneratorError(f"ECS starts no task of {definition.rpartition('/')[2]}: {reasons}", "try again")
        return str(answer["tasks"][0]["taskArn"])

    def tasks(self, cluster: str, arns: Sequence[str]) -> list[Data]:
        """Return tasks by their ARNs; ECS forgets those that ended an hour ago."""
        if not arns:
            return []
        with session.translated():
            return list(self._api.describe_tasks(cluster=cluster, tasks=[*arns[:_TASKS]])["tasks"])

    def ended(self, cluster: str, family: str) -> list[Data]:
        """Return the tasks of a family that have ended lately."""
        with session.translated():
            answer = self._api.list_tasks(cluster=cluster, family=family, desiredStatus="STOPPED")
        return self.tasks(cluster, answer["taskArns"])

    def failed_revision(self, cluster: str, service: str) -> tuple[str, str] | None:
        """Return the task definition of the newest deployment if that has failed, and why; ``None`` if it has not."""
        try:
            with session.translated():
                briefs = self._api.list_service_deployments(cluster=cluster, service=service)["serviceDeployments"]
                if not briefs or not str(briefs[0].get("status")).startswith(("ROLLBACK", "STOPPED")):
                    return None
                arn = briefs[0]["targetServiceRevisionArn"]
                revisions = self._api.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
        except session.Refused:
            return None  # what else is known of it tells less, and enough
        reason = str(briefs[0].get("statusReason") or briefs[0]["status"])
        return (str(revisions[0]["taskDefinition"]), reason) if revisions else None

    def last_lines(self, group: str, stream: str, most: int) -> list[str]:
        """Return the last lines of a log stream; none where they cannot be read."""
        self._logs = self._logs or session.client("logs", self.region, TIMEOUT_SECONDS)
        try:
            with session.translated():
                answer = self._logs.get_log_events(
                    logGroupName=group, logStreamName=stream, limit=most, startFromHead=False
                )
        except session.Refused:
            return []
        return [str(event["message"]).rstrip() for event in answer["events"]][-most:]
