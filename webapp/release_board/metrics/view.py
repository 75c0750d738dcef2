"""One app in a window: its production lanes, judged over their whole history, and the deployments that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from release_board.metrics.failures import Judgement, judge
from release_board.metrics.lanes import Lane, lane
from release_board.metrics.records import Change, History, Key, Window
from release_board.metrics.results import Clock, Part, Parts
from release_board.metrics.sources import with_sources

# Of so many deployments in a hundred it has to be known when they ran, or durations end in git.
KNOWN_TO_RUN = 95
SHALLOW = "older commits are not at hand, so the change is of this commit or of an older one"


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a team: count promotions of bases as deployments, and signals as failures."""

    count_configuration: bool = False
    count_signals: bool = False


@dataclass(frozen=True)
class View:
    """One app in a window, in its production environments."""

    history: History
    app: str
    production: tuple[str, ...]
    window: Window
    options: Options = Options()
    _lanes: dict[str, Lane] = field(default_factory=dict, compare=False, repr=False)
    _judged: dict[str, Judgement] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """Return the app's production lanes."""
        return tuple(self.lane(environment) for environment in self.production)

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """Return the failures of each lane."""
        return tuple(self.judgement(environment) for environment in self.production)

    def lane(self, environment: str) -> Lane:
        """Return the app's lane in any environment."""
        if environment not in self._lanes:
            self._lanes[environment] = lane(self.history.changes, self.app, environment)
        return self._lanes[environment]

    def judgement(self, environment: str) -> Judgement:
        """Return the failures of a lane."""
        if environment not in self._judged:
            found = judge(self.lane(environment), self.history, count_signals=self.options.count_signals)
            self._judged[environment] = found
        return self._judged[environment]

    def within(self, window: Window) -> View:
        """Return the same in another window; lanes and their failures are found once for both."""
        return replace(self, window=window)

    @cached_property
    def deployments(self) -> tuple[Change, ...]:
        """Return the deployments that came to git in this window."""
        return tuple(one for one in self.changes if self.counts(one))

    def counts(self, change: Change) -> bool:
        """Tell whether a change is a deployment."""
        return change.key in self._images or (self.options.count_configuration and configuration(change))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return all changes of the window, of all production lanes."""
        return tuple(one for each in self.lanes for one in each.changes if one.landed in self.window)

    @cached_property
    def _images(self) -> frozenset[Key]:
        return frozenset(change.key for each in self.lanes for change in each.deployments)

    @cached_property
    def clock(self) -> Clock:
        """Return whether durations end when the image ran: if that time is known for nearly all deployments."""
        known = sum(one.running is not None for one in self.deployments)
        return "running" if known and known * 100 >= KNOWN_TO_RUN * len(self.deployments) else "git"

    def end(self, change: Change) -> int | None:
        """Return when a deployment ended a duration; `None` if it is not known to have run."""
        return change.running if self.clock == "running" else change.landed

    @cached_property
    def life(self) -> Window | None:
        """Return the part of the window in which the app was in production; `None` if there is none."""
        begin, end = self.span
        if begin is None:
            return None
        part = Window(max(begin, self.window.begin), min(self.window.end, self.window.end if end is None else end))
        return part if part.begin < part.end else None

    @cached_property
    def span(self) -> tuple[int | None, int | None]:
        """Return when the app came to production and when it left, as declared or by its changes."""
        said = [one for one in self.history.lives if one.app == self.app]
        if said:
            ends = [one.end for one in said if one.end is not None]
            return min(one.begin for one in said), max(ends) if len(ends) == len(said) else None
        full = [one.changes for one in self.lanes if one.changes]
        begins = [min(change.landed for change in each) for each in full]
        ends = [each[-1].landed for each in full if each[-1].action == "removed"]
        return min(begins, default=None), max(ends) if full and len(ends) == len(full) else None

    @cached_property
    def why_none(self) -> str | None:
        """Return why there are no metrics of this app in this window; `None` if there are."""
        if self.life:
            return None
        if self.span[0] is None:
            where = " or ".join(self.production)
            return f"no change of {self.app} in {where} is known" if where else "no environment is production"
        return f"{self.app} was not in production in this window"

    @cached_property
    def unknown(self) -> tuple[Part, ...]:
        """Return the changes that may or may not be deployments."""
        parts = Parts()
        for one in self.changes:
            if one.action == "unknown":
                parts.add(SHALLOW, one.key)
        return parts.all()

    def judged(self) -> Iterator[tuple[Lane, Judgement]]:
        """Yield each lane with its failures."""
        yield from zip(self.lanes, self.judgements, strict=True)


def configuration(change: Change) -> bool:
    """Tell whether a change only brought the base."""
    return change.action == "promoted" and not change.image_changed


def view(history: History, app: str, production: Sequence[str], window: Window, options: Options | None = None) -> View:
    """Look at one app in a window; an environment that is named twice counts once."""
    own = history.of(app)
    own = replace(own, changes=with_sources(own.changes, own.images))
    return View(own, app, tuple(dict.fromkeys(production)), window, options or Options())
