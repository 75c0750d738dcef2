"""S3: the files of a bucket, through boto3, which comes with the extra ``aws``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from generator.clients.aws import session

TIMEOUT_SECONDS: Final = 60
# What S3 takes in one piece, and so what may be there.
_LARGEST: Final = 5 * 1024**3


class Files:
    """The files of one bucket."""

    def __init__(self, region: str, bucket: str) -> None:
        self._api = session.client("s3", region, TIMEOUT_SECONDS, largest=_LARGEST)
        self._bucket = bucket

    def there(self) -> dict[str, str]:
        """Return the files that are there, each with the MD5 of its content: S3's own mark of what is put whole."""
        found: dict[str, str] = {}
        token: dict[str, str] = {}
        while True:
            with session.translated():
                answer = self._api.list_objects_v2(Bucket=self._bucket, **token)
            found |= {one["Key"]: str(one["ETag"]).strip('"') for one in answer.get("Contents") or ()}
            if not answer.get("IsTruncated"):
                return found
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    def count(self) -> tuple[int, bool]:
        """Return the number of files up to 1000, and whether there are more; none in a bucket that does not exist."""
        try:
            with session.translated():
                answer = self._api.list_objects_v2(Bucket=self._bucket, MaxKeys=1000)
        except session.Refused as exc:
            if exc.code == "NoSuchBucket":
                return 0, False
            raise
        return len(answer.get("Contents") or ()), bool(answer.get("IsTruncated"))

    def put(self, key: str, path: Path, kind: str, cache: str) -> None:
        """Put a file there, as browsers are to be told of it."""
        with session.translated():
            self._api.put_object(
                Bucket=self._bucket, Key=key, Body=path.read_bytes(), ContentType=kind, CacheControl=cache
            )

    def get(self, key: str) -> bytes:
        """Return the content of a file."""
        with session.translated():
            return bytes(self._api.get_object(Bucket=self._bucket, Key=key)["Body"].read())

    def remove(self, keys: Sequence[str]) -> None:
        """Remove files."""
        for key in keys:
            with session.translated():
                self._api.delete_object(Bucket=self._bucket, Key=key)
