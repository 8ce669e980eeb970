"""Minutes on a graphics card: unpack, train, evaluate, and leave the weights in OUT/export.

    python -m train.on_card --packs packs/*.zip --palette palette.safetensors --out OUT \\
        --init-from classification --minutes 9

Both heads, bfloat16, photos and crops in the card's memory. How many steps fit is measured first,
the last two fifths of them decay. The training is `train.train`'s own: its state is left as well,
so that --init-from or --resume go on from there. --minutes counts everything from the start of the
command to its end. On a CPU the same command is a dry run.
"""

import json
import logging
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import tyro

from train.options import TrainingOptions
from train.pack import unpack
from train.trainer import Trainer

logger = logging.getLogger(__name__)

DECAY_SHARE = 0.4
MAX_EXPORT_BYTES = 16 * 2**20
_WARM_STEPS, _TIMED_STEPS = 3, 8


@dataclass(frozen=True)
class CardOptions:
    """Train both heads for some minutes on one graphics card and export them."""

    packs: tuple[Path, ...]
    """Zip files of train.pack."""
    palette: Path
    """Palette file of train.fit_palette."""
    out: Path
    """Folder for the photos, the training and OUT/export."""
    init_from: str = "classification"
    """Checkpoint that the backbone, and all else that fits, starts from; "" starts from ImageNet
    weights."""
    minutes: float = 9.0
    """From the start of this command to its end."""
    reserve: float = 1.0
    """Of these, kept for the evaluation and the export."""
    batch: int = 512
    crop: int = 160
    side: int = 192
    """Short side of the decoded photos in pixels; packed ones are not enlarged."""
    lr: float = 2e-3
    backbone: str = "tf_efficientnet_lite2"
    decoder: tuple[int, ...] = (256, 128)
    aged: float = 0.3
    precision: str = "bfloat16"
    seed: int = 0


def train_on_card(options: CardOptions) -> dict[str, object]:
    """Do all that the module says; returns the validation figures."""
    started = time.monotonic()
    photos = options.out / "photos"
    if not photos.exists():
        unpack(options.packs, photos)
    training = _training(options, photos)
    seconds = _seconds_per_step(training)
    left = (options.minutes - options.reserve) * 60 - (time.monotonic() - started)
    steps = max(10, int(left / seconds))
    logger.info("%.3f s a step of %d: %d steps", seconds, options.batch, steps)
    trainer = Trainer(
        replace(
            training,
            steps=steps,
            evaluate_every=steps,
            decay_from=int(steps * (1 - DECAY_SHARE)),
            ema_in_decay=0.9975,
        )
    )
    figures = trainer.run()
    _export(options.out)
    minutes = round((time.monotonic() - started) / 60, 2)
    found = {**figures, "steps": steps, "minutes_in_all": minutes}
    (options.out / "export" / "validation.json").write_text(json.dumps(found, indent=2) + "\n")
    return found


def _training(options: CardOptions, photos: Path) -> TrainingOptions:
    return TrainingOptions(
        head="both",
        photos=[photos],
        out=options.out / "run",
        palette=options.palette,
        init_from=options.init_from or None,
        backbone=options.backbone,  # type: ignore[arg-type]
        decoder=options.decoder,
        slim=True,
        frozen_steps=0,
        train_from_stride=2,
        batch=options.batch,
        crop=options.crop,
        crop_from=max(options.crop, options.side),
        side=max(options.crop, options.side),
        lr=options.lr,
        backbone_lr=0.25,
        schedule="level",
        rebalancing=0.3,
        max_class_weight=5.0,
        regression_weight=0.5,
        mood_weight=0.2,
        balance=0.5,
        aged=options.aged,
        bordered=0.03,
        temperature=0.6,
        precision=options.precision,  # type: ignore[arg-type]
        resident=True,
        save_minutes=1e9,
        cache=options.out / "cache",
        seed=options.seed,
    )


def _seconds_per_step(training: TrainingOptions) -> float:
    """Measured on a trainer of its own, whose steps are thrown away."""
    trainer = Trainer(training)
    for step in range(_WARM_STEPS):
        trainer.step(step)
    started = time.monotonic()
    for step in range(_WARM_STEPS, _WARM_STEPS + _TIMED_STEPS):
        trainer.step(step)
    return (time.monotonic() - started) / _TIMED_STEPS


def _export(out: Path) -> None:
    """Both checkpoints to OUT/export; raises SystemExit where one would be too large to carry."""
    for head in ("classification", "regression"):
        folder = out / "export" / head
        shutil.copytree(out / "run" / head, folder, dirs_exist_ok=True)
        for file in folder.iterdir():
            if file.stat().st_size > MAX_EXPORT_BYTES:
                raise SystemExit(f"{file.name} of {head} is larger than 16 MiB.")


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, train and print the figures."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.backends.cudnn.benchmark = True
    options = tyro.cli(CardOptions, prog="python -m train.on_card", args=arguments)
    print(json.dumps(train_on_card(options)))


if __name__ == "__main__":
    main()
