"""What users of other tools found wrong in their metrics, each as a history whose numbers are known by hand."""

from __future__ import annotations

from dataclasses import replace

from board_histories import DAY, HOUR, Story, at, days
from release_board.metrics import History, Options, Report, Signal, Window, measure
from release_board.metrics.fail_rate import DEFINITION as FAIL_RATE
from release_board.metrics.lead_time import DEFINITION as LEAD_TIME
from release_board.metrics.lead_time import NOT_READ, WAITING


def measured(story: Story, window: Window, **parts: object) -> Report:
    return measure(story.history(**parts), "shop", ["prod"], window)


def test_a_squash_hides_the_first_commit_and_the_definition_says_so() -> None:
    story = Story()
    story.put(0, "1")
    story.put(3, "2")
    story.commits("1", "2", 2)  # squashed on day 2 from work of day 0
    report = measured(story, days(0, 7))
    assert report.lead_time.median == DAY
    assert "from its commit on the branch" in LEAD_TIME.sentence
    assert "before a squash" in LEAD_TIME.not_counted


def test_three_incidents_of_one_deployment_are_one_failed_deployment() -> None:
    story = Story()
    story.put(0, "0")
    first = [story.put(day, str(day)) for day in range(1, 24)]  # 23 deployments
    for change in first[:4]:  # 4 failed, in 6 incidents: 17.4 %, and not 26.1 %
        story.incident(change, 25)
    story.incident(first[0], 25.5)
    story.incident(first[0], 26)
    rate = measured(story, days(0, 28)).fail_rate
    assert (rate.counted, rate.n) == (4, 23)
    assert rate.value is not None
    assert round(rate.value * 100, 1) == 17.4
    assert not rate.at_least


def test_the_denominator_is_deployments_not_the_changes_in_them() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.put(2, "3")
    story.commits("1", "2", *(hour / 24 for hour in range(1, 20)))
    story.back(3, "2")
    rate = measured(story, days(0, 7)).fail_rate
    assert (rate.counted, rate.n) == (1, 3)


def test_another_window_does_not_change_what_a_deployment_was() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(6, "2")
    story.back(8, "1")  # in the next week
    first, second, both = (measured(story, days(*span)).fail_rate for span in ((0, 7), (7, 14), (0, 14)))
    assert first.observed == (bad.key,)
    assert (second.counted, second.n) == (0, 1)
    assert first.evidence + second.evidence == both.evidence
    assert first.n + second.n == both.n


def test_a_change_that_is_not_deployed_has_no_lead_time_and_still_grows() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(1, "2", "dev")
    story.commits("1", "2", 0.5)
    for end, waited in ((2, 1.5), (10, 9.5)):
        lead = measured(story, days(0, end)).lead_time
        assert (lead.n, lead.median, lead.p90) == (0, None, None)
        assert lead.why == "no commit is known to have been deployed in this window"
        (growing,) = lead.open
        assert growing.seconds == waited * DAY
        assert growing.reason == WAITING


