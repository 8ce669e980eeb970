"""Colours by hand for programs: hints, palettes, references and variants over real HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from colorizer import open_photo
from colorizer.colour.lab import rgb_to_ab
from colorizer.errors import MESSAGES
from colorizer.photo import read_mark

HINT = {"x": 0.25, "y": 0.5, "colour": "#8a5a3c"}


@pytest.fixture(scope="module")
def client(page_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(page_url, verbose=False, download_files=tmp_path_factory.mktemp("answers"))
    yield client
    client.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory, colourful: np.ndarray) -> Any:
    folder = tmp_path_factory.mktemp("photo")
    Image.fromarray(colourful).save(folder / "colour.png")
    Image.fromarray(colourful).convert("L").save(folder / "grey.png")
    return handle_file(folder / "grey.png")


@pytest.fixture(scope="module")
def plain(client: Client, photo: Any) -> np.ndarray:
    return ab(client.predict(photo, api_name="/colorize"))


def ab(file: str) -> np.ndarray:
    return rgb_to_ab(open_photo(file).rgb)


def hints(*given: dict[str, Any]) -> str:
    return json.dumps({"hints": given})


def test_a_hint_gives_its_place_its_colour_and_the_mark_says_so(
    client: Client, photo: Any, plain: np.ndarray
) -> None:
    for model in ("classification", "regression"):
        answer = client.predict(photo, model, hints=hints(HINT), api_name="/colorize")
        given = rgb_to_ab(np.array([[[0x8A, 0x5A, 0x3C]]], np.uint8))[0, 0]
        assert np.linalg.norm(ab(answer)[60, 45] - given) < 4
        assert "chosen by a person" in (read_mark(Path(answer)) or "")
    assert np.linalg.norm(plain[60, 45] - given) > 8


def test_a_palette_and_a_reference_change_the_colours(
    client: Client, photo: Any, plain: np.ndarray
) -> None:
    palette = "#a04030, #c09080 30%"
    red = ab(client.predict(photo, palette=palette, api_name="/colorize"))
    assert red[..., 0].mean() > plain[..., 0].mean() + 3
    half = ab(client.predict(photo, palette=palette, strength=0.3, api_name="/colorize"))
    assert red[..., 0].mean() > half[..., 0].mean() > plain[..., 0].mean()
    like = handle_file(Path(photo["path"]).with_name("colour.png"))
    assert np.abs(ab(client.predict(photo, reference=like, api_name="/colorize")) - plain).max() > 2


def test_variants_are_what_colorize_makes_of_their_numbers(client: Client, photo: Any) -> None:
    answers = client.predict(photo, number=2, hints=hints(HINT), api_name="/variants")
    first, second = map(ab, answers)
    assert np.abs(first - second).max() > 2
    again = client.predict(photo, variant=2, hints=hints(HINT), api_name="/colorize")
    assert (ab(again) == second).all()


def test_five_colours_are_suggested(client: Client, photo: Any) -> None:
    for model in ("classification", "regression"):
        told = client.predict(photo, model, 0.2, 0.5, api_name="/suggestions")
        assert len(set(told["colours"])) == 5


def test_arguments_by_name_need_no_client(page_url: str, photo: Any) -> None:
    files = {"files": ("grey.png", Path(photo["path"]).read_bytes())}
    (path,) = httpx.post(f"{page_url}gradio_api/upload", files=files).json()
    asked = {"file": {"path": path, "meta": {"_type": "gradio.FileData"}}, "x": 0.1, "y": 0.1}
    call = f"{page_url}gradio_api/call"
    event = httpx.post(f"{call}/v2/suggestions", json=asked).json()["event_id"]
    assert "#" in httpx.get(f"{call}/v2/suggestions/{event}").text


GREY = "the photo itself, as a reference"
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("/colorize", {"hints": hints(HINT | {"x": 1.2})}, "bad_hint_place"),
    ("/colorize", {"hints": '{"type": "FeatureCollection"}'}, "bad_hints"),
    ("/colorize", {"hints": "<html>"}, "bad_hints"),
    ("/colorize", {"hints": hints(*[HINT] * 201)}, "too_many_hints"),
    ("/colorize", {"palette": "warm and sunny"}, "bad_palette"),
    ("/colorize", {"palette": "#aa3322" + " " * 200_000}, "bad_palette"),
    ("/colorize", {"palette": "/etc/hostname.css"}, "bad_palette"),
    ("/colorize", {"reference": GREY}, "colourless_reference"),
    ("/colorize", {"strength": 2.0}, "bad_strength"),
    ("/colorize", {"variant": 12}, "bad_variant"),
    ("/colorize", {"model": "regression", "palette": "#aa3322"}, "needs_classifier"),
    ("/variants", {"model": "regression"}, "needs_classifier"),
    ("/variants", {"number": 0}, "bad_variant"),
    ("/suggestions", {"x": -0.1}, "bad_hint_place"),
]


@pytest.mark.parametrize(
    ("endpoint", "arguments", "code"), BAD, ids=lambda value: str(value)[:40].strip()
)
def test_what_cannot_be_gets_one_clear_message(
    client: Client, photo: Any, endpoint: str, arguments: dict[str, Any], code: str
) -> None:
    given = {name: photo if value is GREY else value for name, value in arguments.items()}
    with pytest.raises(AppError) as refused:
        client.predict(file=photo, **given, api_name=endpoint)
    assert str(refused.value).startswith(MESSAGES[code].partition("{")[0])
