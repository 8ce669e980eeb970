"""Bytes that one address may send: an allowance that fills up again within an hour."""

import time
from collections.abc import Callable

SECONDS = 3600.0
_MAX_ADDRESSES = 10_000


class Quota:
    """Counts by address. Whoever has sent nothing for an hour is forgotten."""

    def __init__(self, hourly_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """hourly_bytes: the allowance. clock: seconds that never jump."""
        self._full = hourly_bytes
        self._clock = clock
        self._taken: dict[str, tuple[float, float]] = {}  # address → bytes taken, when

    def left(self, address: str) -> float:
        """Bytes that the address may send now."""
        taken, since = self._taken.get(address, (0.0, 0.0))
        refilled = (self._clock() - since) * self._full / SECONDS
        return self._full - max(0.0, taken - refilled)

    def take(self, address: str, n_bytes: int) -> bool:
        """Count what the address has sent; False when that is more than it may."""
        left = self.left(address)
        self._taken[address] = (self._full - max(0.0, left - n_bytes), self._clock())
        if len(self._taken) > _MAX_ADDRESSES:
            self._taken = {
                each: at for each, at in self._taken.items() if self.left(each) < self._full
            }
        return left >= n_bytes
