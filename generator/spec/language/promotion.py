"""Define when promotions may land, what is promoted, and who is notified."""

from __future__ import annotations

from typing import Final

from generator.spec.promotion import CLOCK as _CLOCK
from generator.spec.promotion import DAYS
from generator.spec.promotion import MOMENT as _MOMENT
from generator.spec.types import Boolean, Choice, Field, ListOf, Record, Text

DURATION = Text("a duration", r"[0-9]{1,5}[smhd]", 6, "a number and s, m, h or d: like 30m, 2h or 1d")
MOMENT = Text("a day or a time", _MOMENT, 16, "like 2026-12-20, or 2026-12-20T18:00; days count whole")
CLOCK = Text("a time of day", _CLOCK, 5, 'like "09:30", from 00:00 to 23:59')
ZONE = Text("a time zone", r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*", 60, "like Europe/Berlin; UTC if left out")
TOPIC = Text(
    "an SNS topic's ARN",
    r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?",
    400,
    "like arn:aws:sns:eu-west-1:123456789012:approvals",
)

FREEZE = Record(
    {
        "from": Field(MOMENT, "The first day, or the first minute.", required=True),
        "to": Field(MOMENT, "The last day, or the last minute.", required=True),
        "reason": Field(Text("a reason", longest=300), "The reason, which is shown with the refusal."),
        "timezone": Field(ZONE, "The time zone of these days and hours."),
    }
)
WINDOW = Record(
    {
        "days": Field(ListOf(Choice(DAYS), least=1), "The days of the week on which it opens."),
        "from": Field(CLOCK, "When it opens."),
        "to": Field(CLOCK, "When it closes; on the next day if that is not later than `from`."),
        "timezone": Field(ZONE, "The time zone of these days and hours."),
    }
)
# Fields of an environment.
GATES: Final[dict[str, Field]] = {
    "soak": Field(DURATION, "How long a build must have run in the previous environment before it may be promoted."),
    "freeze": Field(ListOf(FREEZE), "Times in which nothing is promoted into the environment."),
    "windows": Field(
        ListOf(WINDOW), "The only times at which a promotion into the environment may be merged or pushed."
    ),
}
PROMOTION = Record(
    {
        "soak": Field(DURATION, "The `soak` of every environment that has none of its own."),
        "notify": Field(TOPIC, "The SNS topic that is notified of each promotion request, with its link."),
        "base": Field(
            Boolean(),
            "Promote changes of the base, too. Each environment except the first keeps its own copy of the base.",
        ),
        "config": Field(Boolean(), "With `base`, promote `config` along with it."),
    }
)
