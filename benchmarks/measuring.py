"""Figures of repeated, interleaved runs, and how busy the machine was beside them.

Runs that are compared take turns, so that whatever else the machine does meets all of them; a ratio
is taken in each round and its median is what counts.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/stat")


@dataclass(frozen=True)
class Figure:
    """What was measured under one name, once in each round."""

    name: str
    unit: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def as_json(self) -> dict[str, object]:
        low, high = min(self.samples), max(self.samples)
        values = {"median": self.median, "min": low, "max": high}
        rounded = {key: float(f"{value:.4g}") for key, value in values.items()}
        return {"unit": self.unit, **rounded, "rounds": len(self.samples)}


def interleaved(
    runs: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: bool = True
) -> list[Figure]:
    """Wall time of every run in ms, `rounds` times in turn, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(-1 if warm_up else 0, rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if number >= 0:
                times[name].append(1000 * (time.perf_counter() - started))
    return [Figure(name, "ms", tuple(samples)) for name, samples in times.items()]


def ratio(name: str, over: Figure, under: Figure) -> Figure:
    """`over` / `under`, round by round."""
    pairs = zip(over.samples, under.samples, strict=True)
    return Figure(name, "x", tuple(a / b for a, b in pairs))


def total(name: str, parts: list[Figure]) -> Figure:
    """The sum of some figures, round by round."""
    rounds = zip(*(part.samples for part in parts), strict=True)
    return Figure(name, parts[0].unit, tuple(sum(samples) for samples in rounds))


def child_python(
    code: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter from the project's folder."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        timeout=600,
    )


def resident_mb() -> float:
    """Memory of this process now, MB."""
    return _memory_mb("VmRSS")


def peak_mb() -> float:
    """Most memory that this process ever had, MB; ru_maxrss would count its parent's as well."""
    return _memory_mb("VmHWM")


def _memory_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) * 1024 / 1e6


@contextmanager
def watched(part: str, record: dict[str, object]) -> Iterator[None]:
    """Say and record under `part` how long something took and what else ran meanwhile."""
    started, busy, own = time.perf_counter(), _busy_seconds(), _own_seconds()
    print(f"{part} …", flush=True)
    yield
    seconds = time.perf_counter() - started
    others = (_busy_seconds() - busy) - (_own_seconds() - own)
    share = max(0.0, others / (seconds * (os.cpu_count() or 1)))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    record[part] = {"seconds": round(seconds), "others": round(share, 2), "load": load}
    print(f"  {seconds:.0f} s; others used {share:.0%} of the machine; load {load}", flush=True)


def _busy_seconds() -> float:
    """Processor time that the whole machine has spent on anything."""
    if not _STAT.exists():
        return 0.0
    ticks = [int(value) for value in _STAT.read_text().splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Processor time of this process and of its finished children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
