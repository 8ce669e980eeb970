import torch
from torch import nn

from train.moving_average import moving_average


def test_a_short_training_forgets_its_first_weights() -> None:
    network = nn.Linear(1, 1)
    nn.init.constant_(network.weight, 100.0)
    average = moving_average(network, lambda step: 0.998)
    for _ in range(200):
        nn.init.constant_(network.weight, 1.0)
        average.update_parameters(network)
    assert abs(average.module.weight.item() - 1.0) < 0.01


def test_a_long_training_averages_with_the_decay() -> None:
    network = nn.Linear(1, 1)
    average = moving_average(network, lambda step: 0.5)
    values, expected = torch.linspace(0, 1, 50), 0.0
    for count, value in enumerate(values):
        nn.init.constant_(network.weight, float(value))
        average.update_parameters(network)
        decay = min(0.5, (1 + count) / (10 + count)) if count else 0.0
        expected = decay * expected + (1 - decay) * float(value)
    assert abs(average.module.weight.item() - expected) < 1e-5


def test_counters_are_copied() -> None:
    network = nn.BatchNorm1d(2)
    average = moving_average(network, lambda step: 0.9)
    for _ in range(3):
        network(torch.randn(4, 2))
        average.update_parameters(network)
    assert int(average.module.num_batches_tracked) == 3
