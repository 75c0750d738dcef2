"""Replace ``{environment}`` in the texts of an app by the environment's name.

Braces after ``$`` or after another ``{`` belong to a shell or a template, and do not change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from generator.spec.findings import Path

# The placeholder for an environment's name in texts of an app.
PLACEHOLDER: Final = "{environment}"
# The brace comes first: a search for it takes a tenth of the time.
ANY: Final = re.compile(r"\{(?<![${]\{)([A-Za-z_]+)\}")
_FILLED: Final = re.compile(r"(?<![${])\{environment\}")
# How similar a word must be to count as misspelled, such as `enviroment`, `Environment` and `environments`.
_ALIKE: Final = 0.8


def has(value: object) -> bool:
    """Tell whether any text in plain data has the placeholder."""
    written = value if isinstance(value, str) else repr(value)
    return PLACEHOLDER in written and bool(_FILLED.search(written))


def filled(value: Any, environment: str) -> Any:
    """Return plain data with each placeholder replaced by the environment's name."""
    if isinstance(value, str):
        return _FILLED.sub(lambda _: environment, value) if PLACEHOLDER in value else value
    if isinstance(value, dict):
        return {name: filled(item, environment) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, environment) for item in value]
    return value


def texts(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of each text in plain data that contains a brace."""
    if isinstance(value, str):
        if "{" in value:
            yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*path, index))


def misspelled(value: str) -> str | None:
    """Return the first misspelled ``{environment}`` in a text, with its braces; ``None`` if there is none."""
    import difflib

    for found in ANY.finditer(value):
        word = found[1]
        alike = difflib.SequenceMatcher(None, word.lower(), "environment").ratio() >= _ALIKE
        if alike and word != "environment":
            return found[0]
    return None
