"""Define previews: the fields of an environment about pull requests."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import APP_NAME, LABEL, REPOSITORY
from generator.spec.language.promotion import DURATION
from generator.spec.types import Field, Integer, ListOf, MapOf, Record, Scalar, Text

_TEMPLATED = "{number}, {sha}, {short_sha} and {app} stand for the request's and the app's"

PULL_REQUESTS = Record(
    {
        "label": Field(
            Text("a label", r"\S(?:.*\S)?", 50, "as reviewers set it on a request, like preview"),
            "The label that a pull request must have. Only users who may set labels can start a preview.",
            required=True,
        ),
        "repository": Field(REPOSITORY, "The repository of the pull requests."),
        "tag": Field(
            Text("an image tag", r"(?:[A-Za-z0-9_.-]|\{(?:number|sha|short_sha|app)\})+", 128, _TEMPLATED),
            "The tag of the image that the pipeline builds of a request.",
        ),
        "host": Field(
            Text(
                "a host name",
                r"(?:[a-z0-9.-]|\{(?:number|app|short_sha)\})+",
                253,
                f"{_TEMPLATED}, {{app}} for the app's",
            ),
            "The host of an app's Ingress in a preview.",
        ),
        "token": Field(
            Record(
                {
                    "name": Field(LABEL, "The name of the Secret.", required=True),
                    "key": Field(shapes.KEY, "The key in it."),
                }
            ),
            "The Secret, in Argo CD's namespace, with a token that reads pull requests.",
        ),
        "quota": Field(MapOf(shapes.KEY, Scalar()), "The limits of one preview, as in a ResourceQuota."),
        "pollSeconds": Field(
            Integer(30, 86400, "seconds"), "How often Argo CD asks the forge for requests, if there is no webhook."
        ),
        "timeToLive": Field(
            DURATION,
            "How long a preview lives after its request got the label. `previews --expire` removes the label then.",
        ),
        "apps": Field(ListOf(APP_NAME, least=1), "The apps that a preview has."),
    }
)
