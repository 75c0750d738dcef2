"""Spell out the probes of a container: from paths, or written in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.spec.override import without_nulls
from generator.spec.types import named_texts, words

NAMES: Final = ("startupProbe", "livenessProbe", "readinessProbe")

Data = Mapping[str, Any]


def of(given: Data, port: str | None) -> dict[str, Data]:
    """Spell out ``health`` and ``ready`` at the first port; a probe written in full replaces what they would give."""
    result: dict[str, Data] = {}
    health, ready = given.get("health"), given.get("ready")
    if port:
        if health:
            result["startupProbe"] = {
                "httpGet": {"path": health, "port": port},
                "periodSeconds": 2,
                "failureThreshold": 30,
            }
            result["livenessProbe"] = {
                "httpGet": {"path": health, "port": port},
                "periodSeconds": 10,
                "timeoutSeconds": 5,
                # A restart mends a process that hangs, and makes worse what is only slow: a minute, where readiness
                # takes the pod out after 15 seconds.
                "failureThreshold": 6,
            }
        if ready or health:
            result["readinessProbe"] = {
                "httpGet": {"path": ready or health, "port": port}, "periodSeconds": 5, "timeoutSeconds": 3
            }  # fmt: skip
    for name in NAMES:
        if given.get(name):
            result[name] = spelled(given[name], port)
    return result


def spelled(given: Data, port: str | None) -> Data:
    """Return a probe as Kubernetes has it: by the first port unless it names another, and with texts for words."""
    probe = dict(without_nulls(given))
    if probe.get("exec"):
        probe["exec"] = {"command": list(words(probe["exec"]["command"]))}
    for action in ("httpGet", "tcpSocket"):
        if isinstance(probe.get(action), dict) and port:
            probe[action] = {"port": port, **without_nulls(probe[action])}
    if (probe.get("httpGet") or {}).get("httpHeaders"):
        probe["httpGet"] = {**probe["httpGet"], "httpHeaders": named_texts(probe["httpGet"]["httpHeaders"])}
    return probe
