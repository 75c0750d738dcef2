"""The scripts of jobs, for both CodeBuild and GitHub Actions.

They expect bash and the variables ``ENVIRONMENT``, ``APPS`` and ``TAG``. If ``$AS`` is set, ``$AS PROGRAM`` runs a
program with the job's role in its environment's account.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from generator.render.outputs.codepipeline.stages import APPS, CHANGES, SUMMARY, TAG
from generator.render.outputs.pipeline_steps import GENERATOR
from generator.spec import targets

if TYPE_CHECKING:
    from generator.spec.model import Spec

# The files that the plan's job leaves for the job that applies it after the approval.
PLAN: Final = "plan.tfplan"
COMMIT: Final = "commit"
AS: Final = """\
if [ -n "${ROLE:-}" ]; then
  mkdir -p ~/.aws
  printf '[profile environment]\\nrole_arn = %s\\ncredential_source = EcsContainer\\n' "$ROLE" > ~/.aws/config
  export AS="env AWS_PROFILE=environment"
fi
"""
# Exit code 2 means that there is something to change.
_PLAN: Final = f"""\
code=0
$AS {{engine}} plan -input=false -no-color -lock-timeout=5m -detailed-exitcode -out={PLAN} || code=$?
[ "$code" != 1 ]
"""
# The description has no values, because the message to approvers is sent by e-mail.
_COUNT: Final = f"""\
{{engine}} show -json {PLAN} | python -P -c '
import collections, json, sys
made = collections.Counter(
    action for change in json.load(sys.stdin).get("resource_changes", []) for action in change["change"]["actions"]
)
print(made["create"] + made["update"] + made["delete"], made["create"], made["update"], made["delete"])
' > counted
read -r {CHANGES} CREATED UPDATED DELETED < counted
export {CHANGES} {SUMMARY}="$CREATED to add, $UPDATED to change, $DELETED to destroy"
git rev-parse HEAD > {COMMIT}
echo "$ENVIRONMENT: ${SUMMARY}"
"""
# The approved plan is applied: the plan of this commit. Terraform refuses a plan that is out of date.
APPLY: Final = f"""\
set -e
planned="CODEBUILD_SRC_DIR_plan_${{{{ENVIRONMENT//-/_}}}}"
planned="${{{{!planned}}}}"
if [ "$(cat "$planned/{COMMIT}")" != "$(git rev-parse HEAD)" ]; then
  echo "error: the plan is of commit $(cat "$planned/{COMMIT}"), and this is $(git rev-parse HEAD)" >&2
  echo "hint: start the pipeline again: it plans anew" >&2
  exit 1
fi
$AS {{engine}} apply -input=false -no-color -lock-timeout=5m "$planned/{PLAN}"
"""
# The environment's role reads the state, while git uses the job's own role. Outputs may be secrets, so they are
# in a file outside of the checkout that only this user can read.
_OUTPUTS: Final = f"""\
given=$(umask 077 && mktemp)
trap 'rm -f "$given"' EXIT
$AS {{engine}} -chdir="infra/environments/$ENVIRONMENT" output -json > "$given"
{GENERATOR} outputs --env "$ENVIRONMENT" --from "$given" --push
"""
# The type of the execution tells whether a stage is rolled back; then the image must go back.
KIND: Final = (
    'KIND=$(aws codepipeline list-pipeline-executions --pipeline-name "$PIPELINE"'
    " --query \"pipelineExecutionSummaries[?pipelineExecutionId=='$EXECUTION'].executionType | [0]\" --output text)"
)
PROMOTE: Final = f"""\
read -ra apps <<< "${APPS}"
{GENERATOR} promote "${{apps[@]}}" --to "$ENVIRONMENT" --tag "${TAG}" --push
"""
_PROMOTE_OR_BACK: Final = f"""\
if [ "$KIND" = ROLLBACK ]; then
  for app in ${APPS}; do
    {GENERATOR} rollback "$app" --env "$ENVIRONMENT" --to "${TAG}" --push --reason "the stage was rolled back"
  done
elif [ "$ENVIRONMENT" != {{first}} ]; then  # where builds are released to, the image is committed already
{PROMOTE}fi
"""
_DEPLOY: Final = f'$AS {GENERATOR} deploy "$app" --env "$ENVIRONMENT" || exit 1'
# Argo CD deploys apps on EKS by itself, and a pipeline may have no access to it.
_WAIT: Final = f"""\
if [ -n "${{ARGOCD_SERVER:-}}" ]; then
  {GENERATOR} wait "$app" --env "$ENVIRONMENT" || exit 1
else
  echo "$app: Argo CD brings it to $ENVIRONMENT; with ARGOCD_SERVER and ARGOCD_AUTH_TOKEN this job waits for it"
fi"""
BACK: Final = f"""\
for app in ${APPS}; do
  {GENERATOR} rollback "$app" --env "$ENVIRONMENT" --push --reason "${TAG} does not pass its tests"
done
"""


def plain(script: str) -> str:
    """Return a script without ``$AS``, for a job that already has the role of its environment."""
    return script.replace("$AS ", "")


def plan(program: str) -> str:
    """Return the commands that write a plan to a file; they fail if there is no plan."""
    return _PLAN.replace("{engine}", program)


def count(program: str) -> str:
    """Return the commands that print how many objects a plan changes, and its commit."""
    return _COUNT.replace("{engine}", program)


def outputs(program: str) -> str:
    """Return the commands that commit the outputs of an apply; they run at the top of the checkout."""
    return _OUTPUTS.replace("{engine}", program)


def promote_or_back(first: str) -> str:
    """Return the commands that promote the image to an environment (except the first), or restore the former image."""
    return _PROMOTE_OR_BACK.replace("{first}", first)


def deploy(spec: Spec) -> str:
    """Return the commands that deploy the committed images of an environment's apps, on the target of each app."""
    places = {f"{name}/{app.name}": app.target_in(name) for app in spec.described.values() for name in app.environments}
    on_ecs = [place for place, target in places.items() if target == targets.ECS]
    if len(on_ecs) == len(places):
        return f"for app in ${APPS}; do {_DEPLOY}; done"
    wait = textwrap.indent(_WAIT, "  ")
    if not on_ecs:
        return f"for app in ${APPS}; do\n{wait}\ndone"
    case = f'  case "$ENVIRONMENT/$app" in\n  {"|".join(on_ecs)}) {_DEPLOY} ;;\n  *)\n{wait}\n  ;;\n  esac'
    return f"for app in ${APPS}; do\n{case}\ndone"


def engine(spec: Spec) -> str:
    """Return the name of the program: ``terraform`` or ``tofu``."""
    return spec.infra.program if spec.infra else "terraform"


def installed(program: str) -> str:
    """Return the command that installs the program, verified by its checksum."""
    return f"{GENERATOR} tools install {program}"


def init(program: str) -> str:
    """Return the command that connects to the state; it accepts only the providers of the lock file."""
    return f"$AS {program} init -input=false -no-color -lockfile=readonly"


def newest(spec: Spec) -> str:
    """Return the command that checks out the branch's newest commit; the source has the commit that started the run."""
    return f'git fetch --quiet origin "{spec.branch}" && git checkout --quiet --detach FETCH_HEAD'
