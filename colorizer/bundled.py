"""Which checkpoints come with the package; knows no torch, so that a page can start without it."""

from pathlib import Path

CONFIG_FILE = "config.json"
_HERE = Path(__file__).resolve().parent
_BUNDLES = (_HERE / "checkpoints", _HERE.parent / "assets" / "checkpoints")  # wheel, repository


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message says why and what to do."""


def bundled_checkpoints() -> dict[str, Path]:
    """Folder of each checkpoint that comes with the package, by name, sorted."""
    folders = [path for bundle in _BUNDLES if bundle.is_dir() for path in bundle.iterdir()]
    found = {path.name: path for path in folders if (path / CONFIG_FILE).is_file()}
    return dict(sorted(found.items()))
