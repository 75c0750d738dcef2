"""The OpenAPI schemas of all responses."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
YES: dict[str, Any] = {"type": "boolean"}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also accepts null, which means unknown."""
    return {"anyOf": [schema, {"type": "null"}]}


def of(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties."""
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def many(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def named(name: str) -> dict[str, Any]:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


HEARD = of(source=TEXT, heard=maybe(COUNT), stale=YES, problem=maybe(TEXT))
WHY = {"unknown": many(of(reason=TEXT, n=COUNT)), "why_unknown": maybe(TEXT)}
DURATIONS = {
    "median_seconds": maybe(NUMBER), "p90_seconds": maybe(NUMBER), "n": COUNT, "observed": COUNT, "declared": COUNT,
    "open": COUNT, "ends": {"enum": ["running", "in git"]}, "left_out": many(of(reason=TEXT, n=COUNT)), **WHY,
}  # fmt: skip
RATE = {
    "rate": maybe(NUMBER), "at_least": YES, "n": COUNT, "counted": maybe(COUNT), "observed": maybe(COUNT),
    "declared": maybe(COUNT), "said_not_to_have_failed": COUNT, **WHY,
}  # fmt: skip
FREQUENCY = {
    "n": maybe(COUNT), "per_week": maybe(NUMBER), "days": maybe(COUNT),
    "weeks": many(of(begin=COUNT, n=maybe(COUNT), whole=YES)), **WHY,
}  # fmt: skip
METRICS = {
    "lead_time": DURATIONS, "frequency": FREQUENCY, "recovery_time": DURATIONS,
    "fail_rate": RATE, "rework_rate": RATE,
}  # fmt: skip
EVIDENCE = many(of(environment=TEXT, commit=TEXT))
WINDOW = {"days": COUNT, "begin": COUNT, "end": COUNT, "production": many(TEXT)}
DELIVERY = {
    "Deliveries": of(
        **WINDOW, page=COUNT, pages=COUNT,
        apps=many(of(app=TEXT, **{name: of(**parts) for name, parts in METRICS.items()})),
    ),
    "Delivery": of(
        **WINDOW, app=TEXT, apart=many(of(what=TEXT, n=COUNT, evidence=EVIDENCE)),
        **{name: of(**parts, evidence=EVIDENCE) for name, parts in METRICS.items()},
    ),
}  # fmt: skip
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
        heard=many(HEARD),
    ),
    "Release": of(app=TEXT, tag=maybe(TEXT), digest=maybe(TEXT), because=many(TEXT), environments=many(PLACES)),
    "Found": of(
        text=TEXT, exact=many(named("Release")), alike=many(named("Release")), more_alike=YES, people=many(TEXT),
        after=maybe(TEXT),
    ),
    "Releases": of(
        app=TEXT, next=maybe(TEXT),
        releases=many(of(
            tag=maybe(TEXT), digest=maybe(TEXT), source=maybe(TEXT), build=maybe(TEXT), first=COUNT, by=TEXT,
            environments=many(of(
                environment=TEXT, healthy=YES, at=maybe(COUNT), commit=maybe(TEXT),
                kind={"enum": ["live", "moving", "failed", "was here", "skipped", "not yet", "unknown", "absent"]},
            )),
        )),
    ),
    "Promotion": of(
        app=TEXT, environment=TEXT, before=TEXT, may_land=maybe(YES), title=maybe(TEXT), unknown=many(TEXT),
        holds=maybe(many(of(cause=TEXT, sentence=TEXT, until=maybe(COUNT)))), approvers=maybe(many(TEXT)),
        since=maybe(of(
            commits=many(of(commit=TEXT, at=COUNT, author=TEXT, subject=TEXT)), more=YES, unknown=maybe(TEXT),
        )),
    ),
    "Waiting": of(
        next=maybe(TEXT), heard=many(HEARD), just_opened=many(of(app=TEXT, environment=TEXT, url=maybe(TEXT))),
        requests=maybe(many(of(
            number=TEXT, title=TEXT, environment=TEXT, author=maybe(TEXT), created=maybe(COUNT), seen=COUNT,
            draft=maybe(YES), reviewers=maybe(many(TEXT)), approvers=maybe(many(TEXT)), decision=maybe(TEXT),
            checks=maybe(TEXT), ready=maybe(YES), mergeable=maybe(YES), url=maybe(TEXT),
            moves=many(of(app=TEXT, before=maybe(TEXT), after=maybe(TEXT))),
            turn=of(who={"enum": ["author", "reviewers", "merge", "checks", "unknown"]}, names=many(TEXT), why=TEXT),
        ))),
    ),
    "Difference": of(object=TEXT, field=TEXT, left=maybe(TEXT), right=maybe(TEXT), allowed=maybe(TEXT)),
    "Comparison": {
        **of(
            to=TEXT, commit=TEXT, next=maybe(TEXT),
            apps=many(of(
                app=TEXT, problem=maybe(TEXT), unexpected=many(named("Difference")), unexpected_total=COUNT,
                allowed=many(named("Difference")), allowed_total=COUNT,
            )),
        ),
        "additionalProperties": TEXT,  # `from`
    },
    "Audit": of(
        entries=many(of(
            id=COUNT, at=COUNT, who=TEXT, action=TEXT, app=TEXT, environment=TEXT, detail=TEXT, outcome=TEXT,
            request_id=TEXT,
        )),
        next=maybe(TEXT),
    ),
    **DELIVERY,
    "Problem": {
        "type": "object",
        "properties": {
            "status": COUNT, "title": TEXT, "detail": TEXT, "request_id": TEXT,
            "fields": {"type": "object", "additionalProperties": TEXT},
        },
        "required": ["status", "title", "detail", "request_id"],
    },
}  # fmt: skip
