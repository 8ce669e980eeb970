"""The table of odd inputs as data: rows that must be refused and rows that must be accepted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Bad = Callable[[], bytes]
Odd = Callable[[], tuple[bytes, np.ndarray]]


@dataclass(frozen=True)
class BadPhoto:
    """A row that must be refused.

    Attributes:
        row: its number in the table.
        make: returns the bytes of the file.
        says: a word of the sentence that answers it.
    """

    row: int
    make: Bad
    says: str


@dataclass(frozen=True)
class OddPhoto:
    """A row that must be accepted.

    Attributes:
        row: its number in the table.
        make: returns the bytes of the file and what has to be seen in it, uint8 (H, W, 3).
        note: a word of the note that comes with it, or "" for no note.
    """

    row: int
    make: Odd
    note: str


def into_bad(table: list[BadPhoto]) -> Callable[[int, str], Callable[[Bad], Bad]]:
    """Return a decorator that puts a function into the table of refusals."""

    def refused(row: int, says: str) -> Callable[[Bad], Bad]:
        def register(make: Bad) -> Bad:
            table.append(BadPhoto(row, make, says))
            return make

        return register

    return refused


def into_odd(table: list[OddPhoto]) -> Callable[..., Callable[[Odd], Odd]]:
    """Return a decorator that puts a function into the table of acceptances."""

    def accepted(row: int, note: str = "") -> Callable[[Odd], Odd]:
        def register(make: Odd) -> Odd:
            table.append(OddPhoto(row, make, note))
            return make

        return register

    return accepted
