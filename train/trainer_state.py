"""Everything that a resumed training needs to continue exactly, in one safetensors file.

Photos, crops and noise follow from (seed, step), so the state is: the weights in full precision,
their moving average, the optimizer's moments and the step.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

STATE_FILE = "state.safetensors"


@dataclass(frozen=True)
class Progress:
    """step: steps done. seconds: spent training, over all sittings."""

    step: int
    seconds: float


def save_state(
    folder: Path,
    network: nn.Module,
    ema: nn.Module,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> None:
    """Replace the state in `folder`; a crash while writing leaves the previous one."""
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"ema.{k}": v for k, v in ema.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in moments.items()}
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{STATE_FILE}.partial"
    metadata = {"progress": json.dumps(vars(progress))}
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, partial, metadata)
    partial.replace(folder / STATE_FILE)


def load_state(
    folder: Path, network: nn.Module, ema: nn.Module, optimizer: torch.optim.Optimizer
) -> Progress:
    """Restore what `save_state` wrote; raises FileNotFoundError without a state."""
    tensors = load_file(folder / STATE_FILE)
    network.load_state_dict(_part(tensors, "network."))
    ema.load_state_dict(_part(tensors, "ema."))
    content = optimizer.state_dict()
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in _part(tensors, "optimizer.").items():
        index, name = key.split(".", 1)
        moments.setdefault(int(index), {})[name] = value
    content["state"] = moments
    optimizer.load_state_dict(content)
    _order_as_weights(optimizer)
    return Progress(**_progress(folder))


def _order_as_weights(optimizer: torch.optim.Optimizer) -> None:
    """Give the moments their weights' order in memory: a fused step pairs them by place in it."""
    for weight, moments in optimizer.state.items():
        for name, value in moments.items():
            if value.shape == weight.shape:
                moments[name] = torch.empty_like(weight.detach()).copy_(value)


def has_state(folder: Path) -> bool:
    """Whether a training can be resumed from `folder`."""
    return (folder / STATE_FILE).exists()


def _progress(folder: Path) -> dict[str, Any]:
    with safe_open(folder / STATE_FILE, framework="pt") as file:
        content: dict[str, Any] = json.loads(file.metadata()["progress"])
    return content


def _part(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
