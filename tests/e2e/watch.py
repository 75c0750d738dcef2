"""Threads that look on while something happens: does the app go on answering, does anything else fall ill."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.e2e.kube import Kube, KubeError

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url: str, *, body: bytes | None = None, headers: Mapping[str, str] = {}, seconds: float = 5) -> Any:
    """Send GET (or POST a body of JSON) to a URL; return its JSON, or its text if it is none. Raises OSError."""
    given = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(url, data=body, headers={**given, **headers})
    with DIRECT.open(request, timeout=seconds) as response:
        text = response.read().decode()
        is_json = response.headers.get_content_type() == "application/json"
    return json.loads(text) if is_json else text


class Watcher(threading.Thread):
    """Looks again and again between ``with`` and its end."""

    every = 0.1

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        """Look until the end."""
        while not self.over.is_set():
            self.look()
            self.over.wait(self.every)

    def look(self) -> None:
        """Look once."""
        raise NotImplementedError


class Caller(Watcher):
    """Calls ``/version`` ten times a second on connections of their own; counts answers by version, and failures."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = f"{url}/version"
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.first_seen: dict[str, float] = {}

    def look(self) -> None:
        """Call once."""
        try:
            version = str(fetch(self.url)["version"])
        except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError) as exc:
            self.failures.append(f"{time.strftime('%X')} {exc}")
            return
        self.answers[version] += 1
        self.first_seen.setdefault(version, time.monotonic())


class Nurse(Watcher):
    """Notes every Application that is not Healthy, but for those that are expected to be ill."""

    every = 1.0

    def __init__(self, kube: Kube, *ill: str) -> None:
        super().__init__()
        self.kube = kube
        self.ill = ill
        self.complaints: Counter[str] = Counter()

    def look(self) -> None:
        """Make one round."""
        try:
            for name, application in self.kube.applications().items():
                if name not in self.ill and application.health != "Healthy":
                    self.complaints[f"{name} {application.health}"] += 1
        except (KubeError, OSError) as exc:
            self.complaints[f"API server: {exc}"] += 1


class Tip(Watcher):
    """Notes when a branch of the forge moves."""

    def __init__(self, read: Any) -> None:
        super().__init__()
        self.read = read
        self.moved: dict[str, float] = {}

    def look(self) -> None:
        """Ask once."""
        self.moved.setdefault(self.read(), time.monotonic())
