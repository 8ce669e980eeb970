"""The manifest: a row for each photo of an archive, in Parquet files beside the results.

A run writes its rows in parts, `manifest/000001-00000.parquet` and so on, and puts them together
to `manifest/000001.parquet` at its end; the next run does so for one that was killed. A row is
written after its result, so what has a row is done. No source ever has two rows.
"""

import io
import time
from collections.abc import Sequence
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colorizer.archive.store import Store
from colorizer.errors import PhotoError

SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("version", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("bytes", pa.int64()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("state", pa.dictionary(pa.int32(), pa.string())),
        pa.field("reason", pa.dictionary(pa.int32(), pa.string())),
        pa.field("detail", pa.string()),
        pa.field("shard", pa.dictionary(pa.int32(), pa.string())),
        pa.field("result", pa.string()),
        pa.field("result_sha256", pa.string()),
        pa.field("model", pa.dictionary(pa.int32(), pa.string())),
        pa.field("revision", pa.dictionary(pa.int32(), pa.string())),
        pa.field("adjustments", pa.dictionary(pa.int32(), pa.string())),
        pa.field("seconds", pa.float32()),
    ]
)
"""version: of the source, as its listing said. state: "done" or "failed". reason: the code of
`colorizer.errors`, detail: the same in words. shard: the file that holds the result, null where it
is a file of its own. result: its name there. adjustments: JSON of everything that was asked for."""

DONE, FAILED = "done", "failed"

_FOLDER = "manifest"
_PART_ROWS = 5_000
_PART_SECONDS = 30.0
_SLICE = 100_000  # rows in memory while files are rewritten


class Manifest:
    """The manifest of one archive; one driver at a time writes it."""

    def __init__(self, results: Store) -> None:
        """results: the place of the results."""
        self._store = results
        self._parts = 0
        self._waiting: list[pa.Table] = []
        self._since = time.monotonic()
        self._run = 1 + max((int(name[:6]) for name in self._names()), default=0)

    def _names(self) -> list[str]:
        names = (info.base_name for info in self._store.files(_FOLDER))
        return sorted(name for name in names if name[:6].isdigit() and name.endswith(".parquet"))

    def read(self, columns: Sequence[str]) -> pa.Table:
        """These columns of all rows, file by file."""
        tables = [
            self._open(name).read(columns=list(columns), use_threads=False)
            for name in self._names()
        ]
        empty = pa.schema([SCHEMA.field(name) for name in columns]).empty_table()
        return pa.concat_tables([empty, *tables]).select(list(columns)).unify_dictionaries()

    def recover(self) -> None:
        """Put the parts of runs that were killed together; the rows stay the same."""
        names = self._names()
        for run in sorted({name[:6] for name in names if "-" in name}):
            parts = [name for name in names if name.startswith(f"{run}-")]
            if f"{run}.parquet" not in names:  # else it was killed while it removed its parts
                self._write(f"{run}.parquet", parts, None)
            for name in parts:
                self._store.delete(f"{_FOLDER}/{name}")

    def drop(self, sources: pa.Array) -> None:
        """Take out the rows of these sources, which are to be done again; after `recover`."""
        for name in self._names() if len(sources) else ():
            here = self._open(name).read(columns=["source"])["source"]
            if pc.any(pc.is_in(here, value_set=sources)).as_py():
                self._write(name, [name], sources)

    def _write(self, name: str, parts: Sequence[str], without: pa.Array | None) -> None:
        stream = io.BytesIO()
        with pq.ParquetWriter(stream, SCHEMA) as writer:
            for part in parts:
                for batch in self._open(part).iter_batches(_SLICE):
                    table = pa.Table.from_batches([batch])
                    if without is not None:
                        known = pc.is_in(table["source"], value_set=without)
                        table = table.filter(pc.invert(known))
                    writer.write_table(table.cast(SCHEMA))
        self._store.write(f"{_FOLDER}/{name}", stream.getvalue())

    def _open(self, name: str) -> pq.ParquetFile:
        path = self._store.path(f"{_FOLDER}/{name}")
        return pq.ParquetFile(path, filesystem=self._store.system)

    def add(self, rows: pa.Table) -> None:
        """Add rows of sources that have none; they are kept within half a minute."""
        self._waiting.append(rows)
        late = time.monotonic() - self._since > _PART_SECONDS
        if late or sum(table.num_rows for table in self._waiting) >= _PART_ROWS:
            with suppress(PhotoError):  # the store may answer again when the next rows come
                self.flush()

    def flush(self) -> None:
        """Write the rows that wait; PhotoError where the store does not take them."""
        if self._waiting:
            stream = io.BytesIO()
            pq.write_table(pa.concat_tables(self._waiting).cast(SCHEMA), stream)
            name = f"{self._run:06d}-{self._parts:05d}.parquet"
            self._store.write(f"{_FOLDER}/{name}", stream.getvalue())
            self._parts += 1
        self._waiting, self._since = [], time.monotonic()
