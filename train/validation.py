"""A quick look at a network during training, on photos that it never sees."""

from typing import Any

import torch
from torch.nn import functional as F

from colorizer.colour.ab_bins import AbBins
from colorizer.model.network import ColorizationNetwork
from train.ab_bins_training import annealed_mean
from train.dataset import CropSampler, PhotoCache
from train.objective import to_sample
from train.options import TrainingOptions

_BATCH = 32


@torch.inference_mode()
def validate(
    network: ColorizationNetwork,
    ab_bins: AbBins | None,
    cache: PhotoCache,
    options: TrainingOptions,
) -> dict[str, Any]:
    """ab RMSE (Lab units, at the output stride) and mean chroma of ours and of the real photos.

    A classifier is decoded at T = 1 (`ab_rmse`, `chroma`) and at its default T (`…_vivid`). `grey`
    is the ab RMSE of no colour at all on the same crops.
    """
    photos = cache.split("validation")[: options.validation_photos]
    sampler = CropSampler(
        cache, photos, options.crop, options.crop_from, _BATCH, seed=1, whole=options.whole
    )
    device = next(network.parameters()).device
    network.eval()
    ours: list[torch.Tensor] = []
    vivid: list[torch.Tensor] = []
    real: list[torch.Tensor] = []
    for step in range(max(1, len(photos) // _BATCH)):
        sample = to_sample(sampler(step).to(device), network.config.output_stride)
        output = network(sample.L.contiguous(memory_format=torch.channels_last))
        ours.append(annealed_mean(ab_bins, output, 1.0) if ab_bins else output)
        if ab_bins:
            vivid.append(annealed_mean(ab_bins, output, options.temperature))
        real.append(sample.ab)
    truth = torch.cat(real)
    metrics = {
        "grey": _rmse(torch.zeros_like(truth), truth),
        "chroma_real": _chroma(truth),
        "ab_rmse": _rmse(torch.cat(ours), truth),
        "chroma": _chroma(torch.cat(ours)),
    }
    if vivid:
        metrics |= {
            "ab_rmse_vivid": _rmse(torch.cat(vivid), truth),
            "chroma_vivid": _chroma(torch.cat(vivid)),
        }
    return {key: round(value, 3) for key, value in metrics.items()}


def _rmse(ab: torch.Tensor, truth: torch.Tensor) -> float:
    """Root of the mean over photos, pixels and both channels of the squared error."""
    return float(F.mse_loss(ab, truth).sqrt())


def _chroma(ab: torch.Tensor) -> float:
    return float(ab.norm(dim=1).mean())
