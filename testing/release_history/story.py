"""Tell a history: what developers, pipelines, reviewers and those on call do, in the order of time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from generator.delivery.build_order import order
from generator.delivery.commit_message import Build
from generator.delivery.pin import Pin
from testing.release_history import names, rendering, writing
from testing.release_history.names import FORGE, PIPELINE, Person
from testing.release_history.plan import Plan
from testing.release_history.sources import Sources
from testing.release_history.state import Built, Landed, Pending, Place, State
from testing.release_history.stream import Stream, git
from testing.release_history.truth import FAILURE_OF, Change, Evidence, Failure, Image, Truth

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400
WEEK: Final = 7 * DAY
_WORK: Final = "refs/requests/at-work"
_UNRELEASED: Final = Image("unreleased")
# How often a deployment fails, by environment.
_FAILS: Final = {"dev": 0.02, "staging": 0.03, "prod": 0.09}
_ON: Final = {"dev": "staging", "staging": "prod"}


class Story:
    """One history. Times are in seconds since the epoch; ``_queue`` is what happens when."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.chance = random.Random(plan.seed)
        self.people = names.people(hostile=plan.hostile)
        self.truth = Truth(folder / "gitops.git", folder / "sources.git", environments=rendering.ENVIRONMENTS)
        self.stream = Stream(self.truth.gitops)
        self.sources = Sources(self.truth.sources, self.chance, hostile=plan.hostile)
        self.clock = plan.now - plan.days * DAY
        self.places: dict[tuple[str, str], Place] = {}
        self.extra: dict[str, bytes] = {}
        self.names: list[str] = []
        self.ordered: list[str] = []
        self.rendered: list[dict[str, bytes]] = []
        self.builds: dict[str, int] = {}
        self.built_at: dict[str, int] = {}
        self.versions: dict[str, list[int]] = {}
        self.requests = 0
        self.open: dict[str, int] = {}
        self.waiting: set[tuple[str, str]] = set()
        self.head = 0
        self.landings = 0
        self._queue: list[tuple[int, int, Callable[[int], None]]] = []
        self._events = 0

    # -- time

    def at(self, seconds: float, what: Callable[[int], None]) -> None:
        """Let something happen."""
        self._events += 1
        heapq.heappush(self._queue, (int(seconds), self._events, what))

    def soon(self, now: int, least: float, most: float) -> int:
        """Return a time of work, so much later."""
        return working(int(now + self.chance.uniform(least, most)), self.chance)

    def tell(self) -> Truth:
        """Write everything, and return what it was."""
        from testing.release_history.beginnings import begin

        begin(self)
        while self._queue and not 0 < self.plan.commits <= self.landings:
            seconds, _, what = heapq.heappop(self._queue)
            if max(seconds, self.clock + 1) > self.plan.now:
                break
            what(max(seconds, self.clock + 1))
        for branch, mark in self.open.items():
            self.stream.branch(branch, mark)
        marks = self.stream.finish()
        git(self.truth.gitops, "update-ref", "-d", _WORK)
        self._resolve(marks)
        self.truth.commits_of = self.sources.finish()
        return self.truth

    def _resolve(self, marks: Mapping[int, str]) -> None:
        """Put the commits' ids where marks are, and the newest changes first."""
        order_of = {app: number for number, app in enumerate(self.ordered)}
        environments = list(rendering.ENVIRONMENTS)
        truth = self.truth
        truth.apps = self.present(self.ordered)
        truth.tip, truth.commits = marks[self.head], self.landings
        truth.changes.sort(
            key=lambda one: (int(one.commit), order_of[one.app], environments.index(one.environment)), reverse=True
        )
        truth.changes = [
            one._replace(commit=marks[int(one.commit)], origin=marks[int(one.origin)]) for one in truth.changes
        ]
        truth.failures = [
            one._replace(failed=marks[int(one.failed)], recovered=marks[int(one.recovered)]) for one in truth.failures
        ]
        truth.open_requests = sorted(self.open)

    # -- commits

    def land(
        self,
        now: int,
        author: Person,
        message: str,
        files: Mapping[str, bytes | None],
        *,
        merged: int = 0,
        committer: Person | None = None,
    ) -> int:
        """Add a commit to the branch."""
        self.clock = now
        self.landings += 1
        self.head = self.stream.commit(author, now, message, files, merged=merged, committer=committer)
        return self.head

    def change(
        self, now: int, author: Person, message: str, after: Mapping[tuple[str, str], State], action: str,
        *, text: str = "", merged: int = 0, committer: Person | None = None,
        more: Mapping[str, bytes | None] | None = None,
    ) -> int:  # fmt: skip
        """Change some overlays in one commit, and keep what happened.

        ``text`` is the message of the commit that made it, where that is another one, which ``merged`` is then.
        """
        former, places = self.head, [self.places[key] for key in after]
        files = {self.places[key].path: state.content for key, state in after.items()}
        mark = self.land(now, author, message, {**files, **(more or {})}, merged=merged, committer=committer)
        subject = message.partition("\n")[0]
        build, source = writing.origin(text or message)
        for place, state in zip(places, after.values(), strict=True):
            before = place.state
            place.state = state
            if place.odd and state.content is not None:
                image = state.image or _UNRELEASED
                template = place.overlay.with_image(image, state.built.order if state.built else None, state.pin)
                place.odd = state.content != template
            place.landed = Landed(mark, former, now, subject, before, state, bool(merged), len(after) == 1)
            if state.built and state.image != before.image and state.built not in place.had:
                place.had.append(state.built)
                place.origins.setdefault(state.built.image, text or message)
            if (before.image, before.pin) == (state.image, state.pin):
                continue
            self.truth.changes.append(
                Change(
                    place.app,
                    place.environment,
                    now,
                    author.name,
                    action,
                    str(mark),
                    subject,
                    before.image,
                    state.image,
                    _text(before.pin),
                    _text(state.pin),
                    str(merged or mark),
                    build,
                    source,
                )
            )
        return mark

    # -- failures

    def may_fail(self, place: Place, now: int) -> None:
        """Decide whether what was just deployed fails, and what becomes of it."""
        landed = place.landed
        if landed is None or not landed.before.released or self.chance.random() > _FAILS[place.environment]:
            return
        later = now + int(self.chance.uniform(6 * MINUTE, 4 * HOUR))
        weights = (45, 15, 10, 20, 10) if place.environment == "prod" else (60, 30, 10, 0, 0)
        way = self.chance.choices(("roll back", "revert", "by hand", "declared", "none"), weights)[0]
        if way in ("declared", "none"):
            place.pending = Pending(
                landed.mark, now, landed.after.image.tag or "" if landed.after.image else "",
                "declared" if way == "declared" else "none",
            )  # fmt: skip
            self.at(later, lambda at: self.develop(place.app, at, hurry=True))
            return
        from testing.release_history import recovery

        act = {"roll back": recovery.roll_back, "revert": recovery.revert, "by hand": recovery.put_back}[way]
        self.at(later, lambda at: act(self, place, landed, at))

    def failed(self, place: Place, failed: int, since: int, tag: str, now: int, mark: int, evidence: Evidence) -> None:
        """Keep that a deployment has failed, and what has mended it."""
        self.truth.failures.append(
            Failure(place.app, place.environment, tag, str(failed), str(mark), now - since, evidence)
        )

    def settle(self, places: Sequence[Place], now: int, mark: int) -> None:
        """Keep what a new release has mended."""
        for place in places:
            if pending := place.pending:
                place.pending = None
                self.failed(place, pending.mark, pending.seconds, pending.tag, now, mark, pending.evidence)

    # -- development

    def cycle(self, app: str, now: int, weight: float) -> None:
        """Let an app be released again and again."""
        wait = self.chance.expovariate(self.plan.pace * weight) * WEEK
        start = working(int(now + wait), self.chance)

        def begin(at: int) -> None:
            if (app, "dev") in self.places:
                self.develop(app, at)
                self.cycle(app, at, weight)

        self.at(start, begin)

    def develop(self, app: str, now: int, *, hurry: bool = False) -> None:
        """Change an app's sources some times, and build the last of them."""
        if (app, "dev") not in self.places:
            return
        together = app in self.team and self.chance.random() < 0.3
        apps = [one for one in self.team if (one, "dev") in self.places] if together else [app]
        author = self.chance.choice(self.people)
        at = now
        for _ in range(1 if hurry else self.chance.choice((1, 1, 2, 2, 3, 5))):
            writer = author if self.chance.random() < 0.8 else self.chance.choice(self.people)
            self.at(at, lambda seconds, writer=writer: self.sources.commit(apps, writer, seconds))  # type: ignore[misc]
            last = at
            at = at + 20 * MINUTE if hurry else self.soon(at, 10 * MINUTE, 9 * HOUR)
        wait = self.chance.uniform(3 * MINUTE, 15 * MINUTE)
        self.at(last + wait, lambda seconds: self.release(apps, seconds, hurry=hurry))

    def release(self, apps: Sequence[str], now: int, *, hurry: bool) -> None:
        """Release what was built of some apps to the first environment."""
        newest, head = self.sources.head(apps)
        # A newer build may have had these commits, too.
        apps = [app for app in apps if self.built_at.get(app, 0) < newest]
        self.built_at |= dict.fromkeys(apps, newest)
        places = [place for app in apps if (place := self.places.get((app, "dev"))) and self.is_free(place)]
        if not places:
            return
        builds = [self.build(place.app, head) for place in places]
        build, ordered = builds[0].build, builds[0].order
        builds = [one._replace(build=build, order=ordered) for one in builds]
        text = writing.bumped(places, builds)
        after = {(place.app, "dev"): place.with_built(one) for place, one in zip(places, builds, strict=True)}
        mark = self.change(now, PIPELINE, text, after, "released")
        self.settle(places, now, mark)
        for place in places:
            self.may_fail(place, now)
            if hurry or self.chance.random() < 0.75:
                wait = 2 * MINUTE if hurry else self.chance.uniform(10 * MINUTE, 5 * HOUR)
                self.at(now + wait, lambda at, app=place.app: self.request([app], "dev", at, hurry=hurry))  # type: ignore[misc]

    def build(self, app: str, head: Mapping[str, str]) -> Built:
        """Build an app's newest commit."""
        number = self.builds[app] = self.builds.get(app, 0) + 1
        digest = f"sha256:{self.chance.getrandbits(256):064x}"
        if int(digest[7:9], 16) < 26:  # one in ten apps' builds does not tell it
            digest = ""
        tag = self.tag(app, number, head["sha"])
        url = f"https://eu-west-1.console.aws.amazonaws.com/codesuite/codebuild/projects/{app}/build/{number}"
        if self.plan.hostile and self.chance.random() < 0.05:
            url = "javascript:alert(1)//"
        build = Build(f"codebuild/shop-{app}", number, url)
        image = Image(tag, digest or None)
        self.truth.built[app, image] = head["sha"]
        return Built(image, build, head, order(build, head), number)

    def tag(self, app: str, number: int, commit: str) -> str:
        """Return a version for two apps of three, and branch, commit and number for the others."""
        if sum(app.encode()) % 3 == 0:
            return f"main-{commit[:8]}-{number}"
        version = self.versions.setdefault(app, [1, 0, 0])
        place = self.chance.choices((0, 1, 2), (1, 30, 69))[0]
        version[place:] = [version[place] + 1, *[0] * (2 - place)]
        return ".".join(map(str, version))

    def is_free(self, place: Place) -> bool:
        """Tell whether a pipeline may change it."""
        return place.state.content is not None and place.state.pin is None

    # -- promotions

    def request(self, apps: Sequence[str], source: str, now: int, *, hurry: bool = False) -> None:
        """Open the request that promotes what an environment has, as far as that is newer."""
        target = _ON[source]
        going = [app for app in apps if self.is_newer(app, source, target)]
        if not going:
            return
        places = [self.places[app, target] for app in going]
        builds = [built for app in going if (built := self.places[app, source].state.built)]
        title, text = writing.promoted(places, builds, source)
        after = {(place.app, target): place.with_built(one) for place, one in zip(places, builds, strict=True)}
        files = {self.places[key].path: state.content or b"" for key, state in after.items()}
        text = writing.sealed(text, files)
        mark = self.stream.commit(PIPELINE, now, text, files, ref=_WORK, onto=self.head)
        self.clock = now
        branch = f"promote/shop/{target}/{f'{going[0]}_{going[0]}' if len(apps) == 1 else '_all'}"
        self.open[branch] = mark
        self.waiting |= set(after)
        base = {key: self.places[key].state.content for key in after}
        if hurry:
            wait = now + self.chance.uniform(3 * MINUTE, 20 * MINUTE)
        elif target == "prod":
            wait = self.soon(now, HOUR, 2 * DAY)
        else:
            wait = self.soon(now, 2 * MINUTE, 4 * HOUR)

        def merge(at: int) -> None:
            del self.open[branch]
            self.waiting -= set(after)
            if all(key in self.places and self.places[key].state.content == base[key] for key in after):
                self.merge(after, (title, text), mark, branch, at, hurry=hurry)

        self.at(wait, merge)

    def is_newer(self, app: str, source: str, target: str) -> bool:
        """Tell whether a promotion of an app would be a step on, and nothing prevents it."""
        here, there = self.places.get((app, source)), self.places.get((app, target))
        if here is None or there is None or (app, target) in self.waiting or not self.is_free(there):
            return False
        built = here.state.built
        return built is not None and built.number > there.state.number and built.image not in there.bad

    def merge(
        self, after: Mapping[tuple[str, str], State], texts: tuple[str, str], mark: int, branch: str, now: int,
        *, hurry: bool,
    ) -> None:  # fmt: skip
        """Merge a request, by a merge commit or squashed."""
        title, text = texts
        self.requests += 1
        places = [self.places[key] for key in after]
        notes = [
            f"{FAILURE_OF}: {place.app} {place.environment} {place.pending.tag}\n"
            for place in places
            if place.pending and place.pending.evidence == "declared"
        ]
        by = self.chance.choice(self.people)
        if self.chance.random() < 0.55:
            message = f"Merge pull request #{self.requests} from acme/{branch}\n\n{title}\n"
            message += f"\n{''.join(notes)}" if notes else ""
            landed = self.change(now, by, message, after, "promoted", text=text, merged=mark, committer=FORGE)
        else:
            first, _, rest = text.partition("\n")
            message = f"{first} (#{self.requests})\n{rest}{''.join(notes)}"
            landed = self.change(now, by, message, after, "promoted", committer=FORGE)
        self.settle(places, now, landed)
        for place in places:
            self.may_fail(place, now)
            if place.environment == "staging" and (
                hurry or (place.app not in self.train and self.chance.random() < 0.6)
            ):
                wait = 2 * MINUTE if hurry else self.chance.uniform(2 * HOUR, 3 * DAY)
                self.at(now + wait, lambda at, app=place.app: self.request([app], "staging", at, hurry=hurry))  # type: ignore[misc]

    def depart(self, now: int) -> None:
        """Promote at once what many apps have in staging, each Tuesday and Thursday."""
        if len(self.train) > 1 and "promote/shop/prod/_all" not in self.open:
            self.request(self.train, "staging", now)
        weekday = datetime.fromtimestamp(now, UTC).weekday()
        day = now - now % DAY + (2 if weekday == 1 else 5) * DAY
        self.at(day + 9 * HOUR + self.chance.uniform(0, HOUR), self.depart)

    # -- known at the beginning

    team: Sequence[str] = ()
    """Apps of one team, in a file of their own, that are often released together."""
    train: Sequence[str] = ()
    """Apps that go to production together."""

    def present(self, apps: Sequence[str]) -> list[str]:
        """Return those of some apps that are there."""
        return [app for app in apps if (app, "dev") in self.places]

    def spec(self) -> dict[str, bytes]:
        """Return the files of the spec as it is."""
        apps = self.present(self.names)
        return rendering.spec(apps, self.team, {app: self.places[app, "prod"].level for app in apps})

    def described(self, app: str) -> dict[str, bytes]:
        """Return the spec, and what the generator keeps of an app."""
        path = f".generator/apps/{app}"
        return {**self.spec(), path: self.rendered[self.places[app, "prod"].level][path]}

    def person(self) -> Person:
        """Return somebody."""
        return self.chance.choice(self.people)

    def hold(self, now: int, by: Person, reason: str) -> Pin:
        """Return a pin of this moment."""
        if self.plan.hostile and self.chance.random() < 0.3:
            reason = self.chance.choice(names.HOSTILE_SUBJECTS[:4])
        return Pin(f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}", by.name.replace(":", " "), reason)

    def set_state(self, place: Place, state: State) -> dict[tuple[str, str], State]:
        """Return a change of one overlay."""
        return {(place.app, place.environment): replace(state)}


def working(seconds: int, chance: random.Random) -> int:
    """Return a time when people are at work: the same one, or the next morning."""
    day, within = seconds - seconds % DAY, seconds % DAY
    if within >= 18 * HOUR:
        day, within = day + DAY, 0
    while datetime.fromtimestamp(day, UTC).weekday() > 4:
        day, within = day + DAY, 0
    return day + (within if within >= 8 * HOUR else 8 * HOUR + int(chance.uniform(0, 2 * HOUR)))


def _text(pin: Pin | None) -> str | None:
    return str(pin) if pin else None
