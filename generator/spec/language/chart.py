"""Define a Helm chart as an app: where the chart is, and its values."""

from __future__ import annotations

from typing import Final

from generator.spec import shapes
from generator.spec.language.names import LABEL
from generator.spec.types import Anything, Field, ListOf, Record, Text, partial

_HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
CHART_REPOSITORY: Final = Text(
    "a chart repository",
    rf"(?:https?|oci)://{_HOST}(?:/[A-Za-z0-9._~-]+)*/?",
    500,
    "https://… or oci://…, without the chart's name, its version and passwords",
)
CHART_NAME: Final = Text(
    "a chart's name", r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", 250, "lower-case letters, digits, -, _ and ."
)
VERSION: Final = Text(
    "a chart's version",
    r"v?[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}(?:-[A-Za-z0-9][A-Za-z0-9.-]{0,80})?"
    r"(?:\+[A-Za-z0-9][A-Za-z0-9.-]{0,80})?",
    190,
    'one version, like "8.5.1": a range would deploy what nobody has approved',
)
DIGEST: Final = Text("a digest", r"sha256:[0-9a-f]{64}", 71, "sha256: and 64 hexadecimal digits")
_VALUES: Final = Anything("a map of values", hint="write it as in the chart's values.yaml")

_RELEASED: Final = {
    "version": Field(
        VERSION, "The version to start with. Then `charts update`, `promote` and `rollback` set it.", required=True
    ),
    "digest": Field(DIGEST, "The digest of that version, for a chart in an OCI registry."),
}
CHART: Final = Record(
    {
        "repository": Field(
            CHART_REPOSITORY,
            "Where the chart is: a repository (https://…), or a registry and path (oci://…) without the chart's name.",
            required=True,
        ),
        "name": Field(CHART_NAME, "The chart's name."),
        **_RELEASED,
        "releaseName": Field(
            LABEL, "The name of the Helm release. Most charts use it as the prefix of their objects' names."
        ),
        "kinds": Field(
            ListOf(shapes.OBJECT_KIND),
            "Further kinds that the chart may create: cluster-wide ones, and those of custom resources.",
        ),
        "secrets": Field(ListOf(shapes.OBJECT_NAME), "Secrets that the chart renders with data that is not secret."),
    }
)
FIELDS: Final = {
    "chart": Field(CHART, "The Helm chart that is the app, in place of an image."),
    "values": Field(_VALUES, "The chart's values. An environment's values override them."),
}
OVERRIDE: Final = {
    "chart": Field(partial(CHART), "The first version in the environment."),
    "values": FIELDS["values"],
}
# An app that is a chart, in a promotion.
COMPLETE: Final = Record({"chart": Field(CHART, FIELDS["chart"].about, required=True), "values": FIELDS["values"]})
