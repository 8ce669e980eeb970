"""Checkpoints: a folder that rebuilds a network, its colours and its way of decoding completely.

    config.json         format, network, decoding defaults, provenance of the training
    model.safetensors   weights, float16
    palette.safetensors centres and prior of a classifier
    metrics.json        evaluation results (optional), README.md: the model card (optional)

No pickle anywhere: a folder from a stranger can fail to load, but it cannot run code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from colorizer.bundled import CONFIG_FILE, CheckpointError, bundled_checkpoints
from colorizer.gamut import Gamut
from colorizer.network import ColorizationNetwork, NetworkConfig

FORMAT = "colorizer-checkpoint"
FORMAT_VERSION = 1
WEIGHTS_FILE = "model.safetensors"
PALETTE_FILE = "palette.safetensors"
METRICS_FILE = "metrics.json"
MAX_BYTES = 512 * 2**20


@dataclass(frozen=True)
class DecodingConfig:
    """How a photo meets the network and how its output becomes ab.

    side: pixels of the short side that the network sees. chroma: factor on ab that vividness 1
    stands for. Classification only: temperature of the annealed mean; rebalancing: λ of the
    training's class weights; calibration: how much of that rebalancing the decoding takes back,
    0 = none (rare colours stay favoured), 1 = all (colours as likely as they are in photos).
    """

    side: int = 192
    chroma: float = 1.0
    temperature: float = 0.38
    rebalancing: float = 0.5
    calibration: float = 0.0


@dataclass(frozen=True)
class CheckpointConfig:
    """Contents of config.json; `provenance` records how it was trained (free JSON)."""

    name: str
    network: NetworkConfig
    decoding: DecodingConfig = field(default_factory=DecodingConfig)
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint: network in eval mode, a classifier's gamut, the fingerprint."""

    config: CheckpointConfig
    network: ColorizationNetwork
    gamut: Gamut | None
    revision: str
    metrics: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(
    folder: str | Path,
    config: CheckpointConfig,
    network: ColorizationNetwork,
    gamut: Gamut | None,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """Write `network` (weights as float16) and all that rebuilds it; returns the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().cpu().half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in network.state_dict().items()
    }
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    if gamut is not None:
        save_file({"centres": gamut.centres, "prior": gamut.prior}, folder / PALETTE_FILE)
    described = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(config)}
    _write_json(folder / CONFIG_FILE, described)
    if metrics is not None:
        _write_json(folder / METRICS_FILE, metrics)
    return folder


def load_checkpoint(source: str | Path, *, revision: str | None = None) -> Checkpoint:
    """Load from a folder, a bundled name ("classification", "regression") or a Hub id.

    revision: branch, tag or commit of a Hub id, best pinned to a commit.
    Raises CheckpointError with a sentence for people.
    """
    folder = _locate(source, revision)
    config = _read_config(folder)
    network = ColorizationNetwork(config.network)
    _load_weights(network, folder / WEIGHTS_FILE)
    gamut = (
        _read_palette(folder, config.network) if config.network.head == "classification" else None
    )
    metrics_file = folder / METRICS_FILE
    return Checkpoint(
        config=config,
        network=network.eval().to(memory_format=torch.channels_last),
        gamut=gamut,
        revision=_fingerprint(folder),
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
        raise CheckpointError(
            f"There is no checkpoint folder {str(source)!r}; give a folder, an owner/name on the "
            f"Hugging Face Hub or a bundled name ({known})."
        )
    return _download(str(source), revision)


def _download(repo_id: str, revision: str | None) -> Path:
    wanted = [CONFIG_FILE, WEIGHTS_FILE, PALETTE_FILE, METRICS_FILE, "README.md"]
    try:
        return Path(snapshot_download(repo_id, revision=revision, allow_patterns=wanted))
    except (HfHubHTTPError, HFValidationError) as error:
        raise CheckpointError(
            f"The Hub has no checkpoint {repo_id!r} that can be read; check its name, revision and "
            "access token."
        ) from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise CheckpointError(
            f"The Hub cannot be reached and {repo_id!r} is not in the local cache; try again later "
            "or use a bundled checkpoint."
        ) from error


def _read_config(folder: Path) -> CheckpointConfig:
    content = _read_json(folder / CONFIG_FILE)
    if content.get("format") != FORMAT:
        raise CheckpointError(f"{folder.name!r} is not a Colorizer checkpoint.")
    if content.get("format_version") != FORMAT_VERSION:
        raise CheckpointError(
            f"{folder.name!r} has checkpoint format {content.get('format_version')}, this version "
            f"reads {FORMAT_VERSION}; update Colorizer."
        )
    try:
        network = dict(content["network"])
        network["decoder_channels"] = tuple(network["decoder_channels"])
        return CheckpointConfig(
            name=str(content["name"]),
            network=NetworkConfig(**network),
            decoding=DecodingConfig(**content["decoding"]),
            provenance=content.get("provenance", {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The {CONFIG_FILE} of {folder.name!r} does not describe a network ({error})."
        ) from error


def _load_weights(network: ColorizationNetwork, file: Path) -> None:
    weights = _read_tensors(file)
    expected = network.state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if shapes != {name: tuple(tensor.shape) for name, tensor in expected.items()}:
        raise CheckpointError(
            f"The weights in {file.parent.name!r} do not belong to the network that its "
            f"{CONFIG_FILE} describes; download or export the checkpoint again."
        )
    if not all(bool(torch.isfinite(t).all()) for t in weights.values() if t.is_floating_point()):
        raise CheckpointError(f"The weights in {file.parent.name!r} contain NaN or infinity.")
    network.load_state_dict(weights, strict=True)


def _read_palette(folder: Path, network: NetworkConfig) -> Gamut:
    tensors = _read_tensors(folder / PALETTE_FILE)
    try:
        gamut = Gamut(tensors["centres"].float(), tensors["prior"].float())
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"The palette of {folder.name!r} is incomplete ({error}).") from error
    if gamut.n_classes != network.n_classes:
        raise CheckpointError(
            f"The palette of {folder.name!r} has {gamut.n_classes} colours, its network "
            f"{network.n_classes}."
        )
    return gamut


def _read_tensors(file: Path) -> dict[str, torch.Tensor]:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CheckpointError(f"{file.name} is larger than {MAX_BYTES >> 20} MiB.")
        return load_file(file)
    except FileNotFoundError as error:
        raise CheckpointError(f"{file.parent.name!r} has no {file.name}.") from error
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{file.name} in {file.parent.name!r} is damaged or incomplete; download it again."
        ) from error


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{file.parent.name!r} has no {file.name}.") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{file.name} in {file.parent.name!r} cannot be read.") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{file.name} in {file.parent.name!r} is not a JSON object.")
    return content


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _fingerprint(folder: Path) -> str:
    """Twelve hex digits of the weights' and palette's SHA-256: names a revision anywhere."""
    digest = hashlib.sha256((folder / WEIGHTS_FILE).read_bytes())
    if (folder / PALETTE_FILE).exists():
        digest.update((folder / PALETTE_FILE).read_bytes())
    return digest.hexdigest()[:12]
