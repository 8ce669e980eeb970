"""An archive while everything around it fails; `make reliability`."""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from colorizer.archive.store import Store
from tests.support.archive_support import colour, photo_bytes, rows_of, s3_server, two_nodes
from tests.support.source_tree import ROOT

PHOTOS = 400
MALFORMED = 0.03
SECONDS_BETWEEN_KILLS = 10


class Failing:
    """A store that answers 503 to some requests, and cuts the connection of others."""

    def __init__(self, app: Any, counts: Counter[str]) -> None:
        self._app, self._counts = app, counts
        self._random = random.Random(0)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        kind = self._random.random()
        self._counts["requests"] += 1
        if kind < 0.03:
            self._counts["answered 503"] += 1
            start_response("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        if kind < 0.04:
            self._counts["cut"] += 1
            raise ConnectionError("cut")
        return self._app(environ, start_response)


@pytest.mark.reliability
def test_an_archive_survives_workers_nodes_drivers_and_a_store_that_fail(
    monkeypatch: pytest.MonkeyPatch, figures: Callable[[str, object], None]
) -> None:
    counts: Counter[str] = Counter()
    ended = threading.Event()
    with s3_server(monkeypatch, wrap=lambda app: Failing(app, counts)) as address:
        source, dest = address.format("in"), address.format("out")
        store, rng = Store.at(source), random.Random(1)
        malformed = {n for n in range(PHOTOS) if rng.random() < MALFORMED}
        for number in range(PHOTOS):
            photo = photo_bytes(number, width=1155, height=866)
            store.write(f"{number}.jpg", photo[: len(photo) // 9] if number in malformed else photo)
        with two_nodes() as cluster:
            command = [sys.executable, "-m", "colorizer.archive", source, dest]
            command += ["--address", cluster.address, "--batch", "8", "--model", "regression"]
            killer = threading.Thread(target=_kill_workers, args=(counts, ended))
            killer.start()
            try:
                for share in (0.2, 0.4):
                    driver = subprocess.Popen(command, cwd=ROOT)
                    _wait_for_results(dest, share * PHOTOS)
                    driver.kill()
                    counts["drivers killed"] += driver.wait() == -9
                driver = subprocess.Popen(command, cwd=ROOT)
                _wait_for_results(dest, 0.6 * PHOTOS)
                assert driver.poll() is None
                cluster.remove_node(*cluster.worker_nodes)
                counts["nodes removed"] += 1
                _wait_for_results(dest, 0.7 * PHOTOS)
                cluster.add_node(num_cpus=1, object_store_memory=128 * 2**20)
                assert driver.wait(3600) in (0, 1)
                assert subprocess.run(command, cwd=ROOT).returncode in (0, 1)
            finally:
                ended.set()
                killer.join()
        rows = rows_of(dest)
        states = Counter(str(row["reason"] or row["state"]) for row in rows.values())
        figures("archive: photos, what became of them", dict(states))
        figures("archive: what was done to it", dict(counts))
        assert len(rows) == PHOTOS
        assert {int(name.removesuffix(".jpg")) for name in rows} == set(range(PHOTOS))
        assert colour(source, dest, "--verify") == 0
        stored = map(Store.at(dest).name, Store.at(dest).files())
        results = [name for name in stored if not name.startswith("manifest/")]
        assert len(results) == states["done"] == PHOTOS - len(malformed)
        assert counts["drivers killed"] == 2
        assert counts["workers killed"] > 5


def _wait_for_results(dest: str, count: float) -> None:
    while sum(info.extension == "jpg" for info in Store.at(dest).files()) < count:
        time.sleep(1)


def _kill_workers(counts: Counter[str], ended: threading.Event) -> None:
    """End one of this test's workers every ten seconds."""
    while not ended.wait(SECONDS_BETWEEN_KILLS):
        workers = list(_workers())
        if workers:
            random.choice(workers).kill()
            counts["workers killed"] += 1


def _workers() -> Iterator[psutil.Process]:
    ours = psutil.Process(os.getpid()).children(recursive=True)
    for process in ours:
        try:
            if process.name().startswith("ray::MapWorker") or "MapWorker" in process.cmdline()[0]:
                yield process
        except (psutil.Error, IndexError):
            continue
