"""Static front ends and their settings in each environment.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec import placeholder, said
from generator.spec.plain_data import without_nulls, words

Data = Mapping[str, Any]

CLOUDFRONT: Final = "cloudfront"
AMPLIFY: Final = "amplify"
# The region of CloudFront's certificates, whatever the region of the bucket.
CERTIFICATES: Final = "us-east-1"
# The Terraform outputs of each kind of site: the end of the output's name, and the name in the module.
OUTPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    CLOUDFRONT: ("address", "bucket", "distribution"),
    AMPLIFY: ("address", "app", "branch"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A site in one environment: its host and an existing certificate, both optional."""

    host: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One static front end.

    Attributes:
        source: The folder with its source; empty if something else builds it.
        output: The folder below ``source`` that is published.
        places: Its settings by environment, for the environments that it is in.
    """

    name: str
    kind: str
    source: str
    output: str
    test: tuple[str, ...]
    commands: tuple[str, ...]
    single_page: bool
    places: Mapping[str, Place]

    @property
    def folder(self) -> str:
        """Return the folder of the repository that contains the files to publish after the build."""
        return f"{self.source}/{self.output}" if self.output else self.source


def build(data: Data) -> dict[str, Site]:
    """Build the sites of checked data, by name."""
    environments = [name for name, given in data["environments"].items() if not (given or {}).get("pullRequests")]
    return {name: _site(name, given, environments) for name, given in (data.get("sites") or {}).items()}


def output(site: str, what: str) -> str:
    """Return the name of a Terraform output about a site."""
    return f"site_{site}_{what}".replace("-", "_")


def _site(name: str, given: Data, environments: list[str]) -> Site:
    about = given.get("build") or {}
    return Site(
        name=name,
        kind=given.get("kind") or CLOUDFRONT,
        source=given.get("source") or "",
        output=about.get("output") or "",
        test=words(about.get("test")),
        commands=words(about.get("commands")),
        single_page=bool(given.get("singlePage")),
        places={one: place(given, one) for one in said.present(given, tuple(environments))},
    )


def place(given: Data, environment: str) -> Place:
    """Return a site's settings in an environment."""
    own = (given.get("environments") or {}).get(environment) or {}
    found = without_nulls({**given, **own})
    return Place(placeholder.filled(found.get("host") or "", environment), found.get("certificate") or "")
