"""The moving average of the weights, which is what a checkpoint holds."""

from collections.abc import Callable

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel


def moving_average(network: nn.Module, decay: Callable[[int], float]) -> AveragedModel:
    """Exponential moving average of `network`'s weights and buffers with a warm-up.

    After n updates the decay is min(decay(n), (1 + n) / (10 + n)): a short training must not still
    average its random first weights in, which a first regression did.
    """
    return AveragedModel(network, multi_avg_fn=_update(decay), use_buffers=True)


Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]


def _update(
    decay: Callable[[int], float],
) -> Callable[[Tensors, Tensors, torch.Tensor | int], None]:
    @torch.no_grad()
    def update(averaged: Tensors, current: Tensors, updates: torch.Tensor | int) -> None:
        count = int(updates)
        share = 1.0 - min(decay(count), (1 + count) / (10 + count))
        for mean, value in zip(averaged, current, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, share)
            else:
                mean.copy_(value)

    return update
