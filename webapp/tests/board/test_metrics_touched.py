"""Which weeks are measured anew, and that no others are."""

from __future__ import annotations

from board_histories import Story, at
from release_board.metrics import History, Life, Touched, touched


def weeks_touched(story: Story, added: History) -> list[int]:
    return sorted((one.week - at(0)) // 604_800 for one in touched(story.history(), added))


def a_year() -> Story:
    story = Story()
    for week in range(52):
        story.put(week * 7 + 1, f"1.{week}")
    return story


def test_a_deployment_touches_its_own_week() -> None:
    story = a_year()
    more = Story()
    change = story.put(52 * 7, "2")
    story.changes.remove(change)
    more.changes.append(change)
    assert touched(story.history(), more.history()) == {Touched("shop", "prod", at(364))}


def test_a_rollback_touches_the_week_of_what_failed() -> None:
    story = a_year()
    change = story.back(52 * 7, "1.50")
    story.changes.remove(change)
    assert weeks_touched(story, History((change,))) == [51, 52]


def test_a_declaration_touches_the_week_of_its_release() -> None:
    story = a_year()
    word = story.say("failure", "1.20", 360)
    story.declarations.clear()
    assert weeks_touched(story, History(declarations=(word,))) == [20]


def test_an_excuse_touches_the_week_of_the_rollback_too() -> None:
    story = a_year()
    last = story.changes[-1]
    story.back(52 * 7, "1.50")
    word = story.say("not-a-failure", last, 370)
    story.declarations.clear()
    assert weeks_touched(story, History(declarations=(word,))) == [51, 52]


def test_commits_touch_the_week_that_brought_them() -> None:
    story = a_year()
    log = story.commits("1.7", "1.8", 50)
    story.logs.clear()
    assert weeks_touched(story, History(logs=(log,))) == [8]


def test_a_removal_touches_its_week() -> None:
    story = a_year()
    change = story.put(52 * 7, None, action="removed")
    story.changes.remove(change)
    assert weeks_touched(story, History((change,))) == [52]


def test_an_earlier_change_touches_the_weeks_that_it_adds_to_the_apps_life() -> None:
    story = Story()
    first, later = story.put(1, "1"), story.put(22, "2")
    story.changes = [later]
    assert weeks_touched(story, History((first,))) == [0, 1, 2, 3]


def test_a_life_that_is_said_touches_the_weeks_that_it_changes() -> None:
    story = Story()
    story.put(15, "1")
    story.put(29, "2")
    assert weeks_touched(story, History(lives=(Life("shop", at(8)),))) == [1, 2]


def test_another_app_is_left_alone() -> None:
    story = a_year()
    other = Story("other")
    other.put(3, "1")
    assert {one.app for one in touched(story.history(), other.history())} == {"other"}
