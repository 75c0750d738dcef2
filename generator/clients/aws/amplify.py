"""Amplify Hosting: hand over the files of a site, through boto3, which comes with the extra ``aws``."""

from __future__ import annotations

from typing import Final, NamedTuple

import requests

from generator import bounded_http
from generator.clients.aws import session
from generator.errors import ForgeError

TIMEOUT_SECONDS: Final = 20
_UPLOAD_SECONDS: Final = 600
FAILED: Final = ("FAILED", "CANCELLED")
DONE: Final = "SUCCEED"


class Upload(NamedTuple):
    """A deployment that waits for its files: where they are put, which is nobody's but for some minutes."""

    job: str
    url: str


class Branch:
    """One branch of an app of Amplify."""

    def __init__(self, region: str, app: str, branch: str) -> None:
        self._api = session.client("amplify", region, TIMEOUT_SECONDS)
        self._place = {"appId": app, "branchName": branch}

    def begin(self) -> Upload:
        """Begin a deployment."""
        with session.translated():
            answer = self._api.create_deployment(**self._place)
        return Upload(str(answer["jobId"]), str(answer["zipUploadUrl"]))

    def upload(self, upload: Upload, content: bytes) -> None:
        """Put the files there, as one archive. No message has the URL, which lets in whoever has it."""
        try:
            answer = bounded_http.session(_UPLOAD_SECONDS).put(
                upload.url, data=content, headers={"Content-Type": "application/zip"}
            )
        except requests.RequestException as exc:
            why = type(bounded_http.cause(exc)).__name__
            raise ForgeError(
                f"Amplify's storage cannot be reached ({why})", "check the network, and try again"
            ) from None
        if not answer.ok:
            raise ForgeError(f"Amplify's storage answers {answer.status_code}", "publish again")

    def start(self, job: str) -> None:
        """Let Amplify take what was put there."""
        with session.translated():
            self._api.start_deployment(**self._place, jobId=job)

    def status(self, job: str) -> str:
        """Return how a deployment stands, in AWS' word."""
        with session.translated():
            answer = self._api.get_job(**self._place, jobId=job)
        return str(answer["job"]["summary"]["status"])
