"""How fast Colorizer is, in one run: `make bench`.

    python -m benchmarks.bench                              # everything, some five minutes
    python -m benchmarks.bench --only network photo         # some parts
    python -m benchmarks.bench --sizes 1 12                 # smaller photos only
    python -m benchmarks.bench --out bench.json --save-baseline

Prints each part as it is done, the targets, and every figure's ratio to benchmarks/baseline.json,
which was measured on a quiet machine with two cores. Times of another machine cannot be compared
with it, the targets can: they are ratios within one run.
"""

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import onnxruntime

from benchmarks import other_parts, photo_parts
from benchmarks.measuring import Figure, watched
from colorizer import Colorizer
from colorizer.threads import usable_threads

BASELINE = Path(__file__).with_name("baseline.json")


@dataclass(frozen=True)
class Target:
    """A bound on the median of one figure, from the issue that asked for speed."""

    what: str
    figure: str
    at_most: float | None = None
    at_least: float | None = None

    def is_met(self, value: float) -> bool:
        return value <= self.at_most if self.at_most is not None else value >= self.at_least

    @property
    def bound(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


TARGETS = (
    Target("network 256 × 256 against ECCV16", "network 256: ECCV16 / ours", at_least=15),
    Target("grey 12 MP, file to file / floor", "grey, 12 MP: whole / floor", at_most=2.5),
    Target("colour 12 MP, file to file / floor", "colour, 12 MP: whole / floor", at_most=2.5),
    Target("grey 48 MP / 12 MP", "grey: 48 MP / 12 MP", at_most=4.5),
    Target("colour 48 MP / 12 MP", "colour: 48 MP / 12 MP", at_most=4.5),
    Target("grey 48 MP, memory, MB", "grey, 48 MP: memory above that", at_most=700),
    Target("colour 48 MP, memory, MB", "colour, 48 MP: memory above that", at_most=700),
    Target("another vividness / first pass", "12 MP: another vividness / first pass", at_most=0.4),
    Target("the same as a preview, ms", "12 MP: another vividness, preview", at_most=150),
    Target("album / one thread", "album: throughput on all cores / one thread", at_least=1.7),
    Target("--help, ms", "--help", at_most=1000),
    Target("--help imports torch", "--help: torch imported", at_most=0),
    Target("app.py, first page, s", "app.py: first page", at_most=5),
    Target("training outside the network, %", "training: not forward, not backward", at_most=15),
)


def main() -> None:
    options = _options()
    colorizer = Colorizer.from_pretrained(photo_parts.MODEL)
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "network": lambda: other_parts.network(colorizer),
        "photo": lambda: photo_parts.pipeline(colorizer, options.sizes),
        "memory": photo_parts.memory,
        "again": photo_parts.again,
        "album": lambda: photo_parts.album(colorizer),
        "previews": other_parts.previews,
        "start": other_parts.starting,
        "training": other_parts.training,
    }
    figures: dict[str, Figure] = {}
    parts_run: dict[str, object] = {}
    for name in options.only or parts:
        with watched(name, parts_run):
            for figure in parts[name]():
                figures[figure.name] = figure
                print(_line(figure), flush=True)
    result = {
        "machine": _machine(),
        "parts": parts_run,
        "figures": {name: figure.as_json() for name, figure in figures.items()},
    }
    show_targets(figures)
    if BASELINE.exists() and not options.save_baseline:
        show_baseline(figures, json.loads(BASELINE.read_text(encoding="utf-8")))
    for path in (options.out, BASELINE if options.save_baseline else None):
        if path is not None:
            path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def show_targets(figures: dict[str, Figure]) -> None:
    """The table for the README: target, measured, met or not."""
    print("\n| what | target | measured | |\n|---|---|---|---|")
    for target in TARGETS:
        if target.figure in figures:
            value = figures[target.figure].median
            verdict = "met" if target.is_met(value) else "missed"
            print(f"| {target.what} | {target.bound} | {value:.3g} | {verdict} |")


def show_baseline(figures: dict[str, Figure], baseline: dict[str, Any]) -> None:
    """Each figure over the baseline's."""
    print(f"\nmeasured / baseline ({baseline['machine']['processor']})")
    for name, figure in figures.items():
        before = baseline["figures"].get(name, {}).get("median")
        if before:
            print(f"  {name:50} {figure.median / before:6.2f}")


def _line(figure: Figure) -> str:
    low, high = min(figure.samples), max(figure.samples)
    values = f"{figure.median:10.4g}  {low:8.4g} … {high:<8.4g}"
    return f"  {figure.name:50} {values} {figure.unit} ({len(figure.samples)})"


def _machine() -> dict[str, object]:
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        processor = next((x.split(":")[1].strip() for x in lines if "model name" in x), processor)
    return {
        "processor": processor,
        "threads": usable_threads(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "onnxruntime": onnxruntime.__version__,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    names = ["network", "photo", "memory", "again", "album", "previews", "start", "training"]
    parser.add_argument("--only", nargs="+", choices=names, help="parts (default: all)")
    sizes = list(photo_parts.SIZES)
    parser.add_argument(
        "--sizes", nargs="+", type=float, choices=sizes, default=sizes, help="megapixels"
    )
    parser.add_argument("--out", type=Path, help="file for all figures as JSON")
    parser.add_argument("--save-baseline", action="store_true", help=f"write {BASELINE.name} anew")
    return parser.parse_args()


if __name__ == "__main__":
    main()
