"""Checkpoints: a folder that rebuilds a network, its colours and its way of decoding completely.

    config.json         format, network, decoding defaults, provenance of the training
    model.safetensors   weights, float16; variances of norms, float32
    palette.safetensors centres and prior of a classifier
    metrics.json        evaluation results (optional), README.md: the model card (optional)

No pickle anywhere: a folder from a stranger can fail to load, but it cannot run code.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import AB_LIMIT
from colorizer.errors import CheckpointError
from colorizer.model import onnx_runtime
from colorizer.model.architecture import MAX_ACTIVATIONS, MAX_MULTIPLICATIONS, NetworkConfig
from colorizer.model.bundled import CONFIG_FILE, bundled_checkpoints
from colorizer.model.checkpoint_identity import (
    METRICS_FILE,
    PALETTE_FILE,
    WEIGHTS_FILE,
    fingerprint,
)

if TYPE_CHECKING:
    from colorizer.model.hub import HubRepository
    from colorizer.model.network import Network

FORMAT = "colorizer-checkpoint"
FORMAT_VERSION = 1
CARD_FILE = "README.md"
MAX_WEIGHT_BYTES = 512 * 2**20
MAX_TEXT_BYTES = 4 * 2**20

_PIVOT = 20.0  # the chroma, about that of an ordinary photo, that the curve leaves where it is

MAX_ASPECT = 4
"""The network's long side is at most this many short sides; slimmer photos are seen smaller."""

_NAME = re.compile(r"\w[\w .,+-]{0,63}")  # becomes part of file names and of sentences


