"""A worker of an archive: a Ray actor on one core that colours batches of photos.

How a photo is coloured is `colorizer.batch`'s. Here are what goes around it on a cluster: where
photos are read and results are written, the rows of the manifest, and photos that end a worker.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import ray

from colorizer.archive.manifest import DONE, FAILED, SCHEMA
from colorizer.archive.plan import Settings
from colorizer.archive.results import Results
from colorizer.archive.sources import Reader, Sources
from colorizer.batch import HANDFUL, Job, Outcome, SaveOptions, State, colour_album
from colorizer.errors import Message, PhotoError, attempt
from colorizer.photo import PhotoLimits
from colorizer.photo.isolation import IsolatedDecoder
from colorizer.pipeline import Colorizer
from colorizer.threads import use_threads

if TYPE_CHECKING:
    from colorizer.model.checkpoint import Checkpoint

MAX_DEATHS = 3
"""So many workers may end on a photo, the last ones on it alone, before it is given up."""

Row = dict[str, Any]
"""A row of the manifest."""


@dataclass(frozen=True)
class Task:
    """What is the same for all photos of a run."""

    sources: Sources
    results: Results
    options: SaveOptions
    limits: PhotoLimits
    settings: Settings


class Attempts:
    """What workers are at. Lives beside the driver, so it outlives them all.

    When a worker ends, Ray gives its batch to another one; from here that one knows which rows are
    done already, and which photos the worker was at.
    """

    def __init__(self) -> None:
        self._begun: dict[str, dict[str, int]] = defaultdict(dict)
        self._rows: dict[str, list[Row]] = defaultdict(list)

    def of(self, batch: str) -> tuple[list[Row], dict[str, int]]:
        """Rows that are done, and how often a worker has ended on each of the other photos."""
        return self._rows.get(batch, []), self._begun.get(batch, {})

    def begin(self, batch: str, sources: Sequence[str]) -> None:
        """A worker is going to colour these photos."""
        for source in sources:
            self._begun[batch][source] = self._begun[batch].get(source, 0) + 1

    def finish(self, batch: str, sources: Sequence[str], rows: Sequence[Row]) -> None:
        """It did, and these rows need not be made again."""
        for source in sources:
            self._begun[batch].pop(source, None)
        self._rows[batch] += rows

    def end(self, batch: str) -> None:
        """All of the batch is done."""
        self._begun.pop(batch, None)
        self._rows.pop(batch, None)


@dataclass(frozen=True)
class _Read:
    """A photo's bytes, or why there are none."""

    source: str
    version: str
    data: bytes | Message


