"""How many threads one operation may use: the cores of this process, or fewer beside others."""

import os
import threading

_local = threading.local()


def usable_threads() -> int:
    """The cores that this process may run on, unless `use_threads` said otherwise here."""
    limit: int | None = getattr(_local, "limit", None)
    return limit or _usable_cores()


def use_threads(number: int) -> None:
    """Let operations of the calling thread use so many threads, 0 = all cores again.

    Where workers share the cores, each of them uses one.
    """
    _local.limit = number


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
