"""The colorization network: a pretrained backbone, a decoder with skips, one of two heads.

Beside it the network of the project that this one grew out of, so that both can be compared.
Nothing here reads files or the network: weights come from a checkpoint (`colorizer.checkpoint`) or,
before training, from `train.backbones`.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from torch.nn import functional as F

from colorizer.efficientnet import VARIANTS, EfficientNetLite
from colorizer.lab import AB_LIMIT

Head = Literal["regression", "classification"]

STRIDE = 32
"""Photos enter with both sides a multiple of this: the deepest features' stride."""

_RESNET_STAGES = {"layer1": "s4", "layer2": "s8", "layer3": "s16", "layer4": "s32"}
_NORMALISATION = {  # mean and deviation of the RGB values that the pretrained weights expect
    "resnet50": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    **dict.fromkeys(VARIANTS, ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))),
}
BACKBONES = tuple(_NORMALISATION)
ORIGINAL = "fcn_resnet50"
"""Not a backbone but the whole of `OriginalNetwork`."""

MAX_WIDTH = 1024
MAX_CLASSES = 1024
"""A configuration from a stranger cannot ask for more memory than these allow."""


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


def _whole(value: object, low: int, high: int) -> bool:
    """Whether `value` is an integer in low … high; JSON may say true or 7.5 instead."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


class ColorizationNetwork(nn.Module):
    """L float32 (B, 1, H, W), 0…100, H and W multiples of 32 → output at `output_stride`.

    Regression: ab float32 (B, 2, h, w), ab units. Classification: logits float32 (B, Q, h, w).
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        mean, deviation = _NORMALISATION[config.backbone]
        # On the CPU even under `torch.device("meta")`: no checkpoint brings these two along.
        for name, values in (("mean", mean), ("deviation", deviation)):
            tensor = torch.tensor(values, device="cpu").view(1, 3, 1, 1)
            self.register_buffer(name, tensor, persistent=False)
        self.backbone, widths = _build_backbone(config.backbone)
        self.context = GlobalContext(widths[-1]) if config.context else nn.Identity()
        self.decoder = nn.ModuleList()
        below = widths[-1]
        for step, width in enumerate(config.decoder_channels):
            skip = widths[-2 - step] if config.skips else 0
            stage = SlimStage if config.slim else DecoderStage
            self.decoder.append(stage(below, skip, width))
            below = width
        self.head = nn.Conv2d(below, config.n_classes or 2, kernel_size=1)

    def features(self, L: torch.Tensor) -> list[torch.Tensor]:
        """The backbone's features at strides 4, 8, 16 and 32."""
        grey = (L / 100.0).expand(-1, 3, -1, -1)
        features: Any = self.backbone((grey - self.mean) / self.deviation)
        return list(features.values()) if isinstance(features, dict) else list(features)

    def decode(self, features: list[torch.Tensor]) -> torch.Tensor:
        """Features → the head's output (see the class)."""
        return self.answer(self.places(features))

    def places(self, features: list[torch.Tensor]) -> torch.Tensor:
        """Features → what the head sees of each place: (B, the decoder's last width, h, w)."""
        x: torch.Tensor = self.context(features[-1])
        for step, stage in enumerate(self.decoder):
            x = stage(x, features[-2 - step] if self.config.skips else None)
        return x

    def answer(self, places: torch.Tensor) -> torch.Tensor:
        """What the head makes of `places` (see the class)."""
        x: torch.Tensor = self.head(places)
        return x if self.config.head == "classification" else x * AB_LIMIT

    def forward(self, L: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return self.decode(self.features(L))


class OriginalNetwork(nn.Module):
    """torchvision's FCN with a one-channel stem: output stride 8, no skips, bilinear to full size.

    L float32 (B, 1, H, W), 0…100 → ab float32 (B, 2, H, W), ab units, or logits float32
    (B, Q, H, W). Inside, as in the original, L is L / 100 and ab is (ab + 128) / 255.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        from torchvision.models.segmentation import fcn_resnet50  # as in `_build_backbone`

        self.config = config
        self.fcn = fcn_resnet50(
            weights=None, weights_backbone=None, num_classes=config.n_classes or 2, aux_loss=False
        )
        self.fcn.backbone.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)

    def forward(self, L: torch.Tensor) -> torch.Tensor:
        """See the class."""
        output: torch.Tensor = self.fcn(L / 100.0)["out"]
        return output if self.config.head == "classification" else output * 255.0 - 128.0


Network = ColorizationNetwork | OriginalNetwork


def build_network(config: NetworkConfig) -> Network:
    """The network that `config` describes, with random weights."""
    return OriginalNetwork(config) if config.backbone == ORIGINAL else ColorizationNetwork(config)


class GlobalContext(nn.Module):
    """Adds what the whole photo shows to each place, so that distant parts agree on the scene.

    The idea of the fusion layer of Iizuka et al. 2016 in one small residual branch.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project = nn.Sequential(nn.Linear(channels, 128), nn.ReLU(), nn.Linear(128, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Float (B, C, h, w) → the same shape."""
        return x + self.project(x.mean(dim=(2, 3)))[:, :, None, None]


class DecoderStage(nn.Module):
    """Doubles the resolution, joins the skip and convolves."""

    def __init__(self, below: int, skip: int, width: int) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv2d(below + skip, width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: torch.Tensor, skip: torch.Tensor | None) -> torch.Tensor:
        """x (B, C, h, w), skip (B, S, 2h, 2w) or None → (B, width, 2h, 2w)."""
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        result: torch.Tensor = self.convolve(x)
        return result


class SlimStage(nn.Module):
    """What a `DecoderStage` does for a third of the work: narrowed first, added, convolved once."""

    def __init__(self, below: int, skip: int, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(below, width, kernel_size=1)
        self.narrow_skip = nn.Conv2d(skip, width, kernel_size=1, bias=False) if skip else None
        self.convolve = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: torch.Tensor, skip: torch.Tensor | None) -> torch.Tensor:
        """x (B, C, h, w), skip (B, S, 2h, 2w) or None → (B, width, 2h, 2w)."""
        x = F.interpolate(self.narrow(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        if skip is not None and self.narrow_skip is not None:
            x = x + self.narrow_skip(skip)
        result: torch.Tensor = self.convolve(x)
        return result


def _build_backbone(name: str) -> tuple[nn.Module, list[int]]:
    """The named backbone with random weights, and its widths at strides 4, 8, 16 and 32."""
    if name == "resnet50":
        from torchvision.models import resnet50  # seconds, and the bundled models need none of it
        from torchvision.models.feature_extraction import create_feature_extractor

        extractor = create_feature_extractor(resnet50(weights=None), return_nodes=_RESNET_STAGES)
        return extractor, [256, 512, 1024, 2048]
    backbone = EfficientNetLite(name)
    return backbone, backbone.widths
