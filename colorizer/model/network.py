"""The colorization network: a pretrained backbone, a decoder with skips, one of two heads.

Beside it the network of the project that this one grew out of, so that both can be compared.
Nothing here reads files or the network: weights come from a checkpoint
(`colorizer.model.checkpoint`) or, before training, from `train.backbones`.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from colorizer.colour.lab import AB_LIMIT
from colorizer.model.architecture import ORIGINAL, NetworkConfig
from colorizer.model.efficientnet import EfficientNetLite

_RESNET_STAGES = {"layer1": "s4", "layer2": "s8", "layer3": "s16", "layer4": "s32"}
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALVES = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""Mean and deviation of the RGB values that the pretrained weights expect."""


class ColorizationNetwork(nn.Module):
    """L float32 (B, 1, H, W), 0…100, H and W multiples of 32 → output at `output_stride`.

    Regression: ab float32 (B, 2, h, w), ab units. Classification: logits float32 (B, Q, h, w).
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        mean, deviation = _IMAGENET if config.backbone == "resnet50" else _HALVES
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

    def features(self, L: torch.Tensor) -> list[torch.Tensor]:
        """The backbone's features at stride 8."""
        return [self.fcn.backbone(L / 100.0)["out"]]

    def places(self, features: list[torch.Tensor]) -> torch.Tensor:
        """Features → what the last layer sees of each place: (B, 512, H / 8, W / 8)."""
        x = features[-1]
        for layer in list(self.fcn.classifier)[:-1]:
            x = layer(x)
        return x

    def answer(self, places: torch.Tensor) -> torch.Tensor:
        """What the last layer makes of `places`, at the photo's size."""
        x = self.fcn.classifier[-1](places)
        x = F.interpolate(x, scale_factor=8.0, mode="bilinear", align_corners=False)
        return x if self.config.head == "classification" else x * 255.0 - 128.0

    def forward(self, L: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return self.answer(self.places(self.features(L)))


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
