"""Pictures as documents: well-formed, inert, within their frame, legible, and the same each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from board_histories import Story, a_quarter, at, days
from release_board.metrics import Change, History, Key, Log, SourceCommit, Window, measure, view
from release_board.pictures import calendar, dots, scatter, train, year
from release_board.pictures.svg import wide

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
ENVIRONMENTS = ("dev", "staging", "prod")
Draw = Callable[[History, Window], str]


def address(named: Key | int) -> str:
    return f"/days/{named}" if isinstance(named, int) else "/changes/" + "/".join(named)


def draw_dots(history: History, window: Window) -> str:
    return dots(view(history, "shop", ["prod"], window), ENVIRONMENTS, address)


def draw_train(history: History, window: Window) -> str:
    return train(view(history, "shop", ["prod"], window), ENVIRONMENTS, address)


def draw_scatter(history: History, window: Window) -> str:
    return scatter(measure(history, "shop", ["prod"], window).lead_time, window, "shop", address)


def draw_calendar(history: History, window: Window) -> str:
    return calendar(view(history, "shop", ["prod"], year(2026, window.end)), address)


DRAWN: dict[str, Draw] = {
    "calendar": draw_calendar,
    "dots": draw_dots,
    "scatter": draw_scatter,
    "train": draw_train,
}
WINDOWS = {
    "quarter": days(0, 90),
    "month": days(58, 88),
    "week": days(20, 27),
    "later": days(200, 230),
    "none": days(3, 3),
}


def busy() -> History:
    """Return a history with much at one time, and with names that have no room."""
    story = Story()
    for number in range(60):
        environment = ENVIRONMENTS[number % 3]
        tag = f"2026.01.{number // 3}-with-a-very-long-name" if number % 2 else f"版本-{number // 3}-" + "漢" * 20
        story.put(20 + number / 50, tag, environment, author="Ann " * 20)
    story.commits("1", "2", 1)
    return story.history()


HISTORIES = {"quarter": a_quarter().history(), "busy": busy(), "empty": History()}
CASES = [(name, history, window) for name in DRAWN for history in HISTORIES for window in WINDOWS]


@pytest.fixture(params=CASES, ids="-".join)
def drawn(request: pytest.FixtureRequest) -> ElementTree.Element:
    name, history, window = request.param
    return ElementTree.fromstring(DRAWN[name](HISTORIES[history], WINDOWS[window]))


def test_it_says_what_it_is(drawn: ElementTree.Element) -> None:
    assert [child.tag for child in drawn[:2]] == [SVG + "title", SVG + "desc"]
    assert all((child.text or "").strip() for child in drawn[:2])
    assert drawn.get("role") == ("graphics-document" if drawn.findall(f".//{SVG}a") else "img")


def test_it_has_nothing_that_a_strict_policy_refuses(drawn: ElementTree.Element) -> None:
    for one in drawn.iter():
        assert one.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "a", "g", "text", "line", "rect", "circle", "path",
        }  # fmt: skip
        assert not [name for name in one.attrib if name == "style" or name.startswith("on")]


def test_each_link_says_where_it_leads(drawn: ElementTree.Element) -> None:
    for link in drawn.iter(SVG + "a"):
        title = link.find(SVG + "title")
        assert title is not None
        assert title.text == link.get("aria-label")
        assert (link.get("href") or "").startswith("/")


def boxes(drawn: ElementTree.Element) -> list[tuple[str, float, float, float, float]]:
    """Return the estimated boxes of lines of text: left, top, right, bottom."""
    found = []
    for one in drawn.iter(SVG + "text"):
        size = 11 if "small" in (one.get("class") or "") else 12
        width, x, y = wide(one.text or "", size), float(one.get("x", 0)), float(one.get("y", 0))
        left = x - {"middle": width / 2, "end": width}.get(one.get("text-anchor", ""), 0)
        found.append((one.text or "", left, y - 0.8 * size, left + width, y + 0.2 * size))
    return found


def test_labels_do_not_touch(drawn: ElementTree.Element) -> None:
    for one, other in combinations(boxes(drawn), 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
        assert apart, f"{one[0]!r} touches {other[0]!r}"


def extent(one: ElementTree.Element) -> list[tuple[float, float]]:
    """Return the corners of a shape."""
    value = {name: float(text) for name, text in one.attrib.items() if re.fullmatch(r"-?[\d.]+", text)}
    match one.tag.removeprefix(SVG):
        case "circle":
            r = value["r"]
            return [(value["cx"] - r, value["cy"] - r), (value["cx"] + r, value["cy"] + r)]
        case "rect":
            return [(value["x"], value["y"]), (value["x"] + value["width"], value["y"] + value["height"])]
        case "line":
            return [(value["x1"], value["y1"]), (value["x2"], value["y2"])]
        case "path":
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", one.get("d") or "")]
            return list(zip(numbers[::2], numbers[1::2], strict=True))
    return []


def test_all_of_it_lies_within_its_frame(drawn: ElementTree.Element) -> None:
    _, _, width, height = map(float, (drawn.get("viewBox") or "").split())
    assert (drawn.get("width"), drawn.get("height")) == (f"{width:g}", f"{height:g}")
    places = [place for one in drawn.iter() for place in extent(one)]
    places += [corner for box in boxes(drawn) for corner in (box[1:3], box[3:5])]
    for x, y in places:
        assert 0 <= x <= width
        assert 0 <= y <= height


@pytest.mark.parametrize("name", DRAWN)
def test_what_people_wrote_is_text(name: str) -> None:
    evil = "</title><script>alert(1)</script>\"'&\x00\x1b\u202e\ud800"
    story = Story()
    for environment in ("dev", "prod"):
        story.put(0, "1", environment)
        story.put(2, evil[:40], environment, author=evil, commit=evil, source="source-2")
    commits = (SourceCommit("c", at(1), evil, evil),)
    story.logs = [Log("shop", "source-1", "source-2", commits)]
    text = DRAWN[name](story.history(), days(0, 7))
    parsed = ElementTree.fromstring(text.encode())
    assert not parsed.findall(f".//{SVG}script")
    assert "<script" not in text
    assert not re.search("[\x00\x1b\u202e\ud800]", text)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//elsewhere.example", "data:text/html,x", " /x", "", None])
def test_an_address_that_may_harm_is_no_link(href: str | None) -> None:
    text = dots(view(HISTORIES["quarter"], "shop", ["prod"], days(0, 90)), ENVIRONMENTS, lambda key: href)
    assert "<a " not in text
    assert 'role="img"' in text


@pytest.mark.parametrize("name", DRAWN)
def test_order_and_replay_do_not_change_a_picture(name: str) -> None:
    history = HISTORIES["quarter"]
    other = History(history.changes[::-1] * 2, history.logs[::-1], history.declarations)
    assert DRAWN[name](other, days(0, 90)) == DRAWN[name](history, days(0, 90))


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_drawn_as_before(name: str) -> None:
    """Delete the file of a picture to have it drawn anew, and look at it."""
    path, text = GOLDEN / f"{name}.svg", DRAWN[name](HISTORIES["quarter"], days(20, 90))
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("><", ">\n<") + "\n", encoding="utf-8")
        pytest.fail(f"{path.name} was drawn anew: look at it")
    assert text.replace("><", ">\n<") + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_small(name: str) -> None:
    assert len(DRAWN[name](HISTORIES["quarter"], days(0, 90))) < 40_000


def kinds(text: str) -> list[str]:
    links = ElementTree.fromstring(text).iter(SVG + "a")
    named = [one.get("class") or "" for link in links for one in link]
    return [name.removeprefix("mark ") for name in named if name.startswith("mark ")]


def test_every_change_of_a_window_is_a_mark_of_its_kind() -> None:
    story = Story()
    story.put(0, "1", action="unknown")
    story.put(1, "2")
    story.back(2, "1")
    fix = story.put(3, "3")
    story.say("hotfix", fix, 3)
    story.put(4, "3", action="pinned")
    story.put(5, "4")
    story.put(60, "5")
    found = kinds(draw_dots(story.history(), days(0, 30)))
    assert found == ["unknown", "failed", "back", "hotfix", "apart", "delivered"]


def test_a_mark_says_what_happened() -> None:
    story = Story()
    story.put(0, "1.0")
    change = story.put(1.5, "1.1", author="Ann")
    story.back(2, "1.0")
    story.say("not-a-failure", change, 3)
    text = draw_dots(story.history(), days(0, 30))
    assert "1.1 promoted to prod by Ann, 6 Jan 2026, 12:00 UTC; said not to have failed" in text


def lines(text: str, class_: str) -> int:
    return len([one for one in ElementTree.fromstring(text).iter() if one.get("class") == class_])


def test_a_train_joins_where_a_release_came_from() -> None:
    story = Story()
    for day, environment in ((1, "dev"), (2, "staging"), (3, "prod"), (4, "dev")):
        story.put(day, "1" if day < 4 else "2", environment)
    text = draw_train(story.history(), days(0, 7))
    assert lines(text, "line") == 2
    assert lines(text, "waiting-line") == 1


def test_a_release_that_skipped_a_lane_comes_from_the_one_before() -> None:
    story = Story()
    story.put(1, "1", "dev")
    story.put(2, "1", "prod")
    assert lines(draw_train(story.history(), days(0, 7)), "line") == 1


def test_waiting_commits_grow_with_the_window() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(2, "2", "dev")
    story.commits("1", "2", 1)
    assert "3 d and growing" in draw_scatter(story.history(), days(0, 4))
    assert "9 d and growing" in draw_scatter(story.history(), days(0, 10))


def test_of_very_many_waiting_commits_the_oldest_are_drawn_and_the_rest_counted() -> None:
    story = Story()
    story.put(0, "1", "dev")
    story.put(0, "1")
    story.put(9, "2", "dev")
    story.commits("1", "2", *(number / 100 for number in range(100)))
    text = draw_scatter(story.history(), days(0, 10))
    assert lines(text, "growing-line") == 60
    assert "still waiting (40 more are not drawn)" in text


def test_no_number_is_drawn_for_what_is_unknown() -> None:
    text = draw_scatter(History(), days(0, 30))
    assert "Unknown: no change of shop in prod is known" in text
    assert "median" not in text


def test_a_calendar_leaves_days_blank_that_are_not_known() -> None:
    # A day is drawn as one without deployments only while the app lived, and not before it has come.
    story = Story()
    story.put(10, "1")
    story.put(12, "2")
    text = draw_calendar(story.history(), days(0, 20))
    inside = ElementTree.fromstring(text).findall(f"{SVG}rect[@class='empty']")
    assert len(inside) - 1 == 9  # ten days lived, one of which was deployed; the legend has one, too
    assert "17 Jan: 1 deployment" in text


def test_times_are_told_in_utc_and_windows_end_before_their_end() -> None:
    story = Story()
    change: Change = story.put(1, "1")
    assert change.landed == at(1)
    assert "5 Jan to 11 Jan" in draw_dots(story.history(), days(0, 7))
