"""The original project's recipe, to compare with: an FCN trained on COCO, frozen but for its ends.

    python -m train.original --head regression --photos mirflickr/bird/train --out runs/original-r
    python -m train.original --head classification --photos mirflickr/plant_life/train \\
        --out runs/original-c

torchvision's fcn_resnet50 (output stride 8, no skips) with a new one-channel stem and a new last
layer; only these two learn, by Adam without schedule, on photos squeezed into squares, without
augmentation. BatchNorm stays in training mode, as it was there. Regression: mean squared error of
ab / 255. Classification: plain cross-entropy over 50 K-means colours, decoded by arg-max. Its own
published training losses: 0.003 and 1.113. OUT/checkpoint is one that train.evaluate takes.

Where the COCO weights cannot be downloaded the network starts from random ones: that is said in the
log, in config.json and in the model card, and is not the original's result.
"""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import tyro
from torch import nn
from torch.nn import functional as F
from torchvision.models.segmentation import FCN_ResNet50_Weights
from tqdm import tqdm

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.resizing import resize
from colorizer.model.architecture import ORIGINAL, Head, NetworkConfig
from colorizer.model.checkpoint import CheckpointConfig, DecodingConfig, save_checkpoint
from colorizer.model.network import OriginalNetwork
from train.ab_bins_training import fit_ab_bins, nearest
from train.dataset import CachedPhoto, PhotoCache, open_cache
from train.fit_palette import colours_of
from train.objective import Sample, squared_loss, to_sample
from train.photo_choice import choose_photos

logger = logging.getLogger(__name__)

_NEW = ("backbone.conv1.", "classifier.4.")
"""The stem and the last layer, which the original replaced."""


@dataclass(frozen=True)
class OriginalOptions:
    """Train the original project's network by its recipe.

    Writes OUT/checkpoint and a line of OUT/metrics.jsonl after every epoch.
    """

    head: Head
    photos: list[Path]
    """Folders of colour photos, searched recursively."""
    out: Path
    """Folder of this training."""
    subject: str | None = None
    """Only photos of this subject in the folders' index.csv, such as bird."""
    limit: int | None = None
    """Use this many photos, drawn at random; the original had about 600 birds or 1000 plants."""
    epochs: int | None = None
    """Default: the original's, 10 for regression and 50 for classification."""
    lr: float | None = None
    """Default: the original's, 5e-5 for regression and 1e-4 for classification."""
    batch: int = 16
    classes: int = 50
    """K, the colours of a classifier, by K-means of the pixels as they come."""
    side: int = 256
    """Photos are squeezed into squares of this many pixels, a multiple of 8."""
    random_start: bool = False
    """Do not even ask for the COCO weights."""
    unfrozen: bool = False
    """Let all layers learn; the original froze all but the stem and the last layer."""
    device: str = "cpu"
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""
    seed: int = 0


def train(options: OriginalOptions) -> list[float]:
    """Train and write the checkpoint; returns the mean training loss of every epoch."""
    cache = open_cache(options.photos, options.cache, side=options.side)
    photos = choose_photos(
        cache.split("train"),
        options.photos,
        subject=options.subject,
        limit=options.limit,
        seed=options.seed,
    )
    ab_bins = _palette(cache, photos, options) if options.head == "classification" else None
    network, start = build(options, ab_bins)
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    rate = options.lr or (5e-5 if options.head == "regression" else 1e-4)
    optimizer = torch.optim.Adam(learning, lr=rate)
    losses: list[float] = []
    started = time.monotonic()
    for epoch in range(options.epochs or (10 if options.head == "regression" else 50)):
        parts = []
        for sample in _epoch(cache, photos, options, epoch):
            loss = _loss(network(sample.L), sample.ab, ab_bins)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            parts.append(float(loss.detach()) * len(sample.L))
        losses.append(sum(parts) / len(photos))
        minutes = round((time.monotonic() - started) / 60, 2)
        _save(options, network, ab_bins, start, len(photos), epoch + 1, minutes)
        line = {"epoch": epoch + 1, "minutes": minutes, "loss": round(losses[-1], 6)}
        with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        tqdm.write(json.dumps(line))
    return losses


