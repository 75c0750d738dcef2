"""Remove fields that are ``null`` from a spec's data, because ``null`` means that a field is not set.

Data that is merged over other data keeps ``null``, because it removes a value there: an environment's part of an app,
a workload, a security context, and values that are passed to Kubernetes, Helm and Kustomize.
"""

from __future__ import annotations

from generator.spec.override import without_nulls_inside
from generator.spec.types import Anything, Either, ListOf, MapOf, Record, Type

# Fields of a pod and a container that are merged over rendered values.
_PASSED_THROUGH = frozenset({"", "PodSpec", "Container", "Lifecycle"})


def without(value: object, accepts: Type) -> object:
    """Return a value without the fields that are not set; unchanged if it does not fit the type."""
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
