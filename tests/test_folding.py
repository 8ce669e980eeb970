import pytest
import torch
from torch import nn

from colorizer.folding import fold_network
from colorizer.network import BACKBONES, ORIGINAL, Network, NetworkConfig, build_network


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


CONFIGS = {
    **{
        name: NetworkConfig(backbone=name, n_classes=5, decoder_channels=(16, 16, 16))
        for name in BACKBONES
    },
    "slim": NetworkConfig(
        backbone="tf_efficientnet_lite0", n_classes=5, decoder_channels=(16, 16), slim=True
    ),
    ORIGINAL: NetworkConfig(backbone=ORIGINAL, n_classes=5, decoder_channels=(), skips=False),
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_no_batch_norm_is_left_and_the_output_is_the_same(config: NetworkConfig) -> None:
    network = trained(config)
    folded = fold_network(network)
    L = torch.rand(2, 1, 64, 96) * 100
    with torch.inference_mode():
        before, after = network(L), folded(L)
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4 * float(before.abs().max()))


def test_a_network_in_training_is_refused() -> None:
    with pytest.raises(RuntimeError, match="eval"):
        fold_network(trained(CONFIGS["tf_efficientnet_lite0"]).train())
