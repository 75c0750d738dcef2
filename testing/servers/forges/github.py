"""GitHub, as far as pull requests go: what it does behind its described API, in memory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from testing.servers.forges.server import Answer, Api, Refused, Request, page

DESCRIPTION: dict[str, Any] = json.loads((Path(__file__).parent / "github.json").read_text())
PREFIX = "/api/v3"
PAGE = 3  # so that a handful of requests makes several pages
TIME = "2026-11-21T12:00:00Z"


def user(login: str, kind: str = "User") -> dict[str, Any]:
    """Return a user, as the author of something."""
    return {"login": login, "type": kind}


class GitHub:
    """One repository, ``acme/shop``, with branches and their commits."""

    def __init__(self, token: str) -> None:
        self.api = Api(DESCRIPTION["paths"], self.handle, PREFIX, token)
        self.branches = {"main": "a" * 40, "promote/prod": "b" * 40}
        self.users = {"ann", "bob"}
        self.teams = {"platform"}
        self.allowed = {"merge", "squash", "rebase"}
        self.conflict = False
        self.base_moves = 0
        self.pulls: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.labels: dict[int, list[str]] = {}
        self.events: dict[int, list[dict[str, Any]]] = {}
        self.reviewers: dict[int, set[str]] = {}
        self.merges: list[dict[str, Any]] = []
        self.installation_rights: dict[str, str] | None = None
        self.api.others["POST /api/graphql"] = Answer({"data": {"viewer": {"login": "ci-bot"}}})

    def handle(self, request: Request) -> Answer:
        """Answer by the operation's name.

        ``GET /repos/{owner}/{repo}/pulls`` is ``get_pulls``, one of them ``get_pulls_one``.
        """
        if "owner" in request.path and (request.path["owner"], request.path["repo"]) != ("acme", "shop"):
            raise Refused(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        method, _, template = request.operation.partition(" ")
        words = re.findall(r"\w+", re.sub(r"\{\w+\}", "", template.removeprefix("/repos")))
        if method == "GET" and template.endswith("}"):
            words.append("one")
        answer: Answer = getattr(self, "_".join([method.lower(), *words]))(request)
        return answer

    def shown(self, pull: dict[str, Any], *, whole: bool = True) -> dict[str, Any]:
        """Show a request as GitHub sends it; a list leaves out what must be worked out."""
        root = f"{self.api.url}{PREFIX}/repos/acme/shop"
        extra = {"merged": pull["merged_at"] is not None, "mergeable": not self.conflict} if whole else {}
        return {
            **pull,
            "created_at": TIME,
            "labels": [{"name": name} for name in self.labels.get(pull["number"], [])],
            "url": f"{root}/pulls/{pull['number']}",
            "issue_url": f"{root}/issues/{pull['number']}",
            **extra,
        }

    def pull(self, request: Request) -> dict[str, Any]:
        number = int(request.path.get("pull_number") or request.path["issue_number"])
        if number > len(self.pulls):
            raise Refused(404, {"message": "Not Found"})
        return self.pulls[number - 1]

    def get_pulls(self, request: Request) -> Answer:
        state, base = request.query.get("state", "open"), request.query.get("base")
        found = [pull for pull in self.pulls if pull["state"] == state and base in (None, pull["base"]["ref"])]
        if "head" in request.query:
            found = [pull for pull in found if f"acme:{pull['head']['ref']}" == request.query["head"]]
        if request.query.get("direction", "desc") == "desc":
            found.reverse()
        return page(
            [self.shown(pull, whole=False) for pull in found],
            request,
            f"{self.api.url}{PREFIX}/repos/acme/shop/pulls",
            PAGE,
        )

    def post_pulls(self, request: Request) -> Answer:
        body = request.body
        for name in ("head", "base"):
            if body[name] not in self.branches:
                raise Refused(
                    422,
                    {
                        "message": "Validation Failed",
                        "errors": [{"resource": "PullRequest", "field": name, "code": "invalid"}],
                    },
                )
        if any(pull["state"] == "open" and pull["head"]["ref"] == body["head"] for pull in self.pulls):
            said = f"A pull request already exists for acme:{body['head']}."
            raise Refused(
                422,
                {
                    "message": "Validation Failed",
                    "errors": [{"resource": "PullRequest", "code": "custom", "message": said}],
                },
            )
        number = len(self.pulls) + 1
        self.pulls.append(
            {"number": number, "id": number, "html_url": f"{self.api.url}/acme/shop/pull/{number}", "state": "open",
             "title": body["title"], "body": body.get("body"), "head": {"ref": body["head"], "sha": self.branches[body["head"]], "repo": {"id": 1}},
             "base": {"ref": body["base"], "sha": self.branches[body["base"]], "repo": {"id": 1}}, "merged_at": None, "merge_commit_sha": "f" * 40}
        )  # fmt: skip
        return Answer(self.shown(self.pulls[-1]), 201)

    def get_pulls_one(self, request: Request) -> Answer:
        return Answer(self.shown(self.pull(request)))

    def patch_pulls(self, request: Request) -> Answer:
        pull = self.pull(request)
        pull.update({name: value for name, value in request.body.items() if name in ("title", "body", "state")})
        return Answer(self.shown(pull))

    def put_pulls_merge(self, request: Request) -> Answer:
        pull, body = self.pull(request), request.body
        if body["merge_method"] not in self.allowed:
            name = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}[
                body["merge_method"]
            ]
            raise Refused(405, {"message": f"{name} are not allowed on this repository."})
        if self.conflict or pull["state"] != "open":
            raise Refused(405, {"message": "Pull Request is not mergeable"})
        if body["sha"] != pull["head"]["sha"]:
            raise Refused(409, {"message": "Head branch was modified. Review and try the merge again."})
        if self.base_moves:
            self.base_moves -= 1
            raise Refused(405, {"message": "Base branch was modified. Review and try the merge again."})
        self.merges.append(body)
        pull.update(state="closed", merged_at=TIME, merge_commit_sha="c" * 40)
        return Answer({"sha": "c" * 40, "merged": True, "message": "Pull Request successfully merged"})

    def post_pulls_requested_reviewers(self, request: Request) -> Answer:
        users, teams = set(request.body.get("reviewers", [])), set(request.body.get("team_reviewers", []))
        if users - self.users or teams - self.teams:
            raise Refused(422, {"message": "Reviews may only be requested from collaborators."})
        self.reviewers.setdefault(int(request.path["pull_number"]), set()).update(users | teams)
        return Answer(self.shown(self.pull(request), whole=False), 201)

    def post_issues_labels(self, request: Request) -> Answer:
        names = request.body["labels"] if isinstance(request.body, dict) else request.body
        self.labels.setdefault(int(request.path["issue_number"]), []).extend(names)
        return Answer([{"id": 1, "name": name} for name in names])

    def delete_issues_labels(self, request: Request) -> Answer:
        there = self.labels[int(request.path["issue_number"])]
        there.remove(request.path["name"])
        return Answer([{"id": 1, "name": name} for name in there])

    def get_issues_events(self, request: Request) -> Answer:
        number = int(request.path["issue_number"])
        url = f"{self.api.url}{PREFIX}/repos/acme/shop/issues/{number}/events"
        return page(self.events.get(number, []), request, url, PAGE)

    def get_issues_comments(self, request: Request) -> Answer:
        number = int(request.path["issue_number"])
        return page(
            self.comments.get(number, []),
            request,
            f"{self.api.url}{PREFIX}/repos/acme/shop/issues/{number}/comments",
            PAGE,
        )

    def post_issues_comments(self, request: Request) -> Answer:
        found = self.comments.setdefault(int(request.path["issue_number"]), [])
        number = sum(len(comments) for comments in self.comments.values()) + 1
        url = f"{self.api.url}{PREFIX}/repos/acme/shop/issues/comments/{number}"
        found.append({"id": number, "url": url, "body": request.body["body"], "user": user("ci-bot")})
        return Answer(found[-1], 201)

    def patch_issues_comments(self, request: Request) -> Answer:
        wanted = int(request.path["comment_id"])
        comment = next(one for comments in self.comments.values() for one in comments if one["id"] == wanted)
        comment["body"] = request.body["body"]
        return Answer(comment)

    def get_git_commits_one(self, request: Request) -> Answer:
        return Answer({"sha": request.path["commit_sha"], "message": "Promote web 2 to prod\n\nRelease: web prod 2\n"})

    def get_installation(self, _request: Request) -> Answer:
        return Answer({"id": 7})

    def post_app_installations_access_tokens(self, request: Request) -> Answer:
        self.installation_rights = request.body["permissions"]
        return Answer({"token": self.api.token, "expires_at": "2036-11-21T13:00:00Z"}, 201)
