"""A checkpoint's network as an ONNX graph without weights, for `colorizer/model/graphs`.

    python -m train.export_graph runs/classification/checkpoint runs/regression/checkpoint

Colorizer colours without PyTorch where the graph of a checkpoint's architecture comes along; the
weights are taken from model.safetensors. Needed again only for a new architecture. Writes
ARCHITECTURE.onnx and ARCHITECTURE.json, which tells the shapes of the weights.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import onnx
import onnxscript.optimizer
import torch
import tyro
from onnx.external_data_helper import set_external_data
from onnx.helper import make_tensor_value_info
from onnx.numpy_helper import to_array
from torch import nn

from colorizer.model.architecture import STRIDE, NetworkConfig
from colorizer.model.checkpoint import read_config
from colorizer.model.network import Network, build_network
from colorizer.model.onnx_runtime import FEATURES, GRAPHS, INPUT, OUTPUT
from colorizer.model.torch_engine import weight_shapes

logger = logging.getLogger(__name__)


class _WithFeatures(nn.Module):
    """The network with both of the graph's outputs."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, L: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.places(self.network.features(L))
        return self.network.answer(features), features


def export_graph(config: NetworkConfig, folder: Path = GRAPHS) -> Path:
    """Write the graph of all networks of this architecture; returns its path. Takes a minute."""
    network = _WithFeatures(build_network(config)).eval()
    batch, height, width = (torch.export.Dim(name) for name in ("B", "h", "w"))
    program = torch.onnx.export(
        network,
        (torch.rand(2, 1, 2 * STRIDE, 3 * STRIDE) * 100,),
        dynamo=True,
        input_names=[INPUT],
        output_names=[OUTPUT, FEATURES],
        dynamic_shapes=({0: batch, 2: STRIDE * height, 3: STRIDE * width},),
        optimize=False,  # see `without_weights`
        verbose=False,
    )
    assert program is not None
    shapes = weight_shapes(config)
    model = without_weights(program.model_proto, set(shapes))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{config.architecture}.onnx"
    path.write_bytes(model.SerializeToString())
    lines = ",\n".join(f'  "{name}": {json.dumps(shape)}' for name, shape in shapes.items())
    path.with_suffix(".json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    return path


def without_weights(model: onnx.ModelProto, names: set[str]) -> onnx.ModelProto:
    """The model simplified, with weights that have the checkpoint's names and no values.

    While it is simplified the weights are inputs: as constants they would be mixed with each other.
    """
    graph = model.graph
    ours = {f"network.{name}": name for name in names}
    for node in graph.node:
        node.input[:] = [ours.get(name, name) for name in node.input]
    weights = [weight for weight in graph.initializer if weight.name in ours]
    for weight in weights:
        graph.initializer.remove(weight)
        weight.name = ours[weight.name]
        graph.input.append(make_tensor_value_info(weight.name, weight.data_type, weight.dims))
    model = onnxscript.optimizer.optimize(model)
    graph = model.graph
    del graph.input[1:], graph.value_info[:], graph.metadata_props[:], model.metadata_props[:]
    for weight in weights:
        weight.raw_data = b""
        set_external_data(weight, "model.safetensors")
        weight.ClearField("raw_data")
    _drop_zero_biases(graph)
    graph.initializer.extend(weights)
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    return model


def _drop_zero_biases(graph: onnx.GraphProto) -> None:
    """A convolution without bias is exported with zeros; it can do without them."""
    zeros = {each.name for each in graph.initializer if not to_array(each).any()}
    for node in graph.node:
        if node.op_type == "Conv" and node.input[-1] in zeros:
            del node.input[-1]
    used = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


@dataclass(frozen=True)
class ExportOptions:
    """Write the ONNX graphs, without weights, of the architectures of some checkpoints."""

    checkpoints: Annotated[list[Path], tyro.conf.Positional]
    """Their folders; only config.json is read."""
    out: Path = GRAPHS
    """Folder of the graphs; the default is that of the package."""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and export."""
    options = tyro.cli(ExportOptions, prog="python -m train.export_graph", args=arguments)
    configs = {read_config(folder).network.architecture: folder for folder in options.checkpoints}
    for folder in configs.values():
        print(export_graph(read_config(folder).network, options.out))


if __name__ == "__main__":
    main()
