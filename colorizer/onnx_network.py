"""Our network run by ONNX Runtime, which takes half of PyTorch's time for it on a CPU.

It keeps each convolution's weights and output in the order that the processor likes best, and does
a convolution and its ReLU at once; PyTorch reorders them in each pass.
"""

import threading
from typing import Any

import torch
from torch import nn

from colorizer.network import ColorizationNetwork

try:
    import onnxruntime

    from colorizer.onnx_graph import INPUT, onnx_model
except ImportError:  # no wheel for this machine: PyTorch does it too
    onnxruntime = None

_ERRORS_ARE_RAISED = 4  # nothing less than fatal is printed as well


def onnx_runtime_is_here() -> bool:
    """Whether `OnnxNetwork` can be used."""
    return onnxruntime is not None


class OnnxNetwork(nn.Module):
    """`network` with the same input and output, on the CPU.

    It runs on as many threads as torch may use in the thread that asks; each such number has a
    session of its own, made when it is first asked for, in some tenths of a second.
    """

    def __init__(self, network: ColorizationNetwork) -> None:
        super().__init__()
        self.config = network.config
        self._network = network
        self._sessions: dict[int, Any] = {}
        self._making = threading.Lock()

    def forward(self, L: torch.Tensor) -> torch.Tensor:
        """See `ColorizationNetwork`; raises MemoryError where there is too little of it."""
        session = self._session(torch.get_num_threads())
        try:
            (output,) = session.run(None, {INPUT: L.contiguous().numpy()})
        except Exception as error:  # those of ONNX Runtime have no class of their own to catch
            kind = MemoryError if "alloc" in str(error) else RuntimeError
            raise kind(str(error)) from error
        return torch.from_numpy(output)

    def _session(self, threads: int) -> Any:
        with self._making:
            if threads not in self._sessions:
                self._sessions[threads] = _session(self._network, threads)
            return self._sessions[threads]


def _session(network: ColorizationNetwork, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS_ARE_RAISED
    # Threads that wait for work at full speed would take the cores from decoding and encoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Its own heap and plans for each shape only grow, and gain nothing here.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(
        onnx_model(network), options, providers=["CPUExecutionProvider"]
    )
