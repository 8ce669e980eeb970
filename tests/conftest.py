"""Shared pictures and checkpoints, all made in memory."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from gradio.context import LocalContext

from colorizer.colour.ab_bins import AbBins
from colorizer.model.architecture import NetworkConfig
from colorizer.model.checkpoint import CheckpointConfig, DecodingConfig, save_checkpoint
from colorizer.model.network import ColorizationNetwork
from colorizer.settings import Settings
from tests.support.served_page import served_page

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

SMALL_DECODER = (16, 16, 16)
FIGURES = pytest.StashKey[list[tuple[str, str]]]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """`figures(name, value)` is printed when all tests have run, whatever became of them."""
    collected = request.config.stash.setdefault(FIGURES, [])
    return lambda name, value: collected.append((name, str(value)))


def pytest_sessionfinish() -> None:
    """Let warming up end: Python aborts when a thread is in the middle of a photo at its end."""
    for thread in threading.enumerate():
        if thread.name in ("study-host", "study-photos"):
            thread.join(20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    collected = terminalreporter.config.stash.get(FIGURES, [])
    if collected:
        terminalreporter.section("Reliability figures")
    for name, value in collected:
        terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def ab_bins() -> AbBins:
    """Nine colours on a grid, grey the most frequent."""
    grid = np.float32([-60.0, 0.0, 60.0])
    centres = np.array([(a, b) for a in grid for b in grid])
    prior = np.full(9, 0.05, np.float32)
    prior[4] = 0.6
    return AbBins(centres=centres, prior=prior)


def small_network(head: str, n_classes: int, *, seed: int = 0) -> ColorizationNetwork:
    """A Lite0 network with random weights and a thin decoder."""
    torch.manual_seed(seed)
    config = NetworkConfig(
        backbone="tf_efficientnet_lite0",
        head=head,  # type: ignore[arg-type]
        n_classes=n_classes,
        decoder_channels=SMALL_DECODER,
    )
    return ColorizationNetwork(config)


@pytest.fixture(scope="session")
def classification_folder(tmp_path_factory: pytest.TempPathFactory, ab_bins: AbBins) -> Path:
    """A saved classifier with random weights; the network sees 64 pixels."""
    network = small_network("classification", ab_bins.n_classes)
    config = CheckpointConfig("tiny", network.config, DecodingConfig(side=64))
    return save_checkpoint(tmp_path_factory.mktemp("classifier"), config, network, ab_bins)


@pytest.fixture(scope="session")
def regression_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved regressor with random weights; the network sees 64 pixels."""
    network = small_network("regression", 0)
    config = CheckpointConfig("tiny-regression", network.config, DecodingConfig(side=64))
    return save_checkpoint(tmp_path_factory.mktemp("regressor"), config, network, None)


@pytest.fixture(scope="session")
def colourful() -> np.ndarray:
    """uint8 (120, 180, 3): smooth colours, an edge and some texture."""
    y, x = np.mgrid[0:120, 0:180] / 180.0
    rgb = np.stack([x, y * 1.4, 1 - x], axis=-1)
    rgb[:, 90:] = rgb[:, 90:, ::-1]
    noise = np.random.default_rng(0).normal(0, 0.03, rgb.shape)
    return (np.clip(rgb + noise, 0, 1) * 255).astype(np.uint8)


@pytest.fixture(scope="session")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The running page, with the bundled models and a study without photos, on a free port."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "photos").mkdir()
    settings = Settings(
        database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder / "photos")
    )
    with served_page(settings) as url:
        yield url


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The root of a real disk of 256 kB, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk can be made by the superuser of Linux only")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def german_visitor() -> Iterator[None]:
    """The test runs as an event of somebody whose browser likes German best."""
    request = SimpleNamespace(headers={"accept-language": "de"})
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    yield
    LocalContext.request.reset(token)
