"""Ask ECR whether an image is there, and under which digest: through boto3, which is loaded here alone.

boto3 comes with the extra ``aws``. It finds its credentials itself.
"""

from __future__ import annotations

import re
from typing import Any, Final

from generator.errors import GeneratorError, ToolError
from generator.yaml_edit import Image

ECR: Final = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<repository>.+)"
)
CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 10
TRIES: Final = 3


def verified(image: Image) -> Image:
    """The image with the digest that ECR has for its tag; of an image for several platforms, the index's.

    ``GeneratorError`` if it is not there, or there under another digest than the given one.
    """
    found = ECR.fullmatch(image.name)
    if found is None:
        raise GeneratorError(f"{image.name}: is not in ECR, so it cannot be verified", "leave out --verify")
    digest = _digest(found["account"], found["region"], found["repository"], image)
    if image.digest not in (None, digest):
        raise GeneratorError(
            f"{image.name}:{image.tag} has the digest {digest} in ECR, and not {image.digest}",
            "another build may have pushed this tag; make tags immutable, and build again",
        )
    return Image(image.name, image.tag, digest)


def _digest(account: str, region: str, repository: str, image: Image) -> str:
    client = _client(region)
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = client.describe_images(
            registryId=account, repositoryName=repository, imageIds=[{"imageTag": image.tag}]
        )
        return str(answer["imageDetails"][0]["imageDigest"])
    except (ClientError, BotoCoreError) as exc:
        code = exc.response["Error"]["Code"] if isinstance(exc, ClientError) else ""
        if code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            raise GeneratorError(
                f"{image.name}:{image.tag}: is not in ECR", "push it first; nothing was changed"
            ) from exc
        raise GeneratorError(
            f"ECR in {region} cannot be asked for {repository}: {exc}",
            "check AWS's credentials; ecr:DescribeImages is needed; or leave out --verify",
        ) from exc


def _client(region: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as exc:
        raise ToolError("boto3: not installed", "pip install 'gitops-generator[aws]'") from exc
    settings = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
    )
    return boto3.client("ecr", region_name=region, config=settings)
