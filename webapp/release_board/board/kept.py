"""Values that are computed once for several requests: cached by key, or shared by requests at the same time."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A cache with a limited number of values: the most recently used ones."""

    def __init__(self, room: int) -> None:
        self._room, self._lock = room, threading.Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable) -> Value | None:
        """Return a cached value; None if there is none."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Add a value to the cache, and return it."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._room:
                self._values.popitem(last=False)
        return value

    def made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the cached value, or compute it; other callers wait for the result. A failure is not cached."""
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
    """A value that is read again for each call, but only once for callers that wait at the same time.

    A caller never gets a value whose reading began before the call. A failure is raised in all callers that waited.
    """

    def __init__(self, read: Callable[[], Value]) -> None:
        self._read = read
        self._news = threading.Condition()
        self._begun = self._ended = 0
        self._reading = False
        self._found: Value | None = None
        self._failure: Exception | None = None

    def get(self) -> Value:
        """Return a value that was read after this call."""
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
        """Read the value for all waiting callers, without holding the lock."""
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
