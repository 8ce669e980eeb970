"""How vivid, how wrong: a classifier's decodings compared on its validation photos.

    python -m train.tune_decoding runs/classification/checkpoint --photos PHOTOS
    python -m train.tune_decoding runs/classification/checkpoint --photos PHOTOS \\
        --choose 0.6 0 1.15         (writes T, calibration and chroma into config.json)

Vividness is bought with errors: T, calibration (how much of the training's class rebalancing is
taken back) and chroma (a factor on ab) set the price. They are chosen here, on photos of the
training folders that were kept out, so that the public test set stays untouched.
"""

import dataclasses
import itertools
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from tqdm import tqdm
from tyro.conf import Positional

from colorizer.model.bundled import CONFIG_FILE
from colorizer.model.checkpoint import DecodingConfig, load_checkpoint
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer
from train.dataset import CachedPhoto, PhotoCache, open_cache
from train.evaluation.auc import BinnedCloseness, auc, rebalancing_weights
from train.evaluation.photo_scores import score_photo

_COLUMNS = (
    "| side | T | calibration | chroma | ab RMSE | colourfulness, ours − real | AuC | rebalanced |"
)


@dataclass(frozen=True)
class DecodingOptions:
    """Compare decodings of a classifier on the validation photos of its training folders."""

    checkpoint: Positional[Path]
    """Checkpoint folder."""
    photos: list[Path]
    """The folders that it was trained on; only their validation photos are used."""
    temperatures: tuple[float, ...] = (0.3, 0.4, 0.5, 0.7, 1.0)
    calibrations: tuple[float, ...] = (0.0, 0.5, 1.0)
    chromas: tuple[float, ...] = (1.0,)
    """Factors on ab."""
    sides: tuple[int, ...] = (192,)
    """Short sides that the network sees, in pixels."""
    limit: int = 100
    """Validation photos to use."""
    choose: tuple[float, float, float] | None = None
    """Write this temperature, calibration and chroma into the checkpoint and compare nothing."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""
    side: int = 192
    """Short side of the cached photos in pixels."""


Score = tuple[float, float, BinnedCloseness]
"""(mean squared ab error, colourfulness ours − real, closeness) of one photo."""


@dataclass(frozen=True)
class Decoded:
    """What one decoding gives, means over photos; `too_vivid` is colourfulness, ours − real."""

    decoding: DecodingConfig
    ab_rmse: float
    too_vivid: float
    auc: float
    auc_rebalanced: float


def compare(options: DecodingOptions, cache: PhotoCache) -> list[Decoded]:
    """Every combination of the settings; the network runs once per photo and side."""
    base = load_checkpoint(options.checkpoint)
    results = []
    for side in options.sides:
        decodings = [
            dataclasses.replace(
                base.config.decoding, side=side, temperature=t, calibration=c, chroma=chroma
            )
            for t, c, chroma in itertools.product(
                options.temperatures, options.calibrations, options.chromas
            )
        ]
        colorizers = [
            Colorizer(
                dataclasses.replace(
                    base, config=dataclasses.replace(base.config, decoding=decoding)
                )
            )
            for decoding in decodings
        ]
        scores: list[list[Score]] = [[] for _ in decodings]
        for cached in tqdm(_spread(cache.split("validation"), options.limit), desc=f"side {side}"):
            real = np.array(cache.rgb(cached))
            prediction = colorizers[0].predict(Photo(rgb=real))
            for colorizer, kept in zip(colorizers, scores, strict=True):
                score = score_photo(real, colorizer.decode(prediction).photo.rgb)
                too_vivid = score.colorfulness - score.colorfulness_real
                kept.append((score.ab_error, too_vivid, score.closeness))
        results += [_summary(d, kept) for d, kept in zip(decodings, scores, strict=True)]
    return results


def _spread(photos: Sequence[CachedPhoto], count: int) -> Sequence[CachedPhoto]:
    """At most about `count` photos from all over the list, which is sorted by source."""
    return photos[:: max(1, len(photos) // count)]


def _summary(decoding: DecodingConfig, scores: list[Score]) -> Decoded:
    closeness = [each for *_, each in scores]
    pooled = BinnedCloseness(
        share=np.mean([each.share for each in closeness], axis=0),
        closeness=np.mean([each.closeness for each in closeness], axis=0),
    )
    return Decoded(
        decoding=decoding,
        ab_rmse=float(np.sqrt(np.mean([error for error, *_ in scores]))),
        too_vivid=float(np.mean([too_vivid for _, too_vivid, _ in scores])),
        auc=auc(pooled),
        auc_rebalanced=auc(pooled, rebalancing_weights(pooled.share)),
    )


def choose(folder: Path, temperature: float, calibration: float, chroma: float) -> None:
    """Write a decoding into config.json; the weights stay as they are."""
    file = folder / CONFIG_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    content["decoding"] |= {
        "temperature": temperature,
        "calibration": calibration,
        "chroma": chroma,
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    load_checkpoint(folder)


def main(arguments: list[str] | None = None) -> None:
    """Compare and print, or write the choice."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(DecodingOptions, prog="python -m train.tune_decoding", args=arguments)
    if options.choose is not None:
        choose(options.checkpoint, *options.choose)
        return
    cache = open_cache(options.photos, options.cache, side=options.side)
    print("| side | T | calibration | chroma | ab RMSE | too colourful by | AuC | rebalanced |")
    print("|---|---|---|---|---|---|---|---|")
    for each in compare(options, cache):
        d = each.decoding
        print(
            f"| {d.side} | {d.temperature:g} | {d.calibration:g} | {d.chroma:g} "
            f"| {each.ab_rmse:.2f} | {each.too_vivid:+.1f} "
            f"| {each.auc:.2f} | {each.auc_rebalanced:.2f} |"
        )


if __name__ == "__main__":
    main()
