"""Client libraries that are not installed."""

from __future__ import annotations

from generator.errors import ForgeError


def library(name: str, extra: str) -> ForgeError:
    """Return the error for a client library that is not installed.

    The hint names the library, not an extra of this package, whose name may be somebody else's on a public index.
    """
    return ForgeError(
        f"{name} is not installed",
        f"python -m pip install {name}; or, in a checkout of the generator: python -m pip install '.[{extra}]'",
    )
