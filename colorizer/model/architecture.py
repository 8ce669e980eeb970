"""What a network is, as a checkpoint describes it, and what a photo costs with it. Knows no torch.

The cost follows from the configuration alone, before any weights are downloaded or loaded.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Head = Literal["regression", "classification"]

STRIDE = 32
"""Photos enter with both sides a multiple of this: the deepest features' stride."""

ORIGINAL = "fcn_resnet50"
"""Not a backbone but the whole network of the project that this one grew out of."""

MAX_WIDTH = 1024
MAX_CLASSES = 1024

MAX_MULTIPLICATIONS = 200e9
"""For one photo, some five seconds on two cores; the bundled networks take 5e9 at most."""
MAX_ACTIVATIONS = 250e6
"""Values that all convolutions put out for one photo, 4 bytes each; not all are alive at once."""


class NetworkOutput(NamedTuple):
    """What one pass gives, for each of B photos at the network's output stride.

    output: float32 (B, C, h, w), the head's. features: float32 (B, F, h, w), what the head sees of
    each place: the last channels before it.
    """

    output: NDArray[np.float32]
    features: NDArray[np.float32]


@dataclass(frozen=True)
class _Backbone:
    """widths: channels at strides 4, 8, 16 and 32. The others are means per pixel of the photo."""

    widths: tuple[int, ...]
    multiplications: float
    activations: float


_BACKBONES = {
    "resnet50": _Backbone((256, 512, 1024, 2048), 81456, 222),
    "tf_efficientnet_lite0": _Backbone((24, 40, 112, 320), 7252, 134),
    "tf_efficientnet_lite1": _Backbone((24, 40, 112, 320), 9589, 173),
    "tf_efficientnet_lite2": _Backbone((24, 48, 120, 352), 11025, 182),
}
_ORIGINAL = _Backbone((512,), 526096, 511)  # all but the last layer
BACKBONES = tuple(_BACKBONES)


@dataclass(frozen=True)
class Cost:
    """What one pass takes: multiplications, and values that all convolutions put out."""

    multiplications: float
    activations: float


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that is needed to build the network again; ValueError for what cannot be built.

    decoder_channels: width of the decoder after each doubling of the resolution, from stride 32
    on: three numbers end at stride 4, two at stride 8. skips: whether the decoder sees the
    backbone's finer features. context: whether it sees the whole photo, see `GlobalContext`.
    slim: whether its stages are `SlimStage`s, a third of the work of a `DecoderStage`.
    n_classes: Q, 0 for regression. The original's network, backbone `ORIGINAL`, has none of them.
    """

    backbone: str = "tf_efficientnet_lite2"
    head: Head = "classification"
    n_classes: int = 128
    decoder_channels: tuple[int, ...] = (256, 128, 64)
    skips: bool = True
    context: bool = True
    slim: bool = False

    def __post_init__(self) -> None:
        if self.backbone not in (*BACKBONES, ORIGINAL):
            known = ", ".join((*BACKBONES, ORIGINAL))
            raise ValueError(f"Unknown backbone {self.backbone!r}; known: {known}.")
        if self.head not in ("regression", "classification"):
            raise ValueError(f"Unknown head {self.head!r}.")
        if not _whole(self.n_classes, 0, MAX_CLASSES):
            raise ValueError(f"n_classes must be 0 … {MAX_CLASSES}.")
        if (self.head == "classification") != (self.n_classes > 0):
            raise ValueError("A classification head needs n_classes > 0, a regression head 0.")
        if not all(isinstance(flag, bool) for flag in (self.skips, self.context, self.slim)):
            raise ValueError("skips, context and slim must be true or false.")
        if self.backbone == ORIGINAL:
            if self.decoder_channels or self.skips or self.slim:
                raise ValueError(f"{ORIGINAL} has no decoder_channels and no skips.")
        elif not 1 <= len(self.decoder_channels) <= 3 or not all(
            _whole(width, 1, MAX_WIDTH) for width in self.decoder_channels
        ):
            raise ValueError(f"decoder_channels must be one to three widths of 1 … {MAX_WIDTH}.")

    @property
    def output_stride(self) -> int:
        """Pixels of the input for one pixel of the output, along each side."""
        return 1 if self.backbone == ORIGINAL else int(STRIDE >> len(self.decoder_channels))

    @property
    def architecture(self) -> str:
        """A name for all networks with weights of the same shapes, fit for a file."""
        widths = "-".join(map(str, self.decoder_channels))
        flags = {"slim": self.slim, "skips": self.skips, "context": self.context}
        parts = [self.backbone, widths, *(flag for flag, is_set in flags.items() if is_set)]
        classes = str(self.n_classes or "")
        return "-".join(part for part in (*parts, self.head + classes) if part)

    def cost(self, pixels: int) -> Cost:
        """What a pass over a photo of so many pixels takes, the head's output included."""
        outputs = self.n_classes or 2
        if self.backbone == ORIGINAL:
            backbone, stride, below = _ORIGINAL, 8, _ORIGINAL.widths[0]
        else:
            backbone, stride, below = _BACKBONES[self.backbone], STRIDE, 0
            below = backbone.widths[-1]
        multiplications, activations = backbone.multiplications, backbone.activations
        for step, width in enumerate(self.decoder_channels):
            skip = backbone.widths[-2 - step] if self.skips else 0
            coarse, stride = stride**2, stride // 2
            if self.slim:
                multiplications += below * width / coarse
                multiplications += (skip * width + 9 * width * width) / stride**2
                activations += width / coarse + (1 + self.skips) * width / stride**2
            else:
                multiplications += 9 * (below + skip + width) * width / stride**2
                activations += 2 * width / stride**2
            below = width
        multiplications += below * outputs / stride**2
        activations += outputs / stride**2
        if self.backbone == ORIGINAL:
            activations += outputs  # enlarged to every pixel
        return Cost(multiplications * pixels, activations * pixels)


def _whole(value: object, low: int, high: int) -> bool:
    """Whether `value` is an integer in low … high; JSON may say true or 7.5 instead."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
