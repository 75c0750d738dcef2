"""Check whether a promotion may land now: healthy source, soak time, no freeze, an open window.

A failed check does not prevent a request, because reviewers decide on it; it stops ``--push`` and ``--merge``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from generator.delivery import image, targets
from generator.delivery.promotion.check import AskHealth, Check, Kind, State
from generator.errors import RepositoryError
from generator.spec.environment import Environment
from generator.spec.findings import did_you_mean
from generator.spec.model import Spec
from generator.spec.promotion import DAYS, Freeze, Window

if TYPE_CHECKING:
    from generator.delivery.promotion.moves import Move, Release
    from generator.spec.environment import Environment

SHOWN = "%Y-%m-%d %H:%M UTC"


def all_of(
    spec: Spec,
    moves: Sequence[Move],
    target: Environment,
    since: Callable[[Move], Release | None],
    health: AskHealth,
    now: datetime,
    bases: Sequence[tuple[str, str]] = (),
) -> list[Check]:
    """Run every check of a promotion; checks of windows and freezes only run if the environment has any.

    ``bases`` are the apps of which only the base is promoted, each with its source environment.
    """
    required = soak(spec, target)
    return [
        *(_moving(move) for move in moves if image.moves(move.after)),
        *(_healthy(spec, move.app, move.source.environment, health, move) for move in moves),
        *(_healthy(spec, app, source, health) for app, source in bases),
        *(
            replace(
                soaked(f"{move.app} has soaked in {move.source.environment}", since(move), required, now), app=move.app
            )
            for move in moves
            if required
        ),
        *frozen(target, now),
        *windows(target, now),
    ]


def _moving(move: Move) -> Check:
    detail = f"{move.after.tag} without a digest: what runs in {move.target.environment} may be another image"
    name, failure = f"{move.app} has a tag of one image", f"{move.app} has a tag that moves"
    return Check(name, State.FAILED, detail, failure, Kind.FIXED_TAG, move.app)


def soak(spec: Spec, target: Environment) -> int:
    """Return how long a build must have been in the environment before, in seconds."""
    return target.gates.soak if target.gates.soak is not None else spec.promotion.soak


def failed(checks: Iterable[Check]) -> list[Check]:
    """Return the checks that block a promotion."""
    return [check for check in checks if check.state is State.FAILED]


def _healthy(spec: Spec, app: str, environment: str, health: AskHealth, move: Move | None = None) -> Check:
    """Check health with the image that is promoted, if one is: of another one that says nothing."""
    name = f"{app} is healthy in {environment}"
    found = health(spec, app, environment)
    if found is None:
        who = targets.known_by([targets.where(spec, app, environment)])
        detail = f"{who} was not asked, or gave no answer"
        return Check(name, State.UNKNOWN, detail, kind=Kind.HEALTH, app=app)
    detail = f"{found.status}: {found.message}" if found.message else found.status
    described = spec.described.get(app)
    here = described.instances[environment] if described else None
    healthy = found.healthy or bool(here and here.suspended and found.status == "Suspended")
    runs = move is None or not found.images or any(_is(image, move) for image in found.images)
    if healthy and move and not runs and not (here and here.scheduled):
        detail = f"{detail}, but it does not run {move.after.tag} yet"
        failure = f"{app} does not run what is promoted in {environment}"
        return Check(name, State.FAILED, detail, failure, Kind.HEALTH, app)
    state = State.PASSED if healthy else State.FAILED
    return Check(name, state, detail, f"{app} is not healthy in {environment}", Kind.HEALTH, app)


def _is(image: str, move: Move) -> bool:
    """Tell whether an image that runs is the one that moves; a digest says more than a tag."""
    name, _, digest = image.partition("@")
    if digest and move.after.digest:
        return digest == move.after.digest
    return name.rpartition(":")[2] == move.after.tag


def soaked(name: str, release: Release | None, required: int, now: datetime) -> Check:
    """Tell whether what is promoted has been in the source for ``required`` seconds."""
    length = str(timedelta(seconds=required)).removesuffix(":00") + (" h" if required < 86400 else "")
    if release is None:
        detail = f"its history does not tell since when; {length} are asked for"
        return Check(name, State.UNKNOWN, detail, kind=Kind.SOAK)
    start = datetime.fromtimestamp(release.commit.seconds, UTC)
    over = start + timedelta(seconds=required)
    before = "" if release.exact else "or before "
    detail = f"there since {before}{start.strftime(SHOWN)}, long enough from {over.strftime(SHOWN)}"
    if now >= over:
        return Check(name, State.PASSED, detail, kind=Kind.SOAK)
    failure = name.replace(" has soaked", " has not soaked long enough", 1)
    return Check(name, State.FAILED if release.exact else State.UNKNOWN, detail, failure, Kind.SOAK, until=over)


def frozen(target: Environment, now: datetime) -> Iterator[Check]:
    """Check all freezes at once, if there are any."""
    if not target.gates.freezes:
        return
    name = f"{target.name} is not frozen"
    for freeze in target.gates.freezes:
        start, end = _limits(target, freeze)
        if start <= now < end:
            why = f": {freeze.reason}" if freeze.reason else ""
            detail = f"from {freeze.start} to {freeze.end} ({freeze.timezone}){why}"
            yield Check(name, State.FAILED, detail, f"{target.name} is frozen", Kind.FREEZE, until=end)
            return
    yield Check(name, State.PASSED, "no freeze covers now", kind=Kind.FREEZE)


def windows(target: Environment, now: datetime) -> Iterator[Check]:
    """Check all windows at once, if there are any."""
    if not target.gates.windows:
        return
    name = f"{target.name} has its window open"
    shown = "; ".join(_shown(window) for window in target.gates.windows)
    if any(_open(target, window, now) for window in target.gates.windows):
        yield Check(name, State.PASSED, shown, kind=Kind.WINDOW)
        return
    until = min(filter(None, (_opening(target, window, now) for window in target.gates.windows)), default=None)
    yield Check(name, State.FAILED, shown, f"{target.name} has no window open now", Kind.WINDOW, until=until)


def _open(target: Environment, window: Window, now: datetime) -> bool:
    local = now.astimezone(_zone(target, window.timezone))
    clock, today = local.strftime("%H:%M"), DAYS[local.weekday()]
    if window.opens < window.closes:
        return today in window.days and window.opens <= clock < window.closes
    # Over midnight: what opened yesterday may still be open.
    yesterday = DAYS[local.weekday() - 1]
    return (today in window.days and clock >= window.opens) or (yesterday in window.days and clock < window.closes)


def _opening(target: Environment, window: Window, now: datetime) -> datetime | None:
    """Return when a window opens next."""
    zone = _zone(target, window.timezone)
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=number) for number in range(len(DAYS) + 1)):
        opens = datetime.combine(day, time.fromisoformat(window.opens), zone)
        if DAYS[day.weekday()] in window.days and opens > now:
            return opens
    return None


def _shown(window: Window) -> str:
    days = "every day" if window.days == DAYS else ", ".join(window.days)
    return f"{days} {window.opens} to {'24:00' if window.closes == '00:00' else window.closes} ({window.timezone})"


def _limits(target: Environment, freeze: Freeze) -> tuple[datetime, datetime]:
    """Return from when until when; the last day counts whole, and so does the last minute."""
    zone = _zone(target, freeze.timezone)
    try:
        start, end = datetime.fromisoformat(freeze.start), datetime.fromisoformat(freeze.end)
    except ValueError as exc:
        what = f"environments.{target.name}.freeze: {freeze.start} to {freeze.end}: {exc}"
        raise RepositoryError(what, "mend it in generator.yaml") from exc
    end += timedelta(minutes=1) if "T" in freeze.end else timedelta(days=1)
    return start.replace(tzinfo=zone), end.replace(tzinfo=zone)


def _zone(target: Environment, name: str) -> tzinfo:
    if name == "UTC":  # which needs no data
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        known = sorted(available_timezones())
        hint = did_you_mean(name, known, "a name like Europe/Berlin") if known else "install the package tzdata"
        raise RepositoryError(f"environments.{target.name}: no time zone {name!r} is known here", hint) from exc
