"""An app: its workload, where its image comes from, and what differs in each environment."""

from __future__ import annotations

from generator.spec.language.names import APP_NAME, ENVIRONMENT_NAME, IMAGE, RELATIVE, SOURCE, TAG, VARIABLE
from generator.spec.language.workload import OVERRIDE, WORKLOAD
from generator.spec.types import Boolean, Choice, Either, Field, ListOf, MapOf, Record, Scalar, Text

SCAN = Record(
    {
        "severity": Field(
            Choice(("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")),
            "what a finding must at least be to stop the release; CRITICAL unless said otherwise",
        ),
        "ignore": Field(
            ListOf(Text("a finding's name", r"[A-Za-z0-9][A-Za-z0-9-]*", 60, "like CVE-2024-3094")),
            "findings that are known and accepted",
        ),
    }
)
BUILD = Record(
    {
        "dockerfile": Field(RELATIVE, "the Dockerfile, within `source`; Dockerfile unless said otherwise"),
        "test": Field(ListOf(Text("a shell command", longest=8192)), "commands that must pass before the build"),
        "reports": Field(
            ListOf(
                Text(
                    "a file's pattern",
                    r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.*][A-Za-z0-9_.*/-]*",
                    200,
                    "like reports/*.xml, without `..`",
                )
            ),
            "JUnit XML files that the tests write, within `source`; CI shows them",
        ),
        "args": Field(MapOf(VARIABLE, Scalar()), "docker build arguments; $TAG is the new tag"),
        "platforms": Field(
            ListOf(Text("a platform", r"linux/[a-z0-9]+(?:/v[0-9]+)?", 30, "like linux/arm64"), least=1),
            "the processors to build for, [linux/amd64, linux/arm64]; the build machine's own if left out",
        ),
        "cache": Field(
            Either(((bool, Boolean()), (str, IMAGE)), "false or an image"),
            "where layers are kept between builds; <image>-cache in ECR unless said otherwise, false for nowhere",
        ),
        "sbom": Field(Boolean(), "put a bill of materials beside the image in the registry; true if left out"),
        "scan": Field(
            Either(((bool, Boolean()), (dict, SCAN)), "false or a map"),
            "stop the release of what ECR's scan finds unsafe; on in ECR unless said otherwise",
        ),
    }
)


def _elsewhere(name: str, value: object) -> str:
    from generator.spec import misplaced

    return misplaced.in_app(name, value)


APP = Record(
    {
        **WORKLOAD,
        "image": Field(IMAGE, "the image, without a tag, like shop/web", required=True),
        "renamedFrom": Field(APP_NAME, "its former name: its files move, with their tags and edits"),
        "tag": Field(TAG, "the tag to start with; the pipeline's from then on"),
        "source": Field(SOURCE, "the folder with its Dockerfile, if buildspec.yml is to build it"),
        "build": Field(BUILD, "how it is tested and built"),
        "environments": Field(
            MapOf(ENVIRONMENT_NAME, OVERRIDE),
            "what is different in an environment; any field of the app",
        ),
    },
    elsewhere=_elsewhere,
)
