import subprocess
import sys
from pathlib import Path

import numpy as np
from numba import types

from colorizer.colour import kernels

ROOT = Path(__file__).resolve().parents[2]
DOUBLE = """
def double(values):
    for place in range(values.shape[0]):
        values[place] *= 2
"""
LOADED = """
from colorizer.colour import kernels
print(*(sum(loop.stats.cache_hits.values()) for loop in (
    kernels._compiled_recolour, kernels._compiled_grey)))
"""


def test_a_loop_is_compiled_even_where_its_code_cannot_be_kept() -> None:
    names: dict[str, object] = {}
    exec(DOUBLE, names)  # a function of no file: there is no place to keep its code
    double = kernels._compiled(names["double"], types.float32[::1])
    values = np.arange(3, dtype=np.float32)
    double(values)
    np.testing.assert_array_equal(values, [0, 2, 4])


def test_the_next_process_does_not_compile_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["1", "1"]


def test_no_cell_is_as_wide_as_a_level() -> None:
    assert np.diff(kernels._BORDERS[:-1]).min() > kernels._PARTS
