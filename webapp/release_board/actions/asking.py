"""Call the generator to preview an action, or to do it, with the board's own credentials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import generator
from generator import PinRequest, PromoteRequest, RollbackRequest, UnpinRequest

from release_board.actions.former import Former
from release_board.config import Settings
from release_board.store.models import Cell

Kind = Literal["promote", "rollback", "pin", "unpin"]
# The largest number of a diff's lines on a page.
LONGEST_DIFF = 600


@dataclass(frozen=True)
class Wanted:
    """An action: its cell, the user's reason, and the release to go back to."""

    kind: Kind
    cell: Cell
    reason: str = ""
    to: Former | None = None

    @property
    def image(self) -> str:
        """Return the image of the cell in the generator's notation."""
        return "@".join(part for part in (self.cell.tag, self.cell.digest) if part) or "-"


@dataclass(frozen=True)
class Part:
    """The diff of one object's manifest; `reason` is why there is none."""

    name: str
    lines: Sequence[str]
    reason: str


@dataclass(frozen=True)
class Foreseen:
    """The effect of an action. `seen` must still be true then; `possible` is false if it would do nothing."""

    before: str
    after: str
    seen: str
    possible: bool
    sentence: str
    checks: Sequence[tuple[str, str]] = ()
    held: Sequence[str] = ()
    parts: Sequence[Part] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """The result of an action: `request` is the URL of the pull request, None if there is none."""

    word: str
    sentence: str
    request: str | None
    notes: Sequence[str] = ()


def foresee(settings: Settings, wanted: Wanted) -> Foreseen:
    """Return the effect of an action, without any change. Raise GeneratorError if it is not possible."""
    if wanted.kind == "promote":
        return _promotion(settings, wanted)
    found = _call(settings, wanted, dry_run=True, seen=wanted.image)
    after = wanted.to.tag if wanted.to else wanted.cell.tag or "none"
    possible = bool(found.changed)
    sentence = "This opens a request, or updates the one that is open." if possible else "There is nothing to change."
    return Foreseen(wanted.cell.tag or "none", after, wanted.image, possible, sentence, notes=found.notes)


def act(settings: Settings, wanted: Wanted, seen: str, by: str) -> Outcome:
    """Open or update the request. Raise GeneratorError if that fails; `Moved` means that `seen` is no longer true."""
    if wanted.kind == "promote":
        return _promoted(_promote(settings, wanted, how="request", seen=seen, by=by))
    found = _call(settings, wanted, seen=seen, by=by)
    if found.pull_request is None:
        return Outcome("nothing", "There was nothing to change.", None, found.notes)
    sentence = "The request is open." if found.changed else "The request was open already, and says all of this."
    return Outcome("opened" if found.changed else "unchanged", sentence, found.pull_request, found.notes)


def _where(settings: Settings) -> dict[str, Any]:
    return {"directory": settings.mirror, "remote": settings.repository, "branch": settings.branch}


def _promote(settings: Settings, wanted: Wanted, **how: Any) -> generator.PromoteResult:
    request = PromoteRequest(wanted.cell.environment, [wanted.cell.app], **how, **_where(settings))
    return generator.promote(request, credentials=generator.Credentials.from_environment())


def _promotion(settings: Settings, wanted: Wanted) -> Foreseen:
    found = _promote(settings, wanted, how="foresee")
    proposal = found.proposal
    names = [move.names for move in proposal.going]
    before, after = names[0] if names else (wanted.cell.tag or "none", wanted.cell.tag or "none")
    return Foreseen(
        before, after, proposal.seen, bool(proposal.content),
        f"{found.foreseen[:1].upper()}{found.foreseen[1:]}.",
        [(str(check.state), check.sentence) for check in proposal.checks],
        [item.sentence for item in proposal.left_out],
        _parts(proposal),
        found.notes,
    )  # fmt: skip


def _parts(proposal: generator.Proposal) -> list[Part]:
    parts, room = [], LONGEST_DIFF
    for change in proposal.story.changes if proposal.story else ():
        whole = change.lines[2:]  # The first lines with the names of the two files are left out.
        lines = [line.rstrip("\n") for line in whole[:room]]
        room -= len(lines)
        cut = "The rest is in the request." if len(lines) < len(whole) else ""
        parts.append(Part(f"{change.environment}: {change.object}", lines, change.reason or cut))
    return parts


_SAID = {
    "opened": "The request is open.",
    "updated": "The open request is updated.",
    "unchanged": "The request was open already, and says all of this.",
    "declined": "A person has closed a request for exactly this; the command line asks again with --force.",
    "closed": "The request was closed, since nothing is left in it.",
}


def _promoted(found: generator.PromoteResult) -> Outcome:
    if found.refused is not None:
        raise found.refused
    done = found.done
    why = found.proposal.why_nothing
    sentence = _SAID.get(str(done.action), f"{why[:1].upper()}{why[1:]}.")
    url = done.request.url if done.request is not None and done.action != "closed" else None
    return Outcome(str(done.action), sentence, url, found.notes)


def _call(settings: Settings, wanted: Wanted, **how: Any) -> generator.RollbackResult | generator.PinResult:
    cell, credentials = wanted.cell, generator.Credentials.from_environment()
    given = {"pull_request": True, **how, **_where(settings)}
    if wanted.kind == "pin":
        return generator.pin(
            PinRequest(cell.app, cell.environment, wanted.reason or "to be given", **given), credentials=credentials
        )
    if wanted.kind == "unpin":
        return generator.unpin(UnpinRequest(cell.app, cell.environment, **given), credentials=credentials)
    assert wanted.to is not None
    # The digest identifies the build, even if the tag had another image before.
    given |= {"to": wanted.to.tag, "digest": wanted.to.digest, "reason": wanted.reason or None}
    return generator.rollback(RollbackRequest(cell.app, cell.environment, **given), credentials=credentials)
