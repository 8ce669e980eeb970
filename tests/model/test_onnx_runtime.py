"""Bundled architectures run by ONNX Runtime from graphs without weights, and PyTorch beside it."""

import json
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from benchmarks.measuring import child_python
from colorizer import Colorizer, Photo, open_photo
from colorizer.errors import CheckpointError
from colorizer.model import onnx_runtime
from colorizer.model.architecture import NetworkConfig
from colorizer.model.bundled import bundled_checkpoints, bundled_study_photos
from colorizer.model.checkpoint import Checkpoint, load_checkpoint
from colorizer.model.network import build_network
from colorizer.model.onnx_runtime import GRAPHS, OnnxEngine
from colorizer.model.torch_engine import TorchEngine, run_network, weight_shapes
from colorizer.threads import usable_threads, use_threads
from train.export_graph import export_graph

SHAPES = [(1, 1, 64, 96), (3, 1, 96, 64), (1, 1, 32, 128), (2, 1, 32, 32)]
GRAPH_FILES = sorted(GRAPHS.glob("*.onnx"))
MAX_GRAPH_BYTES = 256 * 2**10


def trained(config: NetworkConfig) -> nn.Module:
    """A network whose BatchNorms have seen something."""
    torch.manual_seed(0)
    network = build_network(config)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.5, 2.0)  # type: ignore[arg-type]
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return network.eval()


