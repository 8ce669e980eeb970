"""A run of an archive on Ray Data, on this machine or on a cluster."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import ray.data
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from colorizer.album.plan import UsageError
from colorizer.archive.worker import Attempts, Task, Worker
from colorizer.threads import usable_threads

if TYPE_CHECKING:
    from colorizer.model.checkpoint import Checkpoint

_BLOCK = 10_000  # sources that go to Ray at once
_OBJECT_STORE = 512 * 2**20  # rows only, no photos: those are read where they are coloured


@dataclass(frozen=True)
class Cluster:
    """address: of a running Ray cluster, None for this machine. workers: None is one a core.

    batch: photos in one task of a worker, and in one shard.
    """

    address: str | None = None
    workers: int | None = None
    batch: int = 32


@contextmanager
def _connected(cluster: Cluster) -> Iterator[int]:
    """Be on the cluster; how many workers there are to be."""
    options: dict[str, Any] = {"address": "local", "object_store_memory": _OBJECT_STORE}
    cores = cluster.workers or usable_threads()
    if cluster.address is not None:
        options = {"address": cluster.address}
    else:
        options["num_cpus"] = cores + 1  # one for Ray Data's own tasks, which hardly work
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to others
    try:
        ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UsageError(f"Ray cannot be reached: {error}") from error
    try:
        there = int(ray.cluster_resources().get("CPU", 1)) - 1
        yield max(1, min(there, cluster.workers or there))
    finally:
        ray.shutdown()


def colour(
    photos: pa.Table,
    task: Task,
    checkpoint: "Checkpoint",
    cluster: Cluster,
    *,
    stopped: Callable[[], bool],
) -> Iterator[pa.Table]:
    """Colour photos, a table of `sources.SCHEMA`; yields their rows of `manifest.SCHEMA`.

    A worker that ends, or a node that goes, costs the work of seconds. Raises UsageError where
    the cluster cannot be reached.
    """
    with _connected(cluster) as workers:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        attempts = ray.remote(Attempts).options(num_cpus=0, scheduling_strategy=here).remote()
        count = photos.num_rows
        batch = max(1, min(cluster.batch, count // (4 * workers)))  # a share for each to the end
        weights = ray.put(checkpoint)
        blocks = [photos.slice(at, _BLOCK) for at in range(0, count, _BLOCK)]
        del photos
        dataset = (
            ray.data.from_arrow(blocks)
            .repartition(target_num_rows_per_block=batch)
            .map_batches(
                _LoadedWorker,
                fn_constructor_args=(task, [weights], attempts),
                batch_size=None,
                batch_format="pyarrow",
                num_cpus=1,
                compute=ray.data.ActorPoolStrategy(
                    min_size=1, max_size=workers, initial_size=workers
                ),
            )
        )
        del blocks
        for rows in dataset.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield rows
            if stopped():
                return


class _LoadedWorker(Worker):
    """Gets the checkpoint out of Ray's store, where each node has it once."""

    def __init__(self, task: Task, weights: list[Any], attempts: Any) -> None:
        super().__init__(task, ray.get(weights[0]), attempts)
