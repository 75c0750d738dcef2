"""Read ``secretStore``: the stores that the External Secrets Operator reads secrets from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.spec.plain_data import without_nulls

Data = Mapping[str, Any]
_KIND: Final = "ClusterSecretStore"


def of_project(given: Data | None) -> Data:
    """Return the store of environments without their own."""
    return {"kind": _KIND, "name": "aws-secrets-manager", **without_nulls(given or {})}


def of_environments(environments: Mapping[str, Data | None]) -> dict[str, Data]:
    """Return the stores by environment, for those with their own; an empty one means that Secrets are made by hand."""
    said = {name: (given or {}).get("secretStore") for name, given in environments.items()}
    own = {name: {"kind": _KIND, **without_nulls(store)} for name, store in said.items() if store}
    return {**own, **{name: {} for name, given in environments.items() if (given or {}).get("localSecrets")}}
