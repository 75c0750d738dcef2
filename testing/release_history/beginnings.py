"""How a history begins, and what happens in it from then on: apps and their teams, and when apps come and go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from testing.release_history import names, recovery, rendering
from testing.release_history.names import Person
from testing.release_history.rendering import Overlay
from testing.release_history.state import Built, Place, State
from testing.release_history.story import DAY, HOUR, WEEK, Story, working
from testing.release_history.truth import Image

_UNRELEASED = Built(Image("unreleased"), None, {}, None, 0)
# How often each happens, in an app's week.
_OFTEN = {recovery.pin: 0.006, recovery.try_out: 0.01}
_OF_APPS = {recovery.configure: 0.02, recovery.resize: 0.015}


def begin(story: Story) -> None:
    """Write the first commit, and let everything else happen in its time."""
    plan, truth = story.plan, story.truth
    assert plan.apps > 1
    known = story.names = names.apps(plan.apps, story.chance)
    few = max(1, plan.apps // 20) if plan.structure and plan.apps > 5 else 0
    truth.later, truth.removed = known[len(known) - few :], known[len(known) - 2 * few : len(known) - few]
    story.team = known[: 3 if plan.apps > 5 else 1]
    story.train = known[3 : 3 + plan.apps // 4]
    levels = (0, 1) if plan.structure else (0,)
    story.rendered = []
    for level in levels:
        files, story.ordered = rendering.rendered(known, story.team, level)
        story.rendered.append(files)
    story.extra = dict(story.rendered[0])
    first = [app for app in known if app not in truth.later]
    project = {path: content for path, content in story.extra.items() if rendering.of_app(path) is None}
    introduce(story, first, story.clock, story.people[0], "Generate the repository\n", project)
    weights = {app: math.exp(story.chance.gauss(-0.32, 0.8)) for app in known}
    for app in first:
        story.cycle(app, story.clock, weights[app])
    story.depart(working(story.clock + WEEK, story.chance))
    _occasional(story)
    if plan.structure:
        _come_and_go(story, weights)
    last = story.ordered[0]
    story.at(plan.now - DAY, lambda at: recovery.pin(story, story.places[last, "prod"], at))


def introduce(
    story: Story, apps: Sequence[str], now: int, by: Person, message: str, more: dict[str, bytes] | None = None
) -> None:
    """Generate apps that were not there."""
    after: dict[tuple[str, str], State] = {}
    wanted = set(apps)
    files = {path: content for path, content in story.rendered[0].items() if rendering.of_app(path) in wanted}
    for app in story.ordered:
        if app in wanted:
            for environment in rendering.ENVIRONMENTS:
                path = rendering.overlay_path(app, environment)
                overlays = [Overlay(path, rendered[path]) for rendered in story.rendered]
                story.places[app, environment] = Place(app, environment, overlays, State(None))
                after[app, environment] = State(files.pop(path), _UNRELEASED)
    story.change(now, by, message, after, "generated", more={**(more or {}), **files, **story.spec()})


def remove(story: Story, app: str, now: int) -> None:
    """Take an app out of the spec, with all its files."""
    for environment in rendering.ENVIRONMENTS:
        del story.places[app, environment]
    gone: dict[str, bytes | None] = {path: None for path in story.rendered[0] if rendering.of_app(path) == app}
    story.land(now, story.person(), f"Remove {app}, which nobody uses\n", {**gone, **story.spec()})


def _come_and_go(story: Story, weights: dict[str, float]) -> None:
    length = story.plan.days * DAY
    for number, app in enumerate(story.truth.later):
        come = working(int(story.clock + length * (0.35 + 0.1 * number / len(story.truth.later))), story.chance)

        def arrive(at: int, app: str = app) -> None:
            introduce(story, [app], at, story.person(), f"Add {app}\n")
            story.cycle(app, at, weights[app])

        story.at(come, arrive)
    for number, app in enumerate(story.truth.removed):
        gone = working(int(story.clock + length * (0.6 + 0.2 * number / len(story.truth.removed))), story.chance)
        story.at(gone, lambda at, app=app: remove(story, app, at))  # type: ignore[misc]


def _occasional(story: Story) -> None:
    """Let people hold images, try some out, and change configurations now and then."""
    for act, rate in _OFTEN.items():
        environments = ("staging", "prod", "prod") if act is recovery.pin else ("dev", "dev", "staging")

        def on_place(at: int, act: Callable[..., None] = act, choice: Sequence[str] = environments) -> None:
            place = story.places.get((story.chance.choice(story.names), story.chance.choice(choice)))
            if place:
                act(story, place, at)

        _recurring(story, rate, on_place)
    for change, rate in _OF_APPS.items():
        if story.plan.structure:
            _recurring(story, rate, lambda at, change=change: change(story, story.chance.choice(story.names), at))  # type: ignore[misc]
    for part in (0.3, 0.7):
        app = story.team[0] if part < 0.5 else story.ordered[0]
        place = story.places[app, "staging"]
        when = working(int(story.clock + story.plan.days * DAY * part), story.chance)
        story.at(when, lambda at, place=place: recovery.clean_up(story, place, at))  # type: ignore[misc]


def _recurring(story: Story, rate: float, act: Callable[[int], None]) -> None:
    """Do something again and again, at so many times in a week for each app."""

    def once(at: int) -> None:
        act(at)
        plan_next(at)

    def plan_next(now: int) -> None:
        wait = story.chance.expovariate(rate * story.plan.apps) * WEEK
        story.at(working(int(now + wait), story.chance) + story.chance.uniform(0, HOUR), once)

    plan_next(story.clock)
