"""An HTTP server that accepts only requests that a published description of an API allows.

Each request must be of a known path and method, with known query parameters
of the right types, and a body that fits. One that does not is answered 500
and kept in ``faults``, which ``running`` raises, so that no client can hide it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema

from testing.servers import loopback as local_server


@dataclass
class Request:
    """What was asked: the path's and query's parameters, and the JSON of the body."""

    operation: str
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    headers: Mapping[str, str]


@dataclass
class Answer:
    """What is answered; ``content`` goes out as JSON."""

    content: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The API's own refusal."""

    def __init__(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, content)
        self.answer = Answer(content, status, headers or {})


class Api:
    """A description, the behaviour behind it (``handle``), and what was seen.

    ``prefix`` is where the API begins; ``strict`` is whether bodies may hold
    fields that are not described. ``interruptions`` are answered first, one each.
    """

    def __init__(self, paths: dict[str, Any], handle: Callable[[Request], Answer], prefix: str, token: str) -> None:
        self.paths = paths
        self.handle = handle
        self.prefix = prefix
        self.token = token
        self.seen: list[str] = []
        self.faults: list[str] = []
        self.interruptions: list[Answer] = []
        # What is not in the description, by method and whole path.
        self.others: dict[str, Answer] = {}
        self.url = ""
        self.lock = threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Handle one request, from the check to the answer."""
        parts = urlsplit(target)
        if other := self.others.get(f"{method} {parts.path}"):
            self.seen.append(f"{method} {parts.path}")
            return other
        try:
            request = self.checked(
                method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), content, headers
            )
        except (AssertionError, ValueError, jsonschema.ValidationError) as exc:
            self.faults.append(f"{method} {target}: {exc}")
            return Answer({"message": f"this request is not in the description: {exc}"}, 500)
        self.seen.append(request.operation)
        if self.interruptions:
            return self.interruptions.pop(0)
        if not self.known(headers):
            return Answer({"message": "Bad credentials"}, 401)
        with self.lock:
            try:
                found = self.handle(request)
            except Refused as exc:
                found = exc.answer
        self.check_answer(request, found)
        return found

    def known(self, headers: Mapping[str, str]) -> bool:
        """Tell whether the token is the right one."""
        return headers.get("Authorization", "").split(" ")[-1] == self.token

    def checked(
        self, method: str, path: str, query: dict[str, str], content: bytes, headers: Mapping[str, str]
    ) -> Request:
        """Return the request as it fits the description."""
        assert path.startswith(self.prefix), f"the API begins with {self.prefix}"
        for template, operations in self.paths.items():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            match = re.fullmatch(pattern, path.removeprefix(self.prefix))
            if match is None or method.lower() not in operations:
                continue
            operation = operations[method.lower()]
            values = {name: unquote(value) for name, value in match.groupdict().items()}
            given = {"path": values, "query": query}
            known = {(one["in"], one["name"]): one for one in operation["parameters"]}
            for place, found in given.items():
                for name, value in found.items():
                    assert (place, name) in known, f"no {place} parameter {name}"
                    jsonschema.validate(typed(value, known[place, name]["schema"]), known[place, name]["schema"])
            for place, name in known:
                if known[place, name].get("required"):
                    assert name in given.get(place, {name: 1}), f"the {place} parameter {name} is missing"
            body = self.checked_body(operation.get("body"), content)
            return Request(f"{method} {template}", values, query, body, headers)
        raise AssertionError("no such operation")

    def checked_body(self, described: dict[str, Any] | None, content: bytes) -> Any:
        """Return the body as JSON."""
        if not content or described is None:
            assert not content or content in (b"null", b"{}"), "a body where none belongs"
            assert not (described or {}).get("required"), "the body is missing"
            return None
        body = json.loads(content)
        schema = described["schema"]
        jsonschema.validate(body, schema)
        if isinstance(body, dict) and "properties" in schema:
            unknown = set(body) - set(schema["properties"])
            assert not unknown, f"the body has unknown fields: {sorted(unknown)}"
        return body

    def check_answer(self, request: Request, found: Answer) -> None:
        """Hold what the tests answer against the description, too."""
        method, _, template = request.operation.partition(" ")
        answers = self.paths[template][method.lower()]["answers"]
        if str(found.status) not in answers:
            if found.status not in (400, 401, 403, 404, 405, 409, 422, 429):
                self.faults.append(f"{request.operation}: answers no {found.status}")
            return
        try:
            jsonschema.validate(found.content, nullable(answers[str(found.status)]))
        except jsonschema.ValidationError as exc:
            self.faults.append(f"{request.operation}: the answer {exc.message} at {exc.json_path}")


def typed(value: str, schema: dict[str, Any]) -> object:
    """Return a parameter's text as its schema has it."""
    if schema.get("type") == "integer":
        return int(value)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}[value]
    return value


def nullable(schema: Any) -> Any:
    """Allow null in OpenAPI's way as JSON Schema does."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [result, {"type": "null"}]} if schema.get("nullable") is True else result


@contextmanager
def running(api: Api) -> Iterator[Api]:
    """Serve it; afterwards no request may have been at fault."""

    class Handler(local_server.Handler):
        def do_GET(self) -> None:
            found = api.answer(self.command, self.path, dict(self.headers), self.body())
            if found.status == 204:
                self.answer(204, headers=found.headers)
            else:
                self.answer_json(found.status, found.content, found.headers)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    with local_server.Server(Handler) as server:
        api.url = server.url
        yield api
    assert api.faults == []


def page(items: list[Any], request: Request, url: str, size: int) -> Answer:
    """Return one page of a list, with links to the next as GitHub, GitLab and Gitea give them."""
    number = int(request.query.get("page", 1))
    size = min(size, int(request.query.get("per_page", size)))
    part = items[(number - 1) * size : number * size]
    headers = {"X-Total": str(len(items))}
    if number * size < len(items):
        rest = "&".join(f"{name}={value}" for name, value in {**request.query, "page": str(number + 1)}.items())
        headers["Link"] = f'<{url}?{rest}>; rel="next"'
    return Answer(part, 200, headers)
