"""Walk a pipeline as AWS CodePipeline walks it, on this machine: a simulation, since no emulator executes pipelines.

What is simulated, from CodePipeline's user guide and its structure reference: stages one after the other, actions by
their run order; `#{namespace.variable}` filled in before an action starts; entry conditions with the rule
VariableCheck, whose failing skips the stage; artifacts of earlier actions as further sources; manual approvals, whose
message is published to the topic and which wait for an answer; one execution at a time (QUEUED); and a stage that is
rolled back to an earlier execution. What an action does is real: a CodeBuild action runs its buildspec in the harness,
and an approval's message goes through SNS.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.codebuild import Build, Project

VARIABLE = re.compile(r"#\{([A-Za-z0-9_@.-]+)\.([A-Za-z0-9_]+)\}")


class Refused(Exception):
    """A definition that CodePipeline would not run, such as one that asks for a variable that is not there."""


@dataclass(frozen=True)
class Asked:
    """A manual approval that waits: what was published to its topic, and where it stands."""

    stage: str
    action: str
    message: Mapping[str, Any]


Answer = Callable[[Asked], bool]


@dataclass
class Execution:
    """What one walk came to. ``stages`` are `Succeeded`, `Failed` or `Skipped`, by name; ``kind`` as the API has it."""

    id: str
    commit: str
    kind: str = "STANDARD"
    stages: dict[str, str] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    builds: dict[str, Build] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        """Tell whether no stage failed."""
        return "Failed" not in self.stages.values()


@dataclass
class Runner:
    """A pipeline and what its actions use.

    ``definition`` is what `get_pipeline` returns, ``projects`` the CodeBuild projects by name, ``published`` reads what
    was published to a topic. ``answer`` says what the approver does.
    """

    definition: Mapping[str, Any]
    projects: Mapping[str, Project]
    sns: Any
    published: Callable[[str], Mapping[str, Any]]
    folder: Path
    answer: Answer = lambda _asked: True
    executions: list[Execution] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self, commit: str, variables: Mapping[str, str] | None = None) -> Execution:
        """Walk all stages for a commit; an execution before it ends first."""
        with self.turn:
            execution = Execution(str(uuid.uuid4()), commit)
            execution.variables["variables"] = {
                **{one["name"]: one.get("defaultValue", "") for one in self.definition.get("variables") or []},
                **(variables or {}),
            }
            return self._walk(execution, [stage["name"] for stage in self.definition["stages"]])

    def roll_back(self, stage: str, to: Execution) -> Execution:
        """Run one stage again as an earlier execution ran it, with its variables and artifacts."""
        with self.turn:
            again = Execution(str(uuid.uuid4()), to.commit, "ROLLBACK", variables=dict(to.variables))
            again.artifacts = dict(to.artifacts)
            return self._walk(again, [stage])

    def _walk(self, execution: Execution, names: list[str]) -> Execution:
        self.executions.append(execution)
        execution.variables["codepipeline"] = {"PipelineExecutionId": execution.id}
        for stage in self.definition["stages"]:
            if stage["name"] in names:
                execution.stages[stage["name"]] = self._stage(execution, stage)
                if execution.stages[stage["name"]] == "Failed":
                    break
        return execution

    def _stage(self, execution: Execution, stage: Mapping[str, Any]) -> str:
        for condition in (stage.get("beforeEntry") or {}).get("conditions") or []:
            if not all(self._holds(execution, rule) for rule in condition["rules"]):
                return {"SKIP": "Skipped", "FAIL": "Failed"}[condition["result"]]
        for action in sorted(stage["actions"], key=lambda action: action.get("runOrder", 1)):
            if not self._act(execution, stage["name"], action):
                return "Failed"
        return "Succeeded"

    def _holds(self, execution: Execution, rule: Mapping[str, Any]) -> bool:
        if rule["ruleTypeId"]["provider"] != "VariableCheck":
            raise Refused(f"no such rule here: {rule['ruleTypeId']}")
        asked = rule["configuration"]
        value = self._filled(execution, asked["Variable"])
        return {"EQ": value == asked["Value"], "NE": value != asked["Value"]}[asked["Operator"]]

    def _filled(self, execution: Execution, text: str) -> str:
        """Fill in variables. One that no action has told fails the action, as there."""

        def value(found: re.Match[str]) -> str:
            try:
                return execution.variables[found[1]][found[2]]
            except KeyError:
                raise Refused(f"{found[0]} is told by no action before") from None

        return VARIABLE.sub(value, text)

    def _act(self, execution: Execution, stage: str, action: Mapping[str, Any]) -> bool:
        kind = (action["actionTypeId"]["category"], action["actionTypeId"]["provider"])
        for name in action.get("inputArtifacts") or []:
            if name["name"] not in execution.artifacts:
                raise Refused(f"{stage}.{action['name']}: no action before makes the artifact {name['name']}")
        if kind[0] == "Source":
            execution.variables[action.get("namespace") or "Source"] = {"CommitId": execution.commit}
            execution.artifacts[action["outputArtifacts"][0]["name"]] = self.folder
            return True
        if kind == ("Approval", "Manual"):
            return self._approve(execution, stage, action)
        if kind == ("Build", "CodeBuild"):
            return self._build(execution, stage, action)
        raise Refused(f"no such action here: {kind}")

    def _approve(self, execution: Execution, stage: str, action: Mapping[str, Any]) -> bool:
        asked = action.get("configuration") or {}
        about = self._filled(execution, asked.get("CustomData") or "")
        message = {
            "region": self.sns.meta.region_name,
            "approval": {
                "pipelineName": self.definition["name"],
                "stageName": stage,
                "actionName": action["name"],
                "token": str(uuid.uuid4()),
                "customData": about,
            },
        }
        if topic := asked.get("NotificationArn"):
            subject = f"APPROVAL NEEDED: {self.definition['name']} {action['name']}"[:100]
            self.sns.publish(TopicArn=topic, Subject=subject, Message=json.dumps(message))
            message = dict(self.published(topic))
        execution.asked.append(Asked(stage, action["name"], message["approval"]))
        return self.answer(execution.asked[-1])

    def _build(self, execution: Execution, stage: str, action: Mapping[str, Any]) -> bool:
        asked = action["configuration"]
        given = json.loads(asked.get("EnvironmentVariables") or "[]")
        variables = {one["name"]: self._filled(execution, one["value"]) for one in given}
        further = [one["name"] for one in action["inputArtifacts"] if one["name"] != asked.get("PrimarySource")]
        if len(action["inputArtifacts"]) > 1:
            variables |= {f"CODEBUILD_SRC_DIR_{name}": str(execution.artifacts[name]) for name in further}
        build = self.projects[asked["ProjectName"]].build(execution.commit, overrides=variables)
        execution.builds[f"{stage}.{action['name']}"] = build
        if namespace := action.get("namespace"):
            execution.variables[namespace] = dict(build.exported)
        if build.succeeded:
            for output in action.get("outputArtifacts") or []:
                execution.artifacts[output["name"]] = self._kept(execution, output["name"], build)
        return build.succeeded

    def _kept(self, execution: Execution, name: str, build: Build) -> Path:
        place = self.folder / "artifacts" / execution.id / name
        shutil.copytree(build.artifacts, place)
        return place


def definition(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `create_pipeline` takes, from a Terraform resource's planned values. What is unknown is a made-up name."""
    return {
        "name": planned["name"],
        "roleArn": planned.get("role_arn") or "arn:aws:iam::123456789012:role/pipeline",
        "pipelineType": planned["pipeline_type"],
        "executionMode": planned["execution_mode"],
        "artifactStore": {"type": "S3", "location": planned["artifact_store"][0].get("location") or "artifacts"},
        "variables": [
            {"name": one["name"], "defaultValue": one.get("default_value") or ""}
            for one in planned.get("variable") or []
        ],
        "stages": [_stage_of(stage) for stage in planned["stage"]],
    }