@dataclass(frozen=True)
class DecodingConfig:
    """How a photo meets the network and how its output becomes ab.

    side: pixels of the short side that the network sees. offset: (a, b) that is taken off first,
    the cast that the network lays over its photos. chroma, chroma_power: the chroma c becomes
    chroma · c · (c / 20)^(chroma_power − 1), so that a power above 1 leaves what is nearly grey
    grey and makes colours stronger; vividness is a factor on that. Classification only:
    temperature of the annealed mean; rebalancing: λ of the training's class weights;
    calibration: how much of that rebalancing the decoding takes back, 0 = none (rare colours stay
    favoured), 1 = all (colours as likely as they are in photos).
    Raises ValueError for values that no photo could be decoded with.
    """

    side: int = 192
    offset: tuple[float, float] = (0.0, 0.0)
    chroma: float = 1.0
    chroma_power: float = 1.0
    temperature: float = 0.38
    rebalancing: float = 0.5
    calibration: float = 0.0

    def __post_init__(self) -> None:
        if not (isinstance(self.side, int) and 32 <= self.side <= 1024):
            raise ValueError("side must be 32 … 1024 pixels")
        if not (math.isfinite(self.chroma) and 0 < self.chroma <= 4):
            raise ValueError("chroma must be in 0 … 4")
        object.__setattr__(self, "offset", tuple(self.offset))  # JSON has no tuples
        if len(self.offset) != 2 or not all(abs(each) <= 20 for each in self.offset):
            raise ValueError("offset must be two numbers of at most 20")
        if not 1 <= self.chroma_power <= 2:
            raise ValueError("chroma_power must be in 1 … 2")
        if not all(0 <= x <= 1 for x in (self.temperature, self.rebalancing, self.calibration)):
            raise ValueError("temperature, rebalancing and calibration must be in 0 … 1")

    def adjust(self, ab: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's ab float32 (2, h, w) → the colours that vividness 1 stands for."""
        ab = ab - np.array(self.offset, np.float32)[:, None, None]
        curve = np.hypot(*ab) / np.float32(_PIVOT)
        return ab * np.float32(self.chroma) * curve ** np.float32(self.chroma_power - 1)


@dataclass(frozen=True)
class CheckpointConfig:
    """Contents of config.json; `provenance` records how it was trained (free JSON).

    name: letters, digits, spaces and .,+- only, at most 64; raises ValueError otherwise.
    """

    name: str
    network: NetworkConfig
    decoding: DecodingConfig = field(default_factory=DecodingConfig)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("the name has other characters than letters, digits, spaces and .,+-")
        if not isinstance(self.provenance, Mapping):
            raise ValueError("provenance is no JSON object")


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint: weights, a classifier's bins, the fingerprint.

    weights: by the names of PyTorch's state dict, finite and of the shapes that the network has.
    """

    config: CheckpointConfig
    weights: Mapping[str, NDArray[Any]]
    ab_bins: AbBins | None
    revision: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(
    folder: str | Path,
    config: CheckpointConfig,
    network: "Network",
    ab_bins: AbBins | None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Write `network` (weights as float16) and all that rebuilds it; returns the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: (tensor.half() if _fits_half(name, tensor) else tensor).cpu().contiguous().numpy()
        for name, tensor in network.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    if ab_bins is not None:
        save_file({"centres": ab_bins.centres, "prior": ab_bins.prior}, folder / PALETTE_FILE)
    described = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(config)}
    _write_json(folder / CONFIG_FILE, described)
    if metrics is not None:
        _write_json(folder / METRICS_FILE, metrics)
    return folder


def _fits_half(name: str, tensor: Any) -> bool:
    """Variances can pass float16's 65 504; counts of batches are whole numbers."""
    return bool(tensor.is_floating_point()) and not name.endswith("running_var")


def load_checkpoint(source: str | Path, *, revision: str | None = None) -> Checkpoint:
    """Load from a folder, a bundled name ("classification", "regression") or a Hub id.

    revision: branch, tag or commit of a Hub id, best pinned to a commit.
    Raises CheckpointError.
    """
    folder = _locate(source, revision)
    config = read_config(folder)
    weights = _read_weights(config.network, folder / WEIGHTS_FILE)
    ab_bins = (
        _read_palette(folder, config.network) if config.network.head == "classification" else None
    )
    metrics_file = folder / METRICS_FILE
    return Checkpoint(
        config=config,
        weights=weights,
        ab_bins=ab_bins,
        revision=fingerprint(folder),
        metrics=_read_json(metrics_file) if metrics_file.exists() else {},
    )


def _locate(source: str | Path, revision: str | None) -> Path:
    """The local folder of `source`, downloaded first where it is a Hub id."""
    folder = Path(source)
    if folder.is_dir():
        return folder
    if str(source) in bundled_checkpoints():
        return bundled_checkpoints()[str(source)]
    if str(source).count("/") != 1:
        known = ", ".join(bundled_checkpoints()) or "none"
        raise CheckpointError("no_such_checkpoint", source=str(source), known=known)
    from colorizer.model import hub  # nobody else waits for its HTTP client

    repository = hub.HubRepository(str(source), revision)
    return download_checkpoint(repository, max_weight_bytes=MAX_WEIGHT_BYTES)


def download_checkpoint(repository: "HubRepository", *, max_weight_bytes: int) -> Path:
    """Bring a checkpoint into the cache; nothing big before config.json has been understood.

    max_weight_bytes: bound on its weights. Returns its folder; raises CheckpointError.
    """
    folder = repository.fetch(CONFIG_FILE, max_bytes=MAX_TEXT_BYTES).parent
    config = read_config(folder)
    repository.fetch(WEIGHTS_FILE, max_bytes=max_weight_bytes)
    if config.network.head == "classification":
        repository.fetch(PALETTE_FILE, max_bytes=MAX_TEXT_BYTES)
    for name in (METRICS_FILE, CARD_FILE):
        repository.fetch_if_there(name, max_bytes=MAX_TEXT_BYTES)
    return folder


def read_config(folder: Path) -> CheckpointConfig:
    """What a checkpoint's config.json says; raises CheckpointError, also for what costs too much.

    Nothing else of the checkpoint is needed: a network that is too much is never downloaded.
    """
    content = _read_json(folder / CONFIG_FILE)
    if content.get("format") != FORMAT:
        raise CheckpointError("no_checkpoint", place=_label(folder))
    if content.get("format_version") != FORMAT_VERSION:
        raise CheckpointError(
            "newer_checkpoint",
            place=_label(folder),
            version=str(content.get("format_version"))[:20],
            ours=FORMAT_VERSION,
        )
    try:
        network = dict(content["network"])
        network["decoder_channels"] = tuple(network["decoder_channels"])
        config = CheckpointConfig(
            name=str(content["name"]),
            network=NetworkConfig(**network),
            decoding=DecodingConfig(**content["decoding"]),
            provenance=content.get("provenance", {}),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(
            "bad_config", file=CONFIG_FILE, place=_label(folder), problem=str(error)[:200]
        ) from error
    _check_cost(config, _label(folder))
    return config


def _check_cost(config: CheckpointConfig, place: str) -> None:
    """Refuse a network that takes too long, or too much memory, for the largest photo it sees."""
    cost = config.network.cost(MAX_ASPECT * config.decoding.side**2)
    if cost.multiplications > MAX_MULTIPLICATIONS or cost.activations > MAX_ACTIVATIONS:
        raise CheckpointError(
            "network_too_large",
            place=place,
            multiplications=cost.multiplications / 1e9,
            max_multiplications=MAX_MULTIPLICATIONS / 1e9,
            values=cost.activations / 1e6,
            max_values=MAX_ACTIVATIONS / 1e6,
        )


def _read_weights(config: NetworkConfig, file: Path) -> dict[str, NDArray[Any]]:
    """The weights of `file` as they are; nothing is read before their shapes fit the network."""
    if _shapes(file) != _expected_shapes(config, _label(file.parent)):
        raise CheckpointError("foreign_weights", place=_label(file.parent), file=CONFIG_FILE)
    weights = _read_tensors(file, MAX_WEIGHT_BYTES)
    if not all(bool(np.isfinite(values).all()) for values in weights.values()):
        raise CheckpointError("weights_not_finite", place=_label(file.parent))
    return weights


def _expected_shapes(config: NetworkConfig, place: str) -> dict[str, tuple[int, ...]]:
    if onnx_runtime.has_graph(config):
        return onnx_runtime.weight_shapes(config)
    try:
        from colorizer.model import torch_engine

        return torch_engine.weight_shapes(config)
    except ImportError as error:
        extra = "train" if "torchvision" in str(error) else "torch"
        raise CheckpointError("needs_extra", place=place, extra=extra) from error


def _read_palette(folder: Path, network: NetworkConfig) -> AbBins:
    place, tensors = _label(folder), _read_tensors(folder / PALETTE_FILE, MAX_TEXT_BYTES)
    try:
        ab_bins = AbBins(*(tensors[name].astype(np.float32) for name in ("centres", "prior")))
    except (KeyError, ValueError) as error:
        raise CheckpointError("palette_incomplete", place=place, problem=str(error)) from error
    if ab_bins.n_classes != network.n_classes:
        raise CheckpointError(
            "palette_size", place=place, colours=ab_bins.n_classes, classes=network.n_classes
        )
    centres, prior = ab_bins.centres, ab_bins.prior
    if not (np.abs(centres).max() < 2 * AB_LIMIT and prior.min() > 0 and prior.sum() < np.inf):
        raise CheckpointError("palette_colours", place=place)
    return ab_bins


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Shape of each tensor in a safetensors file, from its header alone."""
    with _checkpoint_errors(file, MAX_WEIGHT_BYTES), safe_open(file, framework="numpy") as content:
        names = content.keys()
        return {name: tuple(content.get_slice(name).get_shape()) for name in names}


def _read_tensors(file: Path, max_bytes: int) -> dict[str, NDArray[Any]]:
    with _checkpoint_errors(file, max_bytes):
        return load_file(file)


def _read_json(file: Path) -> dict[str, Any]:
    with _checkpoint_errors(file, MAX_TEXT_BYTES):
        content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise CheckpointError("no_json", file=file.name, place=_label(file.parent))
    return content


@contextmanager
def _checkpoint_errors(file: Path, max_bytes: int) -> Iterator[None]:
    """Refuse a file that is too large; turn what happens while it is read into CheckpointErrors."""
    place = _label(file.parent)
    try:
        if file.exists() and not file.is_file():  # a pipe or a device would be read for ever
            raise CheckpointError("no_file_in_checkpoint", place=place, file=file.name)
        if file.stat().st_size > max_bytes:
            raise CheckpointError(
                "file_too_large", file=file.name, place=place, megabytes=max_bytes >> 20
            )
        yield
    except CheckpointError:
        raise
    except FileNotFoundError as error:
        raise CheckpointError("no_file_in_checkpoint", place=place, file=file.name) from error
    except (SafetensorError, OSError) as error:
        raise CheckpointError("checkpoint_damaged", file=file.name, place=place) from error
    except (ValueError, TypeError, RecursionError) as error:  # TypeError: numbers numpy lacks
        raise CheckpointError("checkpoint_unreadable", file=file.name, place=place) from error


def _label(folder: Path) -> str:
    """What people call a checkpoint's folder: owner/name where it lies in the Hub's cache."""
    if folder.parent.name == "snapshots":
        return repr(folder.parent.parent.name.removeprefix("models--").replace("--", "/"))
    return repr(folder.name)


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