def build(options: OriginalOptions, ab_bins: AbBins | None) -> tuple[OriginalNetwork, str]:
    """The network in training mode, frozen as it was, and what its weights started from."""
    torch.manual_seed(options.seed)
    config = NetworkConfig(
        backbone=ORIGINAL,
        head=options.head,
        n_classes=ab_bins.n_classes if ab_bins else 0,
        decoder_channels=(),
        skips=False,
        context=False,
    )
    network = OriginalNetwork(config)
    start = "random weights"
    if not options.random_start:
        try:
            _load_coco_weights(network.fcn)
            start = "COCO weights, stem and last layer random"
        except OSError as error:
            logger.warning("The COCO weights cannot be downloaded (%s).", error)
    if start == "random weights":
        logger.warning("Starting from random weights: this is not the original's result.")
    for name, parameter in network.fcn.named_parameters():
        parameter.requires_grad = options.unfrozen or name.startswith(_NEW)
    return network.train().to(options.device), start


def _load_coco_weights(fcn: nn.Module) -> None:
    """Fill all but the new layers; raises OSError when the weights cannot be had."""
    weights = FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1.get_state_dict(
        progress=False, check_hash=True
    )
    kept = {k: v for k, v in weights.items() if not k.startswith((*_NEW, "aux_classifier."))}
    missing, unexpected = fcn.load_state_dict(kept, strict=False)
    assert not unexpected
    assert all(name.startswith(_NEW) for name in missing)


def _palette(cache: PhotoCache, photos: Sequence[CachedPhoto], options: OriginalOptions) -> AbBins:
    """K-means of the pixels as they come, so that most colours crowd around grey, as there."""
    return fit_ab_bins(colours_of(cache, photos), options.classes, flatten=0.0, seed=options.seed)


def _epoch(
    cache: PhotoCache, photos: Sequence[CachedPhoto], options: OriginalOptions, epoch: int
) -> Iterator[Sample]:
    order = np.random.default_rng([options.seed, epoch]).permutation(len(photos))
    for start in tqdm(range(0, len(order), options.batch), desc=f"epoch {epoch + 1}"):
        squares = [
            resize(np.array(cache.rgb(photos[i])), options.side, options.side)
            for i in order[start : start + options.batch]
        ]
        rgb = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2)
        yield to_sample(rgb.to(options.device), 1)


def _loss(output: torch.Tensor, ab: torch.Tensor, ab_bins: AbBins | None) -> torch.Tensor:
    if ab_bins is None:
        return squared_loss(output, ab)
    return F.cross_entropy(output, nearest(ab_bins, ab.permute(0, 2, 3, 1)))


def _save(
    options: OriginalOptions,
    network: OriginalNetwork,
    ab_bins: AbBins | None,
    start: str,
    photos: int,
    epochs: int,
    minutes: float,
) -> None:
    """Write the checkpoint as the epoch left it, decoded by arg-max."""
    config = CheckpointConfig(
        name=f"original {options.head}",
        network=network.config,
        decoding=DecodingConfig(side=options.side, temperature=0.0, rebalancing=0.0),
        provenance={
            "training": {
                "started_from": start,
                "photos": ", ".join(folder.name for folder in options.photos),
                "subject": str(options.subject),
                "side": str(options.side),
                "crop": str(options.side),
                "batch": str(options.batch),
                "epochs": str(epochs),
                "unfrozen": str(options.unfrozen),
                "seed": str(options.seed),
            },
            "steps": epochs * -(-photos // options.batch),
            "minutes": minutes,
            "photos": photos,
        },
    )
    save_checkpoint(options.out / "checkpoint", config, network, ab_bins)


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and train."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(tyro.cli(OriginalOptions, prog="python -m train.original", args=arguments))


if __name__ == "__main__":
    main()