class Worker:
    """Colours batches; made and called by Ray Data."""

    def __init__(self, task: Task, checkpoint: "Checkpoint", attempts: Any) -> None:
        """attempts: handle of the actor `Attempts`."""
        self._task, self._attempts = task, attempts
        self._colorizer = Colorizer(checkpoint)
        self._decoder = IsolatedDecoder.patient(task.limits, workers=1)
        self._reader = Reader(task.sources, task.limits)
        self._ahead = ThreadPoolExecutor(1)  # reads the next photos meanwhile
        self._files: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}

    def __call__(self, photos: pa.Table) -> pa.Table:
        """A batch of `sources.SCHEMA` → its rows of `manifest.SCHEMA`."""
        use_threads(1)
        self._files, self._digests = {}, {}
        by_source = {photo["source"]: photo for photo in photos.to_pylist()}
        batch = hashlib.sha256("\n".join(by_source).encode()).hexdigest()
        rows, deaths = ray.get(self._attempts.of.remote(batch))
        for row in rows:
            del by_source[row["source"]]
        lost = [source for source in by_source if deaths.get(source, 0) >= MAX_DEATHS]
        for source in lost:
            reason = Message("worker_died", {"times": MAX_DEATHS})
            rows.append(self._failed(source, by_source.pop(source)["version"], reason, b""))
        groups = _groups(list(by_source.values()), deaths)
        for group, read in zip(groups, self._read_ahead(groups), strict=True):
            names = [photo["source"] for photo in group]
            ray.get(self._attempts.begin.remote(batch, names))
            made = self._colour(read)
            rows += made
            kept = [] if self._task.results.in_shards else made
            self._attempts.finish.remote(batch, names, kept)
        rows = self._shard(list(by_source), rows)
        self._attempts.end.remote(batch)
        return pa.Table.from_pylist(rows, SCHEMA)

    def _read_ahead(self, groups: Sequence[list[Row]]) -> Iterator[list[_Read]]:
        coming = [self._ahead.submit(self._read, group) for group in groups[:1]]
        for number in range(len(groups)):
            read = coming.pop().result()
            if number + 1 < len(groups):
                coming.append(self._ahead.submit(self._read, groups[number + 1]))
            yield read

    def _read(self, photos: Sequence[Row]) -> list[_Read]:
        read = []
        for photo in photos:
            source, file, start = photo["source"], photo["file"], photo["start"]
            data = attempt(lambda a=source, b=file, c=start: self._reader.read(a, b, c))  # type: ignore[misc]
            read.append(_Read(source, photo["version"], data))
        return read

    def _colour(self, read: Sequence[_Read]) -> list[Row]:
        rows, by_job, task = [], {}, self._task
        for each in read:
            if isinstance(each.data, Message):
                rows.append(self._failed(each.source, each.version, each.data, b""))
            else:
                target = Path(task.results.name(each.source))
                by_job[Job(Path(each.source), target, data=each.data)] = each
        outcomes = colour_album(
            self._colorizer,
            list(by_job),
            task.options,
            limits=task.limits,
            decoder=self._decoder.open_photo,
            write=self._write,
        )
        for outcome in outcomes:
            rows.append(self._row(by_job[outcome.job], outcome))
        return rows

    def _write(self, path: Path, data: bytes) -> None:
        name = path.as_posix()
        self._digests[name] = hashlib.sha256(data).hexdigest()
        if self._task.results.in_shards:
            self._files[name] = data
        else:
            self._task.results.store.write(name, data)

    def _row(self, read: _Read, outcome: Outcome) -> Row:
        data = outcome.job.data or b""
        width, height = outcome.size or (None, None)
        if outcome.state != State.DONE:
            reason = outcome.reason or Message("failed", {"error": outcome.state.value})
            row = self._failed(read.source, read.version, reason, data)
            return row | {"width": width, "height": height}
        name = outcome.job.target.as_posix()
        return self._about(read.source, read.version, data) | {
            "width": width,
            "height": height,
            "state": DONE,
            "result": name,
            "result_sha256": self._digests[name],
            "seconds": outcome.seconds,
        }

    def _failed(self, source: str, version: str, reason: Message, data: bytes) -> Row:
        """The row of a photo that has no result; not an older one either."""
        results = self._task.results
        if not results.in_shards:
            attempt(lambda: results.store.delete(results.name(source)))
        about = {"state": FAILED, "reason": reason.code, "detail": str(reason)}
        return self._about(source, version, data) | about

    def _about(self, source: str, version: str, data: bytes) -> Row:
        row: Row = dict.fromkeys(SCHEMA.names) | vars(self._task.settings)
        digest = hashlib.sha256(data).hexdigest() if data else None
        return row | {
            "source": source,
            "version": version,
            "sha256": digest,
            "bytes": len(data) if data else None,
            "seconds": 0.0,
        }

    def _shard(self, sources: Sequence[str], rows: list[Row]) -> list[Row]:
        """Write the batch's shard, if results go into shards."""
        shard = self._task.results.shard(sources)
        if shard is None or not self._files:
            return rows
        try:
            self._task.results.write_shard(shard, self._files, rows)
        except PhotoError as error:
            return [
                row if row["state"] == FAILED
                else self._failed(row["source"], row["version"], error.message, b"")
                for row in rows
            ]  # fmt: skip
        return [row | {"shard": shard if row["state"] == DONE else None} for row in rows]


def _groups(photos: Sequence[Row], deaths: dict[str, int]) -> list[list[Row]]:
    """Handfuls, and alone each photo that a worker was at when it ended."""
    alone = [[photo] for photo in photos if photo["source"] in deaths]
    others = [photo for photo in photos if photo["source"] not in deaths]
    handfuls = [others[at : at + HANDFUL] for at in range(0, len(others), HANDFUL)]
    return handfuls + alone
