"""A photo's way from grey to colour, top to bottom.

photo → L at the network's size → network → ab → guided upsampling by the photo's own L → photo.
The network runs once per photo (`predict`); other adjustments only `decode` again.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from colorizer import __version__
from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.colour.ab_bins import AbBins
from colorizer.colour.contrast import stretch_contrast
from colorizer.colour.guided_upsampling import enlarge, fit_ab_field
from colorizer.colour.lab import clip_chroma, rgb_to_lightness
from colorizer.colour.recolor import recolor, recolor16
from colorizer.colour.resizing import resize
from colorizer.colour.uncertainty import Certainty, measure_certainty
from colorizer.colour.white_balance import balance
from colorizer.errors import AdjustmentError, CheckpointError
from colorizer.guide.guide import Reference
from colorizer.guide.guiding import (
    HintResult,
    exact_at_hints,
    guided_ab,
    hint_results,
    reference_of,
    with_hints,
)
from colorizer.guide.places import REGRESSION_SPREAD, sample, spread_of
from colorizer.guide.suggestions import likely_colours, shades
from colorizer.model import onnx_runtime
from colorizer.model.architecture import STRIDE, NetworkOutput
from colorizer.model.checkpoint import MAX_ASPECT, Checkpoint, load_checkpoint
from colorizer.photo import Photo

if TYPE_CHECKING:
    from colorizer.model.network import Network

MARK_BEGINS = "Colours invented by"
"""How `honest_mark` begins, whatever the version and the model."""

MAX_AB = 1e4
"""Bound on |a| and |b| before they are brought into the gamut; no photo comes near to it."""

Engine = Literal["onnxruntime", "torch"]

Array = NDArray[np.float32]

NetworkPass = Callable[["Network", Array], NetworkOutput]
"""Runs PyTorch's network on L float32 (B, 1, h, w), see `torch_engine.run_network`."""


@dataclass(frozen=True)
class Prediction:
    """What the network made of one photo, ready to be decoded as often as wanted.

    L: float32 (1, 1, h, w), 0…100, the photo at the network's size. output: the head's output for
    it, float32 (1, C, h / output stride, w / output stride). features: what the head saw, the last
    channels before it: float32 (1, F, …) of the same height and width.
    """

    photo: Photo
    L: Array
    output: Array
    features: Array
    seconds: float


@dataclass(frozen=True)
class Colorized:
    """A coloured photo: same size and lightness as the input.

    ab: float32 (h, w, 2), ab units, at the network's size. model, revision: the checkpoint's name
    and fingerprint. seconds: spent on this photo, decoding and saving of the file not included.
    by_hand: whether a person chose colours. hints: what became of each hint, in their order.
    """

    photo: Photo
    ab: Array
    model: str
    revision: str
    seconds: float
    by_hand: bool = False
    hints: tuple[HintResult, ...] = ()

    @property
    def mark(self) -> str:
        """The honest sentence to save with the picture (`colorizer.save_photo(mark=…)`)."""
        return honest_mark(self.model, self.revision, by_hand=self.by_hand)


def honest_mark(model: str, revision: str, *, by_hand: bool) -> str:
    """What every file with invented colours says of them."""
    chosen = " Some were chosen by a person." if by_hand else ""
    return (
        f"{MARK_BEGINS} Colorizer {__version__}, model {model} ({revision}); "
        f"they are a guess, not a record.{chosen}"
    )


