"""Where many builds push at once, whoever gets the branch lands the edits of all who wait.

A bump whose push was rejected publishes its intent, where nothing contends: a
blob on a reference of its own, ``refs/gitops/intents/<branch>/<name>``. Names
begin with the time; the first one leads. It lands every waiting intent, each
as a commit with its own author and trailers, in one atomic push that also
deletes their references, so the others find their work done.

An intent carries the edit as data, and whoever lands it applies it to the tip
as its owner would, pins and newer builds included. It is authenticated by the
secret that its owner pushes with: who may push references, but not to a
protected branch, must not get there through somebody else's push. So only
builds with the same token combine (or ``GITOPS_GENERATOR_KEY``, for SSH);
others just try again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from generator.errors import GeneratorError
from generator.remote import Remote

# Older ones are nobody's: their owners have long given up.
LIFETIME_SECONDS: Final = 600.0
ROUNDS: Final = 20_000
# How long the first one waits after the one before it has landed: others join it, and people's pushes get through.
GAP_SECONDS: Final = 0.5
# How long it has before the second goes as well, and that one before the third: between these, and longer where
# pushes are slow. If all went at once, they would hold up each other and the server.
LEADER_SECONDS: Final = (3.0, 6.0)
PUSH_FACTOR: Final = 3.0
LONGEST_LEADER_SECONDS: Final = 20.0
FIRST_LOOK_SECONDS: Final = 0.3
LONGEST_LOOK_SECONDS: Final = 2.0
LOOK_FACTOR: Final = 3.0


class Intent(NamedTuple):
    """Somebody's edit that waits. ``author`` is as git writes it, with seconds and time zone."""

    name: str
    author: str
    data: bytes


class Queue:
    """The intents for one branch, and our own among them."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._folder = remote.waiting
        self._key: bytes | None = None
        self._known: dict[str, Intent | None] = {}
        self.name: str | None = None
        self.useless: list[str] = []

    def waiting(self) -> list[Intent]:
        """The intents that came with the last fetch, the oldest first. ``useless`` are then those past their time."""
        found = self._remote.intents()
        new = [name for name in found if name not in self._known]
        for name, content in zip(new, self._remote.objects([found[name] for name in new]), strict=True):
            self._known[name] = self._read(name, content)
        self.useless = [name for name in found if self._known[name] is None and _age(name) > LIFETIME_SECONDS]
        return [intent for name in found if (intent := self._known[name])]

    def names(self) -> list[str]:
        """Those that wait right now, the oldest first; asked without fetching what they are."""
        return [name for name in self._remote.waiting_now() if name not in self._known or self._known[name]]

    def publish(self, data: bytes, author: str) -> None:
        """Our own intent."""
        import json

        name = f"{time.time_ns():020d}-{os.urandom(6).hex()}"
        content = {"author": author, "data": data.decode()}
        content["mac"] = self._mac(name, content)
        blob = self._remote.store(json.dumps(content).encode())
        self._remote.push(f"{blob}:{self._folder}/{name}")
        self.name = name

    def withdraw(self) -> None:
        """Take our own intent out, if it is still there; if that fails, its time will."""
        if self.name is None:
            return
        name, self.name = self.name, None
        try:
            self._remote.push(self._removal(name))
        except GeneratorError:
            return

    def removals(self, waiting: Sequence[Intent]) -> list[str]:
        """What to push to take out these intents, and those past their time."""
        return [self._removal(name) for name in [*(intent.name for intent in waiting), *self.useless]]

    def _removal(self, name: str) -> str:
        return f":{self._folder}/{name}"

    def _read(self, name: str, content: bytes) -> Intent | None:
        import hmac
        import json

        try:
            given = json.loads(content)
            mac = given.pop("mac")
            if not hmac.compare_digest(mac, self._mac(name, given)) or abs(_age(name)) > LIFETIME_SECONDS:
                return None
            return Intent(name, given["author"], given["data"].encode())
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _mac(self, name: str, content: object) -> str:
        import hashlib
        import hmac
        import json

        if self._key is None:
            # Everybody who can read the repository sees the result, so it must not help to guess a weak password.
            secret = key(self._remote) or b""
            self._key = hashlib.pbkdf2_hmac("sha256", secret, self._folder.encode(), ROUNDS if secret else 1)
        text = json.dumps([name, content], sort_keys=True)
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()


def key(remote: Remote) -> bytes | None:
    """What authenticates intents there; ``None`` where nothing does. In a folder of this machine, nothing needs to."""
    given = os.environ.get("GITOPS_GENERATOR_KEY") or remote.secret
    if given:
        return given.encode()
    local = remote.url.startswith("file://") or not ("://" in remote.url or ":" in remote.url.partition("/")[0])
    return b"" if local else None


def joined(remote: Remote) -> Queue | None:
    """The queue for a remote's branch; ``None`` where intents cannot be authenticated."""
    return None if key(remote) is None else Queue(remote)


class Turn:
    """Whose turn it is: the first one's, and the next one's if that does not land: it may be dead."""

    def __init__(self) -> None:
        self._first: str | None = None
        # Others were just faster than us.
        self._since = time.monotonic()
        self._place = 0
        self._patience = 0.0
        self._looks = 0

    def comes(self, own: str, waiting: Sequence[str], slow: float) -> bool:
        """Whether we go now, given who waits, and how many seconds our last push took.

        A tip that moves tells nothing: it may be people who push while the first one is dead.
        """
        import random

        now = time.monotonic()
        self._looks += 1
        self._place = waiting.index(own)
        if waiting[0] != self._first:
            self._since = now if self._first else self._since
            self._first = waiting[0]
            longest = max(random.uniform(*LEADER_SECONDS), PUSH_FACTOR * slow)  # noqa: S311
            self._patience = min(longest, LONGEST_LEADER_SECONDS)
        return now - self._since >= self._place * self._patience + GAP_SECONDS

    def pause(self, look: float) -> float:
        """Seconds until the next look, given how long the last one took.

        Longer with each, and where all is slow, so that many who wait do not keep the server busy.
        """
        import random

        if self._place == 0:
            return max(0.0, self._since + GAP_SECONDS - time.monotonic())
        longest = max(LOOK_FACTOR * look, min(LONGEST_LOOK_SECONDS, FIRST_LOOK_SECONDS * 1.5**self._looks))
        return random.uniform(longest / 2, longest)  # noqa: S311


def _age(name: str) -> float:
    """Seconds since an intent was published, by our clock; none of ours is older than any."""
    stamp = name.partition("-")[0]
    return time.time() - int(stamp) / 1e9 if stamp.isascii() and stamp.isdigit() else float("inf")
