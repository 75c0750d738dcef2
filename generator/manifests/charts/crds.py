"""Make strict schemas of the CustomResourceDefinitions that are among manifests, for kubeconform."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.tools import schemas
from generator.tools.schemas import conversion

if TYPE_CHECKING:
    from generator.manifests.stream import Document

# Any kind whose metadata is an object's usual one.
_ANY = "argoproj.io/application_v1alpha1.json"
_KIND = "CustomResourceDefinition"


def write(documents: Iterable[Document], folder: Path) -> list[str]:
    """Write the schemas into a folder; return the arguments that make kubeconform use them, too."""
    found = [document.data for document in documents if document.data.get("kind") == _KIND]
    if not found:
        return []
    metadata = json.loads((schemas.location() / _ANY).read_text())["properties"]["metadata"]
    for definition in found:
        try:
            made = conversion.from_crd(definition, metadata)
        except (KeyError, TypeError, AttributeError):  # kubeconform tells what is wrong with it
            continue
        for path, schema in made.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(schema))
    return schemas.location_arguments(folder)
