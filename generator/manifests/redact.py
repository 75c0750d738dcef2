"""Hide secrets in manifests and texts before they are shown.

Hidden are the data of Secrets, values of fields with a secret-like name (``DB_PASSWORD``, ``dbPass``), keys and
tokens of a well-known form, and passwords in URLs. They become ``(hidden)``, or ``(hidden, changed)``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from generator.errors import Conflict
from generator.yaml import emit as yaml_emit
from generator.yaml import plain as yaml_plain

_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_FIELDS: Final = ("data", "stringData")
_WORDS: Final = (
    r"passw(?:or)?d|passphrase|secret|token|credential"
    r"|(?:api|access|private|signing|encryption|account)[_-]?key"
)
# These begin other words, too (passthrough), so they count where they stand alone: DB_PASS, dbPwd.
_SHORT: Final = r"pass|pwd|dsn"
# Names of variables and entries of a ConfigMap; they may hold the word anywhere.
_TELLING: Final = re.compile(
    rf"(?i:{_WORDS}|(?<![a-z])(?:{_SHORT})(?![a-z]))|(?<=[a-z])(?:Pass|Pwd|Dsn)(?![a-z])",
)
# Fields of any map: Kubernetes has many that hold the word and no secret (secretName, automountServiceAccountToken).
_FIELD: Final = re.compile(rf"(?:client|db|database|admin|root|user)?[_-]?(?:{_WORDS}|{_SHORT})", re.IGNORECASE)
_IN_TEXT: Final = re.compile(
    rf"(://[^/\s:@]*:|(?:{_WORDS}|(?<![a-z])(?:{_SHORT}))[\"']?\s*[=:]\s*[\"']?)([^\s@,;&\"']+)", re.IGNORECASE
)
# Keys and tokens whose form tells what they are, whatever they are called.
_KNOWN: Final = re.compile(
    r"()(-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\bgh[oprsu]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}|\bsk_live_\w{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*"
    r"|(?<=Bearer )[\w.~+/=-]{8,}|(?<=Basic )[A-Za-z0-9+/=]{8,})",
    re.DOTALL,
)
_HIDDEN: Final = "(hidden)"
_CHANGED: Final = "(hidden, changed)"


def manifests(old: str, new: str) -> tuple[str, str]:
    """Return two manifests with their secrets hidden, unchanged if they have none; empty for a missing one."""
    before, after = _Redaction(), _Redaction()
    was = before.of(_load(old)) if old else None
    after.known = before.found if old else None
    now = after.of(_load(new)) if new else None
    if not before.found and not after.found:
        return old, new
    return yaml_emit.dump(was) if old else "", yaml_emit.dump(now) if new else ""


def conflict(found: Conflict) -> Conflict:
    """Return a conflict with the secrets in its values hidden."""
    telling = _TELLING.search(found.field.rpartition(".")[2])

    def shown(value: str | None) -> str | None:
        return _HIDDEN if telling and value is not None else value and _Redaction().text(value)

    return found._replace(original=shown(found.original), local=shown(found.local), updated=shown(found.updated))


def text(words: str) -> str:
    """Return a text with the secrets in it hidden."""
    return _Redaction().text(words)


def _load(manifest: str) -> Any:
    (data,) = yaml_plain.load(manifest, "manifest")
    return data


class _Redaction:
    """Takes secrets out of a manifest; ``found`` are its own, ``known`` those of its former self, if there is one."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()
        self.known: set[tuple[str, str]] | None = None

    def of(self, manifest: dict[str, Any]) -> Any:
        """Return a manifest with its secrets hidden."""
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
        return self.text(node) if isinstance(node, str) else node

    def text(self, text: str) -> str:
        """Return a text with the secrets in it hidden."""
        return _IN_TEXT.sub(self._part, _KNOWN.sub(self._part, text))

    def _part(self, found: re.Match[str]) -> str:
        return found[1] + self._mark(found[1], found[2])

    def _mark(self, key: str, value: object) -> str:
        item = (key, str(value))
        self.found.add(item)
        return _HIDDEN if self.known is None or item in self.known else _CHANGED
