"""The OpenAPI document of the API, made from one table; a test compares all routes and responses with it."""

from typing import Any

from flask import Blueprint, current_app

from release_board.api.schemas import SCHEMAS, TEXT, named

blueprint = Blueprint("api_document", __name__, url_prefix="/api")

# For each route: its response, its query parameters, and its purpose.
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
    "/api/events": (
        "Events",
        {
            "app": "an app",
            "environment": "an environment",
            "action": "what was done",
            "person": "who merged or made it",
            "since": "a day or a moment as ISO 8601",
            "until": "as `since`",
            "q": "a commit, its beginning, a tag or a build",
            "after": "see `next`",
        },
        "What was done anywhere, newest first",
    ),
    "/api/releases/{app}": (
        "Releases",
        {"after": "see `next`"},
        "Releases of an app, newest first, and what each is in every environment",
    ),
    "/api/promotions/{app}/{environment}": (
        "Promotion",
        {},
        "What a promotion there would move, what holds it, and whose commits it would bring",
    ),
    "/api/waiting": (
        "Waiting",
        {"after": "see `next`"},
        "Open requests, oldest first; null where the forge has never answered",
    ),
    "/api/compare": (
        "Comparison",
        {
            "from": "an environment",
            "to": "another one",
            "app": "this app alone, or the apps of this product",
            "after": "see `next`",
        },
        "What differs between two environments, by app",
    ),
    "/api/delivery": (
        "Deliveries",
        {"days": "7, 30, 90 or 365; 30 if left out", "page": "from 1"},
        "Delivery metrics of apps; what is not known is null, and said why",
    ),
    "/api/delivery/{app}": (
        "Delivery",
        {"days": "7, 30, 90 or 365; 30 if left out"},
        "Delivery metrics of an app, with the deployments that each is made of",
    ),
    "/api/audit": (
        "Audit",
        {"before": "see `next`"},
        "Who asked for which action, newest first; for those who may act somewhere",
    ),
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
