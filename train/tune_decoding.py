"""How a network's output becomes colours: decodings compared on validation photos.

    python -m train.tune_decoding runs/classification/checkpoint --photos PHOTOS
    python -m train.tune_decoding runs/classification/checkpoint --photos PHOTOS --write

Vividness is bought with errors, so decodings are compared at the same colourfulness: for each, the
factor on the chroma is sought that makes the photos as colourful as asked. They are chosen here, on
photos of the training folders that were kept out, so that the public test set stays untouched.
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

from colorizer.colour.lab import rgb_to_ab
from colorizer.model.bundled import CONFIG_FILE
from colorizer.model.checkpoint import Checkpoint, DecodingConfig, load_checkpoint
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer, Prediction
from train.dataset import CachedPhoto, open_cache
from train.evaluation.auc import BinnedCloseness, auc, rebalancing_weights
from train.evaluation.photo_scores import score_photo

_ROUNDS = 3  # of seeking the chroma


@dataclass(frozen=True)
class DecodingOptions:
    """Compare decodings of a checkpoint on the validation photos of its training folders."""

    checkpoint: Positional[Path]
    """Checkpoint folder."""
    photos: list[Path]
    """The folders that it was trained on; only their validation photos are used."""
    sides: tuple[int, ...] = (192,)
    """Short sides that the network sees, in pixels."""
    temperatures: tuple[float, ...] = (0.6,)
    """T of a classifier's annealed mean; a regressor has none."""
    offsets: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    """What is taken off a and b."""
    powers: tuple[float, ...] = (1.0, 1.25, 1.5)
    """Of the chroma curve: above 1, what is nearly grey stays grey."""
    colourfulness: float | None = -2.0
    """Colourfulness, ours − real, at which decodings are compared; None: chroma 1."""
    limit: int = 100
    """Validation photos to use."""
    write: bool = False
    """Write the decoding with the smallest ab RMSE into the checkpoint."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""
    side: int = 192
    """Short side of the cached photos in pixels."""


@dataclass(frozen=True)
class Decoded:
    """What one decoding gives, over all photos.

    too_vivid: colourfulness, ours − real. neutral: ab RMSE where the real chroma is below 5.
    saturated: our share of the chroma where the real one is above 45.
    """

    decoding: DecodingConfig
    ab_rmse: float
    psnr: float
    too_vivid: float
    neutral: float
    saturated: float
    auc: float
    auc_rebalanced: float


Pair = tuple[np.ndarray, Prediction]
"""A real photo, uint8 (H, W, 3), and what the network made of it."""


def compare(options: DecodingOptions, photos: Sequence[np.ndarray]) -> list[Decoded]:
    """Every combination of the settings; the network runs once per photo and side."""
    base = load_checkpoint(options.checkpoint)
    results = []
    for side in options.sides:
        at_side = _with(base, side=side)
        colorizer = Colorizer(at_side)
        pairs = [(real, colorizer.predict(Photo(rgb=real))) for real in tqdm(photos)]
        for temperature, offset, power in itertools.product(
            options.temperatures, options.offsets, options.powers
        ):
            changed = _with(at_side, temperature=temperature, offset=offset, chroma_power=power)
            if options.colourfulness is not None:
                changed = _as_colourful(changed, pairs[::3], options.colourfulness)
            results.append(_measure(changed, pairs))
    return results


def _with(checkpoint: Checkpoint, **decoding: object) -> Checkpoint:
    config = checkpoint.config
    changed = dataclasses.replace(config.decoding, **decoding)  # type: ignore[arg-type]
    return dataclasses.replace(checkpoint, config=dataclasses.replace(config, decoding=changed))


def _as_colourful(checkpoint: Checkpoint, pairs: Sequence[Pair], wanted: float) -> Checkpoint:
    """The same decoding with the factor on the chroma that gives this colourfulness, ours − real.

    Colourfulness grows about in proportion to the chroma.
    """
    chroma = 1.0
    for _ in range(_ROUNDS):
        scores = [
            score_photo(real, Colorizer(checkpoint).decode(prediction).photo.rgb)
            for real, prediction in pairs
        ]
        ours = float(np.mean([score.colorfulness for score in scores]))
        truth = float(np.mean([score.colorfulness_real for score in scores]))
        chroma = min(3.0, max(0.5, chroma * (truth + wanted) / max(ours, 1.0)))
        checkpoint = _with(checkpoint, chroma=round(chroma, 3))
    return checkpoint


def _measure(checkpoint: Checkpoint, pairs: Sequence[Pair]) -> Decoded:
    colorizer = Colorizer(checkpoint)
    scores, neutral, saturated = [], np.zeros(2), np.zeros(2)
    for real, prediction in pairs:
        ours = colorizer.decode(prediction).photo.rgb
        scores.append(score_photo(real, ours))
        true_ab, ab = rgb_to_ab(real), rgb_to_ab(ours)
        chroma = np.linalg.norm(true_ab, axis=-1)
        grey, strong = chroma < 5, chroma > 45
        neutral += np.square(ab - true_ab)[grey].sum() / 2, grey.sum()
        saturated += np.linalg.norm(ab, axis=-1)[strong].sum(), chroma[strong].sum()
    pooled = BinnedCloseness(
        share=np.mean([score.closeness.share for score in scores], axis=0),
        closeness=np.mean([score.closeness.closeness for score in scores], axis=0),
    )
    return Decoded(
        decoding=checkpoint.config.decoding,
        ab_rmse=float(np.sqrt(np.mean([score.ab_error for score in scores]))),
        psnr=float(np.mean([score.psnr for score in scores])),
        too_vivid=float(np.mean([s.colorfulness - s.colorfulness_real for s in scores])),
        neutral=float(np.sqrt(neutral[0] / max(1, neutral[1]))),
        saturated=float(saturated[0] / max(1, saturated[1])),
        auc=auc(pooled),
        auc_rebalanced=auc(pooled, rebalancing_weights(pooled.share)),
    )


def spread(photos: Sequence[CachedPhoto], count: int) -> Sequence[CachedPhoto]:
    """At most about `count` photos from all over the list, which is sorted by source."""
    return photos[:: max(1, len(photos) // count)]


def write(folder: Path, decoding: DecodingConfig) -> None:
    """Write a decoding into config.json; the weights stay as they are."""
    file = folder / CONFIG_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    content["decoding"] = dataclasses.asdict(decoding)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    load_checkpoint(folder)


def main(arguments: list[str] | None = None) -> None:
    """Compare, print a table and write the choice if asked to."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(DecodingOptions, prog="python -m train.tune_decoding", args=arguments)
    cache = open_cache(options.photos, options.cache, side=options.side)
    chosen = spread(cache.split("validation"), options.limit)
    results = compare(options, [np.array(cache.rgb(photo)) for photo in chosen])
    print(
        "| side | T | offset | power | chroma | ab RMSE | PSNR | too colourful by | neutral places "
        "| saturated things | AuC | rebalanced |"
    )
    print("|---" * 12 + "|")
    for each in results:
        d = each.decoding
        print(
            f"| {d.side} | {d.temperature:g} | {d.offset[0]:g}, {d.offset[1]:g} "
            f"| {d.chroma_power:g} | {d.chroma:g} | {each.ab_rmse:.2f} | {each.psnr:.2f} "
            f"| {each.too_vivid:+.1f} | {each.neutral:.2f} | {each.saturated:.3f} "
            f"| {each.auc:.2f} | {each.auc_rebalanced:.2f} |"
        )
    if options.write:
        write(options.checkpoint, min(results, key=lambda each: each.ab_rmse).decoding)


if __name__ == "__main__":
    main()
