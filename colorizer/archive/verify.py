"""Whether the results of an archive are those that its manifest tells of."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from colorizer.archive.manifest import DONE, Manifest
from colorizer.archive.results import Results

_READERS = 8
_AT_ONCE = 256


@dataclass
class Verified:
    """rows, sources: of the manifest, and the different ones of them. whole: results.

    missing, damaged: sources whose result is not there, or is another file now. unnamed: files
    among the results that no row names.
    """

    rows: int = 0
    sources: int = 0
    whole: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    unnamed: int = 0

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.missing or self.damaged) and self.rows == self.sources


def verify(results: Results, manifest: Manifest) -> Verified:
    """Read every result and compare it with its row."""
    table = manifest.read(["source", "state", "shard", "result", "result_sha256"])
    found = Verified(table.num_rows, pc.count_distinct(table["source"]).as_py())
    table = table.filter(pc.equal(table["state"].cast(pa.string()), DONE))
    files = pc.coalesce(table["shard"].cast(pa.string()), table["result"])
    named = set(files.to_pylist())
    for info in results.store.files():
        name = results.store.name(info)
        found.unnamed += name not in named and not name.startswith("manifest/")
    check = _check_shard if results.in_shards else _check_file
    table = table.set_column(table.schema.get_field_index("shard"), "file", files)
    with ThreadPoolExecutor(_READERS) as pool:
        groups = _by_file(table)
        while some := list(islice(groups, _AT_ONCE)):
            digests_of = pool.map(partial(check, results), some)
            for rows, digests in zip(some, digests_of, strict=True):
                for row in rows:
                    digest = digests.get(row["result"])
                    if digest is None:
                        found.missing.append(row["source"])
                    elif digest != row["result_sha256"]:
                        found.damaged.append(row["source"])
                    else:
                        found.whole += 1
    return found


def _by_file(table: pa.Table) -> Iterator[list[dict[str, str]]]:
    """The rows of each file that holds results."""
    group: list[dict[str, str]] = []
    for batch in table.sort_by("file").to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            if group and row["file"] != group[0]["file"]:
                yield group
                group = []
            group.append(row)
    if group:
        yield group


def _check_file(results: Results, rows: list[dict[str, str]]) -> dict[str, str]:
    try:
        with results.store.system.open_input_stream(
            results.store.path(rows[0]["file"]), compression=None
        ) as stream:
            return {rows[0]["result"]: hashlib.sha256(stream.read()).hexdigest()}
    except (OSError, pa.ArrowException):
        return {}


def _check_shard(results: Results, rows: list[dict[str, str]]) -> dict[str, str]:
    try:
        files = results.read_shard(rows[0]["file"])
    except Exception:  # whatever a damaged shard makes its reader say
        return {}
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
