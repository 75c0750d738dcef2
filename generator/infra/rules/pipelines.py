"""Rules on CodePipeline: the order of stages, the artifacts of actions, and existing providers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

PROVIDERS: Final = {
    "Source": {"CodeStarSourceConnection", "CodeCommit", "ECR", "S3", "GitHub"},
    "Build": {"CodeBuild", "ECRBuildAndPublish", "Jenkins"},
    "Test": {"CodeBuild", "DeviceFarm", "Jenkins"},
    "Approval": {"Manual"},
    "Invoke": {"Lambda", "StepFunctions", "InspectorScan"},
    "Compute": {"Commands"},
    "Deploy": {
        *("ECS", "CodeDeploy", "CodeDeployToECS", "CloudFormation", "CloudFormationStackSet", "EKS", "EC2", "S3"),
        *("ElasticBeanstalk", "AppConfig", "Lambda", "ServiceCatalog"),
    },
}
# What an action cannot do without, by its provider.
NEEDED: Final = {
    "CodeStarSourceConnection": ("ConnectionArn", "FullRepositoryId", "BranchName"),
    "CodeCommit": ("RepositoryName", "BranchName"),
    "CodeBuild": ("ProjectName",),
    "ECS": ("ClusterName", "ServiceName"),
    "ECR": ("RepositoryName",),
}


def _actions(pipeline: Resource) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for stage in pipeline.blocks("stage"):
        for action in stage.get("action") or ():
            yield stage, action


def stages(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find pipelines that do not begin with their source, and unknown actions."""
    for pipeline in plan.of("aws_codepipeline"):
        known = pipeline.blocks("stage")
        if len(known) < 2:
            yield pipeline.address, "a pipeline has at least two stages"
        for number, stage in enumerate(known):
            for action in stage.get("action") or ():
                if (action["category"] == "Source") != (number == 0):
                    which = "the first stage has sources alone" if number == 0 else "sources stand in the first stage"
                    yield pipeline.address, f"{action['name']} is in stage {stage['name']}: {which}"
        for name, times in Counter(stage["name"] for stage in known).items():
            if times > 1:
                yield pipeline.address, f"two stages are called {name}"
        for _, action in _actions(pipeline):
            yield from _action(pipeline.address, action)


def _action(address: str, action: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if action.get("owner") != "AWS":
        return
    category, provider = action["category"], action["provider"]
    providers = PROVIDERS.get(category)
    if providers is None:
        yield address, f"{action['name']}: there is no category {category}; there are {', '.join(PROVIDERS)}"
    elif provider not in providers:
        yield address, f"{action['name']}: {category} has no provider {provider}; it has {', '.join(sorted(providers))}"
    for name in NEEDED.get(provider, ()):
        if name not in (action.get("configuration") or {}):
            yield address, f"{action['name']}: {provider} needs {name} in its configuration"


def artifacts(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find actions with an input that no earlier action makes, and artifacts that two actions make."""
    for pipeline in plan.of("aws_codepipeline"):
        made: set[str] = set()
        for stage in pipeline.blocks("stage"):
            actions = sorted(stage.get("action") or (), key=lambda one: one.get("run_order") or 1)
            for action in actions:
                for name in set(action.get("input_artifacts") or ()) - made:
                    yield pipeline.address, f"{action['name']} takes {name}, which no action before it makes"
                for name in action.get("output_artifacts") or ():
                    if name in made:
                        yield pipeline.address, f"two actions make the artifact {name}"
                    made.add(name)
