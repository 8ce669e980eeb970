"""Networks run by PyTorch: on a graphics card, or of an architecture without a bundled graph.

Needs the extra "torch"; nothing imports this module before it is asked for.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from colorizer.model.architecture import NetworkConfig, NetworkOutput
from colorizer.model.network import Network, build_network


def weight_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Shape of each tensor that a checkpoint of this network holds; nothing is allocated."""
    with torch.device("meta"):
        network = build_network(config)
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def torch_network(config: NetworkConfig, weights: Mapping[str, NDArray[Any]]) -> Network:
    """The network with these weights, of the shapes that `weight_shapes` says; in eval mode."""
    with torch.device("meta"):
        network = build_network(config)
    kinds = {name: tensor.dtype for name, tensor in network.state_dict().items()}
    with torch.inference_mode(False):
        tensors = {
            name: torch.tensor(values, dtype=kinds[name]) for name, values in weights.items()
        }
        network.load_state_dict(tensors, strict=True, assign=True)
        return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.inference_mode()
def run_network(network: Network, L: NDArray[np.float32], device: str = "cpu") -> NetworkOutput:
    """One pass over L float32 (B, 1, H, W), H and W multiples of 32; `network` is moved there."""
    photos = torch.from_numpy(L).to(device).contiguous(memory_format=torch.channels_last)
    network = network.to(device)
    features = network.places(network.features(photos))
    return NetworkOutput(*(_array(each) for each in (network.answer(features), features)))


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return tensor.float().contiguous().cpu().numpy()


class TorchEngine:
    """A network on one device, as `colorizer.pipeline.Colorizer` runs it."""

    def __init__(
        self, config: NetworkConfig, weights: Mapping[str, NDArray[Any]], *, device: str = "cpu"
    ) -> None:
        """device: "cpu", "cuda", …; raises RuntimeError for one that is not there."""
        self.network = torch_network(config, weights).to(device)
        self._device = device

    def __call__(self, L: NDArray[np.float32]) -> NetworkOutput:
        """See `run_network`."""
        return run_network(self.network, L, self._device)
