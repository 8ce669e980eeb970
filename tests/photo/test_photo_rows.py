"""All 62 rows of the table of odd inputs have a case; limits hold whichever way a file comes."""

import ast
import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from colorizer import cli
from colorizer.photo.isolation import IsolatedDecoder
from colorizer.settings import Settings, read_settings
from tests.photo.test_bad_photos import ACCEPTED, REFUSED
from tests.support.page_protocol import EventError, Page
from tests.support.photo_bytes import encoded, picture
from tests.support.served_page import served_page

ROWS = range(1, 63)
ELSEWHERE = {
    15: "test_palette_transparency_becomes_alpha",
    16: "test_hidden_colour_is_never_shown",
    33: "test_pixel_limit_is_inclusive",
    37: "test_orientation_is_upright",
    40: "test_nothing_of_the_input_survives_but_its_pixels",
    42: "test_rgb_profile_is_converted",
    43: "test_grey_profile_is_converted",
    45: "test_cmyk_profile_is_converted",
    49: "test_content_decides_and_not_the_name",
    50: "test_content_decides_and_not_the_name",
    52: "test_names_of_uploads_lead_nowhere",
    56: "test_the_real_colours_are_kept_for_photos_that_have_them",
    57: "test_photo_with_fewer_pixels_than_colours_has_a_palette",
    58: "test_limits_are_the_same_whichever_way_a_file_comes",
    59: "test_row_8_and_20_the_place_in_the_queue_and_a_busy_page_are_told",
    61: "test_full_disk_leaves_the_old_file_and_no_other",
    62: "test_row_8_states_are_shown_and_cancel_frees_the_model",
}
TOO_MANY_BYTES = b"\xff\xd8\xff" + bytes(1 << 20)
TOO_MANY_PIXELS = encoded(Image.new("L", (1_200, 1_000)), "PNG")
TOO_LONG_SIDE = encoded(Image.new("L", (2_000, 100)), "PNG")
LIMITS = {
    "COLORIZER_MAX_MEGABYTES": "1",
    "COLORIZER_MAX_MEGAPIXELS": "1",
    "COLORIZER_MAX_SIDE": "1500",
}


def test_every_row_has_a_case() -> None:
    with_cases = {each.row for each in (*REFUSED, *ACCEPTED)} | set(ELSEWHERE)
    assert with_cases == set(ROWS)


def test_cases_elsewhere_are_there() -> None:
    tests = {
        node.name
        for file in (Path(__file__).parents[1]).rglob("test_*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    assert set(ELSEWHERE.values()) <= tests


@pytest.fixture(scope="module")
def strict_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("strict")
    (folder / "photos").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in LIMITS.items():
            environment.setenv(name, value)
        settings = Settings(
            database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder / "photos")
        )
    with served_page(settings, max_file_size=None) as url:  # only our own limits
        yield Client(url, verbose=False)


@pytest.mark.parametrize("way", ["upload", "decoder", "command line"])
@pytest.mark.parametrize(
    ("data", "says"),
    [(TOO_MANY_BYTES, "1 MB"), (TOO_MANY_PIXELS, "1 megapixels"), (TOO_LONG_SIDE, "1500 pixels")],
    ids=["bytes", "pixels", "side"],
)
def test_limits_are_the_same_whichever_way_a_file_comes(
    way: str,
    data: bytes,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    (tmp_path / "photo.png").write_bytes(data)
    for name, value in LIMITS.items():
        monkeypatch.setenv(name, value)
    if way == "command line":
        if "1500" in says:
            pytest.skip("the command line takes sides of any length")
        limits = ["--max-megabytes", "1", "--max-megapixels", "1"]
        assert cli.main([str(tmp_path / "photo.png"), "-q", *limits]) == cli.EXIT_NOTHING_DONE
        assert says in capsys.readouterr().err
        return
    if way == "decoder":
        decoder = IsolatedDecoder(read_settings().limits)
        with pytest.raises(ValueError, match=says):
            decoder.open_photo(tmp_path / "photo.png")
        return
    client: Client = request.getfixturevalue("strict_page")
    with pytest.raises(AppError, match=says):
        client.predict(handle_file(tmp_path / "photo.png"), "ab", 8, api_name="/palette_preview")


@pytest.mark.parametrize("field", ["path", "url"])
def test_events_carry_no_files(strict_page: Client, field: str) -> None:
    """A photo inside an event would pass by the limit on uploads."""
    small, large = encoded(picture(), "PNG"), TOO_MANY_BYTES
    with pytest.raises(EventError):
        asyncio.run(send_inside(strict_page.src, field, small))
    with pytest.raises(httpx.HTTPStatusError, match="413"):
        asyncio.run(send_inside(strict_page.src, field, large))


async def send_inside(url: str, field: str, data: bytes) -> None:
    address = "data:image/png;base64," + base64.b64encode(data).decode()
    file = {"path": "", "orig_name": "photo.png", "meta": {"_type": "gradio.FileData"}}
    page = Page(url)
    await page.open()
    try:
        await page.call("palette_preview", [file | {field: address}, "ab", 8])
    finally:
        await page.close()


def test_a_photo_within_strict_limits_is_taken(strict_page: Client, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(encoded(picture(), "PNG"))
    file = handle_file(tmp_path / "photo.png")
    assert strict_page.predict(file, "ab", 8, api_name="/palette_preview")[1]["colours"]
