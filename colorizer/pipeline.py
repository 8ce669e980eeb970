"""A photo's way from grey to colour, top to bottom.

photo → L at the network's size → network → ab → guided upsampling by the photo's own L → photo.
The network runs once per photo (`predict`); other adjustments only `decode` again.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from colorizer import __version__
from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.colour.ab_bins import AbBins
from colorizer.colour.guided_upsampling import fit_ab_field
from colorizer.colour.lab import clip_chroma, rgb_to_lightness
from colorizer.colour.recolor import recolor
from colorizer.colour.uncertainty import Certainty, measure_certainty
from colorizer.colour.white_balance import balance
from colorizer.errors import CheckpointError
from colorizer.model.checkpoint import Checkpoint, load_checkpoint
from colorizer.model.folding import fold_network
from colorizer.model.network import STRIDE
from colorizer.model.onnx_runtime import onnx_network
from colorizer.photo import Photo

MAX_ASPECT = 4
"""The network's long side is at most this many short sides; slimmer photos are seen smaller."""

MAX_AB = 1e4
"""Bound on |a| and |b| before they are brought into the gamut; no photo comes near to it."""

Engine = Literal["onnxruntime", "torch"]

NetworkPass = Callable[[nn.Module, torch.Tensor], torch.Tensor]
"""Runs a network on L float32 (B, 1, h, w); the output is float32 on the CPU."""


@dataclass(frozen=True)
class Prediction:
    """What the network made of one photo, ready to be decoded as often as wanted.

    L: float32 (1, 1, h, w), 0…100, the photo at the network's size. output: the head's output for
    it, float32 (1, C, h / output stride, w / output stride).
    """

    photo: Photo
    L: torch.Tensor
    output: torch.Tensor
    seconds: float


@dataclass(frozen=True)
class Colorized:
    """A coloured photo: same size and lightness as the input.

    ab: float32 (h, w, 2), ab units, at the network's size. model, revision: the checkpoint's name
    and fingerprint. seconds: spent on this photo, decoding and saving of the file not included.
    """

    photo: Photo
    ab: np.ndarray
    model: str
    revision: str
    seconds: float

    @property
    def mark(self) -> str:
        """The honest sentence to save with the picture (`colorizer.save_photo(mark=…)`)."""
        return (
            f"Colours invented by Colorizer {__version__}, model {self.model} ({self.revision}); "
            "they are a guess, not a record."
        )


