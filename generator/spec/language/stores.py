"""Define an app's own stores in AWS, except databases: tables, buckets and queues."""

from __future__ import annotations

from typing import Final

from generator.spec.language.names import STORE_NAME, VARIABLE
from generator.spec.types import Choice, Field, Integer, ListOf, MapOf, Record, Text

_ATTRIBUTE: Final = Text("an attribute's name", r"[A-Za-z0-9_.-]+", 255, "letters, digits, _, - and ., like cart_id")
_ABOUT_EXISTING: Final = "The name of an existing one, instead of a new one."


def _existing(what: str, pattern: str, longest: int, hint: str) -> Field:
    return Field(Text(f"the name of {what}", pattern, longest, hint), _ABOUT_EXISTING)


def _variables(*parts: str) -> Field:
    about = "The environment variables of the app, each with its content."
    return Field(MapOf(VARIABLE, Choice(parts), least=1), about)


_INDEX_NAME: Final = Text(
    "the name of an index", r"[A-Za-z0-9_.-]{3,255}", 255, "letters, digits, _, - and ., at least 3, like by-customer"
)
INDEX: Final = Record(
    {
        "key": Field(_ATTRIBUTE, "The attribute that items are found by, a text."),
        "sort": Field(_ATTRIBUTE, "The attribute by which items of one key are sorted, a text."),
        "attributes": Field(
            ListOf(_ATTRIBUTE), "The further attributes that the index holds; with an empty list, keys alone."
        ),
    }
)
TABLE: Final = Record(
    {
        "key": Field(_ATTRIBUTE, "The attribute that identifies an item, a text."),
        "sort": Field(_ATTRIBUTE, "The attribute by which items of one key are sorted, a text."),
        "ttl": Field(_ATTRIBUTE, "The attribute with the time, in seconds since 1970, after which an item is deleted."),
        "indexes": Field(
            MapOf(_INDEX_NAME, INDEX), "Global secondary indexes by name, which find items by other attributes."
        ),
        "existing": _existing("a table", r"[A-Za-z0-9_.-]{3,255}", 255, "the name alone, without the ARN before it"),
        "variables": _variables("name"),
    }
)
BUCKET: Final = Record(
    {
        "existing": _existing(
            "a bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", 63, "the name alone, without s3:// or an ARN before it"
        ),
        "variables": _variables("name"),
    }
)
QUEUE: Final = Record(
    {
        "visibility": Field(
            Integer(0, 43200, "seconds"), "For how many seconds a message is hidden while it is handled."
        ),
        "attempts": Field(
            Integer(1, 1000), "How often a message is delivered before it is moved to the queue of failed messages."
        ),
        "existing": _existing(
            "a queue", r"[A-Za-z0-9_-]{1,80}", 80, "the name alone, without the URL or the ARN before it"
        ),
        "variables": _variables("url", "name", "failedUrl"),
    }
)
TABLES: Final = MapOf(STORE_NAME, TABLE)
BUCKETS: Final = MapOf(STORE_NAME, BUCKET)
QUEUES: Final = MapOf(STORE_NAME, QUEUE)
