"""What tests of the Colorize tab share: small models under the names that the page knows."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from colorizer.pipeline import Colorizer
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web.temporary_files import temporary_folder


class TinyDarkroom(ColorizerService):
    """Random weights in place of the bundled ones, so that a photo takes milliseconds."""

    def __init__(self, classification: Path, regression: Path) -> None:
        super().__init__()
        self._folders = {"classification": classification, "regression": regression}

    @property
    def models(self) -> list[str]:
        return list(self._folders)

    def colorizer(self, model: str) -> Colorizer:
        if model not in self._colorizers:
            self._colorizers[model] = Colorizer.from_pretrained(self._folders[model])
        return self._colorizers[model]


def skipped(update: Any) -> bool:
    """Whether an event leaves a component as it is."""
    return isinstance(update, dict) and update == {"__type__": "update"}


def dropped(files: Iterable[str | Path]) -> dict[str, Any]:
    """What a zone that keeps its photos tells of these, uploaded."""
    folder = Path(tempfile.mkdtemp(dir=temporary_folder()))
    photos = [
        {"name": Path(file).name, "path": str(shutil.copy(file, folder)), "picture": ""}
        for file in files
    ]
    return {"photos": photos, "left_out": 0, "sending": 0}
