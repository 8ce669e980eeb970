"""Memory of a program that runs for weeks: arrays on pages of their own, and few heaps.

The C library takes middle-sized arrays from heaps that go back to the system only from their ends,
a heap for every few threads. One kept photo between two that are gone pins all that lies below it,
so that a page with a bounded number of kept photos grew by hundreds of megabytes all the same.
Pages of its own for every array would end that too, but made the network's passes 40 % slower.
"""

import ctypes
import mmap
import os
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

_M_ARENA_MAX = -8  # of malloc.h


def empty(shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> np.ndarray:
    """Zeros of this shape; the memory goes back to the system with the array."""
    count = int(np.prod(shape))
    pages = mmap.mmap(-1, max(1, count * np.dtype(dtype).itemsize))
    return np.frombuffer(pages, dtype, count).reshape(shape)


def moved(array: np.ndarray) -> np.ndarray:
    """A copy on pages of its own."""
    copy = empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def use_few_heaps() -> None:
    """Let all threads share two heaps; before they start, and with glibc only."""
    mallopt = _c_function("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def return_free_pages() -> None:
    """Give pages in the middle of the heaps back that nothing lies on; some 20 ms, glibc only."""
    malloc_trim = _c_function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _c_function(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
