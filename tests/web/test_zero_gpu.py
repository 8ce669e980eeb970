"""The app where graphics cards are lent: on ZeroGPU, as far as it can be told without one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from colorizer import Colorizer, open_photo
from colorizer.web.zero_gpu import gpu_pass, lent_card
from tests.support.clean_start import Started, started_app
from tests.support.source_tree import ROOT

ZERO_GPU = {
    "SYSTEM": "spaces", "SPACE_ID": "owner/colorizer", "SPACES_ZERO_GPU": "true",
    "PYTHONPATH": str(ROOT / "tests" / "support" / "zero_gpu"),
}  # fmt: skip


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.fixture
def without_study(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "none").mkdir()
    return {"COLORIZER_STUDY_PHOTOS": str(tmp_path / "none")}


@pytest.fixture(params=["cpu", "cuda"])
def started(
    request: pytest.FixtureRequest, tmp_path: Path, without_study: dict[str, str]
) -> Iterator[tuple[str, Started]]:
    environment = {**ZERO_GPU, **without_study, "COLORIZER_DEVICE": request.param}
    with started_app(ROOT, tmp_path, environment) as app:
        yield request.param, app


@pytest.mark.slow
def test_the_card_is_asked_for_at_the_start_and_used_where_it_is_wanted(
    started: tuple[str, Started], photo: Path
) -> None:
    device, app = started
    client = Client(app.url, verbose=False)
    result = client.predict(handle_file(photo), "regression", api_name="/colorize")
    said = [line for line in app.log.read_text().splitlines() if line.startswith("spaces: ")]
    assert said[:2] == [
        "spaces: imported before torch",
        "spaces: gpu_pass may have the card for 10 s",
    ]
    assert said[2:] == (["spaces: gpu_pass has the card"] if device == "cuda" else [])
    here = Colorizer.from_pretrained("regression").colorize(open_photo(photo))
    assert np.abs(open_photo(result).rgb.astype(int) - here.photo.rgb).max() <= 1


def test_elsewhere_no_card_is_lent() -> None:
    assert lent_card("cuda") is None
    assert lent_card("cpu") is None
    assert not hasattr(gpu_pass, "zerogpu")
