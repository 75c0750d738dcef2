"""The repository of the apps' sources: a folder for each app, and a commit for each change."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from testing.release_history import names
from testing.release_history.names import Person
from testing.release_history.stream import Stream
from testing.release_history.truth import SourceCommit

URL = "https://git.example.com/acme/shop.git"
# The committers' own, as the stream writes it.
_ZONE = timezone(timedelta(hours=1))


class Sources:
    """Its one branch, as far as it has come."""

    def __init__(self, folder: Path, chance: random.Random, *, hostile: bool) -> None:
        self._stream = Stream(folder)
        self._chance = chance
        self._hostile = hostile
        self._last = 0
        self._made: list[tuple[Sequence[str], int]] = []
        self._heads: dict[str, tuple[int, Person, int, str]] = {}

    def commit(self, apps: Sequence[str], author: Person, seconds: int) -> None:
        """Change some apps."""
        seconds = self._last = max(seconds, self._last + 1)
        subject = names.subject(self._chance)
        if self._hostile and self._chance.random() < 0.05:
            subject = self._chance.choice(names.HOSTILE_SUBJECTS)
        number = len(self._made)
        files: dict[str, bytes | None] = {f"services/{app}/app.py": b"revision = %d\n" % number for app in apps}
        mark = self._stream.commit(author, seconds, f"{subject}\n", files)
        self._made.append((apps, seconds))
        for app in apps:
            self._heads[app] = (mark, author, seconds, subject)

    def head(self, apps: Sequence[str]) -> tuple[int, dict[str, str]]:
        """Return the newest commit of some apps: its number, and how a build describes it."""
        mark, author, seconds, subject = max((self._heads[app] for app in apps), key=lambda one: one[0])
        return mark, {
            "author": str(author),
            "date": datetime.fromtimestamp(seconds, _ZONE).isoformat(),
            "subject": subject,
            "sha": self._stream.id(mark),
            "repourl": URL,
        }

    def finish(self) -> dict[str, list[SourceCommit]]:
        """End it; return the commits of each app, the oldest first."""
        marks = self._stream.finish()
        found: dict[str, list[SourceCommit]] = {}
        for position, (apps, seconds) in enumerate(self._made):
            for app in apps:
                found.setdefault(app, []).append(SourceCommit(marks[position + 1], seconds, position))
        return found
