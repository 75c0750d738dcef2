"""Check an app's rights in the cluster's API: strong rights need a reason. Paths are relative to the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

# With these verbs, an account can give itself or others further rights.
_SPREADING: Final = frozenset({"bind", "escalate", "impersonate"})


def check(app: dict[str, object], findings: Findings) -> None:
    """Add findings about rights without a reason in an app's role, and about a role without a token."""
    given = app.get("role")
    about = _map(given) if isinstance(given, dict) else {"rules": given}
    place: FieldPath = ("role", "rules") if isinstance(given, dict) else ("role",)
    rules = about.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) and not about.get("reason") else []):
        for field in ("apiGroups", "resources", "verbs"):
            words = _map(rule).get(field)
            for at, word in enumerate(words if isinstance(words, list) else []):
                _check_word(field, word, (*place, index, field, at), findings)
    if given is not None and _map(app.get("serviceAccount")).get("token") is False:
        findings.add(("serviceAccount", "token"), "without it, the pods cannot use their role", "take it out")


def _check_word(field: str, word: object, place: FieldPath, findings: Findings) -> None:
    hint = "name those that the app needs; or say why it needs all: `role: {reason: …, rules: […]}`"
    if word == "*":
        findings.add(place, f"all {field}, and no reason", hint)
    elif field == "verbs" and word in _SPREADING:
        hint = "take it out, or say why: `role: {reason: …, rules: […]}`"
        findings.add(place, f"{word} gives rights on that the app does not have, and no reason", hint)