def test_each_of_many_commits_in_one_deployment_has_its_lead_time() -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(10, "2")
    story.commits("1", "2", *range(10))
    lead = measured(story, days(0, 14)).lead_time
    assert [point.seconds // DAY for point in lead.points] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert lead.median == 5.5 * DAY
    assert lead.p90 == 9 * DAY
    assert lead.n == 10
    assert lead.evidence == (change.key,)


def test_a_release_is_found_by_the_commit_of_its_source() -> None:
    # The commit of the configuration's repository is another one than the one that was built.
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2", source="0123456789abcdef0123456789abcdef01234567")
    story.incident("0123456789ab", 2)
    assert measured(story, days(0, 7)).fail_rate.declared == (change.key,)


def test_what_no_one_calls_production_is_unknown_and_not_zero() -> None:
    story = Story()
    story.put(0, "1", "testing")
    story.put(1, "2", "testing")
    report = measured(story, days(0, 7))
    assert report.frequency.n is None
    assert report.frequency.per_week is None
    assert report.frequency.why == "no change of shop in prod is known"
    assert report.fail_rate.value is None
    assert [week.count for week in report.frequency.weeks] == [None]


def test_many_syncs_of_one_revision_are_one_deployment() -> None:
    """Argo CD syncs each app at each commit of a repository, and each time it reports that the image runs."""
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2")
    again = [replace(change, running=at(1) + HOUR * hours) for hours in (5, 1, 3)]
    story.changes += again
    report = measured(story, days(0, 7))
    assert report.frequency.evidence == (change.key,)
    assert report.clock == "running"


def test_a_commit_for_two_apps_is_a_deployment_of_each() -> None:
    shop, other = Story(), Story("other")
    for story in (shop, other):
        story.put(0, "1", commit="a" * 40)
        story.put(1, "2", commit="b" * 40)
    both = History((*shop.changes, *other.changes))
    assert [measure(both, app, ["prod"], days(0, 7)).frequency.n for app in ("shop", "other")] == [1, 1]


def test_no_data_is_no_zero() -> None:
    report = measure(History(), "shop", ["prod"], days(0, 28))
    assert (report.lead_time.median, report.recovery_time.median) == (None, None)
    assert (report.fail_rate.value, report.rework_rate.value, report.frequency.n) == (None, None, None)
    assert all(week.count is None for week in report.frequency.weeks)
    reasons = {report.lead_time.why, report.recovery_time.why, report.fail_rate.why, report.rework_rate.why}
    assert reasons == {"no change of shop in prod is known"}


def test_a_quiet_month_has_no_lead_time_and_no_rate() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.commits("1", "2", 0.5)
    report = measured(story, days(28, 56))
    assert report.frequency.n == 0
    assert [week.count for week in report.frequency.weeks] == [0, 0, 0, 0]
    assert (report.lead_time.median, report.fail_rate.value, report.rework_rate.value) == (None, None, None)
    assert report.fail_rate.why == "there was no deployment in this window"


def test_a_failure_that_shows_long_after_the_pipeline_ended_counts() -> None:
    story = Story()
    story.put(0, "1", running=at(0))
    bad = story.put(1, "2", running=at(1) + 60)
    story.back(21, "1", running=at(21) + 60)
    report = measured(story, days(0, 28))
    assert report.fail_rate.observed == (bad.key,)
    assert report.recovery_time.median == 20 * DAY


def test_a_rollout_or_pipeline_that_failed_is_no_failed_change() -> None:
    story = Story()
    story.put(0, "1")
    change = story.put(1, "2")
    hint = Signal("shop", "prod", change.commit, at(1.1), "unhealthy for 12 min")
    history = story.history(signals=(hint,))
    rate = measure(history, "shop", ["prod"], days(0, 7)).fail_rate
    assert (rate.counted, rate.n) == (0, 1)
    assert rate.signals == (hint,)
    assert "builds and pipelines that failed" in FAIL_RATE.not_counted
    asked = measure(history, "shop", ["prod"], days(0, 7), Options(count_signals=True)).fail_rate
    assert asked.observed == (change.key,)


def test_recovery_needs_no_incident_tool() -> None:
    story = Story()
    story.put(0, "1")
    bad = story.put(1, "2")
    story.back(1.25, "1")
    recovery = measured(story, days(0, 7)).recovery_time
    assert recovery.median == 6 * HOUR
    assert recovery.clock == "git"
    assert recovery.evidence == (bad.key,)
    assert [point.basis for point in recovery.points] == ["observed"]


def test_rework_is_rollbacks_and_declared_hotfixes_and_at_least_that() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    back = story.back(2, "1")
    fix = story.put(3, "3")
    story.put(4, "4")
    story.say("hotfix", fix, 3)
    rate = measured(story, days(0, 7)).rework_rate
    assert rate.observed == (back.key,)
    assert rate.declared == (fix.key,)
    assert rate.value == 0.5
    assert rate.at_least


def test_a_week_with_one_old_change_does_not_speak_for_those_that_wait() -> None:
    """Lead time a day or week misleads: a quiet week looks fast while changes pile up."""
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(7, "2", "dev")
    story.put(8, "2")
    story.commits("1", "2", 7.5)
    story.put(9, "3", "dev")
    story.commits("2", "3", 1, 2, 3)
    lead = measured(story, days(7, 14)).lead_time
    assert (lead.n, lead.median) == (1, 0.5 * DAY)
    assert [each.seconds // DAY for each in lead.open] == [13, 12, 11]


def test_what_cannot_be_read_is_counted_as_unknown() -> None:
    story = Story()
    story.put(0, "1")
    one = story.put(1, "2")
    two = story.put(2, "3")
    three = story.put(3, "4", source=None)
    story.commits("2", "3", unknown="the repository cannot be read")
    lead = measured(story, days(0, 7)).lead_time
    assert lead.median is None
    assert {part.reason: part.keys for part in lead.unknown} == {
        NOT_READ: (one.key,),
        "the repository cannot be read": (two.key,),
        "the release names no commit of its source": (three.key,),
    }
