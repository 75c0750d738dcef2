"""What differs between two sets of manifests, object by object, and as Markdown for a pull request.

Pure: whoever has the manifests (``manifests.build``) gets the diff. Nothing
secret is shown: the data of Secrets, values whose names tell that they are
secret (``DB_PASSWORD``), and passwords within URLs and texts become
``(hidden)``, or ``(hidden, changed)``.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from generator import yaml_emit

# What GitHub takes as a body or comment is 65,536 characters; the rest is for whoever puts text around it.
LIMIT: Final = 60_000
# What kustomize puts after the names of generated ConfigMaps and Secrets.
_HASH: Final = re.compile(r"-[0-9a-z]{10}\Z")
_HASHED: Final = ("ConfigMap", "Secret")
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_FIELDS: Final = ("data", "stringData")
_WORDS: Final = r"passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential"
# Names of variables and entries of a ConfigMap; they may hold the word anywhere.
_TELLING: Final = re.compile(_WORDS, re.IGNORECASE)
# Fields of any map: Kubernetes has many that hold the word and no secret (secretName, automountServiceAccountToken).
_FIELD: Final = re.compile(rf"(?:client|db|database|admin|root|user)?[_-]?(?:{_WORDS})", re.IGNORECASE)
_IN_TEXT: Final = re.compile(rf"(://[^/\s:@]*:|(?:{_WORDS})[\"']?\s*[=:]\s*[\"']?)([^\s@,;&\"']+)", re.IGNORECASE)
_HIDDEN: Final = "(hidden)"
_CHANGED: Final = "(hidden, changed)"
# A diff that has less room than this is left out rather than cut.
_LEAST: Final = 400

Manifests = Mapping[str, str]
"""Manifests as YAML, by ``Kind/namespace/name``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object of one environment (or of ``gitops``), as a unified diff of its manifest; lines keep their ends."""

    environment: str
    object: str
    lines: tuple[str, ...]

    @property
    def counts(self) -> tuple[int, int]:
        """How many lines come and how many go."""
        body = self.lines[2:]
        return sum(line.startswith("+") for line in body), sum(line.startswith("-") for line in body)


def split(text: str) -> dict[str, str]:
    """The manifests of a YAML stream by kind, namespace and name, hashes of generated names left out."""
    return dict(_split(text))


def compare(environment: str, before: Manifests, after: Manifests) -> list[Change]:
    """What differs, by object; empty if nothing does."""
    return list(_compared(environment, before, after))


def redacted(before: str, after: str) -> tuple[str, str]:
    """Two manifests without what is secret, either of them empty where there is none."""
    return _redacted(before, after)


def markdown(changes: Sequence[Change], limit: int = LIMIT, more: str = "") -> str:
    """The changes for people: how many where, then each as a diff to unfold.

    Never longer than ``limit`` characters (at least 1,000): diffs that do not
    fit are cut or left out, which the last line says, with ``more``: where to
    see all of it.
    """
    if not changes:
        return "Nothing changes in the cluster.\n"
    text = _summary(changes, limit // 2)
    tail = f"Cut at {limit:,} characters"
    end = ". ".join(part for part in (tail, more) if part)
    room = limit - len(text) - len(end) - 60
    missing = 0
    for change in changes:
        block = _block(change, room)
        missing += block is None or _shown_lines(block) < len(change.lines)
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
    """A change to unfold, cut to ``room`` characters; ``None`` where that is too little to tell anything."""
    added, removed = change.counts
    name = html.escape(f"{change.environment}: {change.object}")
    head = f"\n<details><summary>{name} <code>+{added} -{removed}</code></summary>\n\n"
    fence = "`" * (max((len(run) for line in change.lines for run in re.findall("`{3,}", line)), default=2) + 1)
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


def _shown_lines(block: str) -> int:
    return len(block.splitlines()) - 7


def _split(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^---\n", text, flags=re.MULTILINE):
        manifest = yaml.load(part, yaml.CSafeLoader)
        if isinstance(manifest, dict):
            yield _name(manifest), part.rstrip("\n") + "\n"


def _name(manifest: dict[str, Any]) -> str:
    metadata = manifest.get("metadata") or {}
    kind, name = str(manifest.get("kind")), str(metadata.get("name"))
    plain = _HASH.sub("", name) if kind in _HASHED else name
    return "/".join(str(part) for part in (kind, metadata.get("namespace"), plain) if part)


def _compared(environment: str, before: Manifests, after: Manifests) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        old, new = _redacted(old, new)
        sides = [f"{side}/{environment}/{name}" if text else "/dev/null" for side, text in (("a", old), ("b", new))]
        lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), sides[0], sides[1])
        yield Change(environment, name, tuple(lines))


def _redacted(old: str, new: str) -> tuple[str, str]:
    """Both manifests without what is secret; as they were where nothing is."""
    before, after = _Redaction(), _Redaction()
    was = before.of(yaml.load(old, yaml.CSafeLoader)) if old else None
    after.known = before.found if old else None
    now = after.of(yaml.load(new, yaml.CSafeLoader)) if new else None
    if not before.found and not after.found:
        return old, new
    return yaml_emit.dump(was) if old else "", yaml_emit.dump(now) if new else ""


class _Redaction:
    """Takes secrets out of a manifest; ``found`` are its own, ``known`` those of its former self, if there is one."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()
        self.known: set[tuple[str, str]] | None = None

    def of(self, manifest: dict[str, Any]) -> Any:
        """The manifest to show."""
        kind = manifest.get("kind")
        if kind == "Secret":
            annotations = (manifest.get("metadata") or {}).get("annotations") or {}
            annotations.pop(_APPLIED, None)
            hidden = {name: self._all(manifest[name]) for name in _SECRET_FIELDS if manifest.get(name)}
            return {**manifest, **hidden}
        if kind == "ConfigMap" and isinstance(manifest.get("data"), dict):
            data = {key: self._entry(_TELLING.search(key), key, value) for key, value in manifest["data"].items()}
            return {**self._walk(manifest), "data": data}
        return self._walk(manifest)

    def _all(self, values: Any) -> Any:
        if isinstance(values, dict):
            return {key: self._mark(key, value) for key, value in values.items()}
        return self._mark("", values)

    def _entry(self, telling: object, key: str, value: Any) -> Any:
        if telling and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return self._mark(key, value)
        return self._walk(value)

    def _walk(self, node: Any) -> Any:
        if isinstance(node, dict):
            name = node.get("name")
            if isinstance(name, str) and "value" in node:
                telling = _TELLING.search(name)
                return {k: self._entry(telling, name, v) if k == "value" else self._walk(v) for k, v in node.items()}
            return {
                key: self._entry(isinstance(key, str) and _FIELD.fullmatch(key), str(key), value)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self._walk(item) for item in node]
        return _IN_TEXT.sub(self._part, node) if isinstance(node, str) else node

    def _part(self, found: re.Match[str]) -> str:
        return found[1] + self._mark(found[1], found[2])

    def _mark(self, key: str, value: object) -> str:
        item = (key, str(value))
        self.found.add(item)
        return _HIDDEN if self.known is None or item in self.known else _CHANGED
