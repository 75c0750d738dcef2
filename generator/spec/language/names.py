"""Define names, addresses and paths: the scalars that several parts of the language share."""

from __future__ import annotations

import re

from generator.spec import patterns
from generator.spec.layout import ROOTS
from generator.spec.types import ListOf, Text

LABEL_HINT = "lower-case letters, digits and hyphens; starts with a letter, ends with a letter or digit"
_LABEL = patterns.LABEL

# 50 characters leave room for endings of Kubernetes and of the generator: pod hashes, "-migrate", "-config".
APP_NAME = Text("a name (DNS label)", _LABEL, 50, LABEL_HINT)
# The name of a product: commands accept it in place of its apps.
PRODUCT_NAME = Text("a name (DNS label)", _LABEL, 50, LABEL_HINT)
# The name of a workload: with the app's name before it, it becomes the value of a label.
WORKLOAD_NAME = Text("a name (DNS label)", _LABEL, 40, LABEL_HINT)
ENVIRONMENT_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
# A separate type, because a rename of an environment must not change it.
CLUSTER_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
# The name of an app's database, table, bucket or queue.
STORE_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
SITE_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
PROJECT_NAME = Text("a name (DNS label)", _LABEL, 30, LABEL_HINT)
LABEL = Text("a DNS label", _LABEL, 63, LABEL_HINT)
NAMESPACE = Text("a namespace", _LABEL, 63, LABEL_HINT, filled=True)
HOST_HINT = patterns.HOST_HINT
HOST = Text(*patterns.HOST)
VARIABLE = Text("a variable's name", r"[A-Za-z_][A-Za-z0-9_.-]*", 253, "letters, digits and _; no digit first")
REPOSITORY = Text(
    "a git URL or a path",
    r"(?:https?|ssh|file)://(?![^/]*:[^/]*@)[A-Za-z0-9][A-Za-z0-9._~:/@%+-]*"
    r"|file:///[A-Za-z0-9._~/%+-]+|[a-z][a-z0-9_-]*@[A-Za-z0-9.-]+:[A-Za-z0-9._~/-]+|/[A-Za-z0-9._/-]+",
    500,
    "like https://git.example.com/acme/shop-gitops.git, with no password in it",
)
REGISTRY = Text(
    "a registry",
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9][a-z0-9._-]*)*",
    255,
    "like 123456789012.dkr.ecr.eu-west-1.amazonaws.com",
)
_IMAGE = (
    r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?/)?"
    r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
)
IMAGE = Text("an image without a tag", _IMAGE, 255, "like shop/web; the tag is the pipeline's: seed it with `tag:`")
TAGGED_IMAGE = Text(
    "an image",
    rf"{_IMAGE}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?",
    450,
    "like docker.io/library/redis:7.2",
)
TAG = Text("an image tag", r"[A-Za-z0-9_][A-Za-z0-9_.-]*", 128, "letters, digits, _, . and -; at most 128")
DIGEST = Text("an image's digest", r"sha256:[0-9a-f]{64}", 71, "sha256: and 64 digits of 0 to 9 and a to f")
BRANCH = Text(
    "a branch", r"(?!.*(?:\.\.|//|@\{|\.lock$))[A-Za-z0-9_][A-Za-z0-9_./-]*(?<![./])", 200, "a plain branch name"
)
FORGE_URL = Text(
    "a forge's address",
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?",
    300,
    "like https://github.example.com, with no path of a repository",
)
APPROVER = Text(
    "a user or a team",
    r"@?[A-Za-z0-9][A-Za-z0-9._/-]*(?:@[A-Za-z0-9.-]+)?",
    254,
    "a user's name, organisation/team, or an e-mail address",
)
URL_PATH = Text("a path", r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*", 1024, "starts with /, like /healthz")
RELATIVE = Text(
    "a file in this repository",
    r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*",
    200,
    "a relative path without `..`",
)
# Generated folders cannot be the source of an app.
OURS = "|".join(re.escape(root.path.rstrip("/")) for root in ROOTS if root.path.endswith("/"))
SOURCE = Text(
    "a folder in this repository",
    rf"(?!(?:{OURS}|\.[gG][iI][tT])(?:/|$))(?!.*(?:^|/)\.\.?(?:/|$))"
    r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*",
    200,
    "a relative path without `..`, outside base, overlays, gitops and .git",
)
# The name of a build context, as of a stage in a Dockerfile. `scratch` is not possible: it means an empty image there.
CONTEXT_NAME = Text(
    "a build context's name",
    r"(?!scratch$)[a-z][a-z0-9._-]*",
    60,
    "lower-case letters, digits, `.`, `_` and `-`; starts with a letter, and is not `scratch`",
)

CLUSTER = Text(
    "a cluster",
    r"https://[A-Za-z0-9.:/_-]+|arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+|" + _LABEL,
    300,
    "its name in Argo CD, its ARN or its https URL",
)
COMMAND = ListOf(Text("a word of a command", longest=8192), least=1, words=True)
FOLDER = Text("a folder", r"/[^:\0]*", 1024, "an absolute path without a colon, like /var/cache")

STORE_HINT = "its name in Secrets Manager, like shop/web; never the secret itself"
ROLE_ARN = Text(
    "a role's ARN",
    r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
    300,
    "like arn:aws:iam::123456789012:role/shop-web",
    filled=True,
)
# The first name must have no `*`, because generated folders and .git are at the top, too.
INCLUDE = Text(
    "a file of apps, or a pattern of them",
    rf"(?!(?:{OURS}|\.[gG][iI][tT])/)(?!.*(?:^|/)\.\.?(?:/|$))(?!.*\*\*)"
    r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.*-]+)*\.ya?ml",
    200,
    "a path like apps/shop.yaml or apps/*.yaml, of a folder of its own",
)
