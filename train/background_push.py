"""Checkpoints of a running training go to the Hub in a thread of their own; failure only warns."""

import logging
import shutil
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from huggingface_hub import HfApi

from train.push import files_of, push

logger = logging.getLogger(__name__)

FINAL_SECONDS = 900.0
"""The end of a training waits at most this long for the push on its way and for the last one."""


class BackgroundPush:
    """Pushes copies of a checkpoint folder, one at a time, every so many steps.

    The training goes on while a copy is on its way. A push that fails is logged; the next one is
    due `every` steps later.
    """

    def __init__(
        self, repo_id: str, *, every: int, private: bool = False, api: HfApi | None = None
    ) -> None:
        self._repo_id = repo_id
        self._every = every
        self._private = private
        self._api = api or HfApi()
        self._due = every
        self._thread: threading.Thread | None = None

    def offer(self, folder: Path, step: int) -> None:
        """Send `folder` as it is now, if a push is due and none is on its way; returns at once."""
        if step < self._due or self._is_busy:
            return
        self._due = step + self._every
        self._start(folder, step)

    def finish(self, folder: Path, step: int, *, seconds: float = FINAL_SECONDS) -> None:
        """Wait for the push on its way, send `folder` for the last time and wait for that."""
        if self._thread is not None:
            self._thread.join(seconds)
        if not self._is_busy:
            self._start(folder, step).join(seconds)
        if self._is_busy:
            logger.warning(
                "The Hub is too slow; push the checkpoint later by: python -m train.push %s %s",
                folder,
                self._repo_id,
            )

    @property
    def _is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _start(self, folder: Path, step: int) -> threading.Thread:
        copy = TemporaryDirectory(prefix="colorizer-push-")
        shutil.copytree(folder, copy.name, dirs_exist_ok=True)
        # A daemon: a Hub that never answers must not keep the finished training alive.
        self._thread = threading.Thread(
            target=self._push, args=(copy, step), name="hub-push", daemon=True
        )
        self._thread.start()
        return self._thread

    def _push(self, copy: "TemporaryDirectory[str]", step: int) -> None:
        try:
            with copy as folder:
                commit = push(
                    files_of(Path(folder), self._repo_id, evaluated=False),
                    self._repo_id,
                    api=self._api,
                    private=self._private,
                    message=f"Step {step}",
                )
        except Exception as error:  # whatever it is: the training is worth more than its copy
            logger.warning("Step %d was not pushed to %s: %s", step, self._repo_id, error)
        else:
            logger.info("Step %d is on the Hub: %s", step, commit.commit_url)
