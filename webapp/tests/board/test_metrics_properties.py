"""What holds for every history: no order, no replay and no cut of the window changes what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from testing import depth

from board_histories import MONDAY, Story, days
from release_board.metrics import History, Report, Signal, Window, measure, touched
from release_board.metrics.weeks import WEEK, weeks

ENVIRONMENTS = ("dev", "prod", "prod-us")
PRODUCTION = ("prod", "prod-us")
SPAN = 40
HELD = settings(max_examples=depth.examples(40), deadline=None, derandomize=True)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw what happens to an app: new releases, promotions, rollbacks, pins, removals, and what is said of them."""
    story = Story()
    day, built = 0.0, 0
    for position in range(draw(st.integers(0, 14))):
        day += draw(st.sampled_from((0, 0.01, 0.5, 1, 3, 9)))
        environment = draw(st.sampled_from(ENVIRONMENTS))
        what = draw(st.sampled_from(("new", "new", "old", "back", "pin", "base", "remove")))
        had = [change.tag for change in story.changes if change.environment == environment and change.tag]
        now = next((one.tag for one in reversed(story.changes) if one.environment == environment), None)
        said: dict[str, Any] = {
            "position": position,
            "running": draw(st.none() | st.just(MONDAY + round(day * 86400) + 99)),
        }
        if what == "new" or now is None:
            built += draw(st.integers(0, 1)) or not built
            tag: str | None = str(built)
        elif what in ("old", "back"):
            tag = draw(st.sampled_from(had))
            said["action"] = "rolled back" if what == "back" else "edited"
        else:
            tag = None if what == "remove" else now
            said["action"] = {"pin": "pinned", "base": "promoted", "remove": "removed"}[what]
        story.put(day, tag, environment, **said)
    _read(story, draw)
    _say(story, draw, day)
    return story


def _read(story: Story, draw: st.DrawFn) -> None:
    """Read the commits between all pairs of tags, or some of them."""
    tags = sorted({change.tag for change in story.changes if change.tag}, key=int)
    for index, old in enumerate(tags):
        for new in tags[index + 1 :]:
            if draw(st.integers(0, 4)):
                story.commits(old, new, *(float(number) / 3 for number in range(int(old), int(new))))


def _say(story: Story, draw: st.DrawFn, day: float) -> None:
    for change in story.changes:
        word = draw(st.sampled_from((None, None, None, "failure", "hotfix", "not-a-failure", "incident", "nothing")))
        if word == "incident" and change.environment == "prod":
            story.incident(change, day, draw(st.none() | st.just(day + 1)))
        elif word == "nothing":
            story.say("failure", "nothing-has-this-name", day, environment=change.environment)
        elif word and word != "incident":
            story.say(word, change, day + draw(st.integers(0, 2)), environment=change.environment)


def measured(history: History, window: Window) -> Report:
    return measure(history, "shop", PRODUCTION, window)


@HELD
@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_does_not_matter(story: Story, random: Any) -> None:
    before = measured(story.history(), days(0, SPAN))
    for part in (story.changes, story.logs, story.declarations, story.incidents or []):
        random.shuffle(part)
    assert measured(story.history(), days(0, SPAN)) == before


@HELD
@given(stories())
def test_what_is_told_again_counts_nothing_twice(story: Story) -> None:
    history = story.history(
        signals=tuple(Signal("shop", "prod", one.commit, one.landed, "slow") for one in story.changes)
    )
    assert measured(history.plus(history), days(0, SPAN)) == measured(history, days(0, SPAN))
    assert touched(history, history) == frozenset()


def counts(report: Report) -> dict[str, int]:
    return {
        "deployments": len(report.frequency.evidence),
        "failed": report.fail_rate.counted,
        "of": report.fail_rate.n,
        "taken out": len(report.fail_rate.taken_out),
        "rework": report.rework_rate.counted,
        "not ended": len(report.recovery_time.open),
        "recovered or unknown": report.recovery_time.n + sum(part.count for part in report.recovery_time.unknown),
        "lived": report.frequency.lived,
        "apart": sum(one.n for one in report.apart),
        "commits that came again": sum(part.count for part in report.lead_time.left_out),
    }


@HELD
@given(stories(), st.integers(0, SPAN))
def test_the_parts_of_a_window_add_up(story: Story, cut: int) -> None:
    history = story.history()
    first, second, whole = (
        counts(measured(history, days(*span))) for span in ((0, cut), (cut, SPAN * 4), (0, SPAN * 4))
    )
    assert {name: first[name] + second[name] for name in whole} == whole


@HELD
@given(stories())
def test_failures_are_deployments_and_shares_are_shares(story: Story) -> None:
    report = measured(story.history(), days(0, SPAN))
    for rate in (report.fail_rate, report.rework_rate):
        assert set(rate.evidence) <= set(rate.of)
        assert len(set(rate.evidence)) == rate.counted <= rate.n
        assert (rate.value is None) == (rate.n == 0) == bool(rate.why)
    assert set(report.recovery_time.evidence) <= set(report.fail_rate.evidence)
    assert all(point.seconds >= 0 for point in (*report.lead_time.points, *report.recovery_time.points))
    commits = [(point.key.environment, point.commit) for point in report.lead_time.points]
    assert len(commits) == len(set(commits))


def week_alone(history: History, environment: str, week: int) -> tuple[object, ...]:
    """Return all that is known of a week but what grows by itself, what waits, and why there is no value."""
    report = measure(history, "shop", [environment], Window(week, week + WEEK))
    unknown = [part for part in report.lead_time.unknown if not part.reason.startswith("which commits wait")]
    lead, recovery, rate = report.lead_time, report.recovery_time, report.fail_rate
    return (
        (replace(report.frequency, why=None), replace(report.rework_rate, why=None), report.apart),
        (lead.points, lead.left_out, unknown),
        (recovery.points, recovery.unknown, [each.key for each in recovery.open]),
        (rate.observed, rate.declared, rate.taken_out, rate.unknown),
    )


@HELD
@given(stories(), st.data())
def test_a_week_that_is_not_touched_stays_as_it_was(story: Story, data: st.DataObject) -> None:
    old, new = Story(), Story()
    for name in ("changes", "logs", "declarations"):
        for one in getattr(story, name):
            getattr(old if data.draw(st.booleans()) else new, name).append(one)
    for incident in story.incidents or ():
        side = old if data.draw(st.booleans()) else new
        side.incidents = [*(side.incidents or []), incident]
    before, added = old.history(), new.history()
    told = touched(before, added)
    after = before.plus(added)
    for environment in PRODUCTION:
        landed = [one.landed for one in after.changes if one.environment == environment]
        for week in weeks(MONDAY, max(landed, default=MONDAY - 1) + 1):
            if ("shop", environment, week) not in told:
                assert week_alone(before, environment, week) == week_alone(after, environment, week)
