"""The description of a field in addition to its type and sentence: default, example, and effect."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """The entry of a field in the reference.

    Attributes:
        example: Lines of YAML from the map that contains the field. Empty if the example of a parent shows it.
        default: The default value as YAML.
        unset: What happens without the field, in words, if no value can express it.
        kubernetes: Kinds and paths of the fields that it becomes, like ``Deployment spec.replicas``. Empty if a
            parent has them and its fields have the same names in Kubernetes.
        effect: The effect of the field, if it becomes no field of Kubernetes.
    """

    example: str = ""
    default: str = ""
    unset: str = ""
    kubernetes: tuple[str, ...] = ()
    effect: str = ""
