"""Define an app of a user's own manifests; the generator sets only images in these."""

from __future__ import annotations

from typing import Final

from generator.spec import patterns, shapes
from generator.spec.language.names import IMAGE
from generator.spec.types import Boolean, Either, Field, ListOf, Record, Text, partial

NAME: Final = Text("an Application's name", patterns.SUBDOMAIN, 253, "lower-case letters, digits, - and .", filled=True)
ADOPTED: Final = Record(
    {
        "application": Field(NAME, "The name of the Application that existed before the app was adopted."),
        "kinds": Field(
            ListOf(shapes.OBJECT_KIND), "Further kinds of its objects: cluster-wide ones, and custom resources."
        ),
        "upstream": Field(
            Text("where it is from", longest=1000),
            "The source of the manifests, for the next `adopt`.",
        ),
    }
)
FIELDS: Final = {
    "adopted": Field(
        Either(((bool, Boolean()), (dict, ADOPTED)), "true or a map", "write `adopted: true`"),
        "The app's base and overlays are your own manifests, added by `adopt`. The generator never writes them.",
    ),
}
OVERRIDE: Final = {"adopted": Field(partial(ADOPTED), "The name of the environment's Application.")}
# An app of manifests in a promotion: only its image counts.
COMPLETE: Final = Record({**FIELDS, "image": Field(IMAGE, "The image without a tag.", required=True)})
