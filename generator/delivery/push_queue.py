"""A queue of builds that push at once, stored as references of the remote.

A bump whose push was rejected creates its own reference, ``refs/gitops/intents/<branch>/<name>``, which no other
build changes. Names begin with the time, which is the order of the queue.

If builds share a secret (the one that they push with, or ``GITOPS_GENERATOR_KEY``), each reference is an *intent*: a
blob with the edit as data. The first build in line pushes all intents, each as a commit with its own author and
trailers, in one atomic push that also deletes their references. The other builds find their work done. Each edit is
applied to the tip as its owner would do it, and respects pins and newer builds.

Without a secret (SSH), a reference is a *ticket*: it has no content and only defines the order. No build pushes for
another.

Users who may not push to the branch can often push references, so references are not trusted. The name of an intent
contains the blob's id, and is authenticated together with the repository and the branch. So intents of others are
never fetched, and an intent is invalid elsewhere. A repeated intent is recognized by the commits since then
(``landed_since``). References with other names are ignored. If there are too many references, there is no queue, and
each build just tries again.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator import credentials
from generator.delivery.push_turn import InLine, Together
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator.delivery.push_turn import Turn
    from generator.git.remote_branch import Remote

# Older ones have no owner: the build has long given up.
LIFETIME_SECONDS: Final = 600.0
# As many as no honest fleet has waiting; with more, the queue is flooded, and of no use.
MOST: Final = 500
# How many references past their time are taken out by one bump.
MOST_REMOVED: Final = 20
ROUNDS: Final = 20_000
_TICKET: Final = re.compile(r"[0-9]{20}-[0-9a-f]{12}")
_INTENT: Final = re.compile(r"[0-9]{20}-[0-9a-f]{40,64}-[0-9a-f]{64}")
_PERSON: Final = re.compile(r"[^\n<>]* <[^\n<>]*> (?P<seconds>[0-9]{1,12}) [+-][0-9]{4}")


class Unusable(GeneratorError):
    """The queue cannot be used; the builds just try again."""


class Intent(NamedTuple):
    """An edit of a waiting build. ``author`` has git's format, with seconds and time zone."""

    name: str
    author: str
    data: bytes


class Queue:
    """The queue of a branch: tickets, unless there is a key (see ``Intents``)."""

    _form = _TICKET
    _order: type[Turn] = InLine

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._stale: list[str] = []
        self.turn = self._order(time.monotonic())
        # Our own, while it is there, and all that waited at the last look, the oldest first.
        self.name: str | None = None
        self.names: list[str] = []
        # How long the last look took, in seconds.
        self.seconds = 0.0

    def look(self) -> None:
        """Read the names of the waiting builds. ``Unusable`` if there are too many."""
        began = time.monotonic()
        tip, found = self._remote.waiting_now()
        self.seconds = time.monotonic() - began
        self._stale = [name for name in found if _is_stale(name)][:MOST_REMOVED]
        self.names = sorted(
            name
            for name, blob in found.items()
            if self._form.fullmatch(name) and abs(_age(name)) <= LIFETIME_SECONDS and self._is_ours(name, blob)
        )
        if len(self.names) > MOST:
            raise Unusable(f"{len(self.names)} wait")
        self.turn.seen(self.name, self.names, tip, began)

    def enter(self, data: bytes, author: str) -> None:  # noqa: ARG002 (what an intent says)
        """Wait from now on."""
        self._publish(f"{time.time_ns():020d}-{os.urandom(6).hex()}", self._remote.store(b""))

    def contents(self) -> list[str]:
        """Return the blobs that ``waiting`` will read, to be fetched."""
        return []

    def waiting(self) -> list[Intent]:
        """Return the edits of the waiting builds that this build may push, the oldest first."""
        return []

    def removals(self, names: Iterable[str]) -> list[str]:
        """Return the reference updates that remove these builds and this one from the queue."""
        return [self._removal(name) for name in dict.fromkeys([*names, *([self.name] if self.name else [])])]

    def leave(self) -> None:
        """Remove this build's reference, and some expired ones. If that fails, the reference expires later."""
        names = [*self._stale, *([self.name] if self.name else [])]
        self.name, self._stale = None, []
        try:
            if names:
                self._remote.push(*map(self._removal, names))
        except GeneratorError:
            return

    def _publish(self, name: str, blob: str) -> None:
        self._remote.push(f"{blob}:{self._remote.waiting}/{name}")
        self.name, self.names = name, [name]
        self.turn = self._order(time.monotonic(), self.turn.slow)

    def _removal(self, name: str) -> str:
        return f":{self._remote.waiting}/{name}"

    def _is_ours(self, name: str, blob: str) -> bool:  # noqa: ARG002 (what an intent is known by)
        return True


