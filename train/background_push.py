"""Checkpoints of a running training go to the Hub in the background; failure only warns."""

import logging
from concurrent.futures import Future, wait
from pathlib import Path

from huggingface_hub import HfApi

from train.push import Files, files_of, push

logger = logging.getLogger(__name__)

FINAL_SECONDS = 900.0
"""The end of a training waits at most this long for its pushes."""


class BackgroundPush:
    """Pushes a checkpoint folder, one at a time, every so many steps.

    A push that fails is logged; the next one is due `every` steps later.
    """

    def __init__(
        self, repo_id: str, *, every: int, private: bool = False, api: HfApi | None = None
    ) -> None:
        self._repo_id = repo_id
        self._every = every
        self._private = private
        self._api = api or HfApi()
        self._due = every
        self._running: Future[None] | None = None

    def offer(self, folder: Path, step: int) -> None:
        """Send `folder` as it is now, if a push is due and none is on its way."""
        if step >= self._due and (self._running is None or self._running.done()):
            self._due = step + self._every
            self._start(folder, step)

    def finish(self, folder: Path, step: int, *, seconds: float = FINAL_SECONDS) -> None:
        """Send `folder` for the last time, after the push on its way, and wait for it."""
        self._start(folder, step)
        if self._running is not None and wait([self._running], seconds).not_done:
            self._running.cancel()
            logger.warning(
                "The Hub is too slow; push the checkpoint later by: python -m train.push %s %s",
                folder,
                self._repo_id,
            )

    def _start(self, folder: Path, step: int) -> None:
        try:  # read now: the training goes on and writes the folder anew
            files = files_of(folder, self._repo_id, evaluated=False)
        except Exception as error:  # whatever it is: the training is worth more than its copy
            self._warn(step, error)
        else:
            self._running = self._api.run_as_future(self._push, files, step)

    def _push(self, files: Files, step: int) -> None:
        try:
            commit = push(
                files,
                self._repo_id,
                api=self._api,
                private=self._private,
                message=f"Step {step}",
            )
        except Exception as error:
            self._warn(step, error)
        else:
            logger.info("Step %d is on the Hub: %s", step, commit.commit_url)

    def _warn(self, step: int, error: Exception) -> None:
        logger.warning("Step %d was not pushed to %s: %s", step, self._repo_id, error)
