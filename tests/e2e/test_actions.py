"""The runner of workflows: order, conditions, expressions, files and masking, on real git and real shells."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import actions
from tests.e2e.actions import Runner, WorkflowFault, expression, triggered


@pytest.fixture
def run(tmp_path: Path):
    """Run steps: commits a workflow with them to a repository, and runs that."""

    def go(*steps: dict[str, Any], jobs: dict[str, Any] | None = None, **secrets: str):
        origin = tmp_path / "origin"
        (origin / ".github").mkdir(parents=True)
        workflow = {"on": {"push": {}}, "jobs": jobs or {"one": {"steps": list(steps)}}}
        (origin / ".github/w.yml").write_text(json.dumps(workflow))
        git = ["git", "-C", str(origin), "-c", "user.name=t", "-c", "user.email=t@example.com"]
        for words in ("init -q -b main", "add .", "commit -qm one"):
            subprocess.run([*git, *words.split()], check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        runner = Runner(
            origin, origin.as_uri(), tmp_path / "runs", [], {}, dict(actions.USUAL), "hunter2-token", secrets=secrets
        )
        return runner.run(".github/w.yml", commit, event={"before": "abc"})

    return go


def step(run: str, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "run": run, **more}


def results(result) -> str:
    return " ".join(step.result for step in result.steps)


def test_after_a_failure_only_what_asks_for_it_runs(run):
    result = run(
        step("false"),
        step("echo never"),
        step("echo x", **{"if": "env.A == ''"}),
        step("echo always", **{"if": "${{ !cancelled() }}"}),
        step("echo failed", **{"if": "failure()"}),
    )
    assert results(result) == "failure skipped skipped success success"
    assert not result.succeeded


def test_bash_stops_at_the_first_failure_even_in_a_pipe(run):
    assert results(run(step("false | cat\necho never"))) == "failure"


def test_variables_outputs_and_the_summary_go_from_step_to_step(run):
    result = run(
        step('echo "A=one" >> "$GITHUB_ENV"; echo "B=two" >> "$GITHUB_OUTPUT"', id="first"),
        step('test "$A-$GIVEN" = one-two', env={"GIVEN": "${{ steps.first.outputs.B }}"}),
        step('echo "# done" >> "$GITHUB_STEP_SUMMARY"', **{"if": "contains(format(' {0} ', env.A), ' one ')"}),
        step("true", **{"if": "contains(format(' {0} ', env.A), ' on ')"}),
    )
    assert results(result) == "success success success skipped"
    assert result.summary == "# done\n"


def test_jobs_share_nothing_but_outputs(run):
    outputs = {"apps": "${{ steps.a.outputs.apps }}"}
    first = step('echo apps=web >> "$GITHUB_OUTPUT"; echo A=1 >> "$GITHUB_ENV"; touch left; touch ~/left', id="a")
    second = step('test "$APPS:${A:-}" = web: && ! test -e left && ! test -e ~/left')
    result = run(
        jobs={
            "one": {"steps": [first], "outputs": outputs},
            "two": {"needs": "one", "env": {"APPS": "${{ needs.one.outputs.apps }}"}, "steps": [second]},
            "three": {"needs": ["one"], "if": "needs.one.outputs.apps == ''", "steps": [step("true")]},
            "four": {"needs": ["two"], "steps": [step("false")]},
            "five": {"needs": ["four"], "steps": [step("true")]},
            "six": {"if": "github.ref == 'refs/heads/other'", "steps": [step("true")]},
        }
    )
    states = ("success", "success", "skipped", "failure", "skipped", "skipped")
    assert result.jobs == dict(zip(("one", "two", "three", "four", "five", "six"), states, strict=True))


def test_a_checkout_is_shallow_and_keeps_no_credentials(run):
    result = run(
        {"uses": "actions/checkout@0123", "with": {"persist-credentials": False}},
        step(
            'test "$(git rev-parse HEAD)" = "$GITHUB_SHA"; ! git symbolic-ref -q HEAD; ! git config --local -l | grep -i helper'
        ),
    )
    assert results(result) == "success success", result.tail()


def test_secrets_are_masked_and_leaks_are_told(run, until_seen):
    result = run(
        step("echo $T; echo ${{ secrets.S }}", env={"T": "${{ github.token }}"}),
        step(f"{until_seen} $T", env={"T": "${{ secrets.S }}"}),
        S="hunter3-secret",
    )
    assert "hunter" not in result.log.read_text()
    assert result.leaks == ["S", "S (argv)", "github.token"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' == 'A'", True),
        ("env.X", "x"),
        ("missing.name", ""),
        ("!failure() && (env.X == 'x' || false)", True),
        ("format('{0}-{1}', env.X, 'it''s')", "x-it's"),
        ("contains('abc', 'd')", False),
    ],
)
def test_expressions(text, value):
    assert expression(text, {"failed": False, "env.X": "x"}) == value


@pytest.mark.parametrize("text", ["fromJSON('1')", "a +", "'a' 'b'"])
def test_what_is_not_known_is_a_fault(text):
    with pytest.raises(WorkflowFault):
        expression(text, {"failed": False})


def test_path_filters(tmp_path):
    path = tmp_path / "w.yml"
    path.write_text('{"on": {"push": {"branches": ["main"], "paths": ["web/**", "*.md"]}}, "jobs": {}}')
    assert triggered(path, "main", ["a", "web/x/y"])
    assert triggered(path, "main", ["README.md"])
    assert not triggered(path, "main", ["docs/README.md", "website/a", "overlays/dev/web/k.yaml"])
    assert not triggered(path, "other", ["web/x"])
