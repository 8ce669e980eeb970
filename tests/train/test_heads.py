import pytest
import torch

from colorizer.model.network import ColorizationNetwork, NetworkConfig
from tests.conftest import small_network
from train.heads import Heads


def slim_network() -> ColorizationNetwork:
    torch.manual_seed(0)
    return ColorizationNetwork(
        NetworkConfig(
            backbone="tf_efficientnet_lite0", n_classes=5, decoder_channels=(16, 8), slim=True
        )
    )


def test_both_heads_become_ordinary_networks_that_answer_alike() -> None:
    heads = Heads(slim_network(), with_regression=True).eval()
    L = torch.rand(1, 1, 64, 64) * 100
    with torch.inference_mode():
        together = heads(L)
        alone = {head: network(L) for head, network in heads.networks().items()}
    assert {head: tuple(output.shape) for head, output in together.items()} == {
        "classification": (1, 5, 8, 8),
        "regression": (1, 2, 8, 8),
    }
    for head, output in together.items():
        torch.testing.assert_close(alone[head], output)
    configs = {head: network.config for head, network in heads.networks().items()}
    assert (configs["regression"].n_classes, configs["regression"].slim) == (0, True)


def test_one_head_is_the_network_itself() -> None:
    network = small_network("regression", 0).eval()
    heads = Heads(network, with_regression=False)
    assert heads.networks() == {"regression": network}
    L = torch.rand(1, 1, 32, 32) * 100
    with torch.inference_mode():
        torch.testing.assert_close(heads(L)["regression"], network(L))


def test_a_regressor_takes_no_second_head() -> None:
    with pytest.raises(ValueError, match="classifier"):
        Heads(small_network("regression", 0), with_regression=True)
