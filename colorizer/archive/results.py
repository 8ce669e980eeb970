"""Where the results of an archive go: files named after their sources, or shards of them.

A name depends on its source alone, so a second try writes over the first one. A shard, a Parquet or
a tar file (WebDataset), holds the results of one batch and is named after it; one that no row of
the manifest names was never finished.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from colorizer.album.search import coloured_name
from colorizer.archive.manifest import Manifest
from colorizer.archive.store import Store
from colorizer.errors import PhotoError
from colorizer.photo.saving import format_named, suffix_of, writable_format

KINDS = ("files", "parquet", "webdataset")

_SHARD = "shard-"
_SUFFIX = {"parquet": ".parquet", "webdataset": ".tar"}


@dataclass(frozen=True)
class Results:
    """kind: of `KINDS`. format: "jpg", "png", "webp" or "tiff"; None is that of a source's name."""

    store: Store
    kind: str = "files"
    format: str | None = None

    @property
    def in_shards(self) -> bool:
        """Whether a file holds the results of many sources."""
        return self.kind != "files"

    def name(self, source: str) -> str:
        """Name of a source's result, which no other one has; never outside of the store.

        a/b.jpg → a/b.jpg-colour.jpg. In a tar file the first dot ends the key: 3f…c0.jpg.
        """
        suffix = self._suffix(source)
        if self.kind == "webdataset":
            return f"{_digest(source)}{suffix}"
        safe = "/".join(part for part in source.split("/") if part not in ("", ".", ".."))
        mark = "" if safe == source else f"-{_digest(source)}"
        return f"{coloured_name(safe + mark)}{suffix}"

    def _suffix(self, source: str) -> str:
        if self.format:
            return suffix_of(format_named(self.format))
        suffix = PurePosixPath(source).suffix
        if not suffix:
            return ".jpg"  # a row of a Parquet file
        try:
            return suffix_of(format_named(suffix))
        except PhotoError:
            return suffix_of(writable_format(suffix))

    def shard(self, sources: Sequence[str]) -> str | None:
        """The file that holds the results of this batch, if one does."""
        if not self.in_shards:
            return None
        return f"{_SHARD}{_digest(*sources)}{_SUFFIX[self.kind]}"

    def write_shard(
        self, shard: str, files: dict[str, bytes], rows: Sequence[dict[str, object]]
    ) -> None:
        """Write the results of a batch; rows: of the manifest. PhotoError."""
        stream = io.BytesIO()
        done = [row for row in rows if row["result"] is not None]
        if self.kind == "parquet":
            images = [{"bytes": files[str(row["result"])], "path": row["result"]} for row in done]
            sources = [row["source"] for row in done]
            pq.write_table(pa.table({"source": sources, "image": images}), stream)
        else:
            with tarfile.open(fileobj=stream, mode="w") as tar:
                for row in done:
                    name = str(row["result"])
                    about = {key: row[key] for key in ("source", "sha256", "model", "revision")}
                    _add(tar, name, files[name])
                    _add(tar, f"{name.partition('.')[0]}.json", json.dumps(about).encode())
        self.store.write(shard, stream.getvalue())

    def read_shard(self, shard: str) -> dict[str, bytes]:
        """Every result of a shard by its name; raises OSError or pyarrow's and tarfile's errors."""
        with self.store.system.open_input_file(self.store.path(shard)) as stream:
            if self.kind == "parquet":
                images = pq.read_table(stream, columns=["image"])["image"].to_pylist()
                return {image["path"]: image["bytes"] for image in images}
            with tarfile.open(fileobj=stream, mode="r:") as tar:
                return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]

    def remove_unfinished(self, manifest: Manifest) -> int:
        """Remove shards that no row names; returns how many those were."""
        if not self.in_shards:
            return 0
        named = set(manifest.read(["shard"])["shard"].unique().to_pylist())
        names = [self.store.name(info) for info in self.store.files()]
        lost = [name for name in names if name.startswith(_SHARD) and name not in named]
        for name in lost:
            self.store.delete(name)
        return len(lost)


def _digest(*names: str) -> str:
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))
