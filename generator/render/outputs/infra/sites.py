"""The static front ends of an environment: buckets with CloudFront, or Amplify apps, and certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.outputs.infra.configuration import Module, Output, of_site
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, sites

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here
    from generator.spec.sites import Place, Site

# CloudFront reads certificates from one region only.
CERTIFICATES = "us_east_1"
_MODULES = {sites.CLOUDFRONT: "site", sites.AMPLIFY: "amplify_site"}


def modules(here: Here, name: str) -> Iterator[Module]:
    """Yield the modules of a site, and of the certificate for its host."""
    site, place = here.spec.sites[name], here.spec.sites[name].places[here.environment]
    label = _label(site)
    if needs_certificate(site, place) and here.place.domain:
        given: dict[str, Value] = {"zone": here.place.domain.zone, "hosts": [place.host]}
        yield Module(
            f"certificate_{label}", "certificate", given, {"aws": Raw(f"aws.{CERTIFICATES}")}, file=of_site(name)
        )
    yield Module(
        label, _MODULES[site.kind], {**_arguments(here, site), **_named(here, site, place)}, file=of_site(name)
    )


def needs_certificate(site: Site, place: Place) -> bool:
    """Tell whether a site needs a new certificate. Amplify makes its own."""
    return site.kind == sites.CLOUDFRONT and bool(place.host) and not place.certificate


def outputs(here: Here, name: str) -> Iterator[Output]:
    """Yield the outputs of a site for `publish` and for users."""
    site = here.spec.sites[name]
    for what in sites.OUTPUTS[site.kind]:
        yield Output(
            sites.output(name, what), f"Of the site {name}.", Raw(f"module.{_label(site)}.{what}"), of_site(name)
        )


def _arguments(here: Here, site: Site) -> dict[str, Value]:
    project, environment = here.infra.project, here.environment
    about: dict[str, Value] = {"name": f"{project}-{environment}-{site.name}", "single_page": site.single_page}
    if site.kind == sites.AMPLIFY:
        return {**about, "branch": aws_names.site_branch(project, environment)}
    return {
        **about,
        "built_here": bool(site.source),
        "bucket": aws_names.site_bucket(project, environment, site.name, here.place.account),
    }


def _named(here: Here, site: Site, place: Place) -> dict[str, Value]:
    if not (place.host and here.place.domain):
        return {}
    found: dict[str, Value] = {"host": place.host, "zone": here.place.domain.zone}
    if site.kind == sites.CLOUDFRONT:
        found["certificate"] = place.certificate or Raw(f"module.certificate_{_label(site)}.arn")
    return found


def _label(site: Site) -> str:
    return f"site_{site.name.replace('-', '_')}"
