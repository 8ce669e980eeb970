"""The steps of the ablation: the original's recipes, then change by change to ours.

A step is a set of flags of `train.train`; below a head's first step only the changes are written.
The original trained an FCN of ResNet-50 that had learned from COCO; its stand-in here is an
EfficientNet-Lite2 that had learned from ImageNet with a decoder that ends at the same stride of 8,
because a step of the FCN takes more than a minute on two cores (`train.original` is that FCN).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colorizer.model.architecture import Head


@dataclass(frozen=True)
class Palette:
    """A classifier's colours: `--classes` and `--flatten` of train.fit_palette."""

    classes: int
    flatten: float


@dataclass(frozen=True)
class AblationStep:
    """One training of the ablation.

    name: folder and label. change: what it does otherwise than the step above it, for readers.
    settings: fields of `TrainingOptions`.
    """

    name: str
    head: Head
    change: str
    settings: Mapping[str, Any]
    palette: Palette | None = None


_FROZEN = {"skips": False, "context": False, "decoder": (256, 128), "train_from_stride": 64}
_PLAIN_ADAM = {"weight_decay": 0.0, "schedule": "constant", "backbone_lr": 1.0, "ema": 0.0}
_AS_THEY_ARE = {"whole": True, "crop": 128, "crop_from": 128, "aged": 0.0}

_BIRDS = {"subject": "bird", "limit": 600, "lr": 5e-5, "loss": "squared"}
_PLANTS = {"subject": "plant", "limit": 1000, "lr": 1e-4}
_HARD = {"neighbours": 1, "rebalancing": 0.0, "temperature": 0.0}

_ORIGINAL = {"batch": 16, "frozen_steps": 0, **_FROZEN, **_PLAIN_ADAM, **_AS_THEY_ARE}
_UNFROZEN = {"skips": True, "decoder": (256, 128, 64), "train_from_stride": 8}
_ALL_PHOTOS = {"subject": None, "limit": None}
_REBALANCED = {"neighbours": 5, "rebalancing": 0.5, "temperature": 0.38}
_OUR_WAY = {"batch": 16, "frozen_steps": 0, "steps": 200}  # all else: the defaults of train.train

_C0 = {**_ORIGINAL, **_PLANTS, **_HARD, "steps": 200}
_C1 = {**_C0, **_UNFROZEN}
_C2 = {**_C1, **_ALL_PHOTOS}
_C3 = {**_C2, **_REBALANCED}

_CROWDED, _SPREAD = Palette(classes=50, flatten=0.0), Palette(classes=128, flatten=0.5)

STEPS = (
    AblationStep(
        "r0-original",
        "regression",
        "the original's regression: 600 birds, frozen, stride 8, squared error, Adam 5e-5, its "
        "380 steps",
        {**_ORIGINAL, **_BIRDS, "steps": 380},
    ),
    AblationStep("r1-our-way", "regression", "all of the steps c1 to c4 at once", _OUR_WAY),
    AblationStep(
        "c0-original",
        "classification",
        "the original's classification: 1 000 plants, frozen, stride 8, 50 crowded colours, "
        "plain cross-entropy, Adam 1e-4, arg-max (published: 3 150 steps)",
        _C0,
        _CROWDED,
    ),
    AblationStep(
        "c1-unfrozen", "classification", "+ unfrozen, with skips, to stride 4", _C1, _CROWDED
    ),
    AblationStep("c2-all-photos", "classification", "+ all photos", _C2, _CROWDED),
    AblationStep(
        "c3-rebalanced",
        "classification",
        "+ 128 spread colours, soft labels, rebalancing, annealed mean",
        _C3,
        _SPREAD,
    ),
    AblationStep(
        "c4-our-way",
        "classification",
        "+ crops, mirroring and ageing, 1e-3 with warm-up and cosine, moving average, context",
        _OUR_WAY,
        _SPREAD,
    ),
)
