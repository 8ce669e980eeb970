"""The network alone, previews and the study's pictures, how the program starts, the training."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gradio_client import Client, handle_file

from benchmarks.eccv16 import eccv16
from benchmarks.measuring import Figure, child_python, interleaved, ratio
from benchmarks.pictures import jpeg, picture
from colorizer import Colorizer, Photo
from colorizer.colour.ab_bins import AbBins
from colorizer.colour.resizing import shrink
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.pca import fit_patch_pca, fit_row_pca
from colorizer.previews.photo_colours import count_colours
from colorizer.study.stimuli import compose, match_halves
from train.fit_palette import write_palette
from train.options import TrainingOptions
from train.trainer import Trainer

ROOT = Path(__file__).parent.parent
PREVIEW_SIDE = 512
TRAINING_PHOTOS = 96
TRAINING_STEPS = 8

_WHAT_HELP_IMPORTS = """
import json, sys
from colorizer.cli import main
try:
    main(["--help"])
except SystemExit:
    print(json.dumps("torch" in sys.modules), file=sys.stderr)
"""

_EMPTY_PAGE = """
import gradio
with gradio.Blocks(analytics_enabled=False) as page:
    gradio.Markdown("Nothing.")
page.launch(server_name="127.0.0.1", enable_monitoring=False, ssr_mode=False, _frontend=False)
"""


def network(colorizer: Colorizer) -> Iterator[Figure]:
    """A forward pass at 256 and 512, by either engine, beside ECCV16's, of the same L."""
    theirs = eccv16()
    by_torch = Colorizer(colorizer.checkpoint, engine="torch")
    for side, rounds in ((256, 9), (512, 3)):
        L = torch.rand(1, 1, side, side) * 100
        ours = L.numpy()
        with torch.inference_mode():
            figures = interleaved(
                {
                    f"network {side}: ours": lambda ours=ours: colorizer.network(ours),
                    f"network {side}: ours in PyTorch": lambda ours=ours: by_torch.network(ours),
                    f"network {side}: ECCV16": lambda L=L: theirs(L),
                },
                rounds=rounds,
            )
        yield from figures
        yield ratio(f"network {side}: ECCV16 / ours", figures[2], figures[0])
        yield ratio(f"network {side}: ECCV16 / ours in PyTorch", figures[2], figures[1])


def previews(rounds: int = 5) -> Iterator[Figure]:
    """PCA and palette of a photo at the size of the page, and one pair of the study."""
    rgb = shrink(picture(1), PREVIEW_SIDE)
    real = Photo(picture(1))
    fake = Photo(np.ascontiguousarray(real.rgb[..., ::-1]))
    halves = match_halves(real, fake)
    yield from interleaved(
        {
            "PCA of rows": lambda: fit_row_pca(rgb).at_variance(0.98),
            "PCA of patches": lambda: fit_patch_pca(rgb).at_variance(0.98),
            "palette of 50": lambda: kmeans_palette(count_colours(rgb), 50, space="lab"),
            "study: both halves of a pair": lambda: match_halves(real, fake),
            "study: one trial's picture": lambda: compose(halves, real_side="left", nonce="n"),
        },
        rounds=rounds,
    )


def starting(rounds: int = 3) -> Iterator[Figure]:
    """From the command to --help, to the first answered page and to the first coloured photo."""
    yield from interleaved(
        {"--help": lambda: _run_program("-m", "colorizer", "--help")}, rounds=rounds + 2
    )
    done = child_python(_WHAT_HELP_IMPORTS)
    yield Figure("--help: torch imported", "0 or 1", (float(json.loads(done.stderr)),))
    seconds = [(*_start_page(), _start_empty_page()) for _ in range(rounds)]
    pages, photos, empty = zip(*seconds, strict=True)
    yield (first := Figure("app.py: first page", "s", pages))
    yield (floor := Figure("an empty page of Gradio's: first page", "s", empty))
    yield ratio("app.py / an empty page", first, floor)
    yield Figure("app.py: first coloured photo", "s", photos)


def _run_program(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)


def _start_page() -> tuple[float, float]:
    """Seconds from `python app.py` to an answered page, and to a 1-megapixel photo in colour."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photo.jpg"
        file.write_bytes(jpeg(1, "grey"))
        started = time.perf_counter()
        with _serving("app.py") as url:
            page = time.perf_counter() - started
            client = Client(url, verbose=False)
            client.predict(file=handle_file(file), model="classification", api_name="/colorize")
            return page, time.perf_counter() - started


def _start_empty_page() -> float:
    """Seconds until a program that has nothing but Gradio and a word answers its page."""
    started = time.perf_counter()
    with _serving("-c", _EMPTY_PAGE):
        return time.perf_counter() - started


@contextmanager
def _serving(*arguments: str) -> Iterator[str]:
    """Start a Python program with a page, wait for an answer, and end it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    own = {"GRADIO_SERVER_PORT": port, "GRADIO_ANALYTICS_ENABLED": "0"}
    app = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **own, "COLORIZER_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        app.terminate()
        app.wait(30)


def _wait_for(url: str) -> None:
    deadline = time.perf_counter() + 180
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("app.py did not answer within three minutes.")


def training() -> Iterator[Figure]:
    """Steps of a classifier's training as in the recipe, after its frozen phase, by stage.

    What is not the network's forward and backward pass: cutting and shrinking the crops, the loss's
    soft labels, clipping, optimizer and moving average.
    """
    with tempfile.TemporaryDirectory() as folder:
        trainer = _trainer(Path(folder))
        spent: dict[str, list[float]] = defaultdict(list)
        trainer.crops = _timed(trainer.crops, spent["crops"])
        trainer.wrapped = _timed(trainer.wrapped, spent["forward"])
        trainer.accelerator.backward = _timed(trainer.accelerator.backward, spent["backward"])
        for step in range(-1, TRAINING_STEPS):
            started = time.perf_counter()
            trainer.step(step + 1)
            spent["step"].append(time.perf_counter() - started)
    batch = trainer.options.batch
    stages = {name: np.array(times[1:]) for name, times in spent.items()}
    network_time = stages["forward"] + stages["backward"]
    for name, times in stages.items():
        yield Figure(f"training: {name}", "ms", tuple(1000 * times))
    yield Figure("training: images", "1/s", tuple(batch / stages["step"]))
    outside = 100 * (1 - network_time / stages["step"])
    yield Figure("training: not forward, not backward", "%", tuple(outside))


def _trainer(folder: Path) -> Trainer:
    for number in range(TRAINING_PHOTOS):
        (folder / f"{number:03}.jpg").write_bytes(jpeg(0.06, "colour", seed=number))
    grid = np.linspace(-70, 70, 12, dtype=np.float32)
    centres = np.array([(a, b) for a in grid for b in grid])[:128]
    write_palette(
        AbBins(centres, np.full(128, 1 / 128, np.float32)), folder / "palette.safetensors"
    )
    options = TrainingOptions(
        head="classification",
        photos=[folder],
        out=folder / "out",
        palette=folder / "palette.safetensors",
        cache=folder / "cache",
        random_backbone=True,
        frozen_steps=0,
    )
    return Trainer(options)


def _timed(run: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        result = run(*arguments)
        times.append(time.perf_counter() - started)
        return result

    return timed
