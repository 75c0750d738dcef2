"""Entries of the fields of static front ends."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_SITE: Final = "sites.<site>"
_OWN: Final = f"{_SITE}.environments.<environment>"
SITES: Final[dict[str, Entry]] = {
    "sites": Entry(
        "sites:\n"
        "  www:\n"
        "    source: site\n"
        "    build: {test: [npm test], commands: [npm ci, npm run build], output: dist}\n"
        "    host: '{environment}.shop.example.com'\n"
        "    certificate: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-1111-4222-8333-444455556666\n"
        "    singlePage: true\n"
        "    environments:\n"
        "      prod:\n"
        "        host: shop.example.com\n"
        "        certificate: arn:aws:acm:us-east-1:123456789012:certificate/5d6e7f80-1111-4222-8333-444455556666\n"
        "  docs: {kind: amplify, source: docs/site, environments: {dev: false}}",
        unset="none",
        effect="A module `site` or `amplify_site` in `infra/environments/`, and jobs of the pipeline.",
    ),
    f"{_SITE}.kind": Entry(default="cloudfront"),
    f"{_SITE}.source": Entry(unset="something else builds it; `publish` takes its files"),
    f"{_SITE}.build": Entry(unset="the files of `source` are published as they are", effect="Jobs of the pipeline."),
    f"{_SITE}.build.test": Entry(unset="none"),
    f"{_SITE}.build.commands": Entry(unset="none"),
    f"{_SITE}.build.output": Entry(unset="`source` itself"),
    f"{_SITE}.host": Entry(unset="the name that AWS gives it", effect="A record in Route 53, and a certificate."),
    f"{_SITE}.certificate": Entry(unset="one is made, in us-east-1"),
    f"{_SITE}.singlePage": Entry(default="false"),
    f"{_SITE}.environments": Entry(unset="nothing differs"),
    f"{_OWN}.host": Entry(unset="`host` of the site"),
    f"{_OWN}.certificate": Entry(unset="`certificate` of the site"),
}
