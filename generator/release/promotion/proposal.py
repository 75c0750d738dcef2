"""A promotion, thought through: which files become what, and the texts that go with it. Changes nothing."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from generator.clone import Clone
from generator.errors import GeneratorError, RepositoryError, SpecError
from generator.release import image, manifests, message, pin
from generator.release.promotion import body, checks, commits, moves
from generator.release.promotion.body import Marker, Story
from generator.release.promotion.checks import AskHealth, Check
from generator.release.promotion.commits import Release
from generator.release.promotion.moves import LeftOut, Move, Moves, Read, Why
from generator.release.rendered_diff import Change
from generator.spec import loader
from generator.spec.model import Spec

TRAILER: Final = "Promoted-from"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: apps (none: all), the environments, and whether going back is meant."""

    apps: tuple[str, ...]
    source: str | None
    target: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A promotion of the branch's tip. ``content`` names what exactly it would change; empty: nothing."""

    spec: Spec
    apps: tuple[str, ...]
    source: str
    target: str
    going: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]
    checks: tuple[Check, ...]
    files: Mapping[str, bytes]
    content: str
    title: str
    body: str
    message: str

    @property
    def head(self) -> str:
        """The branch of the request: one for each target and set of apps."""
        return head(self.spec.project, self.target, self.apps)

    @property
    def marker(self) -> Marker:
        """What the request says of itself."""
        return Marker(self.apps, self.content)

    def edit(self, read: Read) -> Mapping[str, bytes]:
        """The files on a tip that may have moved; ``Outdated`` where that has changed what this is about."""
        for move in self.going:
            now = read(move.target.path)
            if now is None or image.in_content(now, move.target) not in (move.before, move.after):
                raise Outdated(f"{move.target.path}: changed meanwhile", "run it again")
            if pin.read(now, move.target.path) is not None:
                raise Outdated(f"{move.target.path}: was pinned meanwhile", "run it again")
        files = moves.edit(self.going, read)
        return {path: content for path, content in files.items() if content != read(path)}


class Outdated(GeneratorError):
    """What was proposed is not what the branch's newest commit asks for."""


def prefix(project: str, target: str) -> str:
    """What the branches of all promotions into an environment begin with."""
    return f"promote/{project}/{target}/"


def head(project: str, target: str, apps: Sequence[str]) -> str:
    """The branch of a promotion. No app's name has a ``_`` in it, so no two sets of apps share a branch."""
    name = "_".join(sorted(apps)) if apps else "_all"
    if len(name) > 120:
        name = f"{name[:100]}_{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"
    return f"{prefix(project, target)}{name}"


def spec_of(clone: Clone) -> Spec:
    """The spec as the branch's tip has it: what counts is what has been reviewed, and not a work tree."""
    content = clone.read(clone.tip, loader.FILE_NAME)
    if content is None:
        raise RepositoryError(f"{loader.FILE_NAME}: no such file on {clone.branch}", "push it")
    try:
        return loader.parse(content.decode())
    except UnicodeDecodeError as exc:
        raise RepositoryError(f"{loader.FILE_NAME} on {clone.branch}: is not UTF-8", "save it as UTF-8") from exc
    except SpecError as exc:
        raise SpecError([replace(fault, file=f"{clone.branch}:{fault.file}") for fault in exc.faults]) from exc


def propose(clone: Clone, wish: Wish, health: AskHealth, now: datetime, limit: int, *, render: bool = True) -> Proposal:
    """Think it through, on the tip of a fetched clone. ``UsageError`` and ``RepositoryError`` for what cannot be."""
    spec = spec_of(clone)
    source, target = moves.route(spec, wish.source, wish.target, force=wish.force)
    apps = moves.chosen(spec, wish.apps)

    def read(path: str) -> bytes | None:
        return clone.read(clone.tip, path)

    def older(move: Move) -> str | None:
        return None if wish.force else commits.older(clone, move)

    found = moves.find(spec, apps, source, target, read, older)
    if wish.apps:
        _insist(found, source)
    named = apps if wish.apps else ()
    since = {move.app: commits.since(clone, move.source) for move in found.going}
    gates = spec.environments[target]
    verdict = checks.all_of(spec, found.going, gates, lambda move: since[move.app], health, now) if found.going else []
    files = moves.edit(found.going, read)
    content = _content(found.going)
    story = Story(
        source, target, found.going, found.left_out,
        {app: _when(release) for app, release in since.items()},
        verdict,
        [commits.between(clone, spec, move) for move in found.going] if render else (),
        _rendered(clone, files, found.going) if render and files else (),
    )  # fmt: skip
    return Proposal(
        spec=spec, apps=named, source=source, target=target, going=found.going, left_out=found.left_out,
        checks=tuple(verdict), files=files, content=content, title=_title(found.going, source, target),
        body=body.text(story, Marker(named, content), limit) if found.going else "",
        message=_message(clone, spec, found.going, source, target) if found.going else "",
    )  # fmt: skip


def _insist(found: Moves, source: str) -> None:
    """Who names an app wants it to move: what cannot is an error then, and nothing else moves either."""
    for item in found.left_out:
        if item.why is Why.OLDER:
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", "--force moves it back nonetheless")
        if item.why is Why.UNRELEASED:
            hint = f"release it first: python -m generator bump {item.app} --env {source} --tag TAG --push"
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", hint)


def _content(going: Sequence[Move]) -> str:
    if not going:
        return ""
    lines = [f"{move.app} {move.after.tag}@{move.after.digest}\n" for move in going]
    return hashlib.blake2b("".join(lines).encode(), digest_size=8).hexdigest()


def _when(release: Release | None) -> str:
    if release is None:
        return "-"
    start = datetime.fromtimestamp(release.commit.seconds, UTC).strftime(checks.SHOWN)
    return start if release.exact else f"{start} or before"


def _title(going: Sequence[Move], source: str, target: str) -> str:
    if len(going) == 1:
        return f"Promote {going[0].app} {going[0].after.tag} from {source} to {target}"
    return f"Promote {len(going)} apps from {source} to {target}"


def _message(clone: Clone, spec: Spec, going: Sequence[Move], source: str, target: str) -> str:
    """The commit's message; its last trailer is how a later run knows its own commits from those of people."""
    released = [message.release(move.target, move.after) for move in going]
    # A commit has one reference, so it is given where there is one image.
    origin = commits.released(clone, spec, going[0]) if len(going) == 1 else None
    text = message.compose(
        _title(going, source, target),
        released,
        build=message.build(origin.message) if origin else None,
        source=message.source(origin.message) if origin else None,
    )
    return f"{text}{TRAILER}: {source}\n"


def _rendered(clone: Clone, files: Mapping[str, bytes], going: Sequence[Move]) -> list[Change]:
    """What the manifests of the target are before and after, built from the tip in temporary folders."""
    places = [(move.target.environment, move.target.path.rpartition("/")[0]) for move in going]
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        for place in (before, after):
            place.mkdir()
            clone.lay_out(clone.tip, place)
        for path, content in files.items():
            (after / path).write_bytes(content)
        return manifests.compare(before, after, places)
