"""Static front ends: what a spec says of them, what is refused, and what is advised."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.spec import advice, aws_names, loader
from generator.spec.sites import Place
from testing.specs import told

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps: {web: {image: shop/web, port: 8080, ingress: {host: "web-{environment}.shop.example.com"}}}
"""
INFRA = 'infra: {region: eu-west-1, accounts: "123456789012", domain: {zone: shop.example.com}}\n'
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"


def test_what_it_is_in_each_environment() -> None:
    said = f'{{host: "{{environment}}.shop.example.com", environments: {{prod: {{host: shop.example.com, certificate: "{CERTIFICATE}"}}}}}}'
    spec = loader.parse(f"{HEAD}{INFRA}sites: {{www: {said}, docs: {{environments: {{dev: false}}}}}}\n")
    assert spec.sites["www"].places == {
        "dev": Place("dev.shop.example.com"),
        "prod": Place("shop.example.com", CERTIFICATE),
    }
    assert spec.sites["docs"].places == {"prod": Place()}
    assert spec.sites["www"].kind == "cloudfront"


def test_there_are_none_of_previews() -> None:
    previews = HEAD.replace("prod: {}", "preview: {pullRequests: {label: preview}}").replace("git.example", "github")
    previews = previews.replace("image: shop/web", "image: shop/web, source: web")
    spec = loader.parse(f"{previews}{INFRA}sites: {{www: {{}}}}\n")
    assert list(spec.sites["www"].places) == ["dev"]


REFUSED = {
    "a kind that there is not": (
        "{kind: amplfy}",
        'sites.www.kind: "amplfy" is not one of cloudfront, amplify / did you mean "amplify"?',
    ),
    "a host of an app": (
        '{host: "web-{environment}.shop.example.com"}',
        "sites.www.host: web-dev.shop.example.com is that of web / another host",
    ),
    "one host for two environments": (
        "{host: www.shop.example.com}",
        "sites.www.host: www.shop.example.com is that of www in dev"
        " / say it for each environment, or with `{environment}` in it",
    ),
    "a host outside of the zone": (
        "{environments: {prod: {host: www.example.org}}}",
        "sites.www.environments.prod.host: www.example.org is not in the zone shop.example.com"
        " / like www.shop.example.com",
    ),
    "a host that no certificate can be named": (
        f"{{environments: {{prod: {{host: {'a' * 50}.shop.example.com}}}}}}",
        f"sites.www.environments.prod.host: no certificate can be named {'a' * 50}.shop.example.com, of 67 characters"
        " / at most 64 are possible",
    ),
    "a certificate of another region": (
        f'{{environments: {{prod: {{host: shop.example.com, certificate: "{CERTIFICATE.replace("us-east-1", "eu-west-1")}"}}}}}}',
        "sites.www.environments.prod.certificate: CloudFront takes certificates of us-east-1 alone, and this one is in"
        " eu-west-1 / name one of there, or take it out: one is made",
    ),
    "a certificate of another account": (
        f'{{environments: {{prod: {{host: shop.example.com, certificate: "{CERTIFICATE.replace("9012", "9013")}"}}}}}}',
        "sites.www.environments.prod.certificate: it is in the account 123456789013, and prod in 123456789012"
        " / name one of that account",
    ),
    "a certificate for no host": (
        f'{{certificate: "{CERTIFICATE}"}}',
        "sites.www.certificate: a certificate for no host / say `host`, or take it out",
    ),
    "a certificate for Amplify": (
        f'{{kind: amplify, certificate: "{CERTIFICATE}"}}',
        "sites.www.certificate: Amplify makes its certificates itself / take it out",
    ),
    "a build of nothing": (
        "{build: {commands: [make]}}",
        "sites.www.build: nothing is built without a source / say `source: FOLDER`",
    ),
    "an environment that there is not": (
        "{environments: {pord: {}}}",
        'sites.www.environments.pord: no such environment / did you mean "prod"?',
    ),
    "a misspelled placeholder": (
        '{host: "{environment}-{enviroment}.shop.example.com"}',
        "sites.www.host: {enviroment} is not filled in / did you mean {environment}?",
    ),
    "a source that is ours": (
        "{source: overlays/x}",
        'sites.www.source: "overlays/x" is not a folder in this repository'
        " / a relative path without `..`, outside base, overlays, gitops and .git",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(case: str) -> None:
    said, wanted = REFUSED[case]
    found = told(f"{HEAD}{INFRA}sites: {{www: {said}}}\n")
    assert [one.partition(" ")[2] for one in found] == [wanted]
    assert all(one.startswith("7:") for one in found)


@pytest.mark.parametrize(
    ("infra", "wanted"),
    [
        ("", 'sites: no account is named for what serves them / say `infra: {region: eu-west-1, accounts: "123456789012"}`, and Terraform makes them'),
        (INFRA.replace(", domain: {zone: shop.example.com}", ""), "sites.www.environments.prod.host: there is no zone that it is in / say `infra: {domain: {zone: example.com}}`, or leave the host out"),
        (INFRA.replace("eu-west-1", "cn-north-1"), "sites.www: in cn-north-1, neither CloudFront nor Amplify is the one of here / serve it by an app"),
    ],
    ids=["no account", "no zone", "another partition"],
)  # fmt: skip
def test_what_it_needs_is_asked_for(infra: str, wanted: str) -> None:
    found = told(f"{HEAD}{infra}sites: {{www: {{environments: {{prod: {{host: shop.example.com}}}}}}}}\n")
    assert [one.partition(" ")[2] for one in found] == [wanted]


def test_a_source_that_is_not_there_is_advised_on(tmp_path: Path) -> None:
    text = f"{HEAD}{INFRA}sites: {{www: {{source: sit}}, docs: {{source: docs}}, app: {{source: docs, build: {{commands: [make]}}}}}}\n"
    (tmp_path / "generator.yaml").write_text(text)
    (tmp_path / "site").mkdir()
    (tmp_path / "docs").mkdir()
    found = [
        f"{one.path}: {one.message} / {one.hint}"
        for one in advice.of(tmp_path, loader.load(tmp_path)).told(loader.written(tmp_path))
        if one.path.startswith("sites")
    ]
    assert found == [
        'sites.www.source: there is no folder sit / did you mean "site"?',
        "sites.docs.source: there is no index.html in docs / add it, or say what makes it: `build: {commands: […], output: …}`",
    ]  # fmt: skip


def test_no_bucket_has_a_name_that_is_too_long_or_an_apps() -> None:
    name = aws_names.site_bucket("p" * 30, "e" * 30, "s" * 30, "123456789012")
    assert len(name) == 63
    assert name.endswith("-123456789012-site")
    assert name != aws_names.site_bucket("p" * 30, "e" * 30, "s" * 29 + "t", "123456789012")
    assert aws_names.site_bucket("shop", "dev", "www", "1") != aws_names.bucket("shop", "dev", "www", "site", "1")
