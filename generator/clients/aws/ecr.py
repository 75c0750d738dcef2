"""Ask ECR about an image: whether it is there, under which digest, and its manifest.

Through boto3, which comes with the extra ``aws``; ``ecr_scan`` asks by the same client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from generator.clients.aws import session
from generator.errors import ForgeError, GeneratorError
from generator.spec.image_reference import DIGEST, ECR_REPOSITORY
from generator.yaml.kustomization import Image

TIMEOUT_SECONDS: Final = 10
ATTEMPTS: Final = 3
ABSENT: Final = ("ImageNotFoundException", "RepositoryNotFoundException")


def client(region: str) -> Any:
    """Return a client of ECR in a region; each request takes at most ``ATTEMPTS`` times ``TIMEOUT_SECONDS``."""
    return session.client("ecr", region, TIMEOUT_SECONDS, attempts=ATTEMPTS)


def verified(image: Image) -> Image:
    """Return the image with ECR's digest for its tag; for several platforms, it is the digest of the index.

    Raises: GeneratorError: It does not exist, or has another digest than the given one.
    """
    found = ECR_REPOSITORY.fullmatch(image.name)
    if found is None:
        raise GeneratorError(f"{image.name}: is not in ECR, so it cannot be verified", "leave out --verify")
    digest = _digest(found["account"], found["region"], found["repository"], image)
    if image.digest not in (None, digest):
        raise GeneratorError(
            f"{image.name}:{image.tag} has the digest {digest} in ECR, and not {image.digest}",
            "another build may have pushed this tag; make tags immutable, and build again",
        )
    return Image(image.name, image.tag, digest)


def require(image: Image) -> None:
    """Raise ``GeneratorError`` unless ECR has the image, by its digest where it has one, else by its tag."""
    found = ECR_REPOSITORY.fullmatch(image.name)
    if found is None:
        return
    with _explained(found["region"], found["repository"], image), session.translated():
        key = {"imageDigest": image.digest} if image.digest else {"imageTag": image.tag}
        client(found["region"]).describe_images(
            registryId=found["account"], repositoryName=found["repository"], imageIds=[key]
        )


def _digest(account: str, region: str, repository: str, image: Image) -> str:
    with _explained(region, repository, image), session.translated():
        answer = client(region).describe_images(
            registryId=account, repositoryName=repository, imageIds=[{"imageTag": image.tag}]
        )
        digest = answer["imageDetails"][0]["imageDigest"]
        if not DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is no digest")
        return str(digest)


@contextmanager
def _explained(region: str, repository: str, image: Image) -> Iterator[None]:
    try:
        yield
    except ForgeError as exc:
        if isinstance(exc, session.Refused) and exc.code in ABSENT:
            raise GeneratorError(
                f"{image.name}:{image.tag}: is not in ECR", "push it first; nothing was changed"
            ) from exc
        raise GeneratorError(
            f"ECR in {region} cannot be asked for {repository}: {exc.message}",
            f"{exc.hint or 'ecr:DescribeImages is needed'}; or leave out --verify",
        ) from exc
