"""Which checkpoint a folder holds, and in which files, without loading it; knows no torch."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from colorizer.errors import CheckpointError
from colorizer.model.bundled import CONFIG_FILE

WEIGHTS_FILE = "model.safetensors"
PALETTE_FILE = "palette.safetensors"
METRICS_FILE = "metrics.json"
EXAMPLES_FILE = "examples.jpg"


@dataclass(frozen=True)
class CheckpointIdentity:
    """The network's head and the fingerprint of its weights."""

    head: str
    revision: str


def identify(folder: Path) -> CheckpointIdentity:
    """Read what `load_checkpoint` would find in `folder`; CheckpointError if it cannot be read."""
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS_FILE, framework="numpy"):  # header and length fit
            return CheckpointIdentity(str(config["network"]["head"]), fingerprint(folder))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError("model_damaged", place=folder.name) from error


def fingerprint(folder: Path) -> str:
    """Twelve hex digits of the weights' and palette's SHA-256: names a revision anywhere."""
    digest = hashlib.sha256((folder / WEIGHTS_FILE).read_bytes())
    if (folder / PALETTE_FILE).exists():
        digest.update((folder / PALETTE_FILE).read_bytes())
    return digest.hexdigest()[:12]
