"""What the tests of the local cluster share: a state in a short temporary folder, and parts that note when they ran."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from generator.cluster.layout import Layout
from generator.cluster.state import State


def new_state(directory: Path) -> State:
    layout = Layout(directory)
    layout.create()
    state = State(layout, "kwok")
    state.save()
    return state


@dataclass
class Note:
    """A part that takes ``seconds`` and notes its name in ``journal`` when it begins and when it ends."""

    name: str
    journal: list[str]
    needs: tuple[str, ...] = ()
    seconds: float = 0.0
    error: Exception | None = None
    cancelled: bool = field(default=False, init=False)

    def bring_up(self, state: State, cancelled: threading.Event) -> bool:
        self.journal.append(f"begin {self.name}")
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline and not cancelled.is_set():
            time.sleep(0.01)
        self.cancelled = cancelled.is_set()
        if self.error:
            raise self.error
        self.journal.append(f"end {self.name}")
        return True
