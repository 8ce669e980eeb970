"""The page as programs see it, over real HTTP, with the bundled models."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from colorizer import open_photo
from colorizer.photo import read_mark
from colorizer.settings import Settings
from colorizer.web import build_app, launch_options
from colorizer.web.figures import curve_svg
from colorizer.web.photo_drop import markdown_name, shown_name


@pytest.fixture(scope="module")
def client(page_url: str) -> Client:
    return Client(page_url, verbose=False)


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "my photo.jpg", quality=95)
    return tmp_path / "my photo.jpg"


@pytest.mark.parametrize("model", ["classification", "regression"])
def test_colorize_returns_the_photo_in_colour(client: Client, photo: Path, model: str) -> None:
    result = client.predict(handle_file(photo), model, 1.0, api_name="/colorize")
    coloured = open_photo(result)
    assert (coloured.width, coloured.height, coloured.format) == (180, 120, "JPEG")
    assert Path(result).name == "my photo-colour.jpg"
    assert model in (read_mark(result) or "")


@pytest.mark.parametrize(
    ("model", "vividness", "sentence"),
    [
        ("painter", 1.0, "no model"),
        ("../../etc", 1.0, "no model"),
        ("regression", 7.0, "between 0 and 3"),
        ("regression", -1.0, "between 0 and 3"),
        ("regression", None, "between 0 and 3"),
    ],
)
def test_colorize_refuses_with_a_sentence(
    client: Client, photo: Path, model: str, vividness: float | None, sentence: str
) -> None:
    for name in ("/colorize", "/chroma_layer"):
        with pytest.raises(Exception, match=sentence):
            client.predict(handle_file(photo), model, vividness, 0.0, api_name=name)


@pytest.mark.parametrize("warmth", [-1.5, 2.0, None])
def test_impossible_warmths_are_refused_with_a_sentence(
    client: Client, photo: Path, warmth: float | None
) -> None:
    with pytest.raises(Exception, match="Warmth must be between -1 and 1"):
        client.predict(handle_file(photo), "regression", 1.0, warmth, api_name="/colorize")


def test_warmth_makes_the_photo_warmer(client: Client, photo: Path) -> None:
    cool, warm = (
        open_photo(
            client.predict(handle_file(photo), "regression", 1.0, warmth, api_name="/colorize")
        ).rgb
        for warmth in (-1.0, 1.0)
    )
    assert warm[..., 2].mean() < cool[..., 2].mean() - 5


def test_arguments_but_the_photo_may_be_left_out(client: Client, photo: Path) -> None:
    for name in ("/colorize", "/chroma_layer", "/certainty", "/variants", "/suggestions"):
        client.predict(file=handle_file(photo), api_name=name)


def test_chroma_layer_returns_a_transparent_png(client: Client, photo: Path) -> None:
    result = client.predict(handle_file(photo), "classification", api_name="/chroma_layer")
    layer = open_photo(result)
    assert (layer.width, layer.height, layer.format) == (180, 120, "PNG")
    assert layer.alpha is not None
    assert Path(result).name == "my photo-colour-layer.png"


def test_certainty_returns_a_map_and_its_figures(client: Client, photo: Path) -> None:
    picture, report = client.predict(handle_file(photo), "classification", api_name="/certainty")
    assert open_photo(picture).rgb.shape == (120, 180, 3)
    places = [report[f"colours_at_{name}_places"] for name in ("surest", "typical", "least_sure")]
    assert 1 <= places[0] <= places[1] <= places[2] <= report["colours_of_the_model"]


def test_certainty_of_the_regressor_is_refused_with_a_sentence(client: Client, photo: Path) -> None:
    with pytest.raises(Exception, match="cannot tell how sure"):
        client.predict(handle_file(photo), "regression", api_name="/certainty")


@pytest.mark.parametrize("way", ["/colorize", "/chroma_layer", "/certainty"])
def test_row_12_place_and_camera_do_not_come_along(
    client: Client, way: str, tmp_path: Path, colourful: np.ndarray
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A telling camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 7.0)
    file = tmp_path / "from-home.jpg"
    Image.fromarray(colourful).save(file, exif=exif, comment=b"A telling comment")
    assert b"telling" in file.read_bytes()
    answer = client.predict(handle_file(file), api_name=way)
    result = Path(answer[0] if isinstance(answer, tuple) else answer)
    assert b"telling" not in result.read_bytes()
    with Image.open(result) as image:
        assert not image.getexif().get_ifd(0x8825)


def test_row_16_every_endpoint_says_what_it_does_and_how_it_is_called(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for name, endpoint in named.items():
        assert len(endpoint["description"]) > 40, name
        for argument in endpoint["parameters"]:
            assert argument["parameter_name"].islower(), name
            assert argument["python_type"]["type"] not in ("", "Any"), name
            said = argument["parameter_name"] == "file" or argument["parameter_has_default"]
            assert said, f"{name} cannot be called without {argument['parameter_name']}"


def test_a_file_that_is_no_photo_is_refused_with_its_sentence(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "fake.jpg").write_text("<html>hello</html>")
    with pytest.raises(Exception, match="photo"):
        client.predict(handle_file(tmp_path / "fake.jpg"), "regression", 1.0, api_name="/colorize")


def test_pca_preview_reports_what_it_kept(client: Client, photo: Path) -> None:
    picture, report = client.predict(handle_file(photo), "rows", 98, api_name="/pca_preview")
    assert open_photo(picture).rgb.shape == (120, 180, 3)
    assert report["retained_variance"] >= 0.98
    assert report["summary"].startswith("98")


def test_palette_preview_returns_its_colours(client: Client, photo: Path) -> None:
    picture, report = client.predict(handle_file(photo), "lab", 7, api_name="/palette_preview")
    shown = np.unique(open_photo(picture).rgb.reshape(-1, 3), axis=0)
    assert len(shown) == len(report["colours"]) == 7
    assert sum(report["shares"]) == pytest.approx(1.0)


def test_only_the_named_endpoints_are_offered(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    colouring = {"/colorize", "/chroma_layer", "/certainty", "/variants", "/suggestions"}
    assert set(named) == {*colouring, "/pca_preview", "/palette_preview", "/study_results"}


def test_row_19_the_app_starts_in_an_empty_environment(tmp_path: Path) -> None:
    code = (
        "import httpx2\nimport app\n"
        "_, url, _ = app.demo.launch(prevent_thread_lock=True, quiet=True, "
        "**app.launch_options(app.settings))\n"
        "assert 'Colorizer' in httpx2.get(url).text\n"
        "app.demo.close()"
    )
    empty = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], env=empty, cwd=root, check=True, timeout=240)


def test_the_page_starts_without_models_or_environment() -> None:
    app = build_app(Settings())
    assert app.title == "Colorizer"
    assert launch_options(Settings())["enable_monitoring"] is False


def test_names_cannot_carry_markup() -> None:
    assert shown_name("<img src=x>.png") == "·img src·x·.png"
    assert markdown_name("a [1] *b*<i>.png") == "a &#91;1&#93; &#42;b&#42;&#60;i&#62;.png"


def test_a_curve_marks_the_chosen_point() -> None:
    svg = curve_svg([1, 2, 4], [50, 80, 100], chosen=1, title="t", x_label="x", y_label="y")
    assert svg.count("<circle") == 1
    assert ">2: 80</text>" in svg
    for tick in ("0", "1", "2", "3", "4", "20", "100"):
        assert f">{tick}</text>" in svg, tick
