"""How images are built: ``ci:``."""

from __future__ import annotations

from generator.spec.language.names import ENVIRONMENT_NAME, RELATIVE, STORE_HINT
from generator.spec.types import Boolean, Either, Field, MapOf, Record, Scalar, Text

_SECRET_NAME = Text("a secret's name", r"[A-Za-z0-9/_+=.@][A-Za-z0-9/_+=.@-]*", 512, STORE_HINT)
GITHUB_APP = Record(
    {
        "id": Field(
            Text("an App's id", r"[0-9]{1,20}|Iv[A-Za-z0-9.]{1,30}", 32, 'its App ID, in quotes: "123456"'),
            "its App ID",
            required=True,
        ),
        "secret": Field(
            _SECRET_NAME, "the Secrets Manager secret with its `private_key`, for CodeBuild", required=True
        ),
    }
)
GITHUB = Record(
    {
        "role": Field(
            Text(
                "a role's ARN",
                r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
                300,
                "like arn:aws:iam::123456789012:role/ci",
            ),
            "the AWS role that the workflow takes on by OIDC; the repository's variable AWS_ROLE_ARN if left out",
        ),
        "runner": Field(
            Text("a runner's label", r"[A-Za-z0-9][A-Za-z0-9._-]*", 100, "like ubuntu-24.04"),
            "where it runs; ubuntu-24.04 if left out",
        ),
        "environment": Field(
            Text(
                "an environment of GitHub",
                r"[A-Za-z0-9][A-Za-z0-9._-]*",
                100,
                "its name in the repository's settings, like production",
            ),
            "GitHub's environment whose secrets, branches and reviewers hold for the job that delivers",
        ),
    }
)
INSTALL = Record(
    {
        "requirements": Field(
            RELATIVE, "a file of this repository with versions and hashes, for pip --require-hashes", required=True
        ),
    }
)
_PINNED_IMAGE = Text(
    "an image with its digest",
    r"[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?(?::[0-9]{1,5}/[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?)?"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64}",
    512,
    "like moby/buildkit:v0.31.2@sha256:…: a tag could be moved, a digest cannot",
)
CI_IMAGES = Record(
    {
        "binfmt": Field(_PINNED_IMAGE, "emulates other processors"),
        "buildkit": Field(_PINNED_IMAGE, "builds"),
        "sbom": Field(_PINNED_IMAGE, "writes the bill of materials"),
    }
)
CI = Record(
    {
        "install": Field(
            Either(((str, Text("a shell command", longest=2000)), (dict, INSTALL)), "a shell command or a map"),
            "how builds get this generator; their image has to hold it if left out",
        ),
        "images": Field(CI_IMAGES, "other copies of the images that builds take from Docker Hub"),
        "runtime": Field(
            MapOf(Text("a runtime", r"[a-z]+", 30, "lower-case letters, like python"), Scalar()),
            "CodeBuild runtime-versions; python: 3.11 if left out",
        ),
        "environment": Field(ENVIRONMENT_NAME, "the environment that builds are put into; the first if left out"),
        "credentials": Field(
            _SECRET_NAME,
            "the Secrets Manager secret with git `username` and `token`; CodeBuild's own credentials if left out",
        ),
        "githubApp": Field(GITHUB_APP, "a GitHub App that commits the tags, in place of a token"),
        "pullRequest": Field(
            Boolean(), "where the branch takes no pushes, open a pull request with the new tags in place of the commit"
        ),
        "codebuild": Field(Boolean(), "generate buildspec.yml; true if left out"),
        "github": Field(
            Either(((bool, Boolean()), (dict, GITHUB)), "true or a map"),
            "generate the same as GitHub Actions workflows",
        ),
        "checks": Field(Boolean(), "check pull requests to this repository; on with `github` unless said otherwise"),
    }
)
