"""Networks run by ONNX Runtime on the CPU: a graph of ours without weights, a checkpoint's weights.

The graphs are files of this package (`train.export_graph` writes them), one for each architecture
that comes with it. A stranger's checkpoint brings weights and never a graph.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizer.model.architecture import NetworkConfig, NetworkOutput
from colorizer.threads import usable_threads

GRAPHS = Path(__file__).resolve().parent / "graphs"
INPUT, OUTPUT, FEATURES = "L", "output", "features"

_ERRORS_ARE_RAISED = 4  # nothing less than fatal is printed as well


def has_graph(config: NetworkConfig) -> bool:
    """Whether the graph of this architecture comes along."""
    return _graph(config).is_file()


def weight_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Shape of each tensor that a checkpoint of this architecture holds; it `has_graph`."""
    shapes = json.loads(_graph(config).with_suffix(".json").read_text(encoding="utf-8"))
    return {name: tuple(shape) for name, shape in shapes.items()}


def _graph(config: NetworkConfig) -> Path:
    return GRAPHS / f"{config.architecture}.onnx"


class OnnxEngine:
    """A network as `colorizer.pipeline.Colorizer` runs it; it cannot be copied or pickled.

    It runs on as many threads as may be used where it is called, see `colorizer.threads`; when
    these become others, a new session is made, in some tenths of a second.
    """

    def __init__(self, config: NetworkConfig, weights: Mapping[str, NDArray[Any]]) -> None:
        """weights: of the shapes that `weight_shapes` says."""
        self._config, self._weights = config, weights
        self._threads = 0
        self._session: Any = None
        self._making = threading.Lock()

    def __call__(self, L: NDArray[np.float32]) -> NetworkOutput:
        """One pass over L float32 (B, 1, H, W), H and W multiples of 32; MemoryError."""
        with self._making:
            threads = usable_threads()
            if threads != self._threads:
                self._session = new_session(self._config, self._weights, _options(threads))
                self._threads = threads
            session = self._session
        with _errors_by_kind():
            return NetworkOutput(*session.run([OUTPUT, FEATURES], {INPUT: L}))


def _options(threads: int) -> Any:
    import onnxruntime  # not before the first photo

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS_ARE_RAISED
    # Threads that wait for work at full speed would take the cores from decoding and encoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Its own heap and plans for each shape only grow, and gain nothing here.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return options


def new_session(config: NetworkConfig, weights: Mapping[str, NDArray[Any]], options: Any) -> Any:
    """The graph with these weights, ready to run; options: onnxruntime.SessionOptions."""
    import onnxruntime

    used = {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(values.astype(np.float32))
        for name, values in weights.items()
        if not name.endswith(".num_batches_tracked")
    }
    options.add_external_initializers(list(used), list(used.values()))
    with _errors_by_kind():
        return onnxruntime.InferenceSession(
            str(_graph(config)), options, providers=["CPUExecutionProvider"]
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
        raise (MemoryError if "alloc" in said else RuntimeError)(said) from error
