"""The most recently used values up to a number of bytes: what is kept of photos in memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A bounded memory; the least recently used leave first. Safe to share between threads.

    max_bytes: bound on the sum of `size_of` over all values; the newest stays even if it is larger.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._max_bytes = max_bytes
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """The value kept under `key`, now the most recently used one, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep `value`; others leave until the bound holds."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > 1 and self._bytes() > self._max_bytes:
                self._values.popitem(last=False)

    def discard(self, unwanted: Callable[[Key], bool]) -> None:
        """Keep nothing under keys that are not wanted any more."""
        with self._lock:
            for key in [key for key in self._values if unwanted(key)]:
                del self._values[key]

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()

    def _bytes(self) -> int:
        return sum(self._size_of(value) for value in self._values.values())
