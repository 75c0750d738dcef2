"""`adopt`: a user's own manifests as an app, as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.adoption.adopting import Adoption
from generator.api import generated as generation
from generator.api.call import NONE, Credentials, Progress, calling, silent


@dataclass(frozen=True, slots=True)
class AdoptRequest:
    """A folder of manifests, or a kustomization with overlays, at `path`, which becomes the app `app`.

    `folders` maps environments to folders below `path`, for folders without the environment's name. `image` is the
    name of the image that releases set, if there are several. `path` may be `URL//FOLDER@REF`. Without `write`,
    nothing is written. If the app is adopted already, new manifests are merged with later edits; `keep` (local or
    updated) is the side that wins if both have changed the same field.
    """

    path: str
    directory: Path = Path()
    app: str = ""
    folders: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    write: bool = False
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """Steps of the adoption, and the files that were `generated` with it, if it was written."""

    adoption: Adoption
    generated: generation.GenerateResult | None = None


def adopt(request: AdoptRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> AdoptResult:
    """Plan the adoption of manifests, and write it if `write` is set.

    If `adoption.faults` is not empty, nothing was written.
    """
    from generator.adoption import adopting

    directory = request.directory
    with calling(credentials, directory):
        progress("reading and building the manifests")
        wanted = adopting.Wanted(request.path, request.app, request.folders, request.image, request.keep)
        found = adopting.find(directory, wanted)
        if not request.write or found.faults:
            return AdoptResult(found)
        progress("writing")
        planned = adopting.write(directory, found)
        return AdoptResult(found, generation.result(directory, planned, planned.changes))