class Intents(Queue):
    """The queue of builds that share a key."""

    _form = _INTENT
    _order: type[Turn] = Together

    def __init__(self, remote: Remote, secret: bytes) -> None:
        super().__init__(remote)
        self._secret = secret
        self._key: bytes | None = None
        self._known: dict[str, Intent | None] = {}

    def enter(self, data: bytes, author: str) -> None:
        """Wait from now on, and say for what."""
        import json

        blob = self._remote.store(json.dumps({"author": author, "data": data.decode()}).encode())
        stamp = f"{time.time_ns():020d}"
        self._publish(f"{stamp}-{blob}-{self._mac(stamp, blob)}", blob)

    def contents(self) -> list[str]:
        """Implement ``Queue.contents``."""
        return [name.split("-")[1] for name in self.names if name not in self._known]

    def waiting(self) -> list[Intent]:
        """Implement ``Queue.waiting``; they have been fetched."""
        new = [name for name in self.names if name not in self._known]
        for name, content in zip(new, self._remote.objects([name.split("-")[1] for name in new]), strict=True):
            self._known[name] = _read(name, content)
        return [intent for name in self.names if (intent := self._known[name])]

    def _is_ours(self, name: str, blob: str) -> bool:
        import hmac

        stamp, given, mac = name.split("-")
        return given == blob and hmac.compare_digest(mac, self._mac(stamp, blob))

    def _mac(self, stamp: str, blob: str) -> str:
        import hashlib
        import hmac

        if self._key is None:
            # Every user who can read the repository sees the result, so it must not help to guess a weak password.
            salt = f"{_repository(self._remote.url)} {self._remote.waiting}".encode()
            self._key = hashlib.pbkdf2_hmac("sha256", self._secret, salt, ROUNDS if self._secret else 1)
        return hmac.new(self._key, f"{stamp} {blob}".encode(), "sha256").hexdigest()


def joined(remote: Remote, *, sign: bool = False) -> Queue:
    """Return the queue for a remote's branch. No build can ``sign`` for another."""
    secret = None if sign else key(remote)
    return Queue(remote) if secret is None else Intents(remote, secret)


def key(remote: Remote) -> bytes | None:
    """Return the secret that authenticates intents; empty for a folder of this machine, ``None`` if there is none."""
    given = credentials.get("GITOPS_GENERATOR_KEY") or remote.secret
    if given:
        return given.encode()
    local = remote.url.startswith("file://") or not ("://" in remote.url or ":" in remote.url.partition("/")[0])
    return b"" if local else None


def landed_since(
    intents: Mapping[str, tuple[Intent, Callable[[str], bool]]], commits: Iterable[tuple[str, str, str]]
) -> set[str]:
    """Return the names of intents that must not be pushed for their owners.

    Since they were made, a commit has released the same image: the intent is a copy of a pushed one, or a later
    build was faster. Each of ``intents`` has a function that tells from a message whether it releases its images;
    ``commits`` are ids, authors and messages.
    """
    found: set[str] = set()
    for _, author, message in commits:
        made = _seconds(author)
        found.update(
            name
            for name, (intent, touches) in intents.items()
            if name not in found and made >= _seconds(intent.author) and touches(message)
        )
    return found


def oldest(intents: Sequence[Intent]) -> int:
    """Return when the first of these was made, in seconds since 1970, by the clock of its owner."""
    return min(int(intent.name.partition("-")[0]) for intent in intents) // 10**9


def _read(name: str, content: bytes) -> Intent | None:
    """Read an intent; None where it is of another version of the generator."""
    import json

    try:
        given = json.loads(content)
        intent = Intent(name, given["author"], given["data"].encode())
        return intent if _PERSON.fullmatch(intent.author) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _seconds(author: str) -> int:
    """Return the time in a person as git writes it; of one that cannot be read, later than all others."""
    found = _PERSON.fullmatch(author)
    return int(found["seconds"]) if found else sys.maxsize


def _repository(url: str) -> str:
    """Return one word for all spellings of a repository's URL."""
    place = re.sub(r"^[a-z+]+://", "", url.lower()).rpartition("@")[2]
    return re.sub(r"(?:\.git)?/*$", "", place.replace(":", "/"))


def _is_stale(name: str) -> bool:
    """Tell whether this is a reference of some build, of any key, that has long given up."""
    return bool(_TICKET.fullmatch(name) or _INTENT.fullmatch(name)) and _age(name) > LIFETIME_SECONDS


def _age(name: str) -> float:
    """Return the seconds since a name was made, by our clock."""
    return time.time() - int(name.partition("-")[0]) / 1e9
