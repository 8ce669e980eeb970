import shutil
from pathlib import Path

import numpy as np
import pytest

from colorizer.model.checkpoint import load_checkpoint
from tests.train.test_dataset import write_photos
from train.tune_decoding import DecodingOptions, compare, main


@pytest.fixture
def folder(classification_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(classification_folder, tmp_path / "checkpoint"))


@pytest.fixture
def photos() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (64, 96, 3), dtype=np.uint8) for _ in range(3)]


def test_lower_temperatures_are_more_vivid(folder: Path, photos: list[np.ndarray]) -> None:
    options = DecodingOptions(
        folder, photos=[], sides=(64,), temperatures=(0.05, 1.0), powers=(1.0,), colourfulness=None
    )
    sharp, mean = compare(options, photos)
    assert sharp.too_vivid > mean.too_vivid
    assert 0 < sharp.auc <= 100


def test_decodings_are_compared_at_the_same_colourfulness(
    folder: Path, photos: list[np.ndarray]
) -> None:
    options = DecodingOptions(
        folder, photos=[], sides=(64,), temperatures=(0.05, 0.1), powers=(1.0, 1.5),
        colourfulness=-100.0,
    )  # fmt: skip
    results = compare(options, photos)
    assert np.ptp([each.too_vivid for each in results]) < 10


def test_a_choice_is_written_into_the_checkpoint(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos(tmp_path / "photos", 3)
    monkeypatch.setattr("train.dataset.split_of", lambda content: "validation")
    cache = ["--cache", str(tmp_path / "cache"), "--photos", str(tmp_path / "photos")]
    main(
        [str(folder), *cache, "--sides", "64", "--powers", "1.5", "--offsets", "1", "3", "--write"]
    )
    decoding = load_checkpoint(folder).config.decoding
    assert (decoding.side, decoding.offset, decoding.chroma_power) == (64, (1.0, 3.0), 1.5)