class Colorizer:
    """Colours photos with one checkpoint.

    >>> Colorizer.from_pretrained("classification").colorize(photo, Adjustments(vividness=1.2))
    """

    def __init__(
        self, checkpoint: Checkpoint, *, device: str = "cpu", engine: Engine | None = None
    ) -> None:
        """engine: what runs the network; None is ONNX Runtime where it can, which is on the CPU.

        It can run the architectures that come with the package; others and graphics cards need
        PyTorch. Raises ValueError for an unknown engine and CheckpointError where PyTorch is
        missing or ONNX Runtime is asked for what it cannot run.
        """
        self.checkpoint = checkpoint
        self.network = self._engine(engine, device)

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

    def _engine(self, engine: Engine | None, device: str) -> Callable[[Array], NetworkOutput]:
        config, weights = self.checkpoint.config.network, self.checkpoint.weights
        if engine not in (None, "onnxruntime", "torch"):
            raise ValueError(f"Unknown engine {engine!r}; known: onnxruntime, torch.")
        if engine != "torch" and device == "cpu" and onnx_runtime.has_graph(config):
            return onnx_runtime.OnnxEngine(config, weights)
        if engine == "onnxruntime":
            raise CheckpointError("needs_extra", place=repr(self.name), extra="torch")
        return self._torch_engine().TorchEngine(config, weights, device=device)

    def _torch_engine(self) -> Any:
        try:
            from colorizer.model import torch_engine
        except ImportError as error:
            raise CheckpointError("needs_extra", place=repr(self.name), extra="torch") from error
        return torch_engine

    @cached_property
    def torch_network(self) -> "Network":
        """The network as PyTorch's: what a `NetworkPass` takes elsewhere."""
        checkpoint = self.checkpoint
        return self._torch_engine().torch_network(checkpoint.config.network, checkpoint.weights)

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
        outputs: dict[int, NetworkOutput] = {}
        for indices in passes.values():
            seen = np.concatenate([stretch_contrast(lightness[index]) for index in indices])
            batch = self._run(seen, network_pass)
            for place, index in enumerate(indices):
                outputs[index] = NetworkOutput(*(each[place : place + 1] for each in batch))
        seconds = (time.perf_counter() - started) / max(1, len(photos))
        return [
            Prediction(photo, L, *outputs[index], seconds)
            for index, (photo, L) in enumerate(zip(photos, lightness, strict=True))
        ]

    def _run(self, L: Array, network_pass: NetworkPass | None) -> NetworkOutput:
        """The network's output for float32 (B, 1, h, w), h and w multiples of 8.

        Raises CheckpointError where it is not finite, as weights of a stranger can make it.
        """
        height, width = L.shape[-2:]
        padding = ((0, 0), (0, 0), (0, -height % STRIDE), (0, -width % STRIDE))
        padded = np.pad(L, padding, mode="edge")
        run = self.network if network_pass is None else partial(network_pass, self.torch_network)
        batch = run(padded)
        if not np.isfinite(batch.output).all():
            raise CheckpointError("model_overflows", model=self.name)
        parts = []
        for each in batch:
            stride = padded.shape[-1] // each.shape[-1]
            parts.append(each[..., : height // stride, : width // stride])
        return NetworkOutput(*parts)

    def decode(
        self,
        prediction: Prediction,
        adjustments: Adjustments = NO_ADJUSTMENTS,
        *,
        sixteen_bits: bool = False,
    ) -> Colorized:
        """Turn the network's output into a colour photo; may be repeated with other adjustments.

        sixteen_bits: also make `Photo.rgb16`, of a photo that has `Photo.grey16`.
        """
        started = time.perf_counter()
        guide = adjustments.guide
        ab = self.ab(prediction, adjustments)
        field = fit_ab_field(prediction.L[0, 0], ab[0])
        if guide.hints:
            field = exact_at_hints(field, prediction.L[0, 0], guide.hints)
        photo = prediction.photo
        rgb = recolor(photo.rgb, field)
        deep = recolor16(photo.grey16, field) if sixteen_bits and photo.grey16 is not None else None
        return Colorized(
            photo=Photo(rgb, photo.alpha, format=photo.format, notes=photo.notes, rgb16=deep),
            ab=np.moveaxis(ab[0], 0, -1),
            model=self.name,
            revision=self.checkpoint.revision,
            seconds=prediction.seconds + time.perf_counter() - started,
            by_hand=guide.chosen_by_a_person,
            hints=hint_results(rgb, guide.hints),
        )

    def ab(self, prediction: Prediction, adjustments: Adjustments = NO_ADJUSTMENTS) -> Array:
        """ab float32 (1, 2, h, w) at the network's size, inside the sRGB gamut at the photo's L.

        Warmth fades below vividness 1, so that grey stays grey. Hints come last: their colours are
        what a person wants to see.
        """
        decoding = self.checkpoint.config.decoding
        vividness, L = adjustments.vividness, prediction.L[0, 0]
        ab = self._likely_ab(prediction, adjustments).clip(-MAX_AB, MAX_AB)
        ab = decoding.adjust(ab) * np.float32(vividness)
        lab = np.concatenate([L[None], enlarge(ab, *L.shape)])
        lab = balance(np.moveaxis(lab, 0, -1), adjustments.warmth * min(1.0, vividness))
        lab = clip_chroma(lab)
        if adjustments.guide.hints:
            spread = self._spread(prediction)
            lab = with_hints(lab, prediction.features[0], spread, adjustments.guide.hints)
        return np.moveaxis(lab, -1, 0)[None, 1:]

    def _likely_ab(self, prediction: Prediction, adjustments: Adjustments) -> Array:
        """ab float32 (2, h', w') at the head's size, before any factor; see `Guide`."""
        decoding, ab_bins = self.checkpoint.config.decoding, self.checkpoint.ab_bins
        guide = adjustments.guide
        if ab_bins is None:
            if guide.needs_distribution:
                raise AdjustmentError("needs_classifier", model=self.name)
            return prediction.output[0]
        temperature = adjustments.temperature
        temperature = decoding.temperature if temperature is None else temperature
        logits = self._logits(prediction, ab_bins)
        if not guide.needs_distribution:
            return ab_bins.annealed_mean(logits, temperature)[0]
        return guided_ab(
            logits[0], prediction.L[0, 0], prediction.features[0], ab_bins, guide, temperature
        )

    def _spread(self, prediction: Prediction) -> Array:
        """How far the likely colours lie apart at each place, float32 (h', w'), ab units."""
        if self.checkpoint.ab_bins is None:
            return np.full(prediction.output.shape[-2:], REGRESSION_SPREAD, np.float32)
        logits = self._logits(prediction, self.checkpoint.ab_bins)[0]
        return spread_of(logits, self.checkpoint.ab_bins.centres)

    def reference(self, photo: Photo) -> Reference:
        """A colour photo as a `Guide` takes it; AdjustmentError if it has hardly any colour."""
        if photo.is_grey:
            raise AdjustmentError("colourless_reference")
        prediction = self.predict(photo)
        return reference_of(photo.rgb, prediction.L[0, 0], prediction.features[0])

    def suggestions(self, prediction: Prediction, x: float, y: float) -> tuple[str, ...]:
        """Five colours (#rrggbb) that are likely at x, y in 0…1 of the photo, likeliest first."""
        L, ab_bins = sample(prediction.L[0], x, y)[0], self.checkpoint.ab_bins
        if ab_bins is None:
            return shades(L, sample(prediction.output[0], x, y))
        logits = sample(self._logits(prediction, ab_bins)[0], x, y)
        return likely_colours(L, logits, ab_bins.centres)

    def certainty(self, prediction: Prediction) -> Certainty | None:
        """How sure the classifier is at each place of the photo; None for a regressor."""
        if self.checkpoint.ab_bins is None:
            return None
        return measure_certainty(self._logits(prediction, self.checkpoint.ab_bins)[0])

    def _logits(self, prediction: Prediction, ab_bins: AbBins) -> Array:
        """The classifier's logits as they are decoded, before the temperature."""
        decoding = self.checkpoint.config.decoding
        return ab_bins.calibrate(prediction.output, decoding.rebalancing, decoding.calibration)


def network_lightness(rgb: NDArray[np.uint8], side: int) -> Array:
    """uint8 (H, W, 3) → L float32 (1, 1, h, w), 0…100, with the photo's own aspect ratio.

    The short side becomes `side` pixels, unless the long side would pass `MAX_ASPECT` × `side`;
    both are rounded to multiples of 8, so that the network's output covers the photo exactly.
    """
    height, width = network_size(rgb.shape[0], rgb.shape[1], side)
    small = resize(rgb, height, width).astype(np.float32) / np.float32(255.0)
    return rgb_to_lightness(small)[None, None]


def network_size(height: int, width: int, side: int) -> tuple[int, int]:
    """The height and width at which the network sees a photo, see `network_lightness`."""
    scale = min(side / min(height, width), MAX_ASPECT * side / max(height, width))
    return max(8, round(height * scale / 8) * 8), max(8, round(width * scale / 8) * 8)
