"""Read the board's query parameters, for the page, which ignores wrong ones, and for the API, which refuses them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from release_board.board.attention import STATES
from release_board.board.rows import Filter
from release_board.store.models import NAME
from release_board.store.texts import whole

LONGEST = 100
LARGEST_PAGE = 99_999
MOST_FOLDED = 100


def read(given: Mapping[str, str], folded: Iterable[str] = ()) -> tuple[Filter, dict[str, str]]:
    """Return the filter, and messages about wrong parameters by name; a wrong parameter counts as not given."""
    faults: dict[str, str] = {}
    text, product = given.get("q", "").strip(), given.get("product", "")
    state = next((name for name in STATES if name == given.get("state")), None)
    page = whole(given.get("page"), len(str(LARGEST_PAGE)))
    if len(text) > LONGEST:
        faults["q"] = f"must be at most {LONGEST} characters"
    if given.get("state") and state is None:
        faults["state"] = f"must be one of {', '.join(STATES)}"
    if len(product) > NAME:
        faults["product"] = f"must be at most {NAME} characters"
    if given.get("page") and not page:
        faults["page"] = f"must be a whole number from 1 to {LARGEST_PAGE}"
    names = tuple(sorted({name[:NAME] for name in folded if name}))[:MOST_FOLDED]
    return Filter(text[:LONGEST], state, product[:NAME] or None, page or 1, folded=names), faults


def query(asked: Filter, **changes: object) -> str:
    """Return the query string of a filter with some changes; without a change of `page`, it is the first page."""
    wanted = replace(asked, **{"page": 1, **changes})  # type: ignore[arg-type]
    parts = [
        ("q", wanted.text),
        ("state", wanted.state or ""),
        ("product", wanted.product or ""),
        ("page", str(wanted.page) if wanted.page > 1 else ""),
        *(("folded", name) for name in wanted.folded),
    ]
    given = [(name, value) for name, value in parts if value]
    return f"?{urlencode(given)}" if given else ""


def with_folded(asked: Filter, product: str) -> str:
    """Return the query string in which a product is folded, or unfolded if it is folded now."""
    names = set(asked.folded) ^ {product}
    return query(asked, page=asked.page, folded=tuple(sorted(names)))
