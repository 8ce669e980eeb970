"""What is trained when, and how fast: functions of the step, so that a resume needs no state."""

import math

from torch import nn

from train.heads import Heads
from train.options import TrainingOptions

WARM_UP_STEPS = 100

_LAYERS_BEFORE_STRIDE: dict[int, tuple[str, ...]] = {
    2: (),
    8: ("conv_stem", "bn1", "blocks.0.", "blocks.1.", "conv1", "layer1."),
    16: ("conv_stem", "bn1", "blocks.0.", "blocks.1.", "blocks.2.", "conv1", "layer1.", "layer2."),
    64: ("",),
}


def learning_rate_share(options: TrainingOptions, step: int) -> float:
    """Share of the peak learning rate at `step`: a linear warm-up, then what `schedule` says.

    cosine: half a cosine down to 2 % at the last step. level: all of it up to `decay_from`, from
    there straight to nothing at the last step. constant: no warm-up either.
    """
    if options.schedule == "constant":
        return 1.0
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    if options.schedule == "level":
        if not _decays(options, step):
            return warm
        return warm * (options.steps - step) / (options.steps - (options.decay_from or 0))
    fall = 0.5 * (1 + math.cos(math.pi * step / max(1, options.steps)))
    return warm * (0.02 + 0.98 * fall)


def average_decay(options: TrainingOptions, step: int) -> float:
    """Decay of the moving average: a longer memory while the rate falls."""
    return options.ema_in_decay if _decays(options, step) else options.ema


def _decays(options: TrainingOptions, step: int) -> bool:
    return options.decay_from is not None and step >= options.decay_from


def set_trainable(heads: Heads, options: TrainingOptions, step: int) -> None:
    """Freeze and thaw the backbone for `step` and put the modules into their training modes.

    The backbone's BatchNorm keeps ImageNet's statistics throughout: small batches of small crops
    make them worse, as a first training showed.
    """
    heads.train()
    backbone = heads.network.backbone.eval()
    frozen = step < options.frozen_steps
    before = _LAYERS_BEFORE_STRIDE[options.train_from_stride]
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad = not frozen and not name.startswith(before)


def parameter_groups(heads: Heads, options: TrainingOptions) -> list[dict[str, object]]:
    """Optimizer groups; `share` is the group's part of the learning rate."""
    others: list[nn.Parameter] = [
        parameter
        for name, parameter in heads.named_parameters()
        if not name.startswith("network.backbone.")
    ]
    return [
        {"params": list(heads.network.backbone.parameters()), "share": options.backbone_lr},
        {"params": others, "share": 1.0},
    ]
