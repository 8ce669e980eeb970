"""Our network run by ONNX Runtime, in half to two thirds of PyTorch's time for it on a CPU.

It keeps each convolution's weights and output in the order that the processor likes best, and does
a convolution and its ReLU at once; PyTorch reorders them in each pass.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from colorizer.model.network import ColorizationNetwork, Network

logger = logging.getLogger(__name__)

try:
    import onnxruntime

    from colorizer.model.onnx_graph import INPUT, onnx_model
except Exception as error:  # not installed, or it does not suit this machine or other packages
    logger.info("without ONNX Runtime: %s", error)
    onnxruntime = None

_ERRORS_ARE_RAISED = 4  # nothing less than fatal is printed as well


def onnx_network(network: Network) -> "OnnxNetwork | None":
    """`network` run by ONNX Runtime, or None where that cannot be; MemoryError, RuntimeError."""
    if onnxruntime is None or not isinstance(network, ColorizationNetwork):
        return None
    try:
        return OnnxNetwork(network)
    except NotImplementedError as error:
        logger.warning("PyTorch runs the network, as ONNX Runtime cannot: %s", error)
        return None


class OnnxNetwork(nn.Module):
    """`network` with the same input and output, on the CPU; it cannot be copied or pickled.

    It runs on as many threads as torch may use in the thread that asks; when these become others, a
    new session is made, in some tenths of a second.
    """

    def __init__(self, network: ColorizationNetwork) -> None:
        super().__init__()
        self._network = network
        self._threads = torch.get_num_threads()
        self._session = _new_session(network, self._threads)
        self._making = threading.Lock()

    def forward(self, L: torch.Tensor) -> torch.Tensor:
        """See `ColorizationNetwork`; raises MemoryError where there is too little of it."""
        with self._making:
            threads = torch.get_num_threads()
            if threads != self._threads:
                self._session, self._threads = _new_session(self._network, threads), threads
            session = self._session
        with _errors_by_kind():
            (output,) = session.run(None, {INPUT: L.contiguous().numpy()})
        return torch.from_numpy(output)


def _new_session(network: ColorizationNetwork, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS_ARE_RAISED
    # Threads that wait for work at full speed would take the cores from decoding and encoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Its own heap and plans for each shape only grow, and gain nothing here.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    with _errors_by_kind():
        return onnxruntime.InferenceSession(
            onnx_model(network), options, providers=["CPUExecutionProvider"]
        )


@contextmanager
def _errors_by_kind() -> Iterator[None]:
    """ONNX Runtime's errors have no class in common but Exception; make the usual ones of them."""
    try:
        yield
    except (MemoryError, RuntimeError):
        raise
    except Exception as error:
        said = str(error)
        short_of_memory = "alloc" in said or "serialize" in said  # the latter is protobuf's
        raise (MemoryError if short_of_memory else RuntimeError)(said) from error
