"""A quick look at networks, on crops of photos that no training sees: the same for all of them.

    python -m train.validation classification regression runs/both/classification --photos PHOTOS

Networks of any output stride are compared at stride 4, those of a coarser one after bilinear
upsampling. This is what decodings and trainings are chosen by; train.evaluate is what counts.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import tyro
from torch.nn import functional as F
from tyro.conf import Positional

from colorizer.colour.ab_bins import AbBins
from colorizer.model.architecture import Head
from colorizer.model.checkpoint import load_checkpoint
from colorizer.model.network import ColorizationNetwork
from colorizer.model.torch_engine import torch_network
from train.ab_bins_training import annealed_mean
from train.dataset import CropSampler, PhotoCache, open_cache
from train.heads import Heads
from train.objective import Sample, to_sample
from train.options import TrainingOptions

STRIDE = 4
NEUTRAL, SATURATED = 5.0, 45.0
"""Places of less true chroma count as neutral, those of more as saturated."""
_BATCH = 32


@torch.inference_mode()
def validate(
    heads: Heads,
    ab_bins: AbBins | None,
    cache: PhotoCache,
    options: TrainingOptions,
    *,
    chroma: float = 1.0,
) -> dict[str, Any]:
    """Figures of each head in Lab units (see `_figures`), and the ab RMSE of grey.

    A classifier is decoded at T = 1 (`ab_rmse`, `chroma`) and at the options' T with its chroma
    multiplied by `chroma` (`…_vivid`); a regression beside it has the names `…_regression`.
    """
    device = next(heads.parameters()).device
    heads.eval()
    truths: list[torch.Tensor] = []
    ours: dict[str, list[torch.Tensor]] = {}
    for sample in _samples(cache, options):
        truths.append(sample.ab)
        outputs = heads(sample.L.to(device).contiguous(memory_format=torch.channels_last))
        for name, decode in _decodings(ab_bins, options.temperature, chroma, len(outputs)).items():
            head: Head = "classification" if ab_bins and "regression" not in name else "regression"
            ab = decode(outputs[head].float()).cpu()
            ours.setdefault(name, []).append(_at_stride_of(sample.ab, ab))
    truth = torch.cat(truths)
    metrics = {
        "grey": _rmse(torch.zeros_like(truth), truth),
        "chroma_real": float(truth.norm(dim=1).mean()),
    }
    for name, parts in ours.items():
        figures = _figures(torch.cat(parts), truth)
        metrics |= {f"{key}{name}": value for key, value in figures.items()}
    return {key: round(value, 3) for key, value in metrics.items()}


def _samples(cache: PhotoCache, options: TrainingOptions) -> list[Sample]:
    """Crops of validation photos, taken evenly from all of them, ab at stride 4."""
    photos = cache.split("validation")
    photos = photos[:: max(1, len(photos) // max(1, options.validation_photos))]
    photos = photos[: options.validation_photos]
    batch = min(_BATCH, len(photos))
    sampler = CropSampler(
        cache, photos, options.crop, options.crop_from, batch, seed=1, whole=options.whole
    )
    return [to_sample(sampler(step), STRIDE) for step in range(len(photos) // batch)]


def _decodings(
    ab_bins: AbBins | None, temperature: float, chroma: float, n_heads: int
) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    """Ending of the metrics' names → how the output of a head becomes ab."""
    if ab_bins is None:
        return {"": lambda ab: ab}
    decodings: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "": lambda logits: annealed_mean(ab_bins, logits, 1.0),
        "_vivid": lambda logits: annealed_mean(ab_bins, logits, temperature) * chroma,
    }
    if n_heads > 1:
        decodings["_regression"] = lambda ab: ab
    return decodings


def _at_stride_of(truth: torch.Tensor, ab: torch.Tensor) -> torch.Tensor:
    """ab (B, 2, h, w), enlarged where the network's stride is coarser than the truth's."""
    return F.interpolate(ab, size=truth.shape[2:], mode="bilinear", align_corners=False)


def _rmse(ab: torch.Tensor, truth: torch.Tensor) -> float:
    """Root of the mean over photos, pixels and both channels of the squared error."""
    return float(F.mse_loss(ab, truth).sqrt())


def _figures(ab: torch.Tensor, truth: torch.Tensor) -> dict[str, float]:
    """ab RMSE, mean chroma, mean error of b (yellow − blue) and of a (red − green), and two more.

    neutral: ab RMSE of places without colour. saturated: mean chroma of places of strong colour, as
    a share of the true one.
    """
    chroma, true = ab.norm(dim=1), truth.norm(dim=1)
    neutral, strong = true < NEUTRAL, true > SATURATED
    squared = (ab - truth).square().mean(dim=1)
    bias_a, bias_b = (ab - truth).mean(dim=(0, 2, 3)).tolist()
    return {
        "ab_rmse": float(squared.mean().sqrt()),
        "chroma": float(chroma.mean()),
        "neutral": float(squared[neutral].mean().sqrt()) if neutral.any() else 0.0,
        "saturated": float(chroma[strong].sum() / true[strong].sum()) if strong.any() else 0.0,
        "bias_a": bias_a,
        "bias_b": bias_b,
    }


@dataclass(frozen=True)
class ValidationOptions:
    """Print the validation figures of checkpoints, a line of JSON for each of them."""

    checkpoints: Positional[list[str]]
    """Folders or bundled names."""
    photos: list[Path]
    """Folders of colour photos; only their validation photos are used."""
    limit: int = 256
    """Validation photos to use."""
    crop: int = 128
    crop_from: int = 192
    temperature: float = 0.6
    """T of the vivid decoding; classification only."""
    chroma: float = 1.0
    """Factor on the ab of the vivid decoding; classification only."""
    side: int = 192
    """Short side of the cached photos in pixels."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and print the figures."""
    given = tyro.cli(ValidationOptions, prog="python -m train.validation", args=arguments)
    cache = open_cache(given.photos, given.cache, side=given.side)
    for source in given.checkpoints:
        checkpoint = load_checkpoint(source)
        options = TrainingOptions(
            head="regression",
            photos=given.photos,
            out=Path(),
            crop=given.crop,
            crop_from=given.crop_from,
            side=given.side,
            temperature=given.temperature,
            validation_photos=given.limit,
        )
        network = torch_network(checkpoint.config.network, checkpoint.weights)
        assert isinstance(network, ColorizationNetwork)
        heads = Heads(network, with_regression=False)
        figures = validate(heads, checkpoint.ab_bins, cache, options, chroma=given.chroma)
        print(json.dumps({"checkpoint": source, **figures}))


if __name__ == "__main__":
    main()
