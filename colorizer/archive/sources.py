"""Which photos an archive has: files, a list, rows of Parquet files or members of tar files.

What was found is an Arrow table, a row a photo, in the order of their names. Nothing of a photo is
read for it: of Parquet and tar files only what says where the photos in them lie.
"""

import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import fs

from colorizer.album.plan import UsageError
from colorizer.album.search import left_out_as
from colorizer.archive.store import Store
from colorizer.errors import PhotoError
from colorizer.photo import PhotoLimits

KINDS = ("files", "list", "parquet", "webdataset")

SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("file", pa.dictionary(pa.int32(), pa.string())),
        pa.field("start", pa.int64()),
        pa.field("version", pa.string()),
    ]
)
"""source: the photo's name, and its key in the manifest. file: where it lies, null for the file of
its own name. start: its row in a Parquet file, or its first byte in a tar file. version: changes
when the photo does: size and time of the file."""

Rows = Iterator[tuple[str, str | None, int, str]]

_COLUMNS = ("image", "jpg", "jpeg", "png", "webp", "photo", "img", "bytes")
_CHUNK = 50_000


@dataclass(frozen=True)
class Sources:
    """An archive. kind: of `KINDS`. column: of the photos in Parquet files."""

    store: Store
    kind: str
    column: str | None = None

    @classmethod
    def at(cls, place: str, kind: str | None = None, column: str | None = None) -> "Sources":
        """The archive at a path or address. kind: None to tell it by the name. UsageError."""
        store = Store.at(place)
        suffix = PurePosixPath(store.root).suffix.lower()
        by_suffix = {".parquet": "parquet", ".tar": "webdataset", ".txt": "list"}
        sources = cls(store, kind or by_suffix.get(suffix, "files"), column)
        try:
            there = store.info().type
        except OSError as error:
            raise UsageError(f"{place} cannot be reached: {error}") from error
        if there == fs.FileType.NotFound and next(store.files(), None) is None:
            raise UsageError(f"There is nothing at {place}.")
        return sources

    def find(self, *, not_in: Store | None = None) -> "Found":
        """Search it; UsageError where a list or a shard cannot be read.

        not_in: where the results go, which is passed by if it lies below.
        """
        found = Found()
        search: dict[str, Callable[[Found, Store | None], Rows]] = {
            "files": self._files,
            "list": self._list,
            "parquet": self._parquet,
            "webdataset": self._webdataset,
        }
        rows = search[self.kind](found, not_in)
        try:
            chunks = [_chunk(each) for each in _chunks(rows)]
        except (OSError, pa.ArrowException, tarfile.TarError) as error:
            raise UsageError(f"The archive cannot be read: {error}") from error
        table = pa.Table.from_batches(chunks, SCHEMA).unify_dictionaries()
        found.photos = _unique(table.combine_chunks())
        return found

    def _files(self, found: "Found", not_in: Store | None) -> Rows:
        for info in self.store.files():
            if not_in is not None and info.path.startswith(not_in.path("") + "/"):
                continue
            name = self.store.name(info)
            kind = left_out_as(name)
            if kind is None:
                yield name, None, 0, _version(info)
            else:
                found.left_out[kind] = found.left_out.get(kind, 0) + 1

    def _list(self, *_: object) -> Rows:
        """A name a line: of files below the list's own folder, or paths from the disk's root."""
        folder = self.beside()
        with self.store.system.open_input_stream(self.store.root) as stream:
            lines = stream.read().decode("utf-8", "surrogateescape").splitlines()
        for line in filter(None, map(str.strip, lines)):
            place = os.path.normpath(os.path.join(folder.root, line))  # noqa: PTH118
            name = place.removeprefix(folder.root.rstrip("/") + "/")
            yield name, None, 0, _version(folder.info(name))

    def beside(self) -> Store:
        """The folder that names of photos begin at."""
        if self.kind == "list" or self.store.info().is_file:
            return Store(self.store.system, str(PurePosixPath(self.store.root).parent))
        return self.store

    def _parquet(self, *_: object) -> Rows:
        for name, info in self._shards(".parquet"):
            rows = pq.read_metadata(info.path, filesystem=self.store.system).num_rows
            for row in range(rows):
                yield f"{name}/{row:07d}", name, row, _version(info)

    def _webdataset(self, *_: object) -> Rows:
        for name, info in self._shards(".tar"):
            with (
                self.store.system.open_input_file(info.path) as stream,
                tarfile.open(fileobj=stream, mode="r:") as tar,
            ):
                for member in tar:
                    if member.isfile() and left_out_as(member.name) is None:
                        start = member.offset  # of its header, which says how long it is
                        yield f"{name}/{member.name}", name, start, _version(info)
                    tar.members = []  # type: ignore[attr-defined]  # it would keep them all

    def _shards(self, suffix: str) -> Iterator[tuple[str, fs.FileInfo]]:
        folder, info = self.beside(), self.store.info()
        infos = [info] if info.is_file else sorted(self.store.files(), key=lambda each: each.path)
        for each in infos:
            if each.path.lower().endswith(suffix):
                yield folder.name(each), each


