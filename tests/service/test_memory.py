"""What is kept of photos lies on pages that go back to the system, whatever came in between."""

import subprocess
import sys

import numpy as np
import pytest

from colorizer.service import memory
from tests.support.running_app import ROOT

KEPT_BETWEEN_OTHERS = """
import sys, numpy as np, psutil
from colorizer.service.memory import moved, return_free_pages, use_few_heaps
use_few_heaps()
keep = moved if sys.argv[1] == "own" else np.copy
process, short, kept = psutil.Process(), [], []
for number in range(300):
    short.append(np.ones(2_000_000, np.uint8))
    kept.append(keep(np.ones(100_000, np.uint8)))
    if number == 0:  # the C library's bound between heaps and pages rises with the first one freed
        short.append(np.ones(30_000_000, np.uint8))
        short.pop()
full = process.memory_full_info().uss
short.clear()
if sys.argv[1] == "trimmed heap":
    return_free_pages()
print((full - process.memory_full_info().uss) // 2_000_000)
"""


def given_back(how: str) -> int:
    """How many of 300 arrays go back to the system when they are dropped between kept ones."""
    command = [sys.executable, "-c", KEPT_BETWEEN_OTHERS, how]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="measures this C library")
def test_kept_arrays_pin_nothing() -> None:
    assert given_back("heap") < 30
    assert given_back("own") > 240
    assert given_back("trimmed heap") > 240


@pytest.mark.parametrize("shape", [(0, 3), (1,), (2, 3, 5)])
def test_a_moved_array_is_the_same(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).random(shape).astype(np.float32)
    moved = memory.moved(array)
    assert moved.dtype == array.dtype
    assert np.array_equal(moved, array)
    moved += 1
