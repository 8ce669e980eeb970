"""A copy of all votes in a dataset on the Hub, for machines whose disk does not last.

The copy is never the source of truth. Every process appends to segments of its own, named at
random, so nothing there is ever overwritten; a start replays all segments into the store, and until
that has worked nothing is sent. What was voted since the last push is lost with the machine.
"""

import logging
import os
import tempfile
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from huggingface_hub import CommitInfo, CommitScheduler, HfApi

from colorizer.errors import Message
from colorizer.study.export import from_line, to_line
from colorizer.study.store import Store
from colorizer.study.trials import Record

logger = logging.getLogger(__name__)

_SEGMENT_BYTES = 1_000_000  # every push sends changed segments as a whole, so they stay small
_FINAL_PUSH_SECONDS = 30.0


@dataclass(frozen=True)
class MirrorStatus:
    """Whether votes leave this machine. `last_saved`: all votes until then are on the Hub, UTC."""

    repo_id: str
    last_saved: datetime | None = None
    failing: bool = False

    @property
    def message(self) -> Message:
        """The status in words for the page."""
        if self.last_saved is None:
            return Message("copy_failing" if self.failing else "copy_begins")
        code = "copy_behind" if self.failing else "copied"
        when = f"{self.last_saved:%Y-%m-%d %H:%M}"
        return Message(code, {"repo": self.repo_id, "when": when})


class Mirror:
    """Keeps the copy of one store in one dataset repository."""

    def __init__(
        self,
        store: Store,
        repo_id: str,
        folder: Path,
        *,
        every_minutes: float = 5.0,
        retry_seconds: float = 60.0,
        token: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        """Nothing is read or sent before `start`.

        folder: for segments on their way, and for nothing else. Never emptied, so that a later
            process sends what an earlier one could not.
        retry_seconds: pause after a failed restore.
        """
        self._store = store
        self._repo_id = repo_id
        self._folder = folder
        self._every_minutes = every_minutes
        self._retry_seconds = retry_seconds
        self._api = HfApi(endpoint=endpoint, token=token)
        self._mirrored: set[str] = set()  # ids of what is in some segment
        self._segment = self._new_segment()
        self._status = MirrorStatus(repo_id)
        self._scheduler: _VoteScheduler | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._begin, name="study-mirror", daemon=True)

    @property
    def status(self) -> MirrorStatus:
        """Whether and when votes were last saved."""
        return self._status

    def start(self) -> None:
        """Restore in the background, then push every few minutes and at exit."""
        self._thread.start()

    def push(self, *, timeout: float | None = None) -> None:
        """Push now and wait; without effect before the restore. Raises what the push raises."""
        if self._scheduler is not None:
            self._scheduler.trigger().result(timeout)

    def close(self) -> None:
        """Push what is left and stop."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_FINAL_PUSH_SECONDS)
        try:
            self.push(timeout=_FINAL_PUSH_SECONDS)
        except Exception as error:  # at the end of the process nothing else can be done
            logger.error("the last votes were not mirrored: %s", error)
        if self._scheduler is not None:
            self._scheduler.stop()

    def restore(self) -> int:
        """Replay all segments of the repository into the store; returns how many votes were new.

        Raises whatever goes wrong, a missing repository included; then nothing may be published.
        """
        added = 0
        # An empty folder, because the Hub client takes one with files for a success when it fails.
        with tempfile.TemporaryDirectory() as folder:
            self._api.snapshot_download(
                self._repo_id, repo_type="dataset", local_dir=folder, allow_patterns="*.jsonl"
            )
            for segment in sorted(Path(folder).rglob("*.jsonl")):
                records = _read_segment(segment)
                added += self._store.add_records(records)
                self._mirrored.update(record.id for record in records)
        return added

    def export(self) -> None:
        """Append the store's votes that are in no segment yet to this process's segment."""
        # All of them: by time, votes would be missed that commit late or after a clock is set back.
        new = [record for record in self._store.records() if record.id not in self._mirrored]
        if not new:
            return
        if self._segment.exists() and self._segment.stat().st_size > _SEGMENT_BYTES:
            self._segment = self._new_segment()
        self._segment.parent.mkdir(parents=True, exist_ok=True)
        with self._segment.open("a", encoding="utf-8") as file:
            file.writelines(f"{to_line(record)}\n" for record in new)
            file.flush()
            os.fsync(file.fileno())
        self._mirrored.update(record.id for record in new)

    def _begin(self) -> None:
        """Open the repository and restore from it, again and again until both have worked."""
        while not self._stopping.is_set():
            try:
                # First, so that "not found" can only be a failure and never pass for an empty one.
                self._api.create_repo(
                    self._repo_id, repo_type="dataset", private=True, exist_ok=True
                )
                logger.info("%d votes restored from the mirror", self.restore())
                self._scheduler = self._new_scheduler()
                return
            except Exception:  # the network, the Hub, the store: whatever it is, try again later
                logger.exception("votes could not be restored; nothing is mirrored until they are")
                self._pushed(None)
            self._stopping.wait(self._retry_seconds)

    def _new_scheduler(self) -> "_VoteScheduler":
        return _VoteScheduler(
            api=self._api,
            repo_id=self._repo_id,
            folder=self._folder,
            every_minutes=self._every_minutes,
            export=self.export,
            pushed=self._pushed,
        )

    def _pushed(self, saved: datetime | None) -> None:
        last_saved = saved or self._status.last_saved
        self._status = MirrorStatus(self._repo_id, last_saved, failing=saved is None)

    def _new_segment(self) -> Path:
        name = f"{datetime.now(tz=UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex}.jsonl"
        return self._folder / name


class _VoteScheduler(CommitScheduler):
    """Exports the store's new votes before each push and reports how the push went."""

    def __init__(
        self,
        *,
        api: HfApi,
        repo_id: str,
        folder: Path,
        every_minutes: float,
        export: Callable[[], None],
        pushed: Callable[[datetime | None], None],
    ) -> None:
        self._export = export  # set first: the base class pushes for the first time in its __init__
        self._pushed = pushed
        super().__init__(
            repo_id=repo_id,
            repo_type="dataset",
            folder_path=folder,
            path_in_repo="votes",
            every=every_minutes,
            private=True,
            allow_patterns="*.jsonl",
            hf_api=api,
        )

    def push_to_hub(self) -> CommitInfo | None:
        """Export, push, report."""
        begun = datetime.now(tz=UTC)
        try:
            with self.lock:
                self._export()
            commit = super().push_to_hub()
        except Exception:
            self._pushed(None)
            raise
        self._pushed(begun)
        return commit


def _read_segment(path: Path) -> list[Record]:
    """The votes of a segment; a line torn by a crash is left out (its vote is exported again)."""
    records = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            records.append(from_line(line))
        except ValueError as error:
            logger.warning("segment %s line %d left out: %s", path.name, number, error)
    return records
