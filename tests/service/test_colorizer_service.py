from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import Adjustments
from colorizer.errors import CheckpointError
from colorizer.photo import PhotoError, PhotoLimits, open_photo
from colorizer.service.colorizer_service import ColorizerService


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def count_runs(service: ColorizerService, model: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    runs: list[int] = []
    colorizer = service.colorizer(model)
    network = colorizer.network
    monkeypatch.setattr(colorizer, "network", lambda L: runs.append(1) or network(L))
    return runs


def test_the_network_runs_once_for_a_photo(
    photo: Path, regression_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, model = ColorizerService(), str(regression_folder)
    runs = count_runs(service, model, monkeypatch)
    preview = service.preview(photo, model, Adjustments(vividness=0.7), long_side=90)
    result = service.colorize(photo, model, Adjustments(vividness=1.4))
    assert len(runs) == 1
    assert preview.before.shape == preview.after.shape == (60, 90, 3)
    assert result.photo.rgb.shape == (120, 180, 3)


def test_a_copy_under_another_name_is_recognised(
    photo: Path, regression_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, model = ColorizerService(), str(regression_folder)
    runs = count_runs(service, model, monkeypatch)
    copy = photo.with_name("copy.png")
    copy.write_bytes(photo.read_bytes())
    service.colorize(photo, model)
    service.colorize(copy, model)
    assert len(runs) == 1


def test_what_is_kept_is_bounded(
    tmp_path: Path, colourful: np.ndarray, regression_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, model = ColorizerService(max_bytes=100_000), str(regression_folder)
    runs = count_runs(service, model, monkeypatch)
    for shift in (0, 1, 0):
        file = tmp_path / f"{shift}.png"
        Image.fromarray(np.roll(colourful, shift, axis=0)).save(file)
        service.colorize(file, model)
    assert len(runs) == 3


def test_a_preview_is_never_larger_than_the_photo(photo: Path, regression_folder: Path) -> None:
    preview = ColorizerService().preview(photo, str(regression_folder), long_side=5000)
    assert preview.after.shape == (120, 180, 3)


def test_the_real_colours_are_kept_for_photos_that_have_them(
    photo: Path, tmp_path: Path, colourful: np.ndarray, regression_folder: Path
) -> None:
    service, model = ColorizerService(), str(regression_folder)
    preview = service.preview(photo, model, long_side=90)
    assert preview.real is not None
    assert preview.real.shape == preview.after.shape
    Image.fromarray(colourful).convert("L").save(tmp_path / "grey.png")
    assert service.preview(tmp_path / "grey.png", model, long_side=90).real is None


def test_warmth_reaches_screen_and_file(photo: Path, regression_folder: Path) -> None:
    service, model = ColorizerService(), str(regression_folder)
    previews = [
        service.preview(photo, model, Adjustments(warmth=w), long_side=90).after for w in (-1, 1)
    ]
    files = [service.colorize(photo, model, Adjustments(warmth=w)).photo.rgb for w in (-1, 1)]
    for cool, warm in (previews, files):
        assert warm[..., 2].mean() < cool[..., 2].mean() - 5


def test_certainty_comes_from_the_classifier_only(
    photo: Path, classification_folder: Path, regression_folder: Path
) -> None:
    service = ColorizerService()
    assert service.certainty(photo, str(regression_folder)) is None
    assert service.certainty(photo, str(classification_folder)) is not None


def test_a_model_is_loaded_by_its_first_photo(photo: Path, regression_folder: Path) -> None:
    service, model = ColorizerService(), str(regression_folder)
    assert not service.is_loaded(model)
    service.colorize(photo, model)
    assert service.is_loaded(model)


def test_a_photo_that_was_deleted_is_refused_in_a_sentence(
    photo: Path, regression_folder: Path
) -> None:
    photo.unlink()
    with pytest.raises(PhotoError, match="not there any more"):
        ColorizerService().preview(photo, str(regression_folder), long_side=90)


def test_limits_and_models_are_checked(photo: Path, regression_folder: Path) -> None:
    strict = ColorizerService(open_photo=partial(open_photo, limits=PhotoLimits(max_pixels=100)))
    with pytest.raises(PhotoError):
        strict.colorize(photo, str(regression_folder))
    with pytest.raises(CheckpointError):
        strict.colorize(photo, "no-such-model")


def test_grey_of_sixteen_bits_is_not_kept(tmp_path: Path, regression_folder: Path) -> None:
    """It would take two thirds more than the bound on kept photos counts."""
    levels = np.arange(60 * 80, dtype=np.uint16).reshape(60, 80) * 13
    Image.fromarray(levels).save(tmp_path / "scan.tif")
    assert open_photo(tmp_path / "scan.tif").grey16 is not None
    service = ColorizerService()
    kept = service.prediction(tmp_path / "scan.tif", str(regression_folder))
    assert kept.photo.grey16 is None
