"""A place for files, a folder of this machine or a prefix of an object store, by pyarrow.

pyarrow knows `s3://`, `gs://`, `abfs://` and `hdfs://` itself; other addresses, such as
`hf://datasets/…`, go through fsspec, where the package of that store is installed.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa
from pyarrow import fs

from colorizer.album.plan import UsageError
from colorizer.errors import PhotoError
from colorizer.photo import PhotoLimits, read_file
from colorizer.photo.saving import sweep, write_file

Files = Iterator[fs.FileInfo]


@dataclass(frozen=True)
class Store:
    """A folder or prefix: `root`, as `system` calls it. It can be sent to another process."""

    system: fs.FileSystem
    root: str

    @classmethod
    def at(cls, place: str) -> "Store":
        """The store that a path or an address such as s3://bucket/prefix means; UsageError."""
        if "://" not in place:
            return cls(fs.LocalFileSystem(), Path(place).absolute().as_posix())
        try:
            return cls(*fs.FileSystem.from_uri(place))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return cls._by_fsspec(place)
        except OSError as error:
            raise UsageError(f"{place} cannot be reached: {error}") from error

    @classmethod
    def _by_fsspec(cls, place: str) -> "Store":
        import fsspec

        try:
            system, root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError, OSError) as error:
            raise UsageError(f"{place} cannot be reached: {error}") from error
        return cls(fs.PyFileSystem(fs.FSSpecHandler(system)), root)

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return isinstance(self.system, fs.LocalFileSystem)

    def path(self, name: str) -> str:
        """Where a file lies: of "a/b.jpg", of "" for the root, of "/a/b.jpg" as a list may say."""
        if name.startswith("/") and self.is_local:
            return name
        return f"{self.root.rstrip('/')}/{name}" if name else self.root

    def files(self, folder: str = "") -> Files:
        """Every file below, in no certain order; none where nothing is there."""
        if not self.is_local:
            selector = fs.FileSelector(self.path(folder), allow_not_found=True, recursive=True)
            yield from (each for each in self.system.get_file_info(selector) if each.is_file)
            return
        for place, folders, names in os.walk(self.path(folder)):  # a folder at a time in memory
            folders.sort()
            for name in sorted(names):
                info = self._local_info(f"{place}/{name}")
                if info.is_file:
                    yield info

    def _local_info(self, path: str) -> fs.FileInfo:
        try:
            return self.system.get_file_info(path)
        except UnicodeEncodeError:  # pyarrow cannot name it, but it is to be accounted for
            plain = path.encode("utf-8", "backslashreplace").decode()
            return fs.FileInfo(plain, fs.FileType.File, size=0, mtime_ns=0)

    def name(self, info: fs.FileInfo) -> str:
        """Name of a file below the root."""
        return info.path.removeprefix(self.root).lstrip("/")

    def info(self, name: str = "") -> fs.FileInfo:
        """Type, size and time of one file."""
        return self.system.get_file_info(self.path(name))

    def read(self, name: str, limits: PhotoLimits) -> bytes:
        """The bytes of a photo; PhotoError where there are none, or too many."""
        if self.is_local:
            return read_file(Path(self.path(name)), limits)
        try:
            with self.system.open_input_file(self.path(name)) as stream:
                limits.check_bytes(stream.size())
                return stream.read()
        except (OSError, pa.ArrowException) as error:
            raise PhotoError("unreadable") from error

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place whole or not at all, over what is there; PhotoError.

        An object store shows an object only once its upload has ended.
        """
        try:
            if self.is_local:
                Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
                write_file(Path(self.path(name)), data)
                return
            stream = self.system.open_output_stream(self.path(name), compression=None)
            stream.write(data)  # not in a `with`: that would end the upload after an error, too
            stream.close()
        except (OSError, pa.ArrowException) as error:
            raise PhotoError("not_saved", reason=_reason(error)) from error

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            if self.info(name).is_file:
                self.system.delete_file(self.path(name))

    def sweep(self, names: set[str]) -> None:
        """Remove the unfinished files of killed processes beside files of these names."""
        if self.is_local:
            for folder in {PurePosixPath(name).parent for name in names}:
                sweep(Path(self.path(str(folder))))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).partition("\n")[0][:200]
