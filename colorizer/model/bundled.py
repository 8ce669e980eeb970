"""What comes with the package: checkpoints and demo photos. Knows no torch, so pages start fast."""

from pathlib import Path

CONFIG_FILE = "config.json"
_HERE = Path(__file__).resolve().parent.parent
_ASSETS = _HERE.parent / "assets"
_BUNDLES = (_HERE / "checkpoints", _ASSETS / "checkpoints")  # wheel, repository
_STUDY_PHOTOS = (_HERE / "study_photos", _ASSETS / "study")
_EXAMPLES = (_HERE / "examples", _ASSETS / "examples")


def bundled_checkpoints() -> dict[str, Path]:
    """Folder of each checkpoint that comes with the package, by name, sorted."""
    folders = [path for bundle in _BUNDLES if bundle.is_dir() for path in bundle.iterdir()]
    found = {path.name: path for path in folders if (path / CONFIG_FILE).is_file()}
    return dict(sorted(found.items()))


def bundled_study_photos() -> Path:
    """The folder of the demo photos for the colorization Turing test, by subject."""
    return next((folder for folder in _STUDY_PHOTOS if folder.is_dir()), _STUDY_PHOTOS[0])


def bundled_examples() -> Path:
    """The folder of the examples that the page shows."""
    return next((folder for folder in _EXAMPLES if folder.is_dir()), _EXAMPLES[0])
