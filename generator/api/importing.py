"""`import_score`: a Score file as an app of generator.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.api import edit
from generator.api.call import NONE, Credentials, Progress, silent
from generator.errors import Fault, RepositoryError
from generator.files import reader


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A Score file at `path`, which becomes the app `app` (the file's name for it if empty).

    `fields` override the file's fields: dotted name → value as YAML. `generate` is as for `AddRequest`.
    """

    path: str
    directory: Path = Path()
    app: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    generate: bool = False


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Text that was added to generator.yaml, and `left`: every field of the file without a counterpart."""

    app: str
    edited: edit.EditResult
    left: tuple[Fault, ...]


def import_score(
    request: ImportRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> ImportResult:
    """Write a Score file into generator.yaml as a new app.

    Raises SpecError, and writes nothing, where the file is none, or the spec would not be right then.
    """
    from generator.adoption import score
    from generator.yaml import emit

    place = request.directory / request.path
    try:
        text = reader.content(str(place)).decode("utf-8-sig")
    except OSError as exc:
        raise reader.refusal(request.path, exc) from exc
    except UnicodeDecodeError as exc:
        raise RepositoryError(f"{request.path}: is not UTF-8", "save it as UTF-8") from exc
    found = score.read(text, request.path)
    app = request.app or found.name
    fields = {name: emit.flow(value) for name, value in found.fields.items()}
    added = edit.AddRequest(app, request.directory, fields={**fields, **request.fields}, generate=request.generate)
    edited = edit.add(added, progress=progress, credentials=credentials)
    return ImportResult(app, edited, tuple(found.left))
