"""Tell the page of a cell which actions the user may take."""

from collections.abc import Callable
from typing import Any

from release_board.access.reading import current, may_act
from release_board.store.database import get_database
from release_board.store.models import Environment


def about() -> dict[str, Callable[..., Any]]:
    """Return the functions for templates: `may_change(environment)`."""
    return {"may_change": may_change}


def may_change(environment: str) -> bool:
    """Tell whether the user may act in an environment. For an unknown user, there is no query."""
    if current() is None:
        return False
    with get_database().session() as session:
        found = session.get(Environment, environment)
        return found is not None and may_act(production=found.production)
