"""Define static front ends: files for browsers, without a server of the project."""

from __future__ import annotations

from typing import Final

from generator.spec import patterns
from generator.spec.language.names import ENVIRONMENT_NAME, HOST_HINT, RELATIVE, SITE_NAME, SOURCE
from generator.spec.types import Boolean, Choice, Either, Field, ListOf, MapOf, Record, Text

_HOST: Final = Text("a host name", patterns.SUBDOMAIN, 253, HOST_HINT, filled=True)
_COMMANDS: Final = ListOf(Text("a shell command", longest=8192))
_CERTIFICATE: Final = Text(
    "the ARN of a certificate",
    r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
    200,
    "like arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-…",
)
_OWN: Final[dict[str, Field]] = {
    "host": Field(_HOST, "The name that it is reached at, in the zone of `infra.domain`."),
    "certificate": Field(
        _CERTIFICATE, "A certificate that is there already, in place of one that is made. CloudFront alone takes one."
    ),
}
BUILD: Final = Record(
    {
        "test": Field(_COMMANDS, "Shell commands that run in `source` first. If one fails, nothing is published."),
        "commands": Field(
            _COMMANDS, "Shell commands that run in `source` and make the files. They get no credentials."
        ),
        "output": Field(RELATIVE, "The folder with the files that are published, relative to `source`."),
    }
)
SITE: Final = Record(
    {
        "kind": Field(
            Choice(("cloudfront", "amplify")), "What serves it: CloudFront before a private bucket, or Amplify Hosting."
        ),
        "source": Field(
            SOURCE, "The folder that it is made from. With it, the pipeline builds and publishes the site."
        ),
        "build": Field(BUILD, "How the pipeline makes its files."),
        **_OWN,
        "singlePage": Field(
            Boolean(), "Whether a path that is no file shows `index.html`, and not `404.html` as an error."
        ),
        "environments": Field(
            MapOf(
                ENVIRONMENT_NAME,
                Either(((bool, Boolean()), (dict, Record(dict(_OWN)))), "a map, or false"),
            ),
            "What differs in an environment; `false` in place of a map keeps the site out of it.",
        ),
    }
)
SITES: Final = MapOf(SITE_NAME, SITE)
