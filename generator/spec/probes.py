"""Write out the probes of a container, from `health` and `ready` or from probes in Kubernetes' shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.spec.plain_data import named_texts, without_nulls, words

NAMES: Final = ("startupProbe", "livenessProbe", "readinessProbe")

Data = Mapping[str, Any]


def of(given: Data, port: str | None) -> dict[str, Data]:
    """Return the probes by name: from ``health`` and ``ready`` at the first port, unless the data has a full probe."""
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
                # A restart helps a process that hangs, but harms one that is only slow. So this probe waits a minute,
                # while the readiness probe takes the pod out of its Service after 15 seconds.
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
    """Return a probe in Kubernetes' shape: with the first port as the default, and with texts for command words."""
    probe = dict(without_nulls(given))
    if probe.get("exec"):
        probe["exec"] = {"command": list(words(probe["exec"]["command"]))}
    for action in ("httpGet", "tcpSocket"):
        if isinstance(probe.get(action), dict) and port:
            probe[action] = {"port": port, **without_nulls(probe[action])}
    if (probe.get("httpGet") or {}).get("httpHeaders"):
        probe["httpGet"] = {**probe["httpGet"], "httpHeaders": named_texts(probe["httpGet"]["httpHeaders"])}
    return probe
