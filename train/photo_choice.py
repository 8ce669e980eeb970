"""Which of the training photos a training uses: all, those of one subject, a random few."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from train.dataset import CachedPhoto
from train.evaluation.subjects import read_subjects


def choose_photos(
    photos: Sequence[CachedPhoto],
    folders: Sequence[Path],
    *,
    subject: str | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> list[CachedPhoto]:
    """Those of `photos` that show `subject` by the index.csv of `folders`, at most `limit` of them.

    The same seed draws the same photos, in their old order. Raises SystemExit when none is left.
    """
    chosen = list(photos)
    if subject is not None:
        subjects = read_subjects(folders)
        chosen = [p for p in chosen if subjects.get(Path(p.name).resolve()) == subject]
    if limit is not None and limit < len(chosen):
        drawn = np.random.default_rng(seed).permutation(len(chosen))[:limit]
        chosen = [chosen[i] for i in sorted(drawn)]
    if not chosen:
        raise SystemExit("There are no photos of that subject to train on.")
    return chosen