def weights_of(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


def assert_alike(ours: np.ndarray, expected: np.ndarray) -> None:
    assert ours.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.fixture(scope="module", params=list(bundled_checkpoints()))
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    return load_checkpoint(request.param)


def test_there_is_a_graph_of_every_bundled_network_and_of_what_the_recipe_trains() -> None:
    names = {load_checkpoint(name).config.network.architecture for name in bundled_checkpoints()}
    names |= {NetworkConfig(head="classification", n_classes=128).architecture}
    names |= {NetworkConfig(head="regression", n_classes=0).architecture}
    assert {file.stem for file in GRAPH_FILES} == names
    assert {file.stem for file in GRAPHS.glob("*.json")} == names


def test_both_engines_put_out_the_same_for_every_shape(checkpoint: Checkpoint) -> None:
    config, weights = checkpoint.config.network, checkpoint.weights
    by_onnx, by_torch = OnnxEngine(config, weights), TorchEngine(config, weights)
    for shape in SHAPES:
        L = np.random.default_rng(0).random(shape, np.float32) * 100
        for ours, expected in zip(by_onnx(L), by_torch(L), strict=True):
            assert_alike(ours, expected)


def test_both_engines_give_a_photo_the_same_colours(checkpoint: Checkpoint) -> None:
    photo = open_photo(bundled_study_photos() / "thing" / "coffee.jpg")
    by_onnx, by_torch = (
        Colorizer(checkpoint, engine=engine).colorize(photo) for engine in ("onnxruntime", "torch")
    )
    # at the gamut's bent border the last digit can decide how far a colour is clipped
    assert np.mean(np.abs(by_onnx.ab - by_torch.ab) > 0.01) < 1e-4
    different = by_onnx.photo.rgb.astype(int) - by_torch.photo.rgb
    assert np.abs(different).max() <= 1
    assert np.count_nonzero(different) / different.size < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        NetworkConfig("tf_efficientnet_lite0", "regression", 0, (24,), skips=False, context=False),
        NetworkConfig("tf_efficientnet_lite0", n_classes=5, decoder_channels=(24, 16), slim=True),
    ],
    ids=lambda config: config.architecture,
)
def test_a_graph_of_any_architecture_can_be_exported(
    config: NetworkConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_graph(config, tmp_path)
    monkeypatch.setattr(onnx_runtime, "GRAPHS", tmp_path)
    network = trained(config)
    assert onnx_runtime.weight_shapes(config) == weight_shapes(config)
    by_onnx = OnnxEngine(config, weights_of(network))
    for shape in SHAPES:
        L = np.random.default_rng(0).random(shape, np.float32) * 100
        for ours, expected in zip(by_onnx(L), run_network(network, L), strict=True):  # type: ignore[arg-type]
            assert_alike(ours, expected)


@pytest.mark.parametrize("file", GRAPH_FILES, ids=lambda file: file.stem)
def test_a_graph_is_valid_and_holds_no_weights(file: Path) -> None:
    assert file.stat().st_size < MAX_GRAPH_BYTES
    graph = onnx.load(file, load_external_data=False).graph
    shapes = json.loads(file.with_suffix(".json").read_text())
    used = {name for name in shapes if not name.endswith(".num_batches_tracked")}
    left_out = {
        weight.name: list(weight.dims)
        for weight in graph.initializer
        if weight.data_location == onnx.TensorProto.EXTERNAL
    }
    assert left_out == {name: shapes[name] for name in used}


def test_the_shapes_beside_a_graph_are_those_of_the_network(checkpoint: Checkpoint) -> None:
    config = checkpoint.config.network
    assert onnx_runtime.weight_shapes(config) == weight_shapes(config)


def test_it_is_used_on_the_cpu_and_can_be_declined() -> None:
    colorizer = Colorizer.from_pretrained("regression")
    assert isinstance(colorizer.network, OnnxEngine)
    declined = Colorizer(colorizer.checkpoint, engine="torch")
    assert isinstance(declined.network, TorchEngine)


def test_another_architecture_is_run_by_pytorch(regression_folder: Path) -> None:
    colorizer = Colorizer.from_pretrained(regression_folder)
    assert isinstance(colorizer.network, TorchEngine)
    with pytest.raises(CheckpointError) as refused:
        Colorizer(colorizer.checkpoint, engine="onnxruntime")
    assert refused.value.code == "needs_extra"
    with pytest.raises(ValueError, match="nonsense"):
        Colorizer(colorizer.checkpoint, engine="nonsense")  # type: ignore[arg-type]


def test_a_pass_that_runs_elsewhere_gets_pytorchs_network(colourful: np.ndarray) -> None:
    colorizer = Colorizer.from_pretrained("regression")
    seen: list[nn.Module] = []

    def elsewhere(network: nn.Module, L: np.ndarray) -> object:
        seen.append(network)
        return run_network(network, L)  # type: ignore[arg-type]

    there = colorizer.predict(Photo(colourful), network_pass=elsewhere)  # type: ignore[arg-type]
    here = colorizer.predict(Photo(colourful))
    np.testing.assert_allclose(there.output, here.output, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(there.features, here.features, rtol=1e-3, atol=1e-2)
    assert not any(weight.is_inference() for weight in seen[0].parameters())


def test_features_have_the_outputs_size(checkpoint: Checkpoint, colourful: np.ndarray) -> None:
    prediction = Colorizer(checkpoint).predict(Photo(colourful))
    assert prediction.features.shape[0] == 1
    assert prediction.features.shape[1] == checkpoint.config.network.decoder_channels[-1]
    assert prediction.features.shape[2:] == prediction.output.shape[2:]
    assert prediction.features.dtype == np.float32


def test_convolutions_are_merged_with_what_follows_them(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    """Without that a pass takes twice the time, and it needs the weights when a session is made."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "merged.onnx")
    options.log_severity_level = 4
    config = checkpoint.config.network
    onnx_runtime.new_session(config, checkpoint.weights, options)
    merged = onnx.load(tmp_path / "merged.onnx", load_external_data=False)
    kinds = Counter(node.op_type for node in merged.graph.node)
    convolutions = sum(isinstance(module, nn.Conv2d) for module in build_network(config).modules())
    assert kinds["Conv"] + kinds["FusedConv"] == convolutions
    assert not {"BatchNormalization", "Clip", "Pad"} & set(kinds)
    sums = len(config.decoder_channels) if config.slim else 0  # a slim stage's ReLU is of a sum
    assert kinds["Relu"] == sums


def test_a_session_is_made_when_the_number_of_threads_changes(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    new_session = onnx_runtime.new_session

    def counted(*given: object) -> object:
        made.append(given[2].intra_op_num_threads)  # type: ignore[attr-defined]
        return new_session(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(onnx_runtime, "new_session", counted)
    engine, L = (
        OnnxEngine(checkpoint.config.network, checkpoint.weights),
        np.zeros((1, 1, 32, 32), np.float32),
    )
    engine(L)
    assert made == [usable_threads()]

    def with_three_threads() -> None:
        use_threads(3)
        engine(L)

    at_once = [threading.Thread(target=with_three_threads) for _ in range(4)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join()
    assert made == [usable_threads(), 3]


def test_weights_that_are_counted_in_other_numbers_are_taken(checkpoint: Checkpoint) -> None:
    """A stranger's safetensors may hold any kind of numbers of the right shape."""
    weights = {name: values.astype(np.float64) for name, values in checkpoint.weights.items()}
    L = np.full((1, 1, 32, 32), 50, np.float32)
    config = checkpoint.config.network
    np.testing.assert_array_equal(
        OnnxEngine(config, weights)(L).output, OnnxEngine(config, checkpoint.weights)(L).output
    )


def test_too_little_memory_is_told_from_other_errors() -> None:
    """In a process of its own, whose address space is bounded."""
    code = """
import resource
import numpy as np
from colorizer import Colorizer
network = Colorizer.from_pretrained("regression").network
network(np.ones((1, 1, 32, 32), np.float32))
try:
    network(np.ones((1, 1, 48, 32), np.float32))
except RuntimeError:
    print("shape")
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, -1))
try:
    network(np.ones((1, 1, 1024, 1024), np.float32))
except MemoryError:
    print("memory")
"""
    done = child_python(code)
    assert done.stdout.split() == ["shape", "memory"]
    assert done.stderr == ""


def test_a_network_with_other_decoding_is_the_same_network(checkpoint: Checkpoint) -> None:
    decoding = replace(checkpoint.config.decoding, side=64)
    small = replace(checkpoint, config=replace(checkpoint.config, decoding=decoding))
    photo = Photo(np.full((64, 64, 3), 90, np.uint8))
    assert Colorizer(small).predict(photo).L.shape == (1, 1, 64, 64)
