"""The text of a promotion request: images, checks, commits, and the difference in the cluster. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.delivery import commit_message
from generator.delivery.promotion.check import State
from generator.delivery.promotion.marker import BEGIN, END
from generator.delivery.promotion.moves import Why
from generator.manifests import diff as manifests_diff
from generator.manifests import redact
from generator.render.kinds import role_of

if TYPE_CHECKING:
    from generator.delivery.promotion.check import Check
    from generator.delivery.promotion.marker import Marker
    from generator.delivery.promotion.moves import BaseMove, Between, LeftOut, Move
    from generator.manifests.diff import Change

# Of all forges' limits, in characters, those below GitHub's (65,536).
LIMIT: Final = 60_000
# What is left for our text, however much reviewers write.
LEAST: Final = 5_000
_LEAST_FOR_DIFF: Final = 2_000
_FOOT: Final = "Made by `promote`; run it again to bring it up to date. A commit by a user on this branch stops that."
_SYMBOLS: Final = {State.PASSED: "✅", State.FAILED: "❌", State.UNKNOWN: "❔"}


@dataclass(frozen=True, slots=True)
class Story:
    """Facts for the text. ``since`` is the time from which the source has each image, by app, as text."""

    source: str
    target: str
    going: Sequence[Move]
    left_out: Sequence[LeftOut]
    since: dict[str, str]
    checks: Sequence[Check]
    between: Sequence[Between]
    changes: Sequence[Change]
    bases: Sequence[BaseMove] = ()


def text(story: Story, mark: Marker, limit: int = LIMIT) -> str:
    """Return the Markdown in at most ``limit`` characters: the diff is cut first, then commits, then the table."""
    head = "\n".join([*_table(story), *_checks(story.checks), *_bases(story.bases), *_left_out(story.left_out)])
    head = f"{BEGIN}\n{head}"
    foot = f"\n---\n{_FOOT}\n{mark}\n{END}\n"
    room = limit - len(foot) - 1
    if len(head) > room - _LEAST_FOR_DIFF:
        head = _cut(head, room - _LEAST_FOR_DIFF)
    commits = _cut(_commits(story.between), max(0, (room - len(head)) // 2 - 200))
    left = room - len(head) - len(commits) - 100
    diff = f"\n### What changes in {story.target}\n\n{manifests_diff.markdown(important_first(story.changes), left)}"
    return f"{head}\n{commits}{diff}{foot}"


def important_first(changes: Sequence[Change]) -> list[Change]:
    """Sort: what cannot be built, removed objects, workloads, configuration, routes to them, and the rest."""

    def rank(change: Change) -> tuple[bool, int, str]:
        if change.reason:
            return False, -1, change.object
        kind = change.object.partition("/")[0]
        gone = any(line.startswith("+++ /dev/null") for line in change.lines[:2])
        return not gone, role_of(kind), change.object

    return sorted(changes, key=rank)


def _table(story: Story) -> list[str]:
    head = [f"### What moves from {story.source} to {story.target}", ""]
    if not story.going:
        return [*head, "No image."]
    lines = [
        *head,
        f"| app | {story.target} has | will have | digest | in {story.source} since |",
        "|---|---|---|---|---|",
    ]
    for move in story.going:
        digest = code(move.after.digest[7:19]) if move.after.digest else "-"
        before, after = map(code, move.names)
        cells = [code(move.app), before, f"{after} ⚠️ step back" if move.back else after, digest]
        lines.append("| " + " | ".join([*cells, story.since.get(move.app, "-")]) + " |")
    back = [f"- {code(move.app)} goes **back**: {plain(move.back)}" for move in story.going if move.back]
    return [*lines, *(["", *back] if back else [])]


def _checks(checks: Sequence[Check]) -> list[str]:
    if not checks:
        return []
    lines = ["", "### Checks", "", "| | check | |", "|---|---|---|"]
    return lines + [
        f"| {_SYMBOLS[check.state]} {check.state} | {plain(check.said)} | {plain(check.detail)} |" for check in checks
    ]


def _bases(bases: Sequence[BaseMove]) -> list[str]:
    if not bases:
        return []
    lines = ["", "### The base", ""]
    for move in bases:
        kept = len(move.conflicts)
        stay = "1 place stays as a user has it" if kept == 1 else f"{kept} places stay as a user has them"
        what = f"; {stay} here:" if kept else ""
        way = f"⚠️ step back ({plain(move.back)})" if move.back else "brought to what the source builds on"
        lines.append(f"- {code(move.app)}: {way}{what}")
        lines += [
            f"  - {code(f'{c.path}:{c.line}')} {code(c.field or 'the file')}: keeps {code(str(c.local))}, "
            f"not {code(str(c.updated))}"
            for c in map(redact.conflict, move.conflicts)
        ]
        lines += _base_commits(move.changes)
    return lines


def _base_commits(changes: Between) -> list[str]:
    """Return what changed the base, or the app's part of the spec, since the last promotion."""
    if not changes.commits:
        return [f"  - {plain(changes.reason)}"] if changes.reason else []
    lines = [f"  - {'these changes go away' if changes.gone else 'with these changes'}:"]
    lines += [f"    - {code(id_[:12])} {quoted(subject)}" for id_, subject in changes.commits]
    return [*lines, *(["    - … and more"] if changes.more else [])]


def _left_out(left_out: Sequence[LeftOut]) -> list[str]:
    told = [item for item in left_out if item.why not in (Why.SAME, Why.ABSENT)]
    if not told:
        return []
    return ["", "### Left out", "", *(f"- {code(item.app)}: {plain(item.reason)}" for item in told)]


def _commits(between: Sequence[Between]) -> str:
    if not between:
        return ""
    lines = ["", "### Commits between the images", ""]
    for item in between:
        away = " (a step back: these go away)" if item.gone else ""
        lines.append(f"**{plain(item.app)}**{away}" + (f": [compare]({item.link})" if item.link else ""))
        lines += [f"- {code(id_[:12])} {quoted(subject)}" for id_, subject in item.commits]
        lines += ["- … and more"] if item.more else []
        lines += [f"- {plain(item.reason)}"] if item.reason else []
        lines += ["- none that touch its source"] if not (item.commits or item.reason or item.link) else []
        lines.append("")
    return "\n".join(lines)


def code(text: str) -> str:
    """Return text without a meaning in Markdown: no mention, no link, no end of a table's cell."""
    line = re.sub(r"\s+", " ", text).strip().replace("|", "¦").replace("<!--", "<! --") or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def quoted(words: str) -> str:
    """Quote text as code. It must be harmless without the quotes, too: a squash may put it into a commit's message."""
    return code(commit_message.inert(words))


def plain(text: str) -> str:
    """Return a sentence with text from outside that cannot mention a user, close an issue, or be markup."""
    line = commit_message.inert(text)
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", line)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = f"\n\n… cut at {limit:,} characters\n"
    kept = text[: max(0, limit - len(end))]
    return kept[: kept.rfind("\n") + 1].rstrip("\n") + end if limit > len(end) else ""
