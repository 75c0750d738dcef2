"""Define what an app adds to its kustomizations: patches, components, replacements, manifests."""

from __future__ import annotations

from typing import Final

from generator.spec.language.names import LABEL, RELATIVE, SOURCE
from generator.spec.types import Anything, Boolean, Either, Field, Integer, ListOf, MapOf, Record, Text

_WORD: Final = Text("a pattern", longest=317)
_SELECTED: Final = {
    "group": Field(_WORD, "The API group of the objects."),
    "version": Field(_WORD, "The version of their API."),
    "kind": Field(_WORD, "Their kind."),
    "name": Field(_WORD, "Their name."),
    "namespace": Field(_WORD, "Their namespace, as far as a manifest says it."),
}
TARGET: Final = Record(
    {
        **_SELECTED,
        "labelSelector": Field(_WORD, "Labels that they have, like `tier=web`."),
        "annotationSelector": Field(_WORD, "Annotations that they have."),
    }
)
_SAID: Final = Either(
    (
        (dict, Anything()),
        (list, ListOf(Anything(), least=1)),
        (str, Text("a patch", longest=100_000)),
    ),
    "a patch: a part of a manifest, or a list of operations",
)
PATCH: Final = Record(
    {
        "patch": Field(
            _SAID, "A part of the manifest, merged as Kubernetes merges it; or operations of JSON Patch (RFC 6902)."
        ),
        "path": Field(RELATIVE, "The file of the repository with the patch, instead of `patch`."),
        "target": Field(TARGET, "The objects that it changes, by patterns. Operations need it."),
    },
    exactly_one=("patch", "path"),
)
_FIELD_PATH: Final = Text("a field", longest=1000)
_PART: Final = {
    "delimiter": Field(Text("a delimiter", longest=40), "What the text of the field is split at."),
    "index": Field(Integer(-(2**31), 2**31 - 1), "Which of the parts it is, from 0 on."),
}
_OPTIONS: Final = Record(
    {
        "delimiter": Field(Text("a delimiter", longest=40), "What the text of the field is split at."),
        "index": Field(Integer(-(2**31), 2**31 - 1), "Which of the parts it is, from 0 on; -1 is before the first."),
        "create": Field(Boolean(), "Create the field if it does not exist."),
    }
)
_SOURCE: Final = Record(
    {
        **_SELECTED,
        "fieldPath": Field(_FIELD_PATH, "The field whose value is taken. `metadata.name` if it is left out."),
        "options": Field(Record(_PART), "Which part of the value is taken."),
    }
)
_REPLACED: Final = Record(
    {
        "select": Field(Record(_SELECTED), "The objects that get it.", required=True),
        "reject": Field(ListOf(Record(_SELECTED)), "Objects that do not."),
        "fieldPaths": Field(ListOf(_FIELD_PATH, least=1), "The fields that get it."),
        "options": Field(_OPTIONS, "Which part of a field gets it."),
    }
)
REPLACEMENT: Final = Record(
    {
        "source": Field(_SOURCE, "Where the value comes from.", required=True),
        "targets": Field(ListOf(_REPLACED, least=1), "Where it goes.", required=True),
    }
)
MANIFEST: Final = Either(
    (
        (str, RELATIVE),
        (dict, Anything()),
        (list, ListOf(Anything(), least=1)),
    ),
    "a manifest, a list of them, or a file of the repository",
)

# Fields that an environment can also have, for the overlays of all its apps.
EVERYWHERE: Final[dict[str, Field]] = {
    "patches": Field(
        ListOf(PATCH),
        "Patches of the manifests, as in a kustomization. An environment's patches are applied after the app's.",
    ),
    "components": Field(
        ListOf(SOURCE),
        "Kustomize components of the repository, by their folders. An environment's components are added.",
    ),
    "replacements": Field(
        ListOf(REPLACEMENT), "Values that are copied from one field to others. An environment's replacements are added."
    ),
}
HATCHES: Final[dict[str, Field]] = {
    **EVERYWHERE,
    "manifests": Field(
        MapOf(LABEL, MANIFEST),
        "Further manifests of the app, by the names of their files: each is a manifest, or a file of the repository.",
    ),
}
