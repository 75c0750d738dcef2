"""Define notifications of deployments and failures. The spec has the names of secrets, never their values."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import ENVIRONMENT_NAME, HOST
from generator.spec.language.promotion import TOPIC
from generator.spec.notifications import EVENTS
from generator.spec.types import Choice, Field, Integer, ListOf, Record, Text

_ADDRESS = Text("an e-mail address", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", 254, "like releases@example.com")
_KEY = "a key of the Secret `argocd-notifications-secret`"

NOTIFICATIONS = Record(
    {
        "events": Field(ListOf(Choice(EVENTS), least=1), "The events that cause a message, once for each revision."),
        "environments": Field(ListOf(ENVIRONMENT_NAME, least=1), "The environments whose events cause a message."),
        "slack": Field(
            Record(
                {
                    "channels": Field(
                        ListOf(Text("a channel", r"[a-z0-9_-]{1,80}", 80, "its name, without #"), least=1),
                        "The channels.",
                        required=True,
                    ),
                    "token": Field(shapes.KEY, f"The token of Slack's bot: {_KEY}."),
                }
            ),
            "Messages in Slack.",
        ),
        "email": Field(
            Record(
                {
                    "to": Field(ListOf(_ADDRESS, least=1), "Who gets the mail.", required=True),
                    "from": Field(_ADDRESS, "The sender.", required=True),
                    "host": Field(HOST, "The mail server.", required=True),
                    "port": Field(Integer(1, 65535, "a port"), "The port of the mail server."),
                    "username": Field(Text("a user's name", longest=254), "The user of the mail server."),
                    "password": Field(shapes.KEY, f"The password of that user: {_KEY}."),
                }
            ),
            "Mail.",
        ),
        "webhook": Field(
            Record(
                {
                    "url": Field(
                        Text("an https URL", r"https?://[^\s@]+", 500, "like https://hooks.example.com/argocd"),
                        "The address.",
                        required=True,
                    ),
                    "authorization": Field(shapes.KEY, f"The header `Authorization`: {_KEY}."),
                }
            ),
            "A request with JSON to an address.",
        ),
        "sns": Field(TOPIC, "An SNS topic, which `wait --notify` tells."),
    }
)
