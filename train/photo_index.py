"""What an index.csv says of the photos beside it: subject, source and side of the split."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

INDEX_FILE = "index.csv"
_MOST_TIMES = 4.0
"""Weights above this many times their mean are cut off there: no few photos come all the time."""


@dataclass(frozen=True)
class IndexLine:
    """One photo's line; what the index does not say is ""."""

    subject: str = ""
    source: str = ""
    split: str = ""


def read_index(folders: Sequence[str | Path]) -> dict[Path, IndexLine]:
    """Absolute path → line, by the index.csv of each folder that has one.

    Raises ValueError for an index without the column path, or with another split than train and
    validation.
    """
    found: dict[Path, IndexLine] = {}
    for file in (Path(folder) / INDEX_FILE for folder in folders):
        if file.is_file():
            found |= _read(file)
    return found


def _read(file: Path) -> dict[Path, IndexLine]:
    folder = file.parent.resolve()
    with file.open(newline="", encoding="utf-8") as lines:
        table = csv.DictReader(lines)
        if "path" not in (table.fieldnames or ()):
            raise ValueError(f"{file.name} needs the column path.")
        found = {
            folder / line["path"]: IndexLine(
                *(line.get(key) or "" for key in ("subject", "source", "split"))
            )
            for line in table
        }
    if unknown := {line.split for line in found.values()} - {"", "train", "validation"}:
        raise ValueError(f"{file.name} has a split {unknown.pop()!r}; known: train, validation.")
    return found


def balancing_weights(lines: Sequence[IndexLine], exponent: float) -> NDArray[np.float64]:
    """Chance of each photo to be drawn, float64 (N,), sums to 1, so that none dominates.

    exponent: 0 draws all alike. With 0.5 a source, and likewise a subject, that has four times the
    photos of another is seen twice as often.
    """
    weights = np.ones(len(lines))
    for kinds in ([line.source for line in lines], [line.subject for line in lines]):
        counts = Counter(kinds)
        weights *= np.array([counts[kind] for kind in kinds], float) ** -exponent
    weights = np.minimum(weights / weights.mean(), _MOST_TIMES)
    return weights / weights.sum()
