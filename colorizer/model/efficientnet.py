"""EfficientNet-Lite 0 to 2 as a backbone: features at strides 4, 8, 16 and 32.

Tan & Le 2019 in the "Lite" version for mobile CPUs: no squeeze and excitation, ReLU6. Parameters
have the names, the order and the values of timm's `tf_efficientnet_lite…`, from which trainings
start; written out here because importing timm and torchvision takes longer than colouring a photo.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

VARIANTS = {
    "tf_efficientnet_lite0": (1.0, 1.0),
    "tf_efficientnet_lite1": (1.0, 1.1),
    "tf_efficientnet_lite2": (1.1, 1.2),
}
"""Factors on width and depth."""

_STEM = 32
_STAGES = (  # blocks, kernel, stride, expansion, width
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_LAST_OF_STRIDE = (1, 2, 4, 6)  # the last stages at strides 4, 8, 16 and 32


class EfficientNetLite(nn.Module):
    """The named variant with random weights.

    Float (B, 3, H, W), H and W multiples of 32 → its features at the four strides.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        wider, deeper = VARIANTS[name]
        self.conv_stem = _EvenConv2d(3, _STEM, 3, stride=2)
        self.bn1 = _norm(_STEM)
        self.act = nn.ReLU6(inplace=True)
        self.blocks = nn.ModuleList()
        self.widths: list[int] = []
        below = _STEM
        for number, (blocks, kernel, stride, expansion, width) in enumerate(_STAGES):
            if number:
                width = _to_eight(width * wider)
            if 0 < number < len(_STAGES) - 1:
                blocks = math.ceil(blocks * deeper)
            stage = nn.Sequential()
            for block in range(blocks):
                step = stride if block == 0 else 1
                stage.append(
                    _InvertedResidual(below, width, kernel, step, expansion)
                    if expansion > 1
                    else _SeparableConv(below, width, kernel)
                )
                below = width
            self.blocks.append(stage)
            if number in _LAST_OF_STRIDE:
                self.widths.append(width)
        self.apply(_initialise)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """See the class."""
        x = self.act(self.bn1(self.conv_stem(x)))
        features = []
        for number, stage in enumerate(self.blocks):
            x = stage(x)
            if number in _LAST_OF_STRIDE:
                features.append(x)
        return features


class _SeparableConv(nn.Module):
    """A convolution of each channel and one across channels."""

    def __init__(self, below: int, width: int, kernel: int) -> None:
        super().__init__()
        self.conv_dw = _convolution(below, below, kernel, groups=below)
        self.bn1 = _norm(below)
        self.act = nn.ReLU6(inplace=True)
        self.conv_pw = _convolution(below, width, 1)
        self.bn2 = _norm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.act(self.bn1(self.conv_dw(x)))
        result: torch.Tensor = self.bn2(self.conv_pw(x))
        return result


class _InvertedResidual(nn.Module):
    """Widens, convolves each channel, narrows again; added to its input where that fits."""

    def __init__(self, below: int, width: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = below * expansion
        self.adds = stride == 1 and below == width
        self.conv_pw = _convolution(below, wide, 1)
        self.bn1 = _norm(wide)
        self.act1 = nn.ReLU6(inplace=True)
        self.conv_dw = _convolution(wide, wide, kernel, stride=stride, groups=wide)
        self.bn2 = _norm(wide)
        self.act2 = nn.ReLU6(inplace=True)
        self.conv_pwl = _convolution(wide, width, 1)
        self.bn3 = _norm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = self.act1(self.bn1(self.conv_pw(x)))
        wide = self.act2(self.bn2(self.conv_dw(wide)))
        narrow: torch.Tensor = self.bn3(self.conv_pwl(wide))
        return x + narrow if self.adds else narrow


class _EvenConv2d(nn.Conv2d):
    """A convolution of stride 2 on even sides, padded as TensorFlow does: one more at the end."""

    def __init__(self, below: int, width: int, kernel: int, *, stride: int, groups: int = 1):
        super().__init__(below, width, kernel, stride=stride, groups=groups, bias=False)
        first, last = (kernel - 2) // 2, (kernel - 1) // 2
        self._margins = (first, last, first, last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(F.pad(x, self._margins))


def _convolution(
    below: int, width: int, kernel: int, *, stride: int = 1, groups: int = 1
) -> nn.Conv2d:
    if stride > 1:
        return _EvenConv2d(below, width, kernel, stride=stride, groups=groups)
    return nn.Conv2d(below, width, kernel, padding=kernel // 2, groups=groups, bias=False)


def _norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps=1e-3)


def _to_eight(width: float) -> int:
    """The nearest multiple of 8 that is not more than a tenth less."""
    rounded = int(width + 4) // 8 * 8
    return rounded + 8 if rounded < 0.9 * width else rounded


def _initialise(module: nn.Module) -> None:
    """Normal weights by their fan-out (He et al. 2015); a network that waits for its own has none.

    The latter because on the device "meta" this would import torch's compiler, in some seconds.
    """
    if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
        places = module.kernel_size[0] * module.kernel_size[1]
        fan_out = places * module.out_channels // module.groups
        nn.init.normal_(module.weight, 0.0, math.sqrt(2.0 / fan_out))
