import threading
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from benchmarks.measuring import child_python
from colorizer import Colorizer, Photo, onnx_graph, onnx_network
from colorizer.bundled import bundled_checkpoints
from colorizer.network import BACKBONES, ColorizationNetwork, NetworkConfig
from colorizer.onnx_graph import onnx_model
from colorizer.onnx_network import OnnxNetwork
from tests.test_folding import trained

CONFIGS = {
    **{name: NetworkConfig(backbone=name, n_classes=5) for name in BACKBONES},
    "regression": NetworkConfig(head="regression", n_classes=0),
    "without skips": NetworkConfig(n_classes=5, skips=False),
    "without context": NetworkConfig(n_classes=5, context=False),
    "slim": NetworkConfig(n_classes=5, decoder_channels=(24, 16), slim=True),
    "stride 16": NetworkConfig(n_classes=5, decoder_channels=(24,)),
}
SHAPES = [(1, 1, 64, 96), (3, 1, 96, 64), (1, 1, 32, 128), (2, 1, 32, 32)]


@pytest.fixture
def network() -> ColorizationNetwork:
    return trained(NetworkConfig(backbone="tf_efficientnet_lite0", n_classes=5))


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_output_is_pytorchs_for_every_network_and_shape(config: NetworkConfig) -> None:
    network = trained(config)
    by_onnx = OnnxNetwork(network)
    for shape in SHAPES:
        L = torch.rand(shape) * 100
        with torch.inference_mode():
            expected, output = network(L), by_onnx(L)
        assert output.dtype == torch.float32
        span = float(expected.abs().max())
        torch.testing.assert_close(output, expected, rtol=1e-4, atol=1e-4 * span)


def test_a_bundled_checkpoint_is_coloured_alike_by_both_engines(colourful: np.ndarray) -> None:
    checkpoint = Colorizer.from_pretrained("classification").checkpoint
    photo = Photo(colourful)
    by_onnx, by_torch = (
        Colorizer(checkpoint, engine=engine).colorize(photo) for engine in ("onnxruntime", "torch")
    )
    assert np.abs(by_onnx.ab - by_torch.ab).max() < 0.01
    different = by_onnx.photo.rgb.astype(int) - by_torch.photo.rgb
    assert np.abs(different).max() <= 1
    assert np.count_nonzero(different) / different.size < 1e-3


def test_it_is_used_on_the_cpu_and_can_be_declined() -> None:
    colorizer = Colorizer.from_pretrained("regression")
    assert isinstance(colorizer.network, OnnxNetwork)
    declined = Colorizer(colorizer.checkpoint, engine="torch")
    assert not isinstance(declined.network, OnnxNetwork)


def test_without_a_wheel_pytorch_colours(
    colourful: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_network, "onnxruntime", None)
    colorizer = Colorizer.from_pretrained("regression")
    assert not isinstance(colorizer.network, OnnxNetwork)
    assert colorizer.colorize(Photo(colourful)).photo.rgb.shape == colourful.shape


def test_a_function_that_is_not_known_leaves_the_network_to_pytorch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(onnx_graph._FUNCTIONS, torch.conv2d)
    assert not isinstance(Colorizer.from_pretrained("regression").network, OnnxNetwork)


@pytest.mark.parametrize("error", ["ImportError", "OSError", "TypeError"])
def test_packages_that_cannot_be_imported_are_no_error(error: str) -> None:
    code = f"""
import sys
class Broken:
    def find_spec(self, name, *_):
        if name == "onnxruntime":
            raise {error}("of another machine")
sys.meta_path.insert(0, Broken())
from colorizer.onnx_network import onnxruntime
print(onnxruntime)
"""
    done = child_python(code)
    assert done.stdout.split() == ["None"]


def test_an_engine_that_cannot_be_had_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = Colorizer.from_pretrained("regression").checkpoint
    with pytest.raises(ValueError, match="nonsense"):
        Colorizer(checkpoint, engine="nonsense")  # type: ignore[arg-type]
    monkeypatch.setattr(onnx_network, "onnxruntime", None)
    with pytest.raises(ValueError, match="ONNX Runtime"):
        Colorizer(checkpoint, engine="onnxruntime")


