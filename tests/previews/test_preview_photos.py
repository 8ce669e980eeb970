"""Odd photos in the PCA and palette previews, over real HTTP: a picture and its figures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from colorizer import open_photo
from colorizer.web.previews.preview_photo import PREVIEW_SIDE


def grey() -> Image.Image:
    ramp = np.tile(np.linspace(0, 255, 200, dtype=np.uint8), (150, 1))
    return Image.fromarray(ramp)


def tiny() -> Image.Image:
    return Image.fromarray(np.arange(16 * 16 * 3, dtype=np.uint32).reshape(16, 16, 3).astype("u1"))


def one_pixel() -> Image.Image:
    return Image.new("RGB", (1, 1), "teal")


def one_colour() -> Image.Image:
    return Image.new("RGB", (300, 200), "salmon")


def huge() -> Image.Image:
    y, x = np.ogrid[0:4000, 0:6000]
    bands = [(x // 40 + y // 40) % 256, (x // 30) % 256 + 0 * y, (y // 20) % 256 + 0 * x]
    return Image.fromarray(np.stack(bands, axis=-1).astype(np.uint8))


def transparent() -> Image.Image:
    rgba = np.zeros((90, 120, 4), np.uint8)
    rgba[..., 0] = np.arange(120)
    rgba[:, :60, 3] = 255
    rgba[:, 60:, 1] = 255  # hidden under alpha 0: must not count as a colour
    return Image.fromarray(rgba)


ODD = [grey, tiny, one_pixel, one_colour, huge, transparent]


@pytest.fixture(scope="module")
def client(page_url: str) -> Client:
    return Client(page_url, verbose=False)


@pytest.fixture(params=ODD, ids=lambda make: make.__name__)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, tuple[int, int]]:
    """An odd photo's file, and (height, width) of its preview."""
    make: Callable[[], Image.Image] = request.param
    image = make()
    image.save(tmp_path / "odd.png", compress_level=1)
    scale = min(1.0, PREVIEW_SIDE / max(image.size))
    return tmp_path / "odd.png", (round(image.height * scale), round(image.width * scale))


@pytest.mark.parametrize("method", ["rows", "patches"])
def test_odd_photo_is_rebuilt_at_its_preview_size(
    client: Client, odd: tuple[Path, tuple[int, int]], method: str
) -> None:
    file, size = odd
    picture, report = client.predict(handle_file(file), method, 98, api_name="/pca_preview")
    assert open_photo(picture).rgb.shape[:2] == size
    assert report["retained_variance"] >= 0.98
    assert 1 <= report["n_components"] <= report["n_total"]


@pytest.mark.parametrize("way", ["ab", "lab", "classifier"])
def test_odd_photo_has_a_palette(
    client: Client, odd: tuple[Path, tuple[int, int]], way: str
) -> None:
    file, size = odd
    picture, report = client.predict(handle_file(file), way, 50, api_name="/palette_preview")
    assert open_photo(picture).rgb.shape[:2] == size
    assert sum(report["shares"]) == pytest.approx(1.0)
    if way != "classifier":
        assert len(report["colours"]) <= 50


@pytest.mark.parametrize("make", [one_pixel, one_colour])
def test_one_colour_is_said_to_be_one(
    client: Client, tmp_path: Path, make: Callable[[], Image.Image]
) -> None:
    make().save(tmp_path / "one.png")
    file = handle_file(tmp_path / "one.png")
    _, palette = client.predict(file, "lab", 50, api_name="/palette_preview")
    _, components = client.predict(file, "rows", 98, api_name="/pca_preview")
    assert len(palette["colours"]) == 1
    assert components["n_components"] == 1


def test_hidden_colours_are_not_counted(client: Client, tmp_path: Path) -> None:
    transparent().save(tmp_path / "hidden.png")
    _, report = client.predict(
        handle_file(tmp_path / "hidden.png"), "lab", 256, api_name="/palette_preview"
    )
    green = [code for code in report["colours"] if code[3:5].lower() == "ff" and code[1:3] < "80"]
    assert not green
