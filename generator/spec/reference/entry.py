"""Describe a field beyond its type and sentence: its default, an example, and what becomes of it."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """Entry of one field in the reference.

    Attributes:
        example: Lines of the map that the field stands in, the field among them. Empty where the example of a
            field further up shows it.
        default: The value that leaving it out means, as YAML.
        unset: The same in words, where no value says it.
        kubernetes: Kinds and paths of the fields that it becomes, like ``Deployment spec.replicas``. Empty where a
            field further up tells, whose fields have the same names in Kubernetes.
        effect: What becomes of it instead, where it is no field of Kubernetes.
    """

    example: str = ""
    default: str = ""
    unset: str = ""
    kubernetes: tuple[str, ...] = ()
    effect: str = ""
