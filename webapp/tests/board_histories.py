"""Histories made by hand: days count from a Monday, each release is built from a commit of its own."""

from __future__ import annotations

from typing import Any

from release_board.metrics import Change, Declaration, History, Incident, Log, SourceCommit, Window

DAY = 86_400
HOUR = 3_600
# Monday, 5 January 2026, 00:00 UTC.
MONDAY = 1_767_571_200


def at(day: float) -> int:
    return MONDAY + round(day * DAY)


def days(begin: float, end: float) -> Window:
    return Window(at(begin), at(end))


class Story:
    """What happens to one app. Each change remembers the image and the source that it finds."""

    def __init__(self, app: str = "shop", **parts: Any) -> None:
        self.app = app
        self.changes: list[Change] = []
        self.logs: list[Log] = []
        self.declarations: list[Declaration] = []
        self.incidents: list[Incident] | None = None
        self._now: dict[str, Change] = {}
        self._parts = parts

    def put(self, day: float, tag: str | None, environment: str = "prod", **said: Any) -> Change:
        """Bring an image to an environment; its commit is named after the tag, the environment and the day."""
        before = self._now.get(environment)
        said.setdefault("action", "promoted" if before else "generated")
        said.setdefault("commit", f"{len(self.changes):04d}{tag}{environment}"[:40].ljust(12, "0"))
        said.setdefault("source", f"source-{tag}" if tag else None)
        said.setdefault("before_source", before.source if before else None)
        said.setdefault("path", f"overlays/{environment}/{self.app}/kustomization.yaml")
        change = Change(
            app=self.app,
            environment=environment,
            landed=at(day),
            tag=tag,
            before_tag=before.tag if before else None,
            before_digest=before.digest if before else None,
            image_changed=said.pop("image_changed", before is None or before.tag != tag or "digest" in said),
            **said,
        )
        self.changes.append(change)
        self._now[environment] = change
        return change

    def back(self, day: float, tag: str, environment: str = "prod", **said: Any) -> Change:
        return self.put(day, tag, environment, action="rolled back", **said)

    def commits(self, before: str, tag: str, *committed: float, unknown: str | None = None) -> Log:
        """Say which commits lie between two releases: one for each day on which one was committed."""
        found = tuple(SourceCommit(f"{tag}-{day}", at(day), "Ann", f"Change {day}") for day in committed)
        log = Log(self.app, f"source-{before}", f"source-{tag}", found, unknown)
        self.logs.append(log)
        return log

    def say(
        self, kind: Any, change: Change | str, day: float, reason: str = "", environment: str = "prod"
    ) -> Declaration:
        commit = change if isinstance(change, str) else change.commit
        word = Declaration(kind, self.app, environment, commit, "ann", at(day), reason)
        self.declarations.append(word)
        return word

    def incident(self, change: Change | str | None, day: float, resolved: float | None = None) -> Incident:
        commit = change if isinstance(change, str) or change is None else change.commit
        end = None if resolved is None else at(resolved)
        found = Incident(self.app, "prod", commit, at(day), end, f"https://incidents.example/{day}")
        self.incidents = [*(self.incidents or []), found]
        return found

    def history(self, **parts: Any) -> History:
        incidents = None if self.incidents is None else tuple(self.incidents)
        made = {"incidents": incidents, **self._parts, **parts}
        return History(tuple(self.changes), tuple(self.logs), tuple(self.declarations), **made)


def a_quarter() -> Story:
    """Tell ninety days of an app in three environments: rollbacks, a hotfix, a pin, and commits that wait."""
    story = Story()
    for environment in ("dev", "staging", "prod"):
        story.put(0, "1.0.0", environment, source="source-1.0.0")
    last = "1.0.0"
    for number in range(1, 41):
        tag, day = f"1.{number}.0", number * 2.2
        story.put(day, tag, "dev", author="Ann", action="released")
        if number % 2 == 0 and number < 39:
            story.put(day + 0.6, tag, "staging", author="Ben")
        if number % 4 == 0 and number < 39:
            change = story.put(day + 1.7, tag, author="Ben")
            story.commits(last, tag, *(day - back * (number % 5 + 0.4) for back in range(number % 3 + 2)))
            if number % 12 == 0:
                story.back(day + 1.9, last, author="Ann")
            else:
                last = tag
            if number == 20:
                story.say("hotfix", change, day + 2)
    story.put(45, last, action="pinned")
    story.commits(last, "1.40.0", 70, 80, 84, 87.5)
    return story
