"""What of an archive is still to do: its sources without those that the manifest has."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from colorizer.archive.manifest import DONE, FAILED, Manifest

PASSING = ("unreadable", "not_saved", "no_memory", "no_memory_to_decode", "system_refused",
           "slow", "worker_died")  # fmt: skip
"""Reasons that may be gone the next time; a damaged photo stays damaged."""


@dataclass(frozen=True)
class Settings:
    """What results are made with, as the manifest has it; adjustments: JSON."""

    model: str
    revision: str
    adjustments: str


@dataclass(frozen=True)
class Plan:
    """todo: a table of `sources.SCHEMA`. again: those of it that have a row, which is to go.

    The rest counts photos: of the archive; done and failed earlier and left so; changed since
    (they are in todo); done with other settings; of the manifest, but not in the archive any more.
    """

    todo: pa.Table
    again: pa.Array
    total: int
    done: int
    failed: int
    changed: int
    other_settings: int
    vanished: int


def plan(
    photos: pa.Table,
    manifest: Manifest,
    settings: Settings,
    *,
    overwrite: bool = False,
    retry: bool = False,
) -> Plan:
    """Compare an archive with its manifest: an anti-join in memory, no look at the results.

    Args:
        photos: a table of `sources.SCHEMA`.
        manifest: of an earlier run, or an empty one.
        settings: of this run.
        overwrite: do again what was done with other settings.
        retry: do again all that failed, not only what may have been a passing trouble.
    """
    columns = ["source", "version", "state", "reason", "shard", "model", "revision", "adjustments"]
    rows = manifest.read(columns)
    failed = _equal(rows, "state", FAILED)
    tried_again = failed if retry else pc.and_(failed, _in(rows, "reason", PASSING))
    ours = pc.and_(
        pc.and_(_equal(rows, "model", settings.model), _equal(rows, "revision", settings.revision)),
        _equal(rows, "adjustments", settings.adjustments),
    )
    kept = pc.invert(tried_again)
    if overwrite:
        kept = pc.and_(kept, ours)
    shards = rows["shard"].cast(pa.string())
    rows = rows.select(["source", "version", "state"]).append_column("ours", ours)

    missing = pc.invert(pc.is_in(_key(photos), value_set=_key(rows.filter(kept))))
    here = pc.is_in(rows["source"], value_set=photos["source"].combine_chunks())
    undone = photos["source"].filter(missing).combine_chunks()
    again = pc.is_in(rows["source"], value_set=undone)
    lost = shards.filter(again).drop_null().unique()
    if len(lost):  # a shard is made anew as a whole, with all that is in it
        again = pc.or_(again, pc.is_in(shards, value_set=lost))
        beside = pc.is_in(photos["source"], value_set=rows["source"].filter(again).combine_chunks())
        missing = pc.or_(missing, beside)
    todo, again = photos.filter(missing), rows.filter(again)
    is_changed = pc.invert(pc.is_in(_key(again), value_set=_key(todo)))
    changed = pc.sum(pc.and_(is_changed, pc.is_in(again["source"], value_set=undone))).as_py() or 0
    left = rows.filter(
        pc.and_(here, pc.invert(pc.is_in(rows["source"], value_set=again["source"])))
    )
    is_done = _equal(left, "state", DONE)
    done = pc.sum(is_done).as_py() or 0
    return Plan(
        todo=todo,
        again=again["source"].combine_chunks(),
        total=photos.num_rows,
        done=done,
        failed=left.num_rows - done,
        changed=changed,
        other_settings=pc.sum(pc.and_(is_done, pc.invert(left["ours"]))).as_py() or 0,
        vanished=rows.num_rows - (pc.sum(here).as_py() or 0),
    )


def _key(table: pa.Table) -> pa.Array:
    """Source and version in one: a photo as it was when it was listed."""
    return pc.binary_join_element_wise(table["source"], table["version"], "\n").combine_chunks()


def _equal(table: pa.Table, column: str, value: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(table[column].cast(pa.string()), value), False)


def _in(table: pa.Table, column: str, values: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.is_in(table[column].cast(pa.string()), value_set=pa.array(values))
