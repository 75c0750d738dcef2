"""Lead times: which commits count, from when, until when, and which never do."""

from __future__ import annotations

from board_histories import DAY, HOUR, Story, at, days
from release_board.metrics import lead_time as words
from release_board.metrics import measure, view
from release_board.metrics.results import Durations


def lead_time(story: Story, begin: float = 0, end: float = 28) -> Durations:
    return measure(story.history(), "shop", ["prod"], days(begin, end)).lead_time


def test_the_first_deployment_has_none() -> None:
    story = Story()
    story.put(0, "1", source=None)
    first = story.put(1, "2")
    lead = lead_time(story)
    assert [(part.reason, part.keys) for part in lead.left_out] == [(words.FIRST, (first.key,))]
    assert lead.unknown == ()


def test_a_rollback_has_none_and_its_commits_count_once() -> None:
    story = Story()
    story.put(0, "1")
    story.put(2, "2")
    story.back(3, "1")
    story.put(5, "3")
    story.commits("1", "2", 1)
    story.commits("1", "3", 4)
    log = story.logs.pop()
    story.logs.append(type(log)("shop", "source-1", "source-3", story.logs[0].commits + log.commits))
    lead = lead_time(story)
    assert [point.seconds / DAY for point in lead.points] == [1, 1]
    assert {part.reason: part.count for part in lead.left_out} == {words.BACK: 1, words.AGAIN: 1}
    # In a later window the commit that came again is no news either.
    assert [point.seconds / DAY for point in lead_time(story, 4).points] == [1]


def test_a_superseded_change_keeps_its_clock() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(1, "2", "dev")  # never in production
    story.put(2, "3", "dev")
    story.put(6, "3")
    story.commits("1", "3", 0.5, 1.5)
    assert [point.seconds / DAY for point in lead_time(story).points] == [5.5, 4.5]


def test_it_ends_where_the_image_ran_if_that_is_known_of_95_in_100() -> None:
    for known, clock, seconds in ((19, "running", HOUR), (18, "git", 0)):
        story = Story()
        story.put(0, "0")
        for number in range(1, 21):
            ran = at(number) + HOUR if number <= known else None
            story.put(number, str(number), running=ran)
            story.commits(str(number - 1), str(number), number)
        lead = lead_time(story)
        assert lead.clock == clock
        assert {point.seconds for point in lead.points} == {seconds}
        unknown = {part.reason: part.count for part in lead.unknown}
        assert unknown == ({words.NOT_RUNNING: 1} if clock == "running" else {})


def test_a_commit_of_the_future_is_unknown() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    story.commits("1", "2", 3)
    lead = lead_time(story)
    assert lead.n == 0
    assert [(part.reason, part.count) for part in lead.unknown] == [(words.CLOCKS, 1)]


def test_the_same_commit_built_again_brings_none() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "1-rebuilt", source="source-1")
    assert [part.reason for part in lead_time(story).left_out] == [words.SAME]


def test_two_production_environments_have_their_own() -> None:
    story = Story()
    for environment, day in (("prod", 2), ("prod-us", 3)):
        story.put(0, "1", environment)
        story.put(day, "2", environment)
    story.commits("1", "2", 1)
    lead = measure(story.history(), "shop", ["prod", "prod-us"], days(0, 7)).lead_time
    assert [(point.key.environment, point.seconds // DAY) for point in lead.points] == [("prod", 1), ("prod-us", 2)]


def test_what_waits_is_told_as_of_the_end_of_the_window() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(1, "2", "dev")
    story.put(5, "2")
    story.commits("1", "2", 0.5)
    assert [each.seconds / DAY for each in lead_time(story, 0, 4).open] == [3.5]
    assert lead_time(story, 0, 7).open == ()


def test_waiting_commits_that_were_not_read_are_unknown() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(1, "2", "dev")
    (part,) = lead_time(story).unknown
    assert part.reason == f"which commits wait: {words.NOT_READ}"


def test_it_says_which_commits_it_needs() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(1, "2", "dev")
    story.put(2, "2")
    story.put(3, "3", "dev")
    story.back(4, "1")
    assert words.pairs(view(story.history(), "shop", ["prod"], days(0, 7))) == {
        ("source-1", "source-2"),
        ("source-1", "source-3"),
    }
