"""Find the field of the spec for which a namespace's Pod Security Standard would refuse an app's pods.

The field is found by trying: without it, the standard forbids less. Only the requested apps are tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds import asked, manifests
from generator.spec import pod_words
from generator.spec.environment import Environment
from generator.spec.findings import Finding
from generator.spec.findings import Path as FieldPath
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import Spec

# What can make a pod less safe than it is by itself.
_FIELDS: Final = (
    "securityContext", "podSecurityContext", "container", "pod", *pod_words.CONTAINERS, "volumes", "annotations",
    "hostNetwork", "hostPID", "hostIPC", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle",
)  # fmt: skip
_ENOUGH: Final = ("baseline", "privileged")

Data = Mapping[str, Any]


def of(spec: Spec, apps: Collection[str]) -> list[Finding]:
    """Return advice for some apps."""
    found: dict[tuple[FieldPath, str, str], list[str]] = {}
    for name in apps:
        app = spec.described.get(name)
        if app is None or app.fields.isdisjoint(_FIELDS):
            continue
        for environment in (spec.environments[one] for one in app.environments):
            for path, message, enough in _of_app(app, environment):
                found.setdefault((("apps", name, *path), message, enough), []).append(environment.name)
    return [
        Finding(
            path, f"refused in {', '.join(names)}: {message}",
            f"mend it, or set `podSecurity: {enough}` in {' and '.join(f'environments.{name}' for name in names)}",
        )
        for (path, message, enough), names in found.items()
    ]  # fmt: skip


def _of_app(app: App, environment: Environment) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield each field for which pods are refused, with what is forbidden and the level that would allow it."""
    level = environment.pod_security
    forbidden = _forbidden(app, environment.name, level) if level != "privileged" else []
    if not forbidden:
        return
    enough = next(one for one in _ENOUGH if not _forbidden(app, environment.name, one))
    blamed: dict[FieldPath, list[str]] = {}
    for one in forbidden:
        blamed.setdefault(_blamed(app, environment, one), []).append(one)
    for path, messages in blamed.items():
        yield path, "; ".join(messages), enough


def _forbidden(app: App, environment: str, level: str) -> list[str]:
    """Return what a level forbids in the pods of an app."""
    from generator.manifests import pod_security  # Imported here, because few apps say anything of it.

    templates = map(pod_security.template_of, manifests(app.instances[environment], asked([app])).values())
    found = [pod_security.violations(level, "latest", one) for one in templates if one is not None]
    return list(dict.fromkeys(message for messages in found for message in messages))


def _blamed(app: App, environment: Environment, message: str) -> FieldPath:
    """Return the innermost field without which something is not forbidden any more."""
    path: FieldPath = ()
    while (inner := _inner(app, environment, message, path)) is not None:
        path = inner
    return path


def _inner(app: App, environment: Environment, message: str, path: FieldPath) -> FieldPath | None:
    for child in _children(_at(app.given, path)):
        given = _without(app.given, (*path, child))
        try:
            left = _forbidden(
                App(app.name, given, app.environments, app.shared), environment.name, environment.pod_security
            )
        except (KeyError, TypeError, ValueError, IndexError):  # it is needed
            continue
        if message not in left:
            return (*path, child)
    return None


def _children(value: object) -> list[str | int]:
    if isinstance(value, Mapping):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


def _at(value: Any, path: FieldPath) -> Any:
    for part in path:
        value = value[part]
    return value


def _without(value: Any, path: FieldPath) -> Any:
    """Return data without what stands at a path."""
    first, *rest = path
    if isinstance(value, list):
        return [
            _without(item, tuple(rest)) if rest and at == first else item
            for at, item in enumerate(value)
            if rest or at != first
        ]
    if not rest:
        return {name: item for name, item in value.items() if name != first}
    return {**value, first: _without(value[first], tuple(rest))}
