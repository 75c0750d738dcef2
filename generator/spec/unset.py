"""Take out of a spec's data what is ``null``, where that says no more than that a field is not set.

What is laid over something else keeps it, since it takes out what is there: an environment's part of an app, one of
several workloads, a security context, and what is passed through to Kubernetes, Helm and Kustomize.
"""

from __future__ import annotations

from generator.spec.override import without_nulls_inside
from generator.spec.types import Anything, Either, ListOf, MapOf, Record, Type

# Of a pod and a container: these are laid over what is rendered.
_PASSED_THROUGH = frozenset({"", "PodSpec", "Container", "Lifecycle"})


def without(value: object, accepts: Type) -> object:
    """Return a value of a type without the fields in it that are not set; a value of another type as it is."""
    if isinstance(accepts, Record) and isinstance(value, dict):
        return _fields(value, accepts)
    if isinstance(accepts, MapOf) and isinstance(value, dict):
        return {name: without(item, accepts.value) for name, item in value.items()}
    if isinstance(accepts, ListOf) and isinstance(value, list):
        return [without(item, accepts.item) for item in value]
    if isinstance(accepts, Either):
        fitting = (inner for shape, inner in accepts.shapes if isinstance(value, shape))
        return without(value, next(fitting, accepts.shapes[0][1]))
    if isinstance(accepts, Anything) and accepts.of not in _PASSED_THROUGH:
        return without_nulls_inside(value)
    return value


def _fields(value: dict[str, object], accepts: Record) -> dict[str, object]:
    if accepts.laid_over:
        return value
    known = ((name, item, accepts.fields.get(name)) for name, item in value.items())
    return {
        name: without(item, field.type) if field else item
        for name, item, field in known
        if item is not None or (field and field.null)
    }
