"""On PYTHONPATH: Python starts as where PyTorch and what only training needs are not installed."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

HIDDEN = {"torch", "torchvision", "timm", "accelerate", "onnx", "onnxscript", "onnx_ir", "tyro"}


class _Hider:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


sys.meta_path.insert(0, _Hider())
