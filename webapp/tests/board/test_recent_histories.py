"""Metrics and pictures of what is read of a history are those of the whole one, and what is read does not grow."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pytest
from flask import Flask
from testing import depth

from release_board.board import deliveries, recent
from release_board.board.recent import Wish
from release_board.metrics import History, Key, Window, report, view
from release_board.metrics.view import View
from release_board.pictures import calendar, dots, scatter, train
from release_board.store.models import App, Declaration, Event, Incident, SourceCommit, SourceRange

DAY = 86_400
BEGIN = 1_700_000_000
END = BEGIN + 300 * DAY
ENVIRONMENTS = ("dev", "staging", "prod", "prod-us")
PRODUCTION = ("prod", "prod-us")
ACTIONS = ("released", "promoted", "rolled back", "edited", "pinned", "generated", "unknown", "unpinned")
BUILDS = 12


class Pin(NamedTuple):
    """An image of an environment."""

    tag: str | None
    digest: str | None


def event(
    app: str, environment: str, commit: str, at: int, before: Pin, after: Pin, action: str, source: str | None
) -> Event:
    return Event(
        app=app,
        environment=environment,
        commit=commit,
        at=at,
        action=action,
        author="Ann",
        subject=f"Bring {after.tag}",
        message="",
        tag=after.tag,
        digest=after.digest,
        before_tag=before.tag,
        before_digest=before.digest,
        origin="0" * 20,
        origin_author="Ann",
        source=source,
        base=False,
        image_changed=after != before,
    )


def told(app: str, random: Random) -> list[object]:
    """Tell what may happen to an app, in rows of the tables; much of it is odd."""
    rows: list[object] = [App(name=app, position=0, kind="Deployment", attention=0)]
    there: dict[str, list[Pin]] = {}
    at, events = BEGIN, []
    lanes = random.sample(ENVIRONMENTS, random.choice((1, 2, 3, 4, 4, 4)))
    speaks = random.random()
    for number in range(random.choice((0, 1, 5, 20, 60))):
        at += random.choice((0, 60, 3600, DAY // 2, DAY, 3 * DAY, -60))
        environment = random.choice(lanes)
        had = there.setdefault(environment, [])
        before = had[-1] if had else Pin(None, None)
        after = _next(random, number, before, had, there)
        changed = after != before
        speaking = after.tag and random.random() < speaks
        source = f"source-{int((after.tag or '0').split('.')[0])}" if speaking else None
        commit, action = f"{random.getrandbits(80):020x}", _action(random, changed, after)
        one = event(app, environment, commit, at, before, after, action, source)
        one.base, one.running = random.random() < 0.2, at + 90 if random.random() < 0.97 else None
        events.append(one)
        had.append(after)
    return [*rows, *events, *_logs(app, random), *_words(app, random, events)]


def _next(random: Random, number: int, before: Pin, had: list[Pin], there: dict[str, list[Pin]]) -> Pin:
    what = random.random()
    if what < 0.1 and had:
        return random.choice(had)
    if what < 0.2 and len(had) > 1:
        return had[-2]
    if what < 0.5:
        return random.choice([before, *(pins[-1] for pins in there.values() if pins)])
    if what < 0.53:
        return Pin(None, None)
    if what < 0.56:
        return Pin(before.tag, f"sha256:{random.randrange(BUILDS)}")
    tag = f"{number % 10 if what < 0.6 else number}.{random.choice((0, 0, 0, 1))}"
    return Pin(tag, random.choice((None, None, f"sha256:{tag}", f"sha256:{random.randrange(BUILDS)}")))


def _action(random: Random, changed: bool, after: Pin) -> str:
    if after.tag is None:
        return "removed"
    return random.choice(ACTIONS if random.random() < 0.3 else ACTIONS[:3] if changed else ("promoted", "pinned"))


def _logs(app: str, random: Random) -> list[object]:
    rows: list[object] = []
    for after in range(60):
        for before in {after - 1, after - 2, after - 4, after + 1, random.randrange(60)} - {after}:
            if random.random() < 0.2:
                continue
            unknown = "it cannot be read" if random.random() < 0.1 else None
            ends = {"app": app, "before": f"source-{before}", "after": f"source-{after}"}
            rows.append(SourceRange(**ends, unknown=unknown))
            for commit in range(min(before, after) + 1, max(before, after) + 1) if unknown is None else ():
                made = BEGIN + commit * DAY // 2
                rows.append(SourceCommit(**ends, commit=f"commit-{commit}", seconds=made, author="Ann", subject="Work"))
    return rows


def _words(app: str, random: Random, events: list[Event]) -> list[object]:
    rows: list[object] = []
    for number, event in enumerate(events):
        if random.random() > 0.12:
            continue
        name = random.choice((event.commit, event.commit[:9], event.tag, event.source, "nothing", event.commit[:4]))
        at = event.at + random.choice((-DAY, 0, DAY, 20 * DAY))
        about = {"app": app, "environment": random.choice((event.environment, "prod")), "commit": name or event.commit}
        if random.random() < 0.3:
            ended = at + 60 if random.random() < 0.5 else None
            rows.append(Incident(key=f"{app} {number}", **about, opened=at, resolved=ended, title="Orders"))
        else:
            kind = random.choice(("failure", "not-a-failure", "hotfix"))
            rows.append(Declaration(kind=kind, **about, at=at, by="Ann", reason="Orders", origin=str(number)))
    return rows


def looked_at(history: History, app: str) -> View:
    return view(history, app, PRODUCTION, Window(BEGIN, END))


def seen(known: View, wish: Wish) -> list[Any]:
    """Return all that pages show of a history from a moment on."""

    def href(key: Key | int) -> str:
        return str(key)

    found: list[Any] = []
    for begin in (wish.begin, wish.begin + 3 * DAY):
        whole = known.within(Window(begin, END))
        measured = report(whole)
        found += [measured, calendar(whole, href), scatter(measured.lead_time, whole.window, known.app, href)]
        if wish.drawn is not None:
            lately = whole.within(Window(max(begin, wish.drawn), END))
            found += [dots(lately, ENVIRONMENTS, href), train(lately, ENVIRONMENTS, href)]
    return found


def wishes() -> list[Wish]:
    """Return windows of the page of an app, and of the table of all."""
    begins = [BEGIN + days * DAY for days in (-1, 4, 12, 30, 90)]
    drawn = [Wish(begin, PRODUCTION, ENVIRONMENTS, begin + days * DAY) for begin in begins for days in (0, 9)]
    return [*drawn, *(Wish(begin, PRODUCTION) for begin in begins)]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_read_gives_the_same_numbers_and_pictures(board: Flask, seed: int) -> None:
    apps = depth.some([f"app-{number}" for number in range(20 * seed, 20 * seed + 20)], 7)
    # From the last, which begins latest, and of which least is read.
    wished = depth.some(wishes()[::-1], 4)
    with board.extensions["release_board.database"].session() as session:
        rows = [row for app in apps for row in told(app, Random(app))]
        # What others refer to comes first, and everything in its order.
        for kind in (App, Event, SourceRange, SourceCommit, Declaration, Incident):
            session.add_all(row for row in rows if isinstance(row, kind))
            session.flush()
        whole = deliveries.histories(session, apps, incident_tool=False)
        everything = {app: looked_at(whole[app], app) for app in apps}
        less = 0
        for wish in wished:
            read = recent.histories(session, apps, wish, incident_tool=False)
            less += sum(len(read[app].changes) < len(whole[app].changes) for app in apps)
            for app in apps:
                assert seen(looked_at(read[app], app), wish) == seen(everything[app], wish), (app, wish)
        assert less > len(apps) * len(wished) // 6


def test_what_is_read_does_not_grow_with_what_is_old(board: Flask, statements: list[str]) -> None:
    read = []
    with board.extensions["release_board.database"].session() as session:
        session.add(App(name="web", position=0, kind="Deployment", attention=0))
        for number in range(400):
            session.add_all(release(number, environment) for environment in ("dev", "staging", "prod"))
            session.flush()
            if number in (40, 399):
                wish = Wish(
                    BEGIN + number * DAY - 20 * DAY, ("prod",), ("dev", "staging", "prod"), BEGIN + number * DAY
                )
                statements.clear()
                known = recent.histories(session, ["web"], wish, incident_tool=False)["web"]
                read.append((len(known.changes), len(statements)))
    assert read[0] == read[1]
    assert read[0][0] < 60


def release(number: int, environment: str) -> Event:
    """Return the release of a day in an environment, of which only the first one names its source."""
    before = Pin(f"{number - 1}.0", None) if number else Pin(None, None)
    source = f"source-{number}" if environment == "dev" else None
    at = BEGIN + number * DAY
    return event(
        "web", environment, f"{environment}-{number}", at, before, Pin(f"{number}.0", None), "promoted", source
    )
