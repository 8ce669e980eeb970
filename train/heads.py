"""What a training trains: one trunk with one head or with both; ordinary networks come out."""

from dataclasses import replace

import torch
from torch import nn

from colorizer.colour.lab import AB_LIMIT
from colorizer.model.architecture import Head
from colorizer.model.network import ColorizationNetwork

Outputs = dict[Head, torch.Tensor]
"""Head → its output, as `ColorizationNetwork` describes it."""


class Heads(nn.Module):
    """`network` and, if asked for, a regression head beside its classification head.

    L float32 (B, 1, H, W) → `Outputs`.
    """

    def __init__(self, network: ColorizationNetwork, *, with_regression: bool) -> None:
        super().__init__()
        if with_regression and network.config.head != "classification":
            raise ValueError("Only a classifier takes a regression head beside its own.")
        self.network = network
        width = network.config.decoder_channels[-1]
        self.regression = nn.Conv2d(width, 2, kernel_size=1) if with_regression else None

    def forward(self, L: torch.Tensor) -> Outputs:
        """See the class."""
        places = self.network.places(self.network.features(L))
        outputs: Outputs = {self.network.config.head: self.network.answer(places)}
        if self.regression is not None:
            outputs["regression"] = self.regression(places) * AB_LIMIT
        return outputs

    def networks(self) -> dict[Head, ColorizationNetwork]:
        """Head → a network of its own that answers as this one does; trunks share their weights."""
        found: dict[Head, ColorizationNetwork] = {self.network.config.head: self.network}
        if self.regression is not None:
            config = replace(self.network.config, head="regression", n_classes=0)
            second = ColorizationNetwork(config)
            trunk = {
                k: v for k, v in self.network.state_dict().items() if not k.startswith("head.")
            }
            head = {f"head.{k}": v for k, v in self.regression.state_dict().items()}
            second.load_state_dict({**trunk, **head}, assign=True)
            found["regression"] = second.train(self.training)
        return found
