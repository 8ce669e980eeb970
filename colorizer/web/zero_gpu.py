"""ZeroGPU Spaces: a graphics card that is there only while a decorated function runs.

Such a Space does not start without a function that asks for the card, so `gpu_pass` always does;
whether it is used is said by COLORIZER_DEVICE. The default is the CPU there too: the network is a
small part of the work on a photo, and nobody waits for a card or spends a quota. Elsewhere the
package `spaces` is missing, or its decorator returns the function as it is.

Import this before torch.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

try:
    import spaces
except ImportError:
    spaces = None

if TYPE_CHECKING:
    from colorizer.model.architecture import NetworkOutput
    from colorizer.model.network import Network
    from colorizer.pipeline import NetworkPass

MAX_SECONDS = 10
"""A photo's pass takes far less; what is asked for decides the place in ZeroGPU's queue."""

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _on_card(task: Callable[Given, Answer]) -> Callable[Given, Answer]:
    if spaces is None:
        return task
    decorated: Callable[Given, Answer] = spaces.GPU(duration=MAX_SECONDS)(task)
    return decorated


@_on_card
def gpu_pass(network: "Network", L: NDArray[np.float32]) -> "NetworkOutput":
    """One pass of `network` on the card; on ZeroGPU this runs in a process of its own.

    All travels there and back by pickling: nothing depends on what that process has seen before,
    and an array is whole when it arrives, which a tensor is only while its sender lives.
    """
    from colorizer.model.torch_engine import run_network

    return run_network(network, L, "cuda")


def lent_card(device: str) -> "NetworkPass | None":
    """What runs the network on the lent card, or None where `device` is there all the time."""
    return gpu_pass if device == "cuda" and spaces is not None else None
