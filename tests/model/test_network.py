import pytest
import torch

from colorizer.model.architecture import (
    BACKBONES,
    MAX_CLASSES,
    MAX_WIDTH,
    ORIGINAL,
    NetworkConfig,
)
from colorizer.model.network import ColorizationNetwork, OriginalNetwork, build_network
from tests.conftest import small_network


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize(("decoder", "stride"), [((8, 8, 8), 4), ((8, 8), 8)])
def test_output_has_the_heads_channels_at_its_stride(
    backbone: str, decoder: tuple[int, ...], stride: int
) -> None:
    config = NetworkConfig(backbone, "classification", 7, decoder)
    assert config.output_stride == stride
    output = ColorizationNetwork(config).eval()(torch.rand(2, 1, 64, 96) * 100)
    assert output.shape == (2, 7, 64 // stride, 96 // stride)


def test_without_skips_the_decoder_sees_the_deepest_features_only() -> None:
    config = NetworkConfig("tf_efficientnet_lite0", "regression", 0, (8, 8), skips=False)
    network = ColorizationNetwork(config).eval()
    features = network.features(torch.rand(1, 1, 64, 64) * 100)
    expected = network.decode(features)
    for finer in features[:-1]:
        finer.fill_(9.0)
    torch.testing.assert_close(network.decode(features), expected)


def test_context_lets_distant_places_know_of_each_other() -> None:
    for context in (False, True):
        torch.manual_seed(0)
        config = NetworkConfig("tf_efficientnet_lite0", "regression", 0, (8,), context=context)
        network = ColorizationNetwork(config).eval()
        features = network.features(torch.rand(1, 1, 32, 512) * 100)
        before = network.decode(features)
        features[-1][..., -1] += 9.0
        same = torch.equal(network.decode(features)[..., :4], before[..., :4])
        assert same == (not context)


def test_regression_answers_in_ab_units() -> None:
    network = small_network("regression", 0).eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor([0.5, -0.25]))
    output = network(torch.full((1, 1, 32, 32), 50.0))
    torch.testing.assert_close(output[0, :, 0, 0], torch.tensor([55.0, -27.5]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"backbone": "vgg16"},
        {"head": "gan"},
        {"head": "regression", "n_classes": 5},
        {"n_classes": 0},
        {"decoder_channels": ()},
        {"decoder_channels": (1, 2, 3, 4)},
        {"decoder_channels": (MAX_WIDTH + 1,)},
        {"decoder_channels": (64.5,)},
        {"decoder_channels": "64"},
        {"n_classes": MAX_CLASSES + 1},
        {"n_classes": True},
        {"backbone": ORIGINAL},
        {"backbone": ORIGINAL, "decoder_channels": ()},
    ],
)
def test_impossible_configurations_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        NetworkConfig(**wrong)  # type: ignore[arg-type]


def original(head: str, n_classes: int) -> OriginalNetwork:
    torch.manual_seed(0)
    network = build_network(NetworkConfig(ORIGINAL, head, n_classes, (), skips=False))  # type: ignore[arg-type]
    assert isinstance(network, OriginalNetwork)
    return network.eval()


def test_the_originals_network_has_the_originals_size_and_answers_at_full_size() -> None:
    network = original("classification", 50)
    assert network.config.output_stride == 1
    assert network(torch.rand(1, 1, 64, 96) * 100).shape == (1, 50, 64, 96)
    trunk = sum(p.numel() for p in network.parameters())
    auxiliary = 1024 * 256 * 9 + 2 * 256 + 257 * 50  # never in the original's loss, left out here
    assert trunk + auxiliary == 35_338_276


def test_the_originals_regression_counts_from_the_middle_of_8_bits() -> None:
    network = original("regression", 0)
    with torch.no_grad():
        network.fcn.classifier[-1].weight.zero_()
        network.fcn.classifier[-1].bias.copy_(torch.tensor([128 / 255, 1.0]))
    output = network(torch.full((1, 1, 32, 32), 50.0))
    torch.testing.assert_close(output[0, :, 0, 0], torch.tensor([0.0, 127.0]))


CONFIGS = [
    *(NetworkConfig(backbone=backbone) for backbone in BACKBONES),
    NetworkConfig(decoder_channels=(96, 48), slim=True),
    NetworkConfig(decoder_channels=(96, 48), slim=True, skips=False, context=False),
    NetworkConfig(head="regression", n_classes=0, decoder_channels=(24,), skips=False),
    NetworkConfig(ORIGINAL, n_classes=50, decoder_channels=(), skips=False, context=False),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.architecture)
def test_the_cost_is_what_the_convolutions_do(config: NetworkConfig) -> None:
    multiplications = activations = 0

    def count(module: torch.nn.Conv2d, _: object, output: torch.Tensor) -> None:
        nonlocal multiplications, activations
        activations += output.numel()
        area = module.kernel_size[0] * module.kernel_size[1]
        multiplications += output.numel() * area * module.in_channels // module.groups

    network = build_network(config).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.zeros(1, 1, 128, 128))
    cost = config.cost(128 * 128)
    assert cost.multiplications == pytest.approx(multiplications, rel=0.001)
    enlarged = 50 * 128 * 128 if config.backbone == ORIGINAL else 0
    assert cost.activations - enlarged == pytest.approx(activations, rel=0.01)


def test_what_a_place_holds_is_what_the_head_answers_from() -> None:
    for config in CONFIGS:
        network = build_network(config).eval()
        L = torch.rand(1, 1, 64, 64) * 100
        with torch.inference_mode():
            places = network.places(network.features(L))
            torch.testing.assert_close(network.answer(places), network(L))
        assert places.shape[1] == (config.decoder_channels or (512,))[-1]
