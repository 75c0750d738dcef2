"""The log of deployment events in a table of DynamoDB.

An item is an event. Its key consists of `cell` (`APP/ENVIRONMENT`) and `event` (the commit's time in twelve digits, and
the commit). The key is unique, because a commit has one time, and keys are in the order of time, so that a cell and a
time are one range of keys. The table needs no scans and no further indexes.

A separate request writes each item, on the condition that it does not exist: requests for several items accept no
conditions, or fail for all of them. botocore repeats throttled requests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from release_board.store.aws import client
from release_board.store.event_log import Key, LogUnavailable, Span, SqlLog, running, stored
from release_board.store.models import Event

CELL, EVENT, NUMBER = "cell", "event", "number"
CONNECTIONS = 16
# The largest number of items that a request removes.
BATCH = 25
# The lowest number of events in a request, so that a page with events of the same second needs one request.
LEAST = 30
MOST = 10**12 - 1
# Texts that sort after and before all commits.
LAST, FIRST = "~", " "

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def _answering(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Convert errors of AWS to LogUnavailable."""

    @wraps(function)
    def call(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        try:
            return function(*arguments, **named)
        except (BotoCoreError, ClientError) as error:
            raise LogUnavailable(f"the table of events does not answer: {error}") from error

    return call


class TableLog(SqlLog):
    """Events in a table of DynamoDB and in SQL. The table is written first, so that it has all events of SQL."""

    def __init__(self, table: str, attempts: int) -> None:
        self.name: str | None = table
        self._attempts = attempts

    @cached_property
    def _client(self) -> Any:
        return client("dynamodb", attempts=self._attempts, connections=CONNECTIONS)

    @_answering
    def add(self, session: Session, events: Sequence[dict[str, Any]]) -> None:
        """Add events to the table, and then to SQL, with data that only the table has about existing ones."""
        last = session.scalar(select(func.max(Event.id))) or 0
        ran = running(session, events)
        known = [{**one, "running": ran.get((one["app"], one["environment"], one["commit"]))} for one in events]
        there = self._each(lambda one: self._put(*one), enumerate(known, last + 1))
        super().add(session, [{**one, "running": when} for one, when in zip(known, there, strict=True)])

    @_answering
    def keep(self, session: Session, events: Sequence[Key]) -> None:
        """Remove all events except these, in all cells that SQL or these events have."""
        wanted = set(events)
        cells = sorted({key[:2] for key in wanted} | {(row.app, row.environment) for row in stored(session)})
        gone = [
            {CELL: item[CELL], EVENT: item[EVENT]}
            for items in self._each(lambda cell: list(self._items(cell[0], cell[1], Span(), keys=True)), cells)
            for item in items
            if (*item[CELL]["S"].split("/"), item[EVENT]["S"].partition("/")[2]) not in wanted
        ]
        self._each(self._remove, [gone[start : start + BATCH] for start in range(0, len(gone), BATCH)])
        super().keep(session, events)

    @_answering
    def ran(self, event: Event, at: int) -> None:
        """Store when an event's image was first seen, in both places."""
        if event.running is not None:
            return
        answer = self._client.update_item(
            TableName=self.name,
            Key=_key(event.app, event.environment, event.at, event.commit),
            UpdateExpression="SET running = if_not_exists(running, :at)",
            ConditionExpression="attribute_exists(#key)",
            ExpressionAttributeNames={"#key": CELL},
            ExpressionAttributeValues={":at": {"N": str(at)}},
            ReturnValues="ALL_NEW",
        )
        super().ran(event, int(answer["Attributes"]["running"]["N"]))

    @_answering
    def of_cell(
        self,
        session: Session,  # noqa: ARG002 (SQL is not asked)
        app: str,
        environment: str,
        span: Span,
        limit: int,
    ) -> list[Event]:
        """Return events of a cell from the table. Within a second, they are in the order in which they were added."""
        found: list[Event] = []
        for item in self._items(app, environment, span, limit=max(limit, LEAST)):
            one = _event(item)
            # The second of this event has been read completely.
            if len(found) >= limit and one.at < found[-1].at:
                break
            if span.before is None or (one.at, one.id) < span.before:
                found.append(one)
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit]

    def _put(self, number: int, one: dict[str, Any]) -> int | None:
        """Add an event unless it exists; return since when it runs, or None if that is unknown."""
        fields = {name: value for name, value in one.items() if value is not None}
        item = {name: TypeSerializer().serialize(value) for name, value in {**fields, NUMBER: number}.items()}
        try:
            self._client.put_item(
                TableName=self.name,
                Item={**item, **_key(one["app"], one["environment"], one["at"], one["commit"])},
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": CELL},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            ran = error.response.get("Item", {}).get("running")
            return int(ran["N"]) if ran else None
        known: int | None = one["running"]
        return known

    def _remove(self, keys: Sequence[dict[str, Any]]) -> None:
        """Remove items. Items that the table returns for lack of capacity are sent again."""
        left = {self.name: [{"DeleteRequest": {"Key": key}} for key in keys]}
        while left:
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")

    def _items(
        self, app: str, environment: str, span: Span, *, limit: int | None = None, keys: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a cell, the newest first; pages are requested as needed."""
        ends = [MOST if span.until is None else span.until - 1, MOST if span.before is None else span.before[0]]
        asked: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "#cell = :cell AND #event BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#cell": CELL, "#event": EVENT},
            "ExpressionAttributeValues": {
                ":cell": {"S": f"{app}/{environment}"},
                ":first": {"S": _moment(span.since or 0, FIRST)},
                ":last": {"S": _moment(min(ends), LAST)},
            },
            "ScanIndexForward": False,
            "ConsistentRead": True,
            **({"Limit": limit} if limit else {}),
            **({"ProjectionExpression": "#cell, #event"} if keys else {}),
        }
        while True:
            answer = self._client.query(**asked)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _each(self, function: Callable[[Any], Result], values: Iterable[Any]) -> list[Result]:
        """Return the results of a function for all values, several calls in parallel; the first failure is raised."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            try:
                return list(pool.map(function, values))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def _key(app: str, environment: str, at: int, commit: str) -> dict[str, dict[str, str]]:
    return {CELL: {"S": f"{app}/{environment}"}, EVENT: {"S": _moment(at, commit)}}


def _moment(at: int, rest: str) -> str:
    return f"{min(max(at, 0), MOST):012d}/{rest}"


def _event(item: dict[str, Any]) -> Event:
    """Return an item as a model of SQL that belongs to no session."""
    values = {name: TypeDeserializer().deserialize(value) for name, value in item.items() if name not in {CELL, EVENT}}
    plain = {name: int(value) if isinstance(value, Decimal) else value for name, value in values.items()}
    number = plain.pop(NUMBER)
    # A newer release may have written attributes for which this one has no column.
    columns = {column.key: plain.get(column.key) for column in Event.__table__.columns}
    return Event(**{**columns, "id": number})
