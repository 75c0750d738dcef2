"""Which deployments failed, what ended each failure, and what that makes of the rates."""

from __future__ import annotations

import pytest

from board_histories import DAY, HOUR, Story, at, days
from release_board.metrics import Change, Key, Report, measure
from release_board.metrics.recovery import NOT_ENDED


def measured(story: Story, begin: float = 0, end: float = 28) -> Report:
    return measure(story.history(), "shop", ["prod"], days(begin, end))


def test_going_back_over_several_versions_fails_the_last_one_alone() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    last = story.put(2, "3")
    story.put(3, "1", action="edited")  # no rollback by its name, and not the version before
    rate = measured(story).fail_rate
    assert rate.observed == (last.key,)
    assert rate.n == 3


def test_a_digest_decides_whether_an_image_ran_before() -> None:
    story = Story()
    story.put(0, "1", digest="sha256:a")
    story.put(1, "2", digest="sha256:b")
    story.put(2, "1", digest="sha256:c")  # the tag was built again
    assert measured(story).fail_rate.counted == 0
    failed = story.put(3, "3", digest="sha256:d")
    story.put(4, "one", digest="sha256:a")
    assert measured(story).fail_rate.observed == (failed.key,)


def test_another_tag_of_the_same_image_is_no_way_back() -> None:
    story = Story()
    story.put(0, "1", digest="sha256:a")
    story.put(1, "2", digest="sha256:b")
    story.put(2, "2-final", digest="sha256:b")
    assert measured(story).fail_rate.counted == 0


def test_bringing_again_what_a_rollback_took_away_does_not_fail_the_rollback() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(1, "2")
    story.back(2, "1")
    story.put(3, "2")
    assert measured(story).fail_rate.observed == (bad.key,)


def test_a_rollback_that_is_rolled_back_further_failed_itself() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    bad = story.put(2, "3")
    first = story.back(3, "2")
    story.back(4, "1")
    rate = measured(story).fail_rate
    assert rate.observed == (bad.key, first.key)
    assert rate.n == 4


def test_what_someone_says_did_not_fail_is_taken_out_and_shown() -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2")
    story.back(2, "1")
    word = story.say("not-a-failure", change, 3, "the campaign had ended")
    report = measured(story)
    assert report.fail_rate.counted == 0
    assert [(one.change, one.observed, one.declaration) for one in report.fail_rate.taken_out] == [
        (change, "rolled back", word)
    ]
    assert report.rework_rate.counted == 0
    assert [one.change for one in report.rework_rate.taken_out] == [change]
    assert report.recovery_time.n == 0
    # The last word counts.
    story.say("failure", change, 4)
    assert measured(story).fail_rate.observed == (change.key,)


def test_an_excuse_for_what_never_failed_is_not_shown() -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2")
    story.say("not-a-failure", change, 3)
    assert measured(story).fail_rate.taken_out == ()


def test_one_that_is_observed_and_declared_counts_once() -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2")
    story.back(2, "1")
    story.say("failure", change, 1.5)
    story.say("failure", change, 1.5)
    rate = measured(story).fail_rate
    assert (rate.observed, rate.declared, rate.n) == ((change.key,), (), 2)


@pytest.mark.parametrize("name", ["whole", "prefix", "tag"])
def test_a_declaration_names_a_release_by_commit_or_tag(name: str) -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2.0")
    story.say("failure", {"whole": change.commit, "prefix": change.commit[:8], "tag": "2.0"}[name], 2)
    assert measured(story).fail_rate.declared == (change.key,)


def test_what_names_no_release_is_unknown() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.incident(None, 2)
    story.say("failure", "feedface", 2)
    rate = measured(story).fail_rate
    assert rate.counted == 0
    assert {(part.reason, part.count) for part in rate.unknown} == {
        ("an incident names no release", 1),
        ("a declaration (failure) names a release that is not known here", 1),
    }


def test_a_tag_that_came_twice_means_the_last_time_before() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.back(2, "1")
    again = story.put(3, "2")
    story.put(4, "3")
    story.say("failure", "2", 3.5)
    assert measured(story).fail_rate.declared == (again.key,)


def recoveries(story: Story) -> dict[Key, float]:
    return {point.key: point.seconds / DAY for point in measured(story).recovery_time.points}


def test_a_hotfix_ends_a_declared_failure() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(1, "2")
    story.put(2, "3")
    fix = story.put(3, "4")
    story.say("failure", bad, 1.5)
    story.say("hotfix", fix, 3)
    report = measured(story)
    assert {point.key: (point.seconds / DAY, point.basis) for point in report.recovery_time.points} == {
        bad.key: (2, "declared")
    }


def test_a_later_rollback_ends_a_declared_failure_if_it_goes_back_before_it() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(1, "2")
    last = story.put(2, "3")
    story.say("failure", bad, 1.5)
    story.back(4, "1")
    assert recoveries(story) == {bad.key: 3, last.key: 2}
    other = Story()
    other.put(0, "1")
    bad = other.put(1, "2")
    other.put(2, "3")
    last = other.put(3, "4")
    other.say("failure", bad, 1.5)
    other.back(4, "3")  # the failure is still in it
    assert recoveries(other) == {last.key: 1}
    (still,) = measured(other).recovery_time.open
    assert (still.key, still.reason, still.seconds) == (bad.key, NOT_ENDED, 27 * DAY)


def test_an_incident_that_was_closed_ends_a_failure_that_no_deployment_ended() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(1, "2")
    story.incident(bad, 1.5, 1.75)
    story.incident(bad, 1.6, 2)
    assert recoveries(story) == {bad.key: 1}
    story.incident(bad, 1.7)
    assert recoveries(story) == {}


def test_recovery_runs_from_running_to_running() -> None:
    story = Story()
    story.put(0, "1", running=at(0))
    story.put(1, "2", running=at(1) + HOUR)
    story.back(2, "1", running=at(2) + 3 * HOUR)
    recovery = measured(story).recovery_time
    assert recovery.clock == "running"
    assert recovery.median == DAY + 2 * HOUR


def test_a_failed_deployment_that_never_ran_is_counted_from_git() -> None:
    story = Story()
    story.put(0, "0")
    for number in range(1, 31):
        story.put(number / 10, str(number), running=at(number / 10) + 60)
    story.put(4, "bad")
    story.back(5, "30", running=at(5) + 60)
    recovery = measured(story).recovery_time
    assert recovery.clock == "running"
    assert recovery.median == DAY + 60


def test_without_failures_recovery_is_unknown_with_the_reason() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    recovery = measured(story).recovery_time
    assert recovery.median is None
    assert recovery.why == "no failed deployment of this window is known to have ended"


def test_clocks_that_disagree_make_no_negative_recovery() -> None:
    story = Story()
    story.put(0, "1", position=1)
    story.put(3, "2", position=2)
    story.back(2, "1", position=3)
    recovery = measured(story).recovery_time
    assert recovery.n == 0
    assert sum(part.count for part in recovery.unknown) == 1


def test_removal_ends_no_failure_and_is_none() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.put(2, None, action="removed")
    story.put(3, "1", action="generated")
    report = measured(story)
    assert report.fail_rate.counted == 0
    assert {one.what: one.n for one in report.apart} == {"first appearance": 2, "removal": 1}


def shuffled(changes: list[Change]) -> list[Change]:
    return changes[::-1]


def test_position_decides_among_changes_of_one_second() -> None:
    story = Story()
    story.put(1, "1", position=1)
    bad = story.put(1, "2", position=2)
    story.back(1, "1", position=3)
    story.changes = shuffled(story.changes)
    assert measured(story).fail_rate.observed == (bad.key,)
