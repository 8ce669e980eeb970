"""The architecture of Zhang, Isola & Efros 2016 with random weights, to measure against.

Written from the layer table of "Colorful Image Colorization" (fig. 2 and the table of its
appendix): eight blocks, BatchNorm after each but the last, dilation instead of stride in conv5 and
conv6, 313 bins, their annealed mean, and the ab plane enlarged to the input's size. For times only.
"""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Block:
    """Some 3 × 3 convolutions of one width with ReLU; the last one has the stride."""

    convolutions: int
    width: int
    stride: int = 1
    dilation: int = 1


BLOCKS = (
    Block(2, 64, stride=2),
    Block(2, 128, stride=2),
    Block(3, 256, stride=2),
    Block(3, 512),
    Block(3, 512, dilation=2),
    Block(3, 512, dilation=2),
    Block(3, 512),
)
CONV8_WIDTH = 256
BINS = 313


def eccv16() -> nn.Sequential:
    """L float32 (B, 1, H, W) → ab (B, 2, H, W), in eval mode."""
    layers: list[nn.Module] = []
    width = 1
    for block in BLOCKS:
        for number in range(1, block.convolutions + 1):
            stride = block.stride if number == block.convolutions else 1
            layers += [_convolution(width, block.width, stride, block.dilation), nn.ReLU(True)]
            width = block.width
        layers.append(nn.BatchNorm2d(width))
    layers += [nn.ConvTranspose2d(width, CONV8_WIDTH, 4, stride=2, padding=1), nn.ReLU(True)]
    for _ in range(2):
        layers += [_convolution(CONV8_WIDTH, CONV8_WIDTH), nn.ReLU(True)]
    layers += [
        nn.Conv2d(CONV8_WIDTH, BINS, 1),
        nn.Softmax(dim=1),
        nn.Conv2d(BINS, 2, 1, bias=False),
        nn.Upsample(scale_factor=4, mode="bilinear"),
    ]
    return nn.Sequential(*layers).eval()


def _convolution(below: int, width: int, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(below, width, 3, stride=stride, padding=dilation, dilation=dilation)
