"""Define what a pipeline through the environments does in each of them."""

from __future__ import annotations

from typing import Final

from generator.spec.language.promotion import DURATION
from generator.spec.types import Field, ListOf, Record, Text

EMAIL = Text(
    "an e-mail address",
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+",
    254,
    "like ops@example.com",
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