class Colorizer:
    """Colours photos with one checkpoint.

    >>> Colorizer.from_pretrained("classification").colorize(photo, Adjustments(vividness=1.2))
    """

    def __init__(
        self, checkpoint: Checkpoint, *, device: str = "cpu", engine: Engine | None = None
    ) -> None:
        """engine: what runs the network; None is ONNX Runtime where it can, which is on the CPU.

        Raises ValueError for an engine that cannot be had.
        """
        self.checkpoint = checkpoint
        self.device = torch.device(device)
        self.network = self._network_here(engine)

    @classmethod
    def from_pretrained(
        cls,
        source: str | Path,
        *,
        revision: str | None = None,
        device: str = "cpu",
        engine: Engine | None = None,
    ) -> "Colorizer":
        """Load a bundled name, a folder or a Hub id; raises CheckpointError."""
        return cls(load_checkpoint(source, revision=revision), device=device, engine=engine)

    def _network_here(self, engine: Engine | None) -> nn.Module:
        if engine not in (None, "onnxruntime", "torch"):
            raise ValueError(f"Unknown engine {engine!r}; known: onnxruntime, torch.")
        if engine != "torch" and self.device.type == "cpu":
            by_onnx_runtime = onnx_network(self.checkpoint.network)
            if by_onnx_runtime is not None:
                return by_onnx_runtime
        if engine == "onnxruntime":
            raise ValueError("ONNX Runtime cannot run this network here.")
        return self.torch_network.to(self.device)

    @cached_property
    def torch_network(self) -> nn.Module:
        """The network as PyTorch runs it best: what a `NetworkPass` takes elsewhere."""
        with torch.inference_mode(False), torch.no_grad():  # else no pass outside could use it
            return fold_network(self.checkpoint.network).to(memory_format=torch.channels_last)

    @property
    def name(self) -> str:
        """The checkpoint's name, such as "classification"."""
        return self.checkpoint.config.name

    def colorize(self, photo: Photo, adjustments: Adjustments = NO_ADJUSTMENTS) -> Colorized:
        """Colour a photo: `predict` and `decode` at once."""
        return self.decode(self.predict(photo), adjustments)

    def predict(self, photo: Photo, *, network_pass: NetworkPass | None = None) -> Prediction:
        """Run the network once; colours that the photo may have are ignored.

        network_pass: runs it elsewhere than on this object's device.
        """
        return self.predict_batch([photo], network_pass=network_pass)[0]

    @torch.inference_mode()
    def predict_batch(
        self, photos: Sequence[Photo], *, network_pass: NetworkPass | None = None
    ) -> list[Prediction]:
        """`predict` for each photo; those that the network sees at one size share a pass."""
        started = time.perf_counter()
        side = self.checkpoint.config.decoding.side
        lightness = [network_lightness(photo.rgb, side) for photo in photos]
        passes = defaultdict(list)
        for index, L in enumerate(lightness):
            passes[L.shape].append(index)
        outputs: dict[int, torch.Tensor] = {}
        for indices in passes.values():
            L = torch.cat([lightness[index] for index in indices])
            batch = self._run(L, network_pass)
            outputs |= zip(indices, batch.split(1), strict=True)
        seconds = (time.perf_counter() - started) / max(1, len(photos))
        return [
            Prediction(photo, L, outputs[index], seconds)
            for index, (photo, L) in enumerate(zip(photos, lightness, strict=True))
        ]

    def _run(self, L: torch.Tensor, network_pass: NetworkPass | None = None) -> torch.Tensor:
        """The network's output for float32 (B, 1, h, w), h and w multiples of 8.

        Raises CheckpointError where it is not finite, as weights of a stranger can make it.
        """
        height, width = L.shape[-2:]
        padding = (0, -width % STRIDE, 0, -height % STRIDE)
        padded = F.pad(L, padding, mode="replicate").contiguous(memory_format=torch.channels_last)
        if network_pass is not None:
            output = network_pass(self.torch_network, padded)
        else:
            output = self.network(padded.to(self.device)).float().cpu()
        if not bool(torch.isfinite(output).all()):
            raise CheckpointError("model_overflows", model=self.name)
        stride = self.checkpoint.config.network.output_stride
        return output[..., : height // stride, : width // stride]

    @torch.inference_mode()
    def decode(
        self, prediction: Prediction, adjustments: Adjustments = NO_ADJUSTMENTS
    ) -> Colorized:
        """Turn the network's output into a colour photo; may be repeated with other adjustments."""
        started = time.perf_counter()
        ab = self.ab(prediction, adjustments)
        rgb = recolor(prediction.photo.rgb, fit_ab_field(prediction.L, ab))
        photo = prediction.photo
        return Colorized(
            photo=Photo(rgb=rgb, alpha=photo.alpha, format=photo.format, notes=photo.notes),
            ab=ab[0].permute(1, 2, 0).numpy(),
            model=self.name,
            revision=self.checkpoint.revision,
            seconds=prediction.seconds + time.perf_counter() - started,
        )

    @torch.inference_mode()
    def ab(self, prediction: Prediction, adjustments: Adjustments = NO_ADJUSTMENTS) -> torch.Tensor:
        """ab float32 (1, 2, h, w) at the network's size, inside the sRGB gamut at the photo's L.

        Warmth fades below vividness 1, so that grey stays grey.
        """
        decoding = self.checkpoint.config.decoding
        temperature, vividness = adjustments.temperature, adjustments.vividness
        ab_bins, ab = self.checkpoint.ab_bins, prediction.output
        if ab_bins is not None:
            chosen = decoding.temperature if temperature is None else temperature
            ab = ab_bins.annealed_mean(self._logits(prediction, ab_bins), chosen)
        ab = F.interpolate(ab, prediction.L.shape[-2:], mode="bilinear", align_corners=False)
        ab = (ab * (decoding.chroma * vividness)).clamp(-MAX_AB, MAX_AB)
        lab = torch.cat([prediction.L, ab], dim=1)
        lab = balance(lab.permute(0, 2, 3, 1), adjustments.warmth * min(1.0, vividness))
        return clip_chroma(lab).permute(0, 3, 1, 2)[:, 1:]

    def certainty(self, prediction: Prediction) -> Certainty | None:
        """How sure the classifier is at each place of the photo; None for a regressor."""
        if self.checkpoint.ab_bins is None:
            return None
        return measure_certainty(self._logits(prediction, self.checkpoint.ab_bins)[0].numpy())

    def _logits(self, prediction: Prediction, ab_bins: AbBins) -> torch.Tensor:
        """The classifier's logits as they are decoded, before the temperature."""
        decoding = self.checkpoint.config.decoding
        return ab_bins.calibrate(prediction.output, decoding.rebalancing, decoding.calibration)


def network_lightness(rgb: np.ndarray, side: int) -> torch.Tensor:
    """uint8 (H, W, 3) → L float32 (1, 1, h, w), 0…100, with the photo's own aspect ratio.

    The short side becomes `side` pixels, unless the long side would pass `MAX_ASPECT` × `side`;
    both are rounded to multiples of 8, so that the network's output covers the photo exactly.
    """
    scale = min(side / min(rgb.shape[:2]), MAX_ASPECT * side / max(rgb.shape[:2]))
    height, width = (max(8, round(length * scale / 8) * 8) for length in rgb.shape[:2])
    small = torch.from_numpy(resize(rgb, height, width))
    return rgb_to_lightness(small.float() / 255.0)[None, None]


def resize(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 (H, W, 3) → uint8 (height, width, 3), bilinear, antialiased when it gets smaller."""
    pixels = torch.from_numpy(rgb).permute(2, 0, 1)[None]
    small = F.interpolate(pixels, (height, width), mode="bilinear", antialias=True)
    return np.ascontiguousarray(small[0].permute(1, 2, 0).numpy())


def shrink(rgb: np.ndarray, long_side: int) -> np.ndarray:
    """The photo uint8 (H, W, 3) with its long side at most `long_side` pixels."""
    scale = long_side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return resize(rgb, *(max(1, round(length * scale)) for length in rgb.shape[:2]))
