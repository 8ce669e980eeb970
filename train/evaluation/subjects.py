"""What the photos show, by an index.csv with the columns path and subject."""

import csv
from collections.abc import Sequence
from pathlib import Path


def read_subjects(folders: Sequence[Path], index: Path | None = None) -> dict[Path, str]:
    """Absolute path → subject.

    index: a CSV whose paths start at its own folder; without it, the index.csv of each photo folder
    that has one. Raises ValueError for a CSV without the two columns.
    """
    found = [index] if index is not None else [folder / "index.csv" for folder in folders]
    files = [file for file in found if index is not None or file.is_file()]
    return {path: subject for file in files for path, subject in _read(file).items()}


def _read(file: Path) -> dict[Path, str]:
    with file.open(newline="", encoding="utf-8") as lines:
        table = csv.DictReader(lines)
        if not {"path", "subject"} <= set(table.fieldnames or ()):
            raise ValueError(f"{file.name} needs the columns path and subject.")
        return {(file.parent / line["path"]).resolve(): line["subject"] for line in table}
