"""Make ``github.json`` from GitHub's published description of its API.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python testing/servers/forges/extract_github.py package > testing/servers/forges/github.json

Keeps what a request must look like for the operations that we use, and of the
answers the fields that we read; no prose.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OPERATIONS = (
    ("get", "/repos/{owner}/{repo}/pulls"),
    ("post", "/repos/{owner}/{repo}/pulls"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("patch", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("put", "/repos/{owner}/{repo}/pulls/{pull_number}/merge"),
    ("post", "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/labels"),
    ("delete", "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}/events"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("patch", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("get", "/repos/{owner}/{repo}/git/commits/{commit_sha}"),
    ("get", "/repos/{owner}/{repo}/installation"),
    ("post", "/app/installations/{installation_id}/access_tokens"),
    ("post", "/repos/{owner}/{repo}/rulesets"),
)
PROSE = {"description", "example", "examples", "externalDocs", "summary", "title", "deprecated"}
READ = {"number", "html_url", "title", "body", "state", "merged_at", "merge_commit_sha", "mergeable", "head", "base",
        "ref", "sha", "merged", "message", "id", "token", "expires_at", "name", "url", "issue_url", "labels",
        "created_at", "event", "label"}  # fmt: skip


class Description:
    """A whole OpenAPI document, from which parts are taken."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def part(self, node: Any, *, named: bool = False) -> Any:
        """Return a node without prose, references replaced by what they lead to.

        ``named``: its keys are names of fields.
        """
        if isinstance(node, list):
            return [self.part(item) for item in node]
        if not isinstance(node, dict):
            return node
        if not named and "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            return self.part(target)
        return {
            key: self.part(value, named=key == "properties" and not named)
            for key, value in node.items()
            if named or key not in PROSE
        }

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Describe what is asked, and what of the answer is read."""
        item = self.document["paths"][path]
        found = item[method]
        parameters = [self.part(given) for given in [*item.get("parameters", []), *found.get("parameters", [])]]
        result: dict[str, Any] = {
            "parameters": [
                {key: given[key] for key in ("name", "in", "required", "schema") if key in given}
                for given in parameters
            ],
            "answers": {},
        }
        if body := found.get("requestBody"):
            schema = self.part(body["content"]["application/json"]["schema"])
            result["body"] = {"required": body.get("required", False), "schema": schema}
        for status, response in found["responses"].items():
            content = self.part(response).get("content", {}).get("application/json")
            result["answers"][status] = read(content["schema"]) if content and status.startswith("2") else {}
        return result


def read(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of the fields that are read."""
    kept: dict[str, Any] = {key: schema[key] for key in ("type", "nullable", "format", "enum") if key in schema}
    if "items" in schema:
        kept["items"] = read(schema["items"])
    if "properties" in schema:
        kept["properties"] = {name: read(of) for name, of in schema["properties"].items() if name in READ}
    return kept


def main(folder: Path) -> None:
    """Print the extract of the package in ``folder``."""
    description = Description(json.loads((folder / "generated/api.github.com.json").read_text()))
    version = json.loads((folder / "package.json").read_text())["version"]
    paths: dict[str, dict[str, Any]] = {}
    for method, path in OPERATIONS:
        paths.setdefault(path, {})[method] = description.operation(method, path)
    origin = f"GitHub's OpenAPI description of api.github.com, from the npm package @octokit/openapi {version}"
    print(json.dumps({"origin": origin, "license": (folder / "LICENSE").read_text(), "paths": paths}, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
