"""Amplify Hosting, as far as a deployment by hand goes: moto has none of it.

By the service's model: a deployment is made, its files are put where it says, it is started, and its job is looked at.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response


@dataclass
class Hosting:
    """What branches serve, by app and branch: names of files with their content. ``fails`` lets each job fail."""

    served: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)
    fails: bool = False
    uploads: dict[str, bytes] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)

    def answer(self, request: Request, body: bytes, endpoint: str) -> Response | None:
        """Return the answer to what is Amplify's; None for all else."""
        if found := re.fullmatch(r"/amplify-upload/([0-9]+)", request.path):
            self.uploads[found[1]] = body
            return Response(status=200)
        found = re.fullmatch(
            r"/apps/([^/]+)/branches/([^/]+)/(deployments|deployments/start|jobs/([0-9]+))", request.path
        )
        if not found or "/amplify/" not in request.headers.get("Authorization", ""):
            return None
        place = (found[1], found[2])
        if found[3] == "deployments":
            job = str(len(self.looks) + 1)
            self.looks[job] = 0
            return _json({"jobId": job, "zipUploadUrl": f"{endpoint}/amplify-upload/{job}", "fileUploadUrls": {}})
        job = found[4] or str(json.loads(body)["jobId"])
        if found[3] == "deployments/start" and not self.fails:
            with zipfile.ZipFile(io.BytesIO(self.uploads[job])) as files:
                self.served[place] = {name: files.read(name) for name in files.namelist()}
        self.looks[job] += 1
        # Started, looked at once, and then done.
        status = "PENDING" if self.looks[job] < 3 else "FAILED" if self.fails else "SUCCEED"
        summary = {
            "jobArn": f"arn:aws:amplify:::{job}", "jobId": job, "commitId": "", "commitMessage": "", "commitTime": 0,
            "startTime": 0, "status": status, "jobType": "MANUAL",
        }  # fmt: skip
        return _json({"jobSummary": summary, "job": {"summary": summary, "steps": []}})


def _json(content: object) -> Response:
    return Response(json.dumps(content), content_type="application/json")
