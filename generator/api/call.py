"""Set up what is in force while a public operation runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator.credentials import NONE, Credentials, using
from generator.errors import GeneratorError
from generator.git import named_hosts

__all__ = ["NONE", "Credentials", "Progress", "calling", "noting", "silent"]

Progress = Callable[[str], None]
"""Is told what is being done, in a few words, whenever that changes."""


def silent(_text: str) -> None:
    """Tell no progress."""


@contextmanager
def calling(credentials: Credentials, directory: Path, *urls: str | None) -> Iterator[None]:
    """Put credentials in force; they may go to the remotes of `directory` and to these URLs, named by the caller."""
    with using(credentials), named_hosts.naming(directory, *urls):
        yield


@contextmanager
def noting(notes: Sequence[str]) -> Iterator[None]:
    """Add these notes to an error of the block (`__notes__`)."""
    try:
        yield
    except GeneratorError as error:
        for note in notes:
            error.add_note(note)
        raise