def test_a_pass_that_runs_elsewhere_gets_pytorchs_network(colourful: np.ndarray) -> None:
    colorizer = Colorizer.from_pretrained("regression")
    seen: list[nn.Module] = []

    def elsewhere(network: nn.Module, L: torch.Tensor) -> torch.Tensor:
        seen.append(network)
        return network(L)

    there = colorizer.analyse(Photo(colourful), network_pass=elsewhere)
    here = colorizer.analyse(Photo(colourful))
    assert isinstance(seen[0], ColorizationNetwork)
    torch.testing.assert_close(there.output, here.output, rtol=1e-3, atol=1e-2)
    assert not any(weight.is_inference() for weight in seen[0].parameters())


def test_a_network_in_training_is_refused(network: ColorizationNetwork) -> None:
    with pytest.raises(RuntimeError, match="eval"):
        onnx_model(network.train())


def test_what_no_network_of_ours_does_is_refused(network: ColorizationNetwork) -> None:
    network.head = nn.Sequential(network.head, nn.Sigmoid())
    with pytest.raises(NotImplementedError, match="sigmoid"):
        onnx_model(network)


@pytest.mark.parametrize("name", bundled_checkpoints())
def test_the_model_is_valid(name: str) -> None:
    model = onnx.load_from_string(onnx_model(Colorizer.from_pretrained(name).checkpoint.network))
    onnx.checker.check_model(model, full_check=True)


def test_convolutions_are_merged_with_what_follows_them(tmp_path: Path) -> None:
    """Without that a pass takes twice the time; one empty input too many is enough."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "merged.onnx")
    options.log_severity_level = 4
    network = Colorizer.from_pretrained("classification").checkpoint.network
    onnxruntime.InferenceSession(onnx_model(network), options, ["CPUExecutionProvider"])
    kinds = Counter(node.op_type for node in onnx.load(tmp_path / "merged.onnx").graph.node)
    convolutions = sum(isinstance(module, nn.Conv2d) for module in network.modules())
    assert kinds["Conv"] + kinds["FusedConv"] == convolutions
    assert not {"BatchNormalization", "Clip", "Relu", "Pad"} & set(kinds)


def test_a_session_is_made_when_the_number_of_threads_changes(
    network: ColorizationNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    new_session = onnx_network._new_session
    monkeypatch.setattr(
        onnx_network, "_new_session", lambda *given: (made.append(given[1]), new_session(*given))[1]
    )
    by_onnx, L = OnnxNetwork(network), torch.rand(1, 1, 32, 32)
    threads = torch.get_num_threads()
    assert made == [threads]
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads + 1)
    at_once = [threading.Thread(target=by_onnx, args=(L,)) for _ in range(4)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join()
    assert made == [threads, threads + 1]


def test_too_little_memory_is_told_from_other_errors(network: ColorizationNetwork) -> None:
    """In a process of its own, whose address space is bounded."""
    code = """
import resource, torch
from colorizer import Colorizer
network = Colorizer.from_pretrained("regression").network
network(torch.rand(1, 1, 32, 32))
try:
    network(torch.rand(1, 1, 48, 32))
except RuntimeError:
    print("shape")
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, -1))
try:
    network(torch.rand(1, 1, 1024, 1024))
except MemoryError:
    print("memory")
"""
    done = child_python(code)
    assert done.stdout.split() == ["shape", "memory"]
    assert done.stderr == ""


def test_too_little_memory_for_the_model_itself_is_told_too(
    network: ColorizationNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EncodeError(Exception):
        """Protobuf's, which is of no other kind."""

    def full(_: object) -> bytes:
        raise EncodeError("Failed to serialize proto")

    monkeypatch.setattr(onnx_network, "onnx_model", full)
    with pytest.raises(MemoryError):
        OnnxNetwork(network)
