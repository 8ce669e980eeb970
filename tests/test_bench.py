"""What `make bench` computes from its samples; it times nothing here."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.bench import TARGETS, Target
from benchmarks.eccv16 import BINS, eccv16
from benchmarks.measuring import Figure, interleaved, ratio, total
from benchmarks.photo_parts import MODEL, PhotoRun
from benchmarks.pictures import jpeg, write_folder
from colorizer import Colorizer


def test_the_published_architecture_has_its_size() -> None:
    network = eccv16()
    with torch.inference_mode():
        ab = network(torch.rand(1, 1, 64, 96) * 100)
    assert ab.shape == (1, 2, 64, 96)
    weights = sum(tensor.numel() for tensor in network.parameters())
    assert weights == pytest.approx(32.24e6, rel=1e-3)  # as model zoos state it
    assert any(m.out_channels == BINS for m in network if isinstance(m, torch.nn.Conv2d))


def test_runs_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    figures = interleaved(
        {"a": lambda: order.append("a"), "b": lambda: time.sleep(0.002)}, rounds=3
    )
    assert order == ["a"] * 4
    assert [len(figure.samples) for figure in figures] == [3, 3]
    assert min(figures[1].samples) >= 2.0  # ms


def test_ratios_and_sums_are_taken_round_by_round() -> None:
    slow, fast = Figure("slow", "ms", (10.0, 40.0, 20.0)), Figure("fast", "ms", (5.0, 10.0, 10.0))
    assert ratio("r", slow, fast).samples == (2.0, 4.0, 2.0)
    assert ratio("r", slow, fast).median == 2.0
    assert total("t", [slow, fast]).samples == (15.0, 50.0, 30.0)
    assert slow.as_json() == {"unit": "ms", "median": 20, "min": 10, "max": 40, "rounds": 3}


def test_a_target_is_met_at_its_bound() -> None:
    at_most, at_least = Target("w", "f", at_most=2.5), Target("w", "f", at_least=15)
    assert at_most.is_met(2.5)
    assert not at_most.is_met(2.51)
    assert at_least.is_met(15)
    assert not at_least.is_met(14.9)


def test_every_target_has_one_bound() -> None:
    for target in TARGETS:
        assert (target.at_most is None) != (target.at_least is None), target


@pytest.mark.parametrize(("kind", "mode"), [("grey", "L"), ("colour", "RGB")])
def test_test_photos_are_as_large_as_they_say(kind: str, mode: str) -> None:
    data = jpeg(0.3, kind)  # type: ignore[arg-type]
    image = Image.open(io.BytesIO(data))
    assert image.mode == mode
    assert image.width * image.height == pytest.approx(0.3e6, rel=0.01)
    assert 0.2 < len(data) / 0.3e6 < 0.6  # bytes a pixel, as a camera's


def test_photos_of_a_folder_differ(tmp_path: object) -> None:
    files = write_folder(tmp_path, 3, megapixels=0.02, kind="grey")  # type: ignore[arg-type]
    pictures = {np.asarray(Image.open(file)).tobytes() for file in files}
    assert len(pictures) == 3


def test_every_stage_of_a_photo_runs_by_itself(tmp_path: Path) -> None:
    run = PhotoRun(Colorizer.from_pretrained(MODEL), 0.02, "colour", tmp_path)
    for stage in run.stages().values():
        stage()
    assert run.coloured.rgb.shape == run.photo.rgb.shape
    assert run.target.is_file()
