"""Pictures of the Turing test on their way to a browser.

They lie where Gradio serves files from, under their neutral names and without the hash of their
content that Gradio would put into the address, and are deleted after an hour. Gradio's own deletion
is not used: it stops for good when a file is added while it looks through the list.
"""

import threading
import time
from pathlib import Path

from gradio.utils import get_upload_folder

MAX_AGE_SECONDS = 3600.0
_SWEEP_SECONDS = 300.0


class StudyPictures:
    """A folder of pictures that are being shown."""

    def __init__(self) -> None:
        self.folder = Path(get_upload_folder()) / "study"
        self._timer: threading.Timer | None = None
        self._arming = threading.Lock()

    def address(self, data: bytes, file_name: str) -> str:
        """Write a picture and return where the page finds it, relative to the page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / file_name
        file.write_bytes(data)
        self._sweep_later()
        return f"gradio_api/file={file}"

    def sweep(self) -> None:
        """Delete old pictures, those of earlier processes too; as long as some are left, again."""
        with self._arming:
            self._timer = None
        limit = time.time() - MAX_AGE_SECONDS
        for file in self.folder.glob("*"):
            if _modified(file) < limit:
                file.unlink(missing_ok=True)
            else:
                self._sweep_later()

    def _sweep_later(self) -> None:
        with self._arming:
            if self._timer is None:
                self._timer = threading.Timer(_SWEEP_SECONDS, self.sweep)
                self._timer.daemon = True
                self._timer.start()


def _modified(file: Path) -> float:
    """Time of the last change; another process may have deleted the file meanwhile."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return time.time()
