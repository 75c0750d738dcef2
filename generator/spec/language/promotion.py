"""When promotions may land, what is promoted, and who is told."""

from __future__ import annotations

from typing import Final

from generator.spec.promotion import DAYS
from generator.spec.types import Boolean, Choice, Field, ListOf, Record, Text

_DAY: Final = (
    r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-9]))"
)
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"

DURATION = Text("a duration", r"[0-9]{1,5}[smhd]", 6, "a number and s, m, h or d: like 30m, 2h or 1d")
MOMENT = Text(
    "a day or a time", rf"{_DAY}(?:[T ]{_CLOCK})?", 16, "like 2026-12-20, or 2026-12-20T18:00; days count whole"
)
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
        "from": Field(MOMENT, "the first day, or the time from which", required=True),
        "to": Field(MOMENT, "the last day, or the time until which", required=True),
        "reason": Field(Text("a reason", longest=300), "why; shown with the refusal"),
        "timezone": Field(ZONE, "whose days and hours these are; UTC if left out"),
    }
)
WINDOW = Record(
    {
        "days": Field(ListOf(Choice(DAYS), least=1), "the days of the week; all of them if left out"),
        "from": Field(CLOCK, "when it opens; 00:00 if left out"),
        "to": Field(CLOCK, "when it closes, on the next day if that is earlier; 24:00 if left out"),
        "timezone": Field(ZONE, "whose days and hours these are; UTC if left out"),
    }
)
# Of an environment.
GATES: Final[dict[str, Field]] = {
    "soak": Field(DURATION, "how long a build must have run in the environment before it"),
    "freeze": Field(ListOf(FREEZE), "when nothing is to be promoted into it"),
    "windows": Field(ListOf(WINDOW), "the only times at which promotions into it may land; always if left out"),
}
PROMOTION = Record(
    {
        "soak": Field(DURATION, "`soak` of every environment that says nothing of its own"),
        "notify": Field(TOPIC, "the SNS topic that is told of promotion requests, with the link"),
        "base": Field(Boolean(), "promote changes of the base too: each environment keeps a copy of its own"),
        "config": Field(Boolean(), "with `base`: promote config along with it; true unless said otherwise"),
    }
)
