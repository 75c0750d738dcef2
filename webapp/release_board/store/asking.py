"""Ask for many values at once, in parts that each database takes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import Session

# So many values a condition has at most, and so many conditions a statement.
VALUES, CONDITIONS = 500, 100


def parts(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield values in parts that a statement can take."""
    rest = iter(sorted(values))
    while part := list(islice(rest, VALUES)):
        yield part


def any_of(
    session: Session, query: Select[*tuple[Any, ...]], conditions: Sequence[ColumnElement[bool]]
) -> Iterator[Any]:
    """Yield the rows for which any of the conditions holds, each of which has an index of its own."""
    for start in range(0, len(conditions), CONDITIONS):
        yield from session.execute(query.where(or_(*conditions[start : start + CONDITIONS])))
