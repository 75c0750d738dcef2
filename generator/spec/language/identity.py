"""Define the rights of an app's pods: their ServiceAccount, its role in AWS, and rights in the cluster's API."""

from __future__ import annotations

from generator.spec.language.names import LABEL, ROLE_ARN
from generator.spec.shapes import STRINGS
from generator.spec.types import Anything, Boolean, Choice, Either, Field, ListOf, Record, Text

SERVICE_ACCOUNT = Record(
    {
        "annotations": Field(STRINGS, "Annotations of the ServiceAccount."),
        "roleArn": Field(ROLE_ARN, "The IAM role of its pods, by IRSA. EKS Pod Identity needs nothing here."),
        "token": Field(Boolean(), "Mount the ServiceAccount's API token into the pods."),
    }
)

_WORDS = ListOf(Text("a word", r"\S+", 253, "one word, like pods or get"), least=1)
_RULE = Record(
    {
        "apiGroups": Field(ListOf(Text("an API group", longest=253), least=1), 'The API groups; `""` is that of Pods.'),
        "resources": Field(_WORDS, "The kinds of objects, in lower case and plural.", required=True),
        "resourceNames": Field(_WORDS, "The objects, by name; all of them if it is left out."),
        "verbs": Field(_WORDS, "The permitted actions.", required=True),
    }
)
_RULES = ListOf(_RULE, least=1)
ROLE = Either(
    (
        (list, _RULES),
        (
            dict,
            Record(
                {
                    "rules": Field(_RULES, "The rules.", required=True),
                    "reason": Field(
                        Text("a reason", longest=500),
                        "Why the app needs broad rights (`*`), or the right to grant rights.",
                    ),
                }
            ),
        ),
    ),
    "a list of rules or a map with rules",
)

_NAME = Text(
    "a secret's name",
    r"(?:[A-Za-z0-9/_+=.@-]|\{environment\})+",
    512,
    "its name in Secrets Manager, like shop/web; never the secret itself",
)
EXTERNAL_SECRET = Record(
    {
        "dataFrom": Field(
            ListOf(_NAME, least=1), "Secrets of which every field becomes an environment variable of the same name."
        ),
        "template": Field(
            Anything(of="external-secrets.io/v1/ExternalSecret:spec.target.template"),
            "The template of the Secret, as in an ExternalSecret.",
        ),
        "refreshInterval": Field(
            Text("a time", r"[0-9]+(?:s|m|h)", 10, "like 15m or 1h"), "How often the store is checked for changes."
        ),
        "restart": Field(Boolean(), "Restart the pods after a secret has changed, with Stakater's Reloader."),
    }
)
SECRET_STORE = Record(
    {
        "name": Field(LABEL, "The name of the store.", required=True),
        "kind": Field(Choice(("ClusterSecretStore", "SecretStore")), "The kind of the store."),
    }
)
