"""Define an app: its workload, the source of its image, and its part of each environment."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language import adopted, chart
from generator.spec.language.hatches import HATCHES
from generator.spec.language.kinds import KIND
from generator.spec.language.names import (
    APP_NAME,
    CONTEXT_NAME,
    DIGEST,
    ENVIRONMENT_NAME,
    IMAGE,
    NAMESPACE,
    RELATIVE,
    SOURCE,
    TAG,
    VARIABLE,
)
from generator.spec.language.workload import OVERRIDE, WORKLOAD, WORKLOADS
from generator.spec.types import Boolean, Choice, Either, Field, ListOf, MapOf, Record, Scalar, Text

# These cannot differ in an environment, because the rules of other apps follow from them.
NEEDS: dict[str, Field] = {
    "needs": Field(
        ListOf(APP_NAME),
        "The apps that it connects to. It can then reach no other apps, and these accept "
        "connections only from apps that need them.",
    ),
    "needsCidr": Field(
        ListOf(shapes.CIDR),
        "Ranges of addresses that it connects to. It can then reach only these and the apps that it needs.",
    ),
}
SCAN = Record(
    {
        "severity": Field(
            Choice(("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")),
            "The lowest severity of a finding that stops the release.",
        ),
        "ignore": Field(
            ListOf(Text("a finding's name", r"[A-Za-z0-9][A-Za-z0-9-]*", 60, "like CVE-2024-3094")),
            "Findings that are known and accepted, by name.",
        ),
    }
)
BUILD = Record(
    {
        "dockerfile": Field(RELATIVE, "The Dockerfile, relative to `source`."),
        "test": Field(
            ListOf(Text("a shell command", longest=8192)),
            "Shell commands that run in `source` before the image is built. If one fails, nothing is released.",
        ),
        "reports": Field(
            ListOf(
                Text(
                    "a file's pattern",
                    r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.*][A-Za-z0-9_.*/-]*",
                    200,
                    "like reports/*.xml, without `..`",
                )
            ),
            "JUnit XML files that the tests write, relative to `source`. CI shows their results.",
        ),
        "contexts": Field(
            MapOf(CONTEXT_NAME, SOURCE),
            "Further folders of this repository that the Dockerfile copies from, by name: `COPY --from=NAME`."
            " A change in one of them builds the app.",
        ),
        "args": Field(
            MapOf(VARIABLE, Scalar()), "Arguments of the image build, by name. `$TAG` in a value is the new tag."
        ),
        "platforms": Field(
            ListOf(Text("a platform", r"linux/[a-z0-9]+(?:/v[0-9]+)?", 30, "like linux/arm64"), least=1),
            "The processors that the image is built for.",
        ),
        "cache": Field(
            Either(((bool, Boolean()), (str, IMAGE)), "false or an image"),
            "The image that keeps build layers between builds, or `false` to keep none.",
        ),
        "sbom": Field(Boolean(), "Store a bill of materials beside the image in the registry."),
        "scan": Field(
            Either(((bool, Boolean()), (dict, SCAN)), "false or a map"),
            "Stop a release if ECR's scan of the image finds something, or `false` to release without a scan.",
        ),
    }
)


def _elsewhere(name: str, value: object) -> str:
    from generator.spec import misplaced

    return misplaced.in_app(name, value)


APP = Record(
    {
        **KIND,
        **WORKLOAD,
        **WORKLOADS,
        **HATCHES,
        "image": Field(
            IMAGE,
            "The image without a tag, like shop/web. `registry` is put before it, unless it names a registry itself.",
            required=True,
        ),
        **chart.FIELDS,
        **adopted.FIELDS,
        **NEEDS,
        "renamedFrom": Field(
            APP_NAME, "The app's former name. Its files move to the new name, with their tags and hand edits."
        ),
        "namespace": Field(
            NAMESPACE,
            "A namespace for this app alone, instead of the environment's. `{environment}` stands "
            "for the environment's name.",
        ),
        "tag": Field(TAG, "The tag to start with. From the first build on, the pipeline sets the tag in the overlays."),
        "digest": Field(
            DIGEST,
            "The digest to start with, which fixes the bytes that `tag` names. The pipeline's builds replace it.",
        ),
        "source": Field(
            SOURCE,
            "The folder with the app's Dockerfile. With it, the pipeline tests, builds and releases the app.",
        ),
        "build": Field(BUILD, "How the pipeline tests and builds the image."),
        "environments": Field(
            MapOf(
                ENVIRONMENT_NAME,
                Either(
                    (
                        (bool, Boolean()),
                        (
                            dict,
                            Record(
                                {**OVERRIDE.fields, **chart.OVERRIDE, **adopted.OVERRIDE},
                                elsewhere=OVERRIDE.elsewhere,
                                laid_over=True,
                            ),
                        ),
                    ),
                    "a map, or false",
                ),
            ),
            "Overrides for an environment: any field of the workload. Maps are merged, and `null` removes a "
            "field; `false` instead of a map excludes the app from the environment.",
        ),
    },
    elsewhere=_elsewhere,
    instead=("chart",),
)
