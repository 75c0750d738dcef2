"""What is proven, in order; each step asserts on the real cluster, forge and registry, and returns what it measured."""

from __future__ import annotations

from tests.e2e.steps.board import promote_on_the_board
from tests.e2e.steps.breakage import break_migration, break_start, break_tag
from tests.e2e.steps.charts import deliver_chart, promote_chart
from tests.e2e.steps.database import give_database, keep_database, run_operator
from tests.e2e.steps.delivery import deliver
from tests.e2e.steps.ecs import deploy_to_ecs
from tests.e2e.steps.guard import heal_drift, keep_pods_restricted, stay_in_bounds
from tests.e2e.steps.hand_edit import edit_by_hand
from tests.e2e.steps.pipeline import failing_build, pipeline, release_of_a_release
from tests.e2e.steps.promotion import promote
from tests.e2e.steps.rollback import roll_back_by_cli, roll_back_by_commit
from tests.e2e.steps.step import Step
from tests.e2e.steps.takeover import take_over
from tests.e2e.steps.waiting import roll_back_and_hold, wait_for_what_cannot_run, wait_until_it_runs
from tests.e2e.steps.workloads import become_several, keep_the_old_version, release_several

__all__ = ["STEPS", "Step"]

STEPS = (
    Step("a", "the root is applied: all Synced and Healthy, the apps answer", deliver),
    Step("b", "the pipeline: a commit becomes dev's running digest", pipeline, ("a",)),
    Step("b2", "a release starts no release", release_of_a_release, ("b",)),
    Step("b3", "a failing build pushes and commits nothing", failing_build, ("a",)),
    Step("c", "promotion by pull request: dev, staging, prod", promote, ("b",)),
    Step("c2", "the board: promoted on its page, merged, rolled out, shown by its pages", promote_on_the_board, ("b",)),
    Step("d", "a tag that does not exist: Degraded, the old pods serve", break_tag, ("a",)),
    Step("d2", "the same with a migration: the sync stops before the pods", break_migration, ("c", "d")),
    Step("d3", "a version that crashes on start: Degraded, the old pods serve", break_start, ("c",)),
    Step("e", "rollback by commit", roll_back_by_commit, ("c", "d", "d3")),
    Step("e2", "rollback by the argocd CLI, with manual sync", roll_back_by_cli, ("c",)),
    Step("e3", "wait: done when every pod runs the image", wait_until_it_runs, ("c", "e")),
    Step("e4", "wait: an image that is not there, and the rollback", wait_for_what_cannot_run, ("e3",)),
    Step("e5", "rollback in prod, and the pin holds the next bump", roll_back_and_hold, ("e2",)),
    Step("f", "a hand edit, a bump, then generate: nothing lost", edit_by_hand, ("a",)),
    Step("g", "drift made with kubectl is healed", heal_drift, ("a",)),
    Step("g2", "what is outside of the AppProject is refused", stay_in_bounds, ("a",)),
    Step("g3", "the namespaces enforce restricted pods", keep_pods_restricted, ("a",)),
    Step("h3", "an app that runs gets a second workload: its pods stay", become_several, ("a",)),
    Step("i", "a Helm chart: deployed from a registry, with values of each environment", deliver_chart, ("a",)),
    Step("i2", "the chart is updated, promoted and rolled back", promote_chart, ("i",)),
    Step("j", "CloudNativePG's operator runs, as a chart", run_operator, ("a", "i")),
    Step("j2", "an app gets a database, and migrates it", give_database, ("j",)),
    Step("j3", "a database that is gone from git runs on until a person confirms", keep_database, ("j2",)),
    Step(
        "h", "six workloads, database, files and claim of one app are released by one bump", release_several, ("a", "j")
    ),
    Step("h2", "a failed migration leaves all of them as they are", keep_the_old_version, ("h",)),
    Step("k", "an adopted app is taken over from Applications that run: its pods stay", take_over),
    Step("m", "ECS: released, promoted, taken back by the circuit breaker, rolled back", deploy_to_ecs, alone=True),
)
