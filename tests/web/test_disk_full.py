"""The disk is full: every answer says so in a sentence. By HTTP, with real writes that fail."""

import asyncio
import resource
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.support.page_protocol import EventError, Page

STORE = "cannot store files at the moment"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process, which serves the page, may grow beyond a few bytes (EFBIG)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(autouse=True)
def errors_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test prints goes to a file as well, and that could not grow either."""
    monkeypatch.setattr(traceback, "print_exc", lambda *_, **__: None)


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_an_upload_is_answered_with_a_sentence(page_url: str, photo: Path) -> None:
    files = {"files": (photo.name, np.random.default_rng(0).bytes(2 << 20))}
    with full_disk():
        answer = httpx.post(f"{page_url}gradio_api/upload", files=files, timeout=60)
    assert (answer.status_code, STORE in answer.text) == (507, True)
    answer = httpx.post(f"{page_url}gradio_api/upload", files=files, timeout=60)
    assert answer.status_code == 200


def told(page_url: str, photo: Path) -> dict[str, str]:
    """What every event that writes a file says while none can be written, by its name."""

    async def ask() -> dict[str, str]:
        page = Page(page_url)
        await page.open()
        given = await page.upload(photo)
        components = {each["id"]: each for each in page.config["components"]}

        def usual(number: int) -> Any:
            kind = components[number]["type"]
            if kind == "gallery":
                return [{"image": given, "caption": None}]
            return given if kind == "file" else components[number]["props"].get("value")

        said: dict[str, str] = {}
        for event in page.config["dependencies"]:
            if not event["backend_fn"] or event["queue"] is False:
                continue
            try:
                await page.window().trigger(event["id"], [usual(n) for n in event["inputs"]])
            except EventError as error:
                said[str(event["api_name"])] = str(error)
        assert page.server_errors == 0
        await page.close()
        return said

    with full_disk():
        return asyncio.run(ask())


@pytest.fixture
def uploaded_before(page_url: str, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The photo is there already: only results are in want of room."""
    (path,) = httpx.post(
        f"{page_url}gradio_api/upload", files={"files": (photo.name, photo.read_bytes())}
    ).json()

    async def there(self: Page, file: Path) -> dict[str, Any]:
        return {"path": path, "orig_name": file.name, "meta": {"_type": "gradio.FileData"}}

    monkeypatch.setattr(Page, "upload", there)


@pytest.mark.usefixtures("uploaded_before")
def test_every_event_answers_with_a_sentence(page_url: str, photo: Path) -> None:
    said = told(page_url, photo)
    assert "None" not in said.values(), said
    writing = {"colorize", "chroma_layer", "certainty", "pca_preview", "palette_preview"}
    assert writing <= said.keys()
    assert sum(STORE in sentence for sentence in said.values()) >= 3  # others tell of the photo
