"""The project's own files as somebody has them who has just cloned it, without what runs leave."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LEFT_BY_RUNS = shutil.ignore_patterns(
    ".*", "__pycache__", "*.pyc", "*.egg-info", "build", "dist", "runs", "out"
)


def clone(folder: Path) -> Path:
    """A copy of the project in `folder`, which must not exist; returns it."""
    return Path(shutil.copytree(ROOT, folder, ignore=_LEFT_BY_RUNS))


def files_below(folder: Path) -> set[str]:
    """Relative paths of all files, with slashes."""
    return {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
