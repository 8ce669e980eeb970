"""The one pass of an evaluation over its photos: everybody colours each of them, once.

What stays in memory is a few numbers and a feature vector for each picture; the pictures themselves
are kept for the contact sheets only.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.recolor import grey
from train.dataset import CachedPhoto, PhotoCache, open_cache
from train.evaluation.contact_sheet import SheetLine
from train.evaluation.contenders import (
    GREY,
    ConstantColour,
    Contender,
    Method,
    Pictures,
    baselines,
    load_contenders,
    training_palette,
)
from train.evaluation.feature_network import FeatureNetwork
from train.evaluation.options import EvaluationOptions
from train.evaluation.photo_scores import score_photo
from train.evaluation.row_scores import Numbers, PhotoRecord
from train.evaluation.subjects import read_subjects

REAL = "real"


@dataclass(frozen=True)
class Scene:
    """What is evaluated: photos in a cache, their subjects ("" = none), who colours them."""

    cache: PhotoCache
    photos: Sequence[CachedPhoto]
    subjects: Sequence[str]
    palette: AbBins
    contenders: Sequence[Contender]

    @property
    def constants(self) -> list[ConstantColour]:
        """The two constant rows; grey is the third baseline."""
        return baselines(self.palette)

    def numbers(self) -> dict[str, Numbers]:
        """Photo numbers by subject, "" being all photos."""
        named = np.array(self.subjects)
        chosen = {name: np.flatnonzero(named == name) for name in sorted(set(self.subjects) - {""})}
        return {"": np.arange(len(self.photos)), **chosen}


@dataclass(frozen=True)
class Pass:
    """What one pass over the photos leaves. real_features: float32 (N, D)."""

    records: dict[str, list[PhotoRecord]]
    real_features: NDArray[np.float32]
    lines: list[SheetLine]


def set_scene(options: EvaluationOptions) -> Scene:
    """Load the checkpoints and draw the photos."""
    contenders = load_contenders(
        options.checkpoints, temperatures=options.temperature, device=options.device
    )
    cache = open_cache(options.photos, options.cache, side=options.side)
    subjects = read_subjects(options.photos, options.index)
    photos = list(cache.photos)
    if options.limit is not None and options.limit < len(photos):
        drawn = np.random.default_rng(options.seed).choice(
            len(photos), options.limit, replace=False
        )
        photos = [photos[i] for i in sorted(drawn)]
    return Scene(
        cache=cache,
        photos=photos,
        subjects=[subjects.get(Path(photo.name).resolve(), "") for photo in photos],
        palette=training_palette(options.palette, contenders),
        contenders=contenders,
    )


def color_photos(scene: Scene, network: FeatureNetwork, *, on_sheets: int, seed: int) -> Pass:
    """Colour every photo in every way and score it; `on_sheets` random ones go on the sheets."""
    records: dict[str, list[PhotoRecord]] = defaultdict(list)
    real_features, lines = [], []
    count = min(on_sheets, len(scene.photos))
    shown = set(np.random.default_rng([seed, 1]).choice(len(scene.photos), count, replace=False))
    for number, photo in enumerate(tqdm(scene.photos, desc="colouring")):
        real = np.array(scene.cache.rgb(photo))
        pictures = _color(scene, grey(real))
        impression = network([real, *pictures.values()])
        real_features.append(impression.features[0])
        agrees = impression.top1 == impression.top1[0]
        for place, (row, picture) in enumerate(pictures.items(), start=1):
            scores = score_photo(real, picture)
            features = impression.features[place]
            records[row].append(PhotoRecord(scores, features, bool(agrees[place])))
        if number in shown:
            caption = f"{scene.subjects[number]} {Path(photo.name).stem}".strip()
            lines.append(SheetLine(caption, {**_shown(scene, pictures), REAL: real}))
    return Pass(dict(records), np.array(real_features), lines)


def _color(scene: Scene, given: NDArray[np.uint8]) -> Pictures:
    """Every row's picture of one photo."""
    methods: list[Method] = [*scene.constants, *scene.contenders]
    pictures = {GREY: given}
    for method in methods:
        pictures |= method.color(given)
    return pictures


def _shown(scene: Scene, pictures: Pictures) -> Pictures:
    """The pictures worth looking at: without those in one constant colour."""
    constant = [method.row for method in scene.constants]
    return {row: picture for row, picture in pictures.items() if row not in constant}
