"""Models that visitors name: checkpoints on the Hub, checked before they are loaded, few at a time.

The name comes from a stranger. Only public repositories are asked for, never a local folder and
never with the server's own token, which may read what the stranger may not. One download runs at a
time, the least recently used model leaves the memory first, and no file of it stays on the disk:
whoever names a thousand models fills neither.
"""

import re
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import CheckpointError
from colorizer.service.lru_cache import Recent

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", flags=re.ASCII)
_MAX_WEIGHT_BYTES = 96 * 2**20
"""Half more than the largest network of `train`; a stranger's must not eat the memory."""


class HubModels:
    """Colorizers by owner/name; safe to share between threads."""

    def __init__(self, limit: int, *, device: str = "cpu") -> None:
        """limit: models in memory at a time, 0 where none are offered."""
        self._limit = limit
        self._device = device
        self._loaded: Recent[str, Colorizer] = Recent(limit, lambda _: 1)
        self._loading = threading.Lock()

    def offers(self, name: str) -> bool:
        """Whether `name` can be asked for; nobody knows yet if it is there."""
        return self._limit > 0 and _NAME.fullmatch(name) is not None

    def is_loaded(self, name: str) -> bool:
        """Whether the named model is in memory."""
        return self._loaded.get(name) is not None

    def colorizer(self, name: str) -> "Colorizer":
        """The named model, downloaded if it must be; raises CheckpointError."""
        kept = self._loaded.get(name)
        if kept is not None:
            return kept
        if not self._loading.acquire(blocking=False):
            raise CheckpointError("models_busy")
        try:
            colorizer = self._load(name)
        finally:
            self._loading.release()
        self._loaded.put(name, colorizer)
        return colorizer

    def _load(self, name: str) -> "Colorizer":
        from colorizer.model.checkpoint import download_checkpoint
        from colorizer.model.hub import HubRepository
        from colorizer.pipeline import Colorizer

        with tempfile.TemporaryDirectory(prefix="colorizer-hub-") as cache:
            repository = HubRepository(name, token=False, cache=Path(cache))
            folder = download_checkpoint(repository, max_weight_bytes=_MAX_WEIGHT_BYTES)
            return Colorizer.from_pretrained(folder, device=self._device)
