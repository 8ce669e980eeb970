"""Our network as an ONNX model, written down while it runs once on a tensor without values.

PyTorch's exporters do this for any network, but the old one takes 1.1 s and 270 MB at each start
and the new one 46 s; this one takes 0.2 s. A model is made of a network, never read from a file: a
stranger's checkpoint brings no graph along.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch.nn import functional as F

from colorizer.model.network import ColorizationNetwork

INPUT, OUTPUT = "L", "output"

_OPSET = 18
_IR_VERSION = 10  # the file format's; as old as these operators, so that any ONNX Runtime reads it


def onnx_model(network: ColorizationNetwork) -> bytes:
    """The serialized model for L float32 (B, 1, H, W), any B, H and W that `network` takes.

    network: in eval mode; else RuntimeError. Its BatchNorms stay what they are: ONNX Runtime folds
    them into the convolutions.
    """
    if network.training:
        raise RuntimeError("Only a network in eval mode is a function of its input.")
    record = _Record()
    photo: Any = _Value(record, INPUT)
    output: Any = network.forward(photo)
    record.node("Identity", [output.name], OUTPUT)
    model: bytes = record.model.SerializeToString()
    return model


class _Record:
    """A model in the making: ONNX's operators in their order, and the numbers that they use."""

    def __init__(self) -> None:
        self.model = ModelProto(ir_version=_IR_VERSION)
        self.model.opset_import.append(helper.make_opsetid("", _OPSET))
        self._graph = self.model.graph
        self._graph.name = "colorizer"
        photo: list[str | int | None] = ["B", 1, "H", "W"]
        head: list[str | int | None] = ["B", "C", "h", "w"]
        floats = TensorProto.FLOAT
        self._graph.input.append(helper.make_tensor_value_info(INPUT, floats, photo))
        self._graph.output.append(helper.make_tensor_value_info(OUTPUT, floats, head))

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> None:
        self._graph.node.append(helper.make_node(kind, inputs, [output], **attributes))

    def number(self, values: NDArray[Any]) -> str:
        name = f"number {len(self._graph.initializer)}"
        self._graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def new_name(self) -> str:
        return f"value {len(self._graph.node)}"


class _Value:
    """A tensor that has a name instead of values: what is done to it becomes part of the record.

    PyTorch's functions call `__torch_function__` when they get something that is not a tensor;
    methods and operators are those that our networks use.
    """

    def __init__(self, record: _Record, name: str) -> None:
        self._record = record
        self.name = name

    def then(self, kind: str, *others: Any, **attributes: Any) -> "_Value":
        """ONNX's operator of this kind on this value and others: values, numbers, None for none."""
        result = _Value(self._record, self._record.new_name())
        inputs = [self.name, *map(self._name_of, others)]
        while not inputs[-1]:  # a convolution that ends with no bias is not merged with its norm
            inputs.pop()
        self._record.node(kind, inputs, result.name, **attributes)
        return result

    def _name_of(self, other: Any) -> str:
        if other is None:
            return ""
        if isinstance(other, _Value):
            return other.name
        if isinstance(other, torch.Tensor):
            other = other.detach().contiguous().numpy()
        if isinstance(other, float):
            other = np.asarray(other, np.float32)
        return self._record.number(other)

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, given: tuple[Any, ...] = (), named: Any = None
    ) -> "_Value":
        if function not in _FUNCTIONS:
            raise NotImplementedError(f"{function.__name__} as an ONNX operator")
        return _FUNCTIONS[function](*given, **(named or {}))

    def dim(self) -> int:
        return 4

    def __add__(self, other: Any) -> "_Value":
        return self.then("Add", other)

    def __sub__(self, other: Any) -> "_Value":
        return self.then("Sub", other)

    def __mul__(self, other: Any) -> "_Value":
        return self.then("Mul", other)

    def __truediv__(self, other: Any) -> "_Value":
        return self.then("Div", other)

    def __getitem__(self, places: Any) -> "_Value":
        if places != (slice(None), slice(None), None, None):
            raise NotImplementedError(f"[{places}] as an ONNX operator")
        return self.then("Unsqueeze", _integers(2, 3))

    def expand(self, *shape: int) -> "_Value":
        sides = (max(1, side) for side in shape)  # 1 leaves a side alone, as PyTorch's -1
        return self.then("Expand", _integers(*sides))

    def mean(self, *, dim: tuple[int, ...]) -> "_Value":
        return self.then("ReduceMean", _integers(*dim), keepdims=0)


def _integers(*values: int) -> NDArray[np.int64]:
    """What ONNX takes for shapes and axes; an array's own integers may be shorter."""
    return np.array(values, np.int64)


def _only(**given: tuple[Any, Any]) -> None:
    """Refuse what a function was given if it is not what is written down for it."""
    for name, (value, expected) in given.items():
        if value != expected:
            raise NotImplementedError(f"{name}={value} in an ONNX operator")


# Parameters have the names that PyTorch's have: it hands them over by place or by name.


def _conv2d(
    x: _Value, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> _Value:
    pads = [*padding, *padding]
    return x.then("Conv", weight, bias, strides=stride, pads=pads, dilations=dilation, group=groups)


def _batch_norm(
    x: _Value, running_mean: Any, running_var: Any, weight: Any, bias: Any, eps: float, **_: Any
) -> _Value:
    return x.then("BatchNormalization", weight, bias, running_mean, running_var, epsilon=eps)


def _linear(x: _Value, weight: Any, bias: Any) -> _Value:
    return x.then("Gemm", weight, bias, transB=1)


def _relu(x: _Value, **_: Any) -> _Value:
    return x.then("Relu")


def _hardtanh(x: _Value, min_val: float, max_val: float, **_: Any) -> _Value:
    return x.then("Clip", min_val, max_val)


def _pad(x: _Value, pad: Sequence[int], mode: str, value: float | None) -> _Value:
    _only(mode=(mode, "constant"), value=(value or 0.0, 0.0))
    left, right, above, below = pad
    return x.then("Pad", _integers(0, 0, above, left, 0, 0, below, right))


def _interpolate(
    x: _Value,
    *,
    size: Any,
    scale_factor: float,
    mode: str,
    align_corners: Any,
    antialias: Any,
    **_: Any,
) -> _Value:
    _only(size=(size, None), mode=(mode, "bilinear"))
    _only(align_corners=(align_corners, False), antialias=(antialias, False))
    scales = np.array([1, 1, scale_factor, scale_factor], np.float32)
    return x.then("Resize", None, scales, mode="linear")


def _max_pool2d(
    x: _Value, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool, **_: Any
) -> _Value:
    _only(dilation=(dilation, 1), ceil_mode=(ceil_mode, False))
    sides = {"kernel_shape": kernel_size, "strides": stride}
    return x.then("MaxPool", pads=[padding] * 4, **{key: [n] * 2 for key, n in sides.items()})


def _cat(values: Sequence[_Value], dim: int) -> _Value:
    return values[0].then("Concat", *values[1:], axis=dim)


_FUNCTIONS: dict[Any, Callable[..., _Value]] = {
    torch.conv2d: _conv2d,
    torch.cat: _cat,
    F.batch_norm: _batch_norm,
    F.linear: _linear,
    F.relu: _relu,
    F.hardtanh: _hardtanh,
    F.pad: _pad,
    F.interpolate: _interpolate,
    F.max_pool2d: _max_pool2d,
}
