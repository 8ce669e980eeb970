import shutil
from pathlib import Path

import pytest

from colorizer.model.checkpoint import load_checkpoint
from tests.train.test_dataset import write_photos
from train.dataset import open_cache
from train.tune_decoding import DecodingOptions, compare, main


@pytest.fixture
def folder(classification_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(classification_folder, tmp_path / "checkpoint"))


def test_lower_temperatures_are_more_vivid_on_the_same_network_runs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos(tmp_path / "photos", 3)
    monkeypatch.setattr("train.dataset.split_of", lambda content: "validation")
    options = DecodingOptions(
        folder,
        photos=[tmp_path / "photos"],
        temperatures=(0.05, 1.0),
        calibrations=(0.0,),
        chromas=(1.0, 0.5),
        sides=(64,),
    )
    cache = open_cache(options.photos, tmp_path / "cache", side=64)
    sharp, sharp_and_pale, mean, mean_and_pale = compare(options, cache)
    assert sharp.too_vivid > mean.too_vivid
    assert sharp.too_vivid > sharp_and_pale.too_vivid
    assert mean.too_vivid > mean_and_pale.too_vivid
    assert 0 < sharp.auc <= 100


def test_a_choice_is_written_into_the_checkpoint(folder: Path, tmp_path: Path) -> None:
    main([str(folder), "--photos", str(tmp_path), "--choose", "0.25", "0.75", "1.25"])
    decoding = load_checkpoint(folder).config.decoding
    assert (decoding.temperature, decoding.calibration, decoding.chroma) == (0.25, 0.75, 1.25)
