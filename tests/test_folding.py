import pytest
import torch
from torch import nn

from colorizer.folding import fold_network
from colorizer.network import BACKBONES, ORIGINAL, Network, NetworkConfig, build_network


def trained(backbone: str) -> Network:
    """A network whose BatchNorms have seen something, so that folding has something to do."""
    torch.manual_seed(0)
    plain = backbone == ORIGINAL
    config = NetworkConfig(
        backbone=backbone,
        n_classes=5,
        decoder_channels=() if plain else (16, 16, 16),
        skips=not plain,
    )
    network = build_network(config)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return network.eval()


@pytest.mark.parametrize("backbone", [*BACKBONES, ORIGINAL])
def test_no_batch_norm_is_left_and_the_output_is_the_same(backbone: str) -> None:
    network = trained(backbone)
    folded = fold_network(network)
    L = torch.rand(2, 1, 64, 96) * 100
    with torch.inference_mode():
        before, after = network(L), folded(L)
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4 * float(before.abs().max()))


def test_a_network_in_training_is_refused() -> None:
    with pytest.raises(RuntimeError, match="eval"):
        fold_network(trained("tf_efficientnet_lite0").train())
