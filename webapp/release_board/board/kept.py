"""Values that are made once for all who ask: kept by what they are made of, or shared by who asks at one time."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key, as many as there is room for: those that were asked for last."""

    def __init__(self, room: int) -> None:
        self._room, self._lock = room, threading.Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable) -> Value | None:
        """Return a value; None if it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Keep a value, and return it."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._room:
                self._values.popitem(last=False)
        return value

    def made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value, made if it is not kept; whoever asks meanwhile waits for it. A failure is not kept."""
        found = self.get(key)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                return self.get(key) or self.put(key, make())
            finally:
                with self._lock:
                    self._making.pop(key, None)


class Shared(Generic[Value]):
    """What is read anew each time, but once for all who ask meanwhile.

    Nobody gets what had begun to be read before they asked. A failure is that of all who waited for it.
    """

    def __init__(self, read: Callable[[], Value]) -> None:
        self._read = read
        self._news = threading.Condition()
        self._begun = self._ended = 0
        self._reading = False
        self._found: Value | None = None
        self._failure: Exception | None = None

    def get(self) -> Value:
        """Return what is read after this moment."""
        with self._news:
            wanted = self._begun + 1
            self._news.wait_for(lambda: self._ended >= wanted or not self._reading)
            if self._ended < wanted:
                self._begun += 1
                self._reading = True
                self._lead()
            found, failure = self._found, self._failure
        if failure is not None:
            raise failure
        return cast("Value", found)

    def _lead(self) -> None:
        """Read for all who wait; the lock is free meanwhile."""
        found, failure = None, None
        self._news.release()
        try:
            found = self._read()
        except Exception as error:  # noqa: BLE001 (it is raised by whoever asked)
            failure = error
        finally:
            self._news.acquire()
            self._reading = False
            self._news.notify_all()
        self._ended, self._found, self._failure = self._begun, found, failure
