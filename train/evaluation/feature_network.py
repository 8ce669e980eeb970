"""What a pretrained ImageNet classifier sees in a picture: pooled features and the top-1 class.

It is not the trunk of our networks (EfficientNet-Lite2), which would judge its own work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from train.backbones import pretrained_classifier

NAME = "tf_efficientnet_lite0"
SHORT_SIDE = 256
CROP = 224
PROTOCOL = f"short side {SHORT_SIDE} (bicubic), central {CROP} × {CROP} pixels"


@dataclass(frozen=True)
class Impression:
    """features: float32 (B, 1280), pooled. top1: int64 (B,), ImageNet class."""

    features: NDArray[np.float32]
    top1: NDArray[np.int64]


class FeatureNetwork:
    """An EfficientNet-Lite with its preprocessing."""

    def __init__(self, classifier: nn.Module) -> None:
        self.classifier: Any = classifier.eval().to(memory_format=torch.channels_last)

    @classmethod
    def pretrained(cls) -> "FeatureNetwork":
        """With ImageNet weights, see `train.backbones`."""
        return cls(pretrained_classifier(NAME))

    @torch.inference_mode()
    def __call__(self, pictures: Sequence[NDArray[np.uint8]]) -> Impression:
        """Pictures uint8 (H, W, 3) sRGB of any sizes → their impression, in one batch."""
        batch = torch.cat([_central_crop(rgb) for rgb in pictures])
        batch = batch.contiguous(memory_format=torch.channels_last)
        maps = self.classifier.forward_features(batch)
        features = self.classifier.forward_head(maps, pre_logits=True)
        top1 = self.classifier.get_classifier()(features).argmax(dim=1)
        return Impression(features=features.float().numpy(), top1=top1.numpy())


def _central_crop(rgb: NDArray[np.uint8]) -> torch.Tensor:
    """uint8 (H, W, 3) → float32 (1, 3, 224, 224) in −1…1."""
    scale = SHORT_SIDE / min(rgb.shape[:2])
    size = [round(length * scale) for length in rgb.shape[:2]]
    pixels = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None].float()
    if min(rgb.shape[:2]) != SHORT_SIDE:
        pixels = F.interpolate(pixels, size, mode="bicubic", antialias=True).clamp(0, 255)
    top, left = ((length - CROP) // 2 for length in pixels.shape[-2:])
    return pixels[..., top : top + CROP, left : left + CROP] / 127.5 - 1.0
