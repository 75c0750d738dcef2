"""Write out the values of a container: its image, its variables and its requests.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from generator.spec import placeholder
from generator.spec.plain_data import Data, text, without_nulls


def full_image(image: str, registry: str) -> str:
    """Return ``image`` with ``registry`` in front, unless it starts with one (with a dot, a colon, or localhost)."""
    first, slash, _ = image.partition("/")
    named = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return image if named or not registry else f"{registry}/{image}"


def fixed_texts(values: Data | None) -> dict[str, str]:
    """Return a map of texts without those that have a placeholder; these belong to overlays."""
    texts = {key: text(value) for key, value in without_nulls(values or {}).items()}
    return {key: value for key, value in texts.items() if not placeholder.has(value)}


def env_list(given: object) -> list[Data]:
    """Return ``env``, a map or a list, as Kubernetes' list, without values with a placeholder: these go to overlays."""
    items: list[dict[str, Any]] = []
    if isinstance(given, dict):
        for name, value in without_nulls(given).items():
            items.append({"name": name, **value} if isinstance(value, dict) else {"name": name, "value": text(value)})
    else:
        for item in cast("list[Data]", given):
            entry = without_nulls(item)
            items.append({**entry, "value": text(entry["value"])} if "value" in entry else entry)
    return [item for item in items if not placeholder.has(item)]


def requested(given: Data) -> Data:
    """Return resources with requests, which the scheduler needs; limits only if the spec has them."""
    limits = fixed_texts(given.get("limits"))
    requests = {**_default_requests(limits), **fixed_texts(given.get("requests"))}
    claims = given.get("claims")
    return {"requests": requests, **({"limits": limits} if limits else {}), **({"claims": claims} if claims else {})}


def _default_requests(limits: Mapping[str, str]) -> dict[str, str]:
    """Return the default requests, reduced to the limits, because the API refuses requests above limits."""
    from generator.spec import quantity  # Most runs render nothing.

    result = dict(quantity.DEFAULT_REQUESTS)
    for resource, usual in quantity.DEFAULT_REQUESTS.items():
        most, asked = quantity.parse(limits.get(resource)), quantity.parse(usual)
        if most is not None and asked is not None and most < asked:
            result[resource] = limits[resource]
    return result
