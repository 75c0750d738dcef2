"""What GitLab's published API description (v4) says of the requests that we make: names, types and values.

Written down by hand from the published OpenAPI description and the REST
documentation, since GitLab's licence for the file itself (CC BY-SA) is not
ours. Of answers only the fields that we read are described.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
FLAG: dict[str, Any] = {"type": "boolean"}
NUMBERS: dict[str, Any] = {"type": "array", "items": NUMBER}
NAMES: dict[str, Any] = {"type": "array", "items": TEXT}
LEVEL: dict[str, Any] = {"type": "integer", "enum": [0, 30, 40, 60]}
WHO: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"access_level": LEVEL, "user_id": NUMBER, "group_id": NUMBER, "deploy_key_id": NUMBER},
        "additionalProperties": False,
    },
}


def choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def record(required: Any = (), **fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required)}


def operation(
    path: tuple[str, ...],
    answers: dict[str, Any],
    query: dict[str, Any] | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe one operation.

    ``path`` names the path's parameters; all but ``id``, which may be a path, are numbers.
    """
    parameters = [
        {"in": "path", "name": name, "required": True, "schema": TEXT if name == "id" else NUMBER} for name in path
    ]
    parameters += [{"in": "query", "name": name, "schema": schema} for name, schema in (query or {}).items()]
    return {"parameters": parameters, "answers": answers, **({"body": {"schema": body}} if body else {})}


PAGES = {"page": NUMBER, "per_page": NUMBER}
MERGE_REQUEST = record(
    ("iid", "web_url", "title", "state", "source_branch", "target_branch"),
    iid=NUMBER, web_url=TEXT, title=TEXT, description={"type": ["string", "null"]}, sha=TEXT,
    state=choice("opened", "closed", "locked", "merged"), source_branch=TEXT, target_branch=TEXT,
    detailed_merge_status=TEXT, merge_commit_sha={"type": ["string", "null"]}, squash_commit_sha={"type": ["string", "null"]},
)  # fmt: skip
NOTE = record(("id", "body"), id=NUMBER, body=TEXT, system=FLAG)
WRITTEN = {
    "title": TEXT, "description": TEXT, "assignee_id": NUMBER, "assignee_ids": NUMBERS, "reviewer_ids": NUMBERS,
    "labels": NAMES, "add_labels": NAMES, "remove_labels": NAMES, "milestone_id": NUMBER, "remove_source_branch": FLAG,
    "allow_collaboration": FLAG, "allow_maintainer_to_push": FLAG, "squash": FLAG,
}  # fmt: skip

PATHS: dict[str, Any] = {
    "/projects/{id}/merge_requests": {
        "get": operation(
            ("id",),
            {"200": {"type": "array", "items": MERGE_REQUEST}},
            {
                **PAGES, "state": choice("opened", "closed", "locked", "merged", "all"), "source_branch": TEXT, "target_branch": TEXT,
                "order_by": choice("created_at", "label_priority", "milestone_due", "popularity", "priority", "title", "updated_at", "merged_at"),
                "sort": choice("asc", "desc"), "search": TEXT, "author_username": TEXT,
                # Names with commas between them.
                "labels": TEXT,
            },
        ),
        "post": operation(
            ("id",),
            {"201": MERGE_REQUEST},
            body=record(("title", "source_branch", "target_branch"), source_branch=TEXT, target_branch=TEXT, target_project_id=NUMBER, **WRITTEN),
        ),
    },
    "/projects/{id}/merge_requests/{merge_request_iid}": {
        "get": operation(("id", "merge_request_iid"), {"200": MERGE_REQUEST}, {"include_rebase_in_progress": FLAG}),
        "put": operation(
            ("id", "merge_request_iid"),
            {"200": MERGE_REQUEST},
            body=record(**WRITTEN, target_branch=TEXT, state_event=choice("close", "reopen"), discussion_locked=FLAG),
        ),
    },
    "/projects/{id}/merge_requests/{eventable_id}/resource_label_events": {
        "get": operation(
            ("id", "eventable_id"),
            {"200": {"type": "array", "items": record(("action", "created_at"), action=choice("add", "remove"), created_at=TEXT, label=record(name=TEXT))}},
            PAGES,
        ),
    },
    "/projects/{id}/merge_requests/{merge_request_iid}/merge": {
        "put": operation(
            ("id", "merge_request_iid"),
            {"200": MERGE_REQUEST},
            body=record(
                merge_commit_message=TEXT, squash_commit_message=TEXT, should_remove_source_branch=FLAG,
                merge_when_pipeline_succeeds=FLAG, auto_merge=FLAG, sha=TEXT, squash=FLAG, skip_merge_train=FLAG,
            ),
        ),
    },
    "/projects/{id}/merge_requests/{noteable_id}/notes": {
        "get": operation(
            ("id", "noteable_id"),
            {"200": {"type": "array", "items": NOTE}},
            {**PAGES, "sort": choice("asc", "desc"), "order_by": choice("created_at", "updated_at"),
             "activity_filter": choice("all_notes", "only_comments", "only_activity")},
        ),
        "post": operation(("id", "noteable_id"), {"201": NOTE}, body=record(("body",), body=TEXT, internal=FLAG, confidential=FLAG, created_at=TEXT)),
    },
    "/projects/{id}/merge_requests/{noteable_id}/notes/{note_id}": {
        "put": operation(("id", "noteable_id", "note_id"), {"200": NOTE}, body=record(body=TEXT, confidential=FLAG)),
    },
    "/user": {"get": operation((), {"200": record(("id", "username"), id=NUMBER, username=TEXT)})},
    "/users": {
        "get": operation((), {"200": {"type": "array", "items": record(("id", "username"), id=NUMBER, username=TEXT)}}, {**PAGES, "username": TEXT, "search": TEXT, "active": FLAG}),
    },
    "/projects/{id}/protected_branches": {
        "post": operation(
            ("id",),
            {"201": {}},
            body=record(
                ("name",), name=TEXT, push_access_level=LEVEL, merge_access_level=LEVEL, unprotect_access_level=LEVEL,
                allow_force_push=FLAG, allowed_to_push=WHO, allowed_to_merge=WHO, allowed_to_unprotect=WHO, code_owner_approval_required=FLAG,
            ),
        ),
    },
}  # fmt: skip
