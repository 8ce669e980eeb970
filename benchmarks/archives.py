"""Archives: rates, the driver's memory, and planning by the million.

    python -m benchmarks.archives                        # all; an hour and more on two quiet cores
    python -m benchmarks.archives --only planning        # a minute
    python -m benchmarks.archives --only rate --photos 200
    python -m benchmarks.archives --only costs           # photos a core-hour at three sizes

Rates need a quiet machine; memory and planning do not. Needs the extra "archive".
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measuring import Figure

MILLION = 1_000_000
MISSING = 1_000
TARGETS = {
    "2 workers against 1": "at least 1.8 x",
    "archive against the command line": "at least 0.9 x",
    "driver's memory, 100 000 against 1 000 sources": "at most 1.2 x",
    "planning a million rows": "at most 60 s",
    "planning a million rows, memory": "at most 1000 MB",
}

_MEASURED = """
import re, sys
from pathlib import Path
{work}
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
_MAIN = "from colorizer.archive.__main__ import main\nmain(sys.argv[1:])"
_PLANNING = """
from colorizer.archive.manifest import Manifest
from colorizer.archive.plan import Settings, plan
from colorizer.archive.sources import Sources
from colorizer.archive.store import Store
manifest = Manifest(Store.at(sys.argv[2]))
manifest.recover()
found = Sources.at(sys.argv[1]).find()
what = plan(found.photos, manifest, Settings("m", "r", "{}"))
assert (what.total, what.todo.num_rows, what.done) == (1_000_000, 1_000, 999_000), what
"""


def peak_mb(work: str, *arguments: str) -> float:
    """Most memory of a Python process that does this work, MB."""
    command = [sys.executable, "-c", _MEASURED.format(work=work), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return int(done.stdout.split()[-1]) / 1024


def make_photos(folder: Path, count: int, megapixels: float) -> None:
    """Grey photos of 4:3, by hard links of eight different ones."""
    folder.mkdir(parents=True)
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    for number in range(count):
        file = folder / f"{number:07d}.jpg"
        if number >= 8:
            file.hardlink_to(folder / f"{number % 8:07d}.jpg")
            continue
        coarse = np.random.default_rng(number).integers(0, 256, (60, 80), dtype=np.uint8)
        size = (height * 4 // 3, height)
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(file, quality=90)


def seconds(*command: str) -> float:
    """Wall time of a command."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    return time.perf_counter() - started


def rate(place: Path, photos: int) -> Iterator[Figure]:
    """One-megapixel photos: two workers, one worker and the command line, start-up included."""
    make_photos(place / "in", photos, 1.0)
    source, out = str(place / "in"), place / "out"
    taken = {}
    for name, command in {
        "1 worker": ("colorizer.archive", source, str(out), "--workers", "1"),
        "2 workers": ("colorizer.archive", source, str(out), "--workers", "2"),
        "command line": ("colorizer", source, "-o", str(out), "--quiet"),
    }.items():
        taken[name] = seconds(*command)
        shutil.rmtree(out)
        yield Figure(f"{photos} photos, {name}", "s", (taken[name],))
    yield Figure("2 workers against 1", "x", (taken["1 worker"] / taken["2 workers"],))
    ratio = taken["command line"] / taken["2 workers"]
    yield Figure("archive against the command line", "x", (ratio,))


def costs(place: Path, photos: int) -> Iterator[Figure]:
    """Photos a core-hour at three sizes, by one worker."""
    for megapixels, count in ((1.0, photos), (12.0, photos // 4), (48.0, photos // 16)):
        source = place / f"{megapixels:g}"
        make_photos(source, count, megapixels)
        taken = seconds("colorizer.archive", str(source), str(place / "out"), "--workers", "1")
        shutil.rmtree(place / "out")
        yield Figure(f"photos a core-hour, {megapixels:g} MP", "photos", (3600 * count / taken,))


def memory(place: Path, photos: int) -> Iterator[Figure]:
    """Eight of the sources are photos, the others damaged: to the driver, both are rows.

    A hundred thousand passes of the network would take a night.
    """
    peaks = []
    for count in (1_000, 100_000):
        source = place / f"{count}"
        make_photos(source, 8, 0.01)
        for number in range(count - 8):
            (source / f"x{number:07d}.jpg").write_bytes(b"no photo")
        arguments = (str(source), str(place / f"out {count}"), "--workers", "1")
        peaks.append(peak_mb(_MAIN, *arguments))
        yield Figure(f"driver's memory, {count} sources", "MB", (peaks[-1],))
    yield Figure("driver's memory, 100 000 against 1 000 sources", "x", (peaks[1] / peaks[0],))


def planning(place: Path, photos: int) -> Iterator[Figure]:
    """A manifest of a million rows in four files and parts of a killed run, a thousand missing."""
    import pyarrow as pa

    from colorizer.archive.manifest import DONE, SCHEMA, Manifest
    from colorizer.archive.store import Store

    names = [f"box {number // 5000:04d}/photo {number:08d}.jpg" for number in range(MILLION)]
    make_list(place / "in" / "list.txt", names)
    for first in range(0, MILLION, MILLION // 4):
        manifest = Manifest(Store.at(str(place / "out")))
        for at in range(first, first + MILLION // 4, 5000):
            rows = names[at : at + 5000]
            if at + 5000 == MILLION:
                rows = rows[:-MISSING]
            columns = {
                "source": rows,
                "version": [""] * len(rows),
                "sha256": [f"{hash(row) & (2**64 - 1):064x}" for row in rows],
                "result": [f"{row}-colour.jpg" for row in rows],
                "result_sha256": [f"{hash(row) & (2**63 - 1):064x}" for row in rows],
            } | {
                name: [value] * len(rows)
                for name, value in {
                    "state": DONE, "model": "m", "revision": "r", "adjustments": "{}",
                    "bytes": 400_000, "width": 1155, "height": 866, "seconds": 0.4,
                }.items()
            }  # fmt: skip
            columns |= {name: [None] * len(rows) for name in SCHEMA.names if name not in columns}
            arrays = [pa.array(columns[each.name], each.type) for each in SCHEMA]
            manifest.add(pa.table(arrays, schema=SCHEMA))
        manifest.flush()
        if first < MILLION // 2:
            manifest.recover()
    del names
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = peak_mb(_PLANNING, str(place / "in" / "list.txt"), str(place / "out"))
    yield Figure("planning a million rows", "s", (time.perf_counter() - started,))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    yield Figure("planning a million rows, processor", "s", (used,))
    yield Figure("planning a million rows, memory", "MB", (peak,))


def make_list(file: Path, names: Sequence[str]) -> None:
    """A list of sources."""
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(names))


PARTS: dict[str, Callable[[Path, int], Iterator[Figure]]] = {
    "planning": planning,
    "memory": memory,
    "rate": rate,
    "costs": costs,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--photos", type=int, default=2_000, help="of one megapixel")
    arguments = parser.parse_args()
    print("| what | target | measured |\n|---|---|---|")
    for part in arguments.only:
        with tempfile.TemporaryDirectory() as place:
            for figure in PARTS[part](Path(place), arguments.photos):
                target = TARGETS.get(figure.name, "")
                measured = f"{figure.median:.4g} {figure.unit}"
                print(f"| {figure.name} | {target} | {measured} |", flush=True)


if __name__ == "__main__":
    main()
