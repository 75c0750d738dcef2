"""Define the pipeline through the environments: ``ci.codepipeline``, and the fields of an environment for it."""

from __future__ import annotations

from typing import Final

from generator.spec.language.promotion import DURATION
from generator.spec.types import Boolean, Choice, Either, Field, ListOf, Record, Text

EMAIL = Text(
    "an e-mail address",
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+",
    254,
    "like ops@example.com",
)
CONNECTION = Text(
    "a connection's ARN",
    r"arn:aws[a-z-]*:code(?:connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[A-Za-z0-9-]+",
    256,
    "like arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-…",
)
_SETTINGS = Record(
    {
        "source": Field(
            Choice(("repository", "ecr")),
            "What starts it: a commit to this repository, or an image that another pipeline pushes to ECR.",
        ),
        "connection": Field(CONNECTION, "The connection to the forge, if there is one already."),
    }
)
CODEPIPELINE = Field(
    Either(((bool, Boolean()), (dict, _SETTINGS)), "true or a map"),
    "Generate a pipeline that brings one image through all environments: `true`, or a map with its settings.",
)
# Fields of an environment.
STAGE: Final[dict[str, Field]] = {
    "approval": Field(
        Record(
            {
                "email": Field(ListOf(EMAIL, least=1), "Who is asked, by SNS.", required=True),
                "timeout": Field(DURATION, "How long the pipeline waits for an answer."),
            }
        ),
        "Wait for an approval in AWS' console before each delivery to the environment.",
    ),
    "verify": Field(
        ListOf(Text("a shell command", longest=2000)),
        "Commands that test the environment once the new image runs there. If one fails, the pipeline stops.",
    ),
}