def _stage_of(planned: Mapping[str, Any]) -> dict[str, Any]:
    entry = planned.get("before_entry") or []
    conditions = [
        {"result": one["result"], "rules": [_rule_of(rule) for rule in one["rule"]]}
        for block in entry
        for one in block["condition"]
    ]
    return {
        "name": planned["name"],
        "actions": [_action_of(action) for action in planned["action"]],
        **({"beforeEntry": {"conditions": conditions}} if conditions else {}),
    }


def _rule_of(planned: Mapping[str, Any]) -> dict[str, Any]:
    (kind,) = planned["rule_type_id"]
    found = {name: kind[name] for name in ("category", "owner", "provider", "version")}
    return {"name": planned["name"], "ruleTypeId": found, "configuration": dict(planned["configuration"])}


def _action_of(planned: Mapping[str, Any]) -> dict[str, Any]:
    kind = {name: planned[name] for name in ("category", "owner", "provider", "version")}
    return {
        "name": planned["name"],
        "actionTypeId": kind,
        "runOrder": planned.get("run_order") or 1,
        "configuration": {name: value for name, value in (planned.get("configuration") or {}).items() if value},
        "inputArtifacts": [{"name": name} for name in planned.get("input_artifacts") or []],
        "outputArtifacts": [{"name": name} for name in planned.get("output_artifacts") or []],
        **({"namespace": planned["namespace"]} if planned.get("namespace") else {}),
    }
