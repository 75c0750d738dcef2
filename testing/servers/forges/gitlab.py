"""GitLab, as far as merge requests go: what it does behind its described API, in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from testing.servers.forges.gitlab_description import PATHS
from testing.servers.forges.server import Answer, Api, Refused, Request, page

PREFIX = "/api/v4"
PAGE = 3
TIME = "2026-11-21T12:00:00.000Z"


class GitLab:
    """One project, ``acme/platform/shop``."""

    def __init__(self, token: str) -> None:
        self.api = Api(PATHS, self.handle, PREFIX, token)
        self.branches = {"main": "a" * 40, "promote/prod": "b" * 40}
        self.users = {"ann": 11, "bob": 12}
        self.requests: list[dict[str, Any]] = []
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.events: dict[int, list[dict[str, Any]]] = {}
        self.written: list[dict[str, Any]] = []
        self.status = "mergeable"
        self.settling = 0
        self.job_token = ""
        self.api.known = self.known  # type: ignore[method-assign]

    def known(self, headers: Mapping[str, str]) -> bool:
        if "JOB-TOKEN" in headers:
            return bool(self.job_token) and headers["JOB-TOKEN"] == self.job_token
        return headers.get("Authorization") == f"Bearer {self.api.token}"

    def handle(self, request: Request) -> Answer:
        """Answer by the operation's name.

        ``PUT /projects/{id}/merge_requests/{iid}/merge`` is ``put_merge_requests_one_merge``.
        """
        if request.path.get("id", "acme/platform/shop") != "acme/platform/shop":
            raise Refused(404, {"message": "404 Project Not Found"})
        method, _, template = request.operation.partition(" ")
        words = re.findall(r"\w+", re.sub(r"/\{\w+\}", "/one", template.removeprefix("/projects/{id}")))
        answer: Answer = getattr(self, "_".join([method.lower(), *words]))(request)
        return answer

    def one(self, request: Request) -> dict[str, Any]:
        number = int(request.path.get("merge_request_iid") or request.path["noteable_id"])
        if number > len(self.requests):
            raise Refused(404, {"message": "404 Not found"})
        return self.requests[number - 1]

    def get_user(self, _request: Request) -> Answer:
        return Answer({"id": 7, "username": "ci-bot"})

    def get_users(self, request: Request) -> Answer:
        found = [
            {"id": number, "username": name} for name, number in self.users.items() if name == request.query["username"]
        ]
        return page(found, request, f"{self.api.url}{PREFIX}/users", PAGE)

    def get_merge_requests(self, request: Request) -> Answer:
        found = [one for one in reversed(self.requests) if one["state"] == request.query["state"]]
        if "target_branch" in request.query:
            found = [one for one in found if one["target_branch"] == request.query["target_branch"]]
        if "labels" in request.query:
            wanted = set(request.query["labels"].split(","))
            found = [one for one in found if wanted <= set(one["labels"])]
        if "source_branch" in request.query:
            found = [one for one in found if one["source_branch"] == request.query["source_branch"]]
        # A server behind a proxy may give addresses that do not lead to it.
        return page(
            found, request, f"https://gitlab.internal{PREFIX}/projects/acme%2Fplatform%2Fshop/merge_requests", PAGE
        )

    def post_merge_requests(self, request: Request) -> Answer:
        body = request.body
        self.written.append(body)
        for name in ("source_branch", "target_branch"):
            if body[name] not in self.branches:
                raise Refused(400, {"message": {name: ["does not exist"]}})
        if any(one["state"] == "opened" and one["source_branch"] == body["source_branch"] for one in self.requests):
            raise Refused(409, {"message": ["Another open merge request already exists for this source branch: !1"]})
        number = len(self.requests) + 1
        self.requests.append(
            {"iid": number, "web_url": f"{self.api.url}/acme/platform/shop/-/merge_requests/{number}", "title": body["title"],
             "description": body.get("description"), "state": "opened", "source_branch": body["source_branch"],
             "target_branch": body["target_branch"], "sha": self.branches[body["source_branch"]],
             "detailed_merge_status": "preparing", "merge_commit_sha": None, "squash_commit_sha": None,
             "source_project_id": 1, "target_project_id": 1, "created_at": TIME, "labels": body.get("labels", [])}
        )  # fmt: skip
        return Answer(dict(self.requests[-1]), 201)

    def get_merge_requests_one(self, request: Request) -> Answer:
        one = self.one(request)
        one["detailed_merge_status"] = "checking" if self.settling > 0 else self.status
        self.settling -= 1
        return Answer(dict(one))

    def put_merge_requests_one(self, request: Request) -> Answer:
        one = self.one(request)
        one.update({name: value for name, value in request.body.items() if name in ("title", "description")})
        one["labels"] = [name for name in one["labels"] if name not in request.body.get("remove_labels", [])]
        if request.body.get("state_event") == "close":
            one["state"] = "closed"
        return Answer(dict(one))

    def put_merge_requests_one_merge(self, request: Request) -> Answer:
        one = self.one(request)
        self.written.append(request.body)
        if one["state"] != "opened" or one["detailed_merge_status"] != "mergeable":
            raise Refused(405, {"message": "405 Method Not Allowed"})
        if request.body["sha"] != one["sha"]:
            raise Refused(409, {"message": "SHA does not match HEAD of source branch: " + one["sha"]})
        one.update(state="merged", merge_commit_sha="c" * 40)
        return Answer(dict(one))

    def get_merge_requests_one_resource_label_events(self, request: Request) -> Answer:
        number = int(request.path["eventable_id"])
        url = f"{self.api.url}{PREFIX}/projects/acme%2Fplatform%2Fshop/merge_requests/{number}/resource_label_events"
        return page(self.events.get(number, []), request, url, PAGE)

    def get_merge_requests_one_notes(self, request: Request) -> Answer:
        number = int(request.path["noteable_id"])
        return page(
            self.notes.get(number, []),
            request,
            f"{self.api.url}{PREFIX}/projects/acme%2Fplatform%2Fshop/merge_requests/{number}/notes",
            PAGE,
        )

    def post_merge_requests_one_notes(self, request: Request) -> Answer:
        found = self.notes.setdefault(int(request.path["noteable_id"]), [])
        found.append({"id": len(found) + 1, "body": request.body["body"], "system": False, "author": {"id": 7}})
        return Answer(found[-1], 201)

    def put_merge_requests_one_notes_one(self, request: Request) -> Answer:
        note = self.notes[int(request.path["noteable_id"])][int(request.path["note_id"]) - 1]
        note["body"] = request.body["body"]
        return Answer(note)
