"""The quick ways of computing a backbone give PyTorch's own results and gradients."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from colorizer.model.architecture import NetworkConfig
from colorizer.model.efficientnet import EfficientNetLite
from colorizer.model.network import ColorizationNetwork, Network, build_network
from train.depthwise import depthwise
from train.folded_norms import fold_norms


def trained(config: NetworkConfig) -> Network:
    """A network whose BatchNorms have seen something, so that folding has something to do."""
    torch.manual_seed(0)
    network = build_network(config)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return network.eval()


def test_a_backbone_with_folded_norms_computes_and_learns_the_same() -> None:
    config = NetworkConfig(backbone="tf_efficientnet_lite0", n_classes=5)
    network = trained(config)
    assert isinstance(network, ColorizationNetwork)
    plain = network.backbone
    assert isinstance(plain, EfficientNetLite)
    folded = copy.deepcopy(plain)
    fold_norms(folded)
    x = torch.randn(2, 3, 64, 64)
    results = []
    for backbone in (plain, folded):
        features = backbone(x)
        sum(feature.square().mean() for feature in features).backward()
        results.append((features, {n: p.grad for n, p in backbone.named_parameters()}))
    for before, after in zip(results[0][0], results[1][0], strict=True):
        torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)
    for name, gradient in results[0][1].items():
        assert gradient is not None
        own = results[1][1][name]
        limit = 1e-3 * float(gradient.abs().max()) + 1e-7
        torch.testing.assert_close(own, gradient, rtol=1e-3, atol=limit)
    assert plain.state_dict().keys() == folded.state_dict().keys()


@pytest.mark.parametrize(("side", "stride", "padding"), [(8, 1, 2), (11, 2, 0), (4, 1, 2)])
def test_depthwise_gradients_are_those_of_pytorch(side: int, stride: int, padding: int) -> None:
    torch.manual_seed(0)
    values = [torch.randn(2, 6, side, side), torch.randn(6, 1, 5, 5), torch.randn(6)]
    results = []
    for ours in (False, True):
        x, weight, bias = (value.clone().requires_grad_() for value in values)
        if ours:
            y = depthwise(x, weight, bias, stride, padding)
        else:
            y = F.conv2d(x, weight, bias, stride, padding, groups=6)
        results.append((y, *torch.autograd.grad(y.square().sum(), (x, weight, bias))))
    for expected, got in zip(*results, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-3)
