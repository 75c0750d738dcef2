"""Diff two sets of manifests, object by object, and write it as Markdown for a pull request.

Pure: the caller builds the manifests (``rendered.build``), with secrets hidden by ``redact``.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.errors import SpecError
from generator.manifests import redact, stream

if TYPE_CHECKING:
    from generator.manifests.stream import Document, Identity

# What GitHub takes as a body or comment is 65,536 characters; the rest is for whoever puts text around it.
LIMIT: Final = 60_000
# What kustomize puts after the names of generated ConfigMaps and Secrets.
_HASH: Final = re.compile(r"-[0-9a-z]{10}\Z")
_HASHED: Final = ("ConfigMap", "Secret")
# So much of the reason why an overlay cannot be built is shown.
_REASON: Final = 1_500
# A diff that has less room than this is left out rather than cut.
_LEAST: Final = 400

Manifests = Mapping[str, str]
"""Manifests as YAML, by ``Kind/namespace/name``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object of one environment (or of ``gitops``), as a unified diff of its manifest; lines keep their ends.

    If an overlay cannot be built here, one change stands for all its objects, and ``reason`` says why.
    """

    environment: str
    object: str
    lines: tuple[str, ...]
    reason: str = ""

    @property
    def counts(self) -> tuple[int, int]:
        """Count the lines added and removed."""
        body = self.lines[2:]
        return sum(line.startswith("+") for line in body), sum(line.startswith("-") for line in body)


def split(text: str) -> dict[str, str]:
    """Split a YAML stream into manifests by kind, namespace and name."""
    documents, faults = stream.split(text.encode(), "manifests")
    if faults:
        raise SpecError(faults)
    return named(documents)


def named(documents: Iterable[Document]) -> dict[str, str]:
    """Return manifests by kind, namespace and name, hashes of generated names left out.

    If several have the same name, the group distinguishes them, or else a number, so that none is lost.
    """
    known: dict[str, list[Document]] = {}
    for document in documents:
        known.setdefault(_name(stream.identity(document.data)), []).append(document)
    return {name: text for short, those in known.items() for name, text in _apart(short, those)}


def _apart(short: str, documents: Sequence[Document]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    groups = {stream.identity(document.data).group for document in documents}
    for document in documents:
        found = stream.identity(document.data)
        name = _name(found, with_group=True) if len(groups) > 1 else short
        seen[name] = seen.get(name, 0) + 1
        yield (f"{name} #{seen[name]}" if seen[name] > 1 else name), document.text


def compare(environment: str, before: Manifests, after: Manifests) -> list[Change]:
    """List the objects that differ."""
    return list(_compared(environment, before, after))


def markdown(changes: Sequence[Change], limit: int = LIMIT, more: str = "") -> str:
    """Write the changes as Markdown: a summary per environment, then each diff to unfold.

    The result is at most ``limit`` characters long (at least 1,000): diffs that do not fit are cut or left out. The
    last line then says so, with ``more``, which names the place of the whole diff.
    """
    if not changes:
        return "Nothing changes in the cluster.\n"
    built = [change for change in changes if not change.reason]
    text = _summary(built, limit // 2) if built else ""
    tail = f"Cut at {limit:,} characters"
    end = ". ".join(part for part in (tail, more) if part)
    room = limit - len(text) - len(end) - 60
    missing = 0
    for change in changes:
        block = _unbuilt(change, room) if change.reason else _block(change, room)
        missing += block is None or (not change.reason and _shown_lines(block) < len(change.lines))
        if block is not None:
            text += block
            room -= len(block)
    return text + (f"\n{missing} of {len(changes)} not shown in full. {end}.\n" if missing else "")


def _summary(changes: Sequence[Change], limit: int) -> str:
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.environment] = counts.get(change.environment, 0) + 1
    where = ", ".join(f"{environment} {count}" for environment, count in counts.items())
    text = f"{len(changes)} object{'s' if len(changes) != 1 else ''} would change: {where}."
    return (text if len(text) <= limit else f"{len(changes)} objects would change.") + "\n"


def _block(change: Change, room: int) -> str | None:
    """Write one change to unfold, cut to ``room`` characters; ``None`` where that is too little to be of use."""
    added, removed = change.counts
    name = html.escape(f"{change.environment}: {change.object}").replace("@", "@\u200b")
    head = f"\n<details><summary>{name} <code>+{added} -{removed}</code></summary>\n\n"
    fence = _fence(change.lines)
    frame = len(head) + 2 * len(fence) + len("diff\n\n\n</details>\n")
    body, left = "", room - frame
    for line in change.lines:
        if len(line) + 1 > left:
            break
        part = line if line.endswith("\n") else f"{line}\n"
        body += part
        left -= len(part)
    if len(body) < min(_LEAST, sum(map(len, change.lines))):
        return None
    return f"{head}{fence}diff\n{body}{fence}\n\n</details>\n"


def _unbuilt(change: Change, room: int) -> str | None:
    """Write why an overlay has no diff, cut to ``_REASON`` characters; ``None`` where there is no room."""
    reason = change.reason if len(change.reason) <= _REASON else f"{change.reason[:_REASON]} …"
    fence = _fence([reason])
    name = html.escape(change.object).replace("`", "'")
    text = f"\n⚠️ What changes in `{name}` is not known: it cannot be built here.\n\n{fence}text\n{reason}\n{fence}\n"
    return text if len(text) <= room else None


def _fence(lines: Sequence[str]) -> str:
    """Return a fence for a block of code that stands in none of the lines."""
    return "`" * (max((len(run) for line in lines for run in re.findall("`{3,}", line)), default=2) + 1)


def _shown_lines(block: str) -> int:
    return len(block.splitlines()) - 7


def _name(found: Identity, *, with_group: bool = False) -> str:
    plain = _HASH.sub("", found.name) if found.kind in _HASHED else found.name
    kind = f"{found.kind}.{found.group}" if with_group and found.group else found.kind
    return "/".join(part for part in (kind or "None", found.namespace, plain or "None") if part)


def _compared(environment: str, before: Manifests, after: Manifests) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        old, new = redact.manifests(old, new)
        sides = [f"{side}/{environment}/{name}" if text else "/dev/null" for side, text in (("a", old), ("b", new))]
        lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), sides[0], sides[1])
        yield Change(environment, name, tuple(lines))
