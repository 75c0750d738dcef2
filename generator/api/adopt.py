"""`adopt`: a user's own manifests as an app, as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.adoption.adopting import Adoption
from generator.api import generate as generation
from generator.api.call import NONE, Credentials, Progress, calling, silent


@dataclass(frozen=True, slots=True)
class AdoptRequest:
    """A folder of manifests, or a kustomization with overlays, at `path`, which becomes the app `app`.

    `folders` are environment → folder below `path`, where it has not the environment's name; `image` is the name of
    the image that is released, where there are several. `path` may be `URL//FOLDER@REF`. Without `write`, nothing is
    written. Of an app that is adopted already, what is new is merged with edits since; `keep` (local or updated) tells
    which side counts where both have changed the same.
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
    """Steps of adopting, in `adoption`, and what was `generated` along with it, if it was written."""

    adoption: Adoption
    generated: generation.GenerateResult | None = None


def adopt(request: AdoptRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> AdoptResult:
    """Find out what it takes to adopt manifests, and do it if that is asked for.

    Where `adoption.faults` has something, nothing was written.
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