@dataclass
class Found:
    """photos: a table of `SCHEMA`. left_out: how many files of each kind are no photos."""

    photos: pa.Table = field(default_factory=SCHEMA.empty_table)
    left_out: dict[str, int] = field(default_factory=dict)


class Reader:
    """Reads the photos of an archive in a worker; keeps the last group of rows of Parquet."""

    def __init__(self, sources: Sources, limits: PhotoLimits) -> None:
        self._folder, self._sources, self._limits = sources.beside(), sources, limits
        self._group: tuple[str, int, pa.ChunkedArray] | None = None

    def read(self, source: str, file: str | None, start: int) -> bytes:
        """The bytes of a photo; PhotoError."""
        if file is None:
            return self._folder.read(source, self._limits)
        try:
            if self._sources.kind == "parquet":
                data = self._row(file, start)
            else:
                data = self._member(file, start)
        except (OSError, pa.ArrowException, tarfile.TarError) as error:
            raise PhotoError("unreadable") from error
        self._limits.check_bytes(len(data))
        return data

    def _member(self, file: str, start: int) -> bytes:
        with self._folder.system.open_input_file(self._folder.path(file)) as stream:
            stream.seek(start)
            with tarfile.open(fileobj=stream, mode="r:") as tar:
                member = tar.next()
                assert member is not None
                self._limits.check_bytes(member.size)
                photo = tar.extractfile(member)
                assert photo is not None
                return photo.read()

    def _row(self, file: str, row: int) -> bytes:
        group = self._group
        if group is None or group[0] != file or not group[1] <= row < group[1] + len(group[2]):
            group = self._group = (file, *self._rows(file, row))
        value = group[2][row - group[1]].as_py()
        if isinstance(value, dict):
            value = value.get("bytes")
        if not isinstance(value, bytes):
            raise PhotoError("empty")
        return value

    def _rows(self, file: str, row: int) -> tuple[int, pa.ChunkedArray]:
        """The group of rows that has this one: its first row and the photos."""
        with self._folder.system.open_input_file(self._folder.path(file)) as stream:
            shard = pq.ParquetFile(stream)
            first = 0
            for number in range(shard.num_row_groups):
                count = shard.metadata.row_group(number).num_rows
                if row < first + count:
                    column = self._sources.column or image_column(shard.schema_arrow)
                    return first, shard.read_row_group(number, columns=[column]).column(0)
                first += count
        raise PhotoError("unreadable")


def image_column(schema: pa.Schema) -> str:
    """The column that holds photos: bytes, or a struct with them as on the Hub; PhotoError."""
    for name in sorted(schema.names, key=lambda each: each not in _COLUMNS):
        kind = schema.field(name).type
        inner = kind.field("bytes").type if pa.types.is_struct(kind) and "bytes" in [
            kind.field(at).name for at in range(kind.num_fields)
        ] else kind  # fmt: skip
        if pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
            return name
    raise PhotoError("unreadable")


def _version(info: fs.FileInfo) -> str:
    return f"{info.size}-{info.mtime_ns}" if info.is_file else ""


def _chunks(rows: Rows) -> Iterator[list[tuple[str, str | None, int, str]]]:
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _chunk(rows: list[tuple[str, str | None, int, str]]) -> pa.RecordBatch:
    columns = [
        pa.array([_text(value) for value in column], each.type)
        for each, column in zip(SCHEMA, zip(*rows, strict=True), strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _text(value: object) -> object:
    """Names that are no UTF-8 cannot stand in a table: they are written as Python escapes them."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return value


def _unique(photos: pa.Table) -> pa.Table:
    """Each photo once, however often a list names it."""
    if pc.count_distinct(photos["source"]).as_py() == photos.num_rows:
        return photos
    numbered = photos.append_column("row", pa.array(range(photos.num_rows), pa.int64()))
    first = numbered.group_by("source").aggregate([("row", "min")])["row_min"]
    return photos.take(first.sort())
