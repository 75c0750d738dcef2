"""The OpenAPI document of all of this, made from one table; a test holds every route and answer against it."""

from typing import Any

from flask import Blueprint, current_app

blueprint = Blueprint("api_document", __name__, url_prefix="/api")

TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer"}
YES: dict[str, Any] = {"type": "boolean"}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that null fits, too: it is not known."""
    return {"anyOf": [schema, {"type": "null"}]}


def of(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all of these properties and no others."""
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def many(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def named(name: str) -> dict[str, Any]:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


STATE = {"enum": ["failing", "moving", "waiting", "pinned", "behind", "settled", "new"]}
PLACES = of(
    environment=TEXT,
    standing={"enum": ["has it", "has another build", "has a later build", "has an earlier build", "is not in it"]},
    since=maybe(COUNT),
    first=maybe(COUNT),
    replaced=maybe(COUNT),
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "Cell": of(
        app=TEXT, environment=TEXT, state=STATE, tag=maybe(TEXT), digest=maybe(TEXT), commit=maybe(TEXT),
        since=maybe(COUNT), author=maybe(TEXT), action=maybe(TEXT), behind=maybe(TEXT), behind_by=maybe(COUNT),
        ahead=maybe(TEXT), ahead_by=maybe(COUNT), problem=maybe(TEXT),
        pin=maybe(of(since=TEXT, by=TEXT, reason=TEXT)), request=maybe(TEXT),
        live=maybe(of(health=TEXT, sync=TEXT, revision=maybe(TEXT), images=many(TEXT), url=maybe(TEXT))),
    ),
    "App": of(app=TEXT, kind=TEXT, product=maybe(TEXT), state=maybe(STATE), cells=many(named("Cell"))),
    "Event": of(
        app=TEXT, environment=TEXT, commit=TEXT, at=COUNT, action=TEXT, author=TEXT, subject=TEXT, tag=maybe(TEXT),
        digest=maybe(TEXT), before_tag=maybe(TEXT), before_digest=maybe(TEXT), pin=maybe(TEXT),
        before_pin=maybe(TEXT), origin=TEXT, build=maybe(TEXT), source=maybe(TEXT), base=YES, image_changed=YES,
        running=maybe(COUNT),
    ),
    "Events": of(events=many(named("Event")), next=maybe(TEXT)),
    "Board": of(
        environments=many(TEXT), counts={"type": "object", "additionalProperties": COUNT}, apps=many(named("App")),
        matching=COUNT, page=COUNT, pages=COUNT,
        heard=many(of(source=TEXT, heard=maybe(COUNT), stale=YES, problem=maybe(TEXT))),
    ),
    "Release": of(app=TEXT, tag=maybe(TEXT), digest=maybe(TEXT), because=many(TEXT), environments=many(PLACES)),
    "Found": of(
        text=TEXT, exact=many(named("Release")), alike=many(named("Release")), more_alike=YES, people=many(TEXT),
        after=maybe(TEXT),
    ),
    "Problem": {
        "type": "object",
        "properties": {
            "status": COUNT, "title": TEXT, "detail": TEXT, "request_id": TEXT,
            "fields": {"type": "object", "additionalProperties": TEXT},
        },
        "required": ["status", "title", "detail", "request_id"],
    },
}  # fmt: skip
# Of each route: what it answers, its parameters in the query, and what it is for.
ROUTES: dict[str, tuple[str, dict[str, str], str]] = {
    "/api/board": (
        "Board",
        {"q": "a part of an app's name", "state": "a state", "product": "a product", "page": "from 1"},
        "Apps and their cells, what needs attention first; failing and moving ones whatever the filter says",
    ),
    "/api/apps/{app}": ("App", {}, "One app"),
    "/api/apps/{app}/{environment}": ("Cell", {}, "One app in one environment"),
    "/api/apps/{app}/{environment}/events": (
        "Events",
        {"since": "a day or a moment as ISO 8601", "until": "as `since`", "after": "see `next`"},
        "What was done there, newest first",
    ),
    "/api/events": ("Events", {"after": "see `next`"}, "What was done anywhere, newest first"),
    "/api/find": (
        "Found",
        {"q": "a commit, build, tag or person", "after": "see `after` of the page before"},
        "Which releases a text names, where they are, and since when",
    ),
}


def document(version: str) -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Release board", "version": version, "description": "Times are seconds since the epoch."},
        "paths": {path: {"get": _operation(path, *about)} for path, about in ROUTES.items()},
        "components": {"schemas": SCHEMAS},
    }


@blueprint.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Return the document."""
    return document(current_app.extensions["release_board.settings"].version)


def _operation(path: str, answer: str, query: dict[str, str], about: str) -> dict[str, Any]:
    parts = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in parts]
    given = [{"name": name, "in": "query", "description": text, "schema": TEXT} for name, text in query.items()]
    found = {"description": about, "content": {"application/json": {"schema": named(answer)}}}
    problem = {"description": "What is wrong", "content": {"application/problem+json": {"schema": named("Problem")}}}
    return {"summary": about, "parameters": [*parameters, *given], "responses": {"200": found, "default": problem}}
