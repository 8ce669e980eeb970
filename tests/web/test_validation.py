"""No event makes the server fetch an address; that of an upload is as good as its path."""

from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio import processing_utils
from gradio_client import Client, handle_file
from PIL import Image

from colorizer import open_photo
from colorizer.web.temporary_files import temporary_folder


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that Gradio asks for; it gets no answer."""
    asked: list[str] = []

    async def get(url: str, **_: Any) -> httpx.Response:
        asked.append(url)
        raise httpx.ConnectError("the test answers nothing")

    monkeypatch.setattr(processing_utils.sh, "get", get)
    return asked


def uploaded(page_url: str, photo: Path) -> str:
    files = {"files": (photo.name, photo.read_bytes())}
    (path,) = httpx.post(f"{page_url}gradio_api/upload", files=files).json()
    return str(path)


@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.215.14/x.jpg", "https://example.org/x.jpg", "http://[", "http://a/\0",
        "http://127.0.0.1/gradio_api/file=/etc/passwd", "https://a/gradio_api/file=%2Fetc%2Fpasswd",
        "http://a/gradio_api/file=", "http://a/gradio_api/file=../../../etc/passwd",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["file", "model"])
def test_an_address_is_refused_with_a_sentence_and_not_asked(
    page_url: str, photo: Path, fetched: list[str], address: str, place: str
) -> None:
    named = {"path": address, "meta": {"_type": "gradio.FileData"}}
    given = (named, "regression") if place == "file" else (handle_file(photo), named)
    with pytest.raises(Exception, match="fetches no addresses"):
        Client(page_url, verbose=False).predict(*given, api_name="/colorize")
    assert fetched == []


def test_the_address_of_an_upload_is_taken_for_the_upload(
    page_url: str, photo: Path, fetched: list[str]
) -> None:
    address = f"{page_url}gradio_api/file={uploaded(page_url, photo)}"
    client = Client(page_url, verbose=False)
    result = client.predict(handle_file(address), "regression", api_name="/colorize")
    assert open_photo(result).rgb.shape == open_photo(photo).rgb.shape
    assert fetched == []


def test_a_link_that_leads_out_of_the_folder_is_not_followed(page_url: str, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    link = temporary_folder() / "link.jpg"
    link.symlink_to(tmp_path / "secret.jpg")
    try:
        with pytest.raises(Exception, match="fetches no addresses"):
            Client(page_url, verbose=False).predict(
                handle_file(f"{page_url}gradio_api/file={link}"), api_name="/colorize"
            )
    finally:
        link.unlink()
