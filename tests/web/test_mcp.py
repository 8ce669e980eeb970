"""The endpoints as MCP tools, asked by the protocol's own client over HTTP."""

import ast
import asyncio
import base64
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from colorizer.photo import read_mark
from colorizer.settings import Settings
from colorizer.web import endpoint_texts, launch_options, mcp
from colorizer.web.fair_queue import Turns
from colorizer.web.temporary_files import temporary_folder
from tests.support.served_page import served_page

pytest.importorskip("mcp")
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import CallToolResult, Tool

TOOLS = {
    "colorize": endpoint_texts.COLORIZE,
    "variants": endpoint_texts.VARIANTS,
    "suggestions": endpoint_texts.SUGGESTIONS,
    "chroma_layer": endpoint_texts.CHROMA_LAYER,
    "certainty": endpoint_texts.CERTAINTY,
    "pca_preview": endpoint_texts.PCA,
    "palette_preview": endpoint_texts.PALETTE,
    "study_results": endpoint_texts.STUDY_RESULTS,
}


OWNER_KEY = "the key of the owner"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    settings = Settings(
        mcp=1,
        database_url=f"sqlite:///{folder}/votes.db",
        study_photos=str(folder),
        study_key=OWNER_KEY,
    )
    with served_page(settings) as address:
        yield address


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).convert("L").save(tmp_path / "photo.jpg", quality=95)
    return tmp_path / "photo.jpg"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[ClientSession]:
    async with (
        streamablehttp_client(f"{url}gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield session


async def _listed(url: str) -> list[Tool]:
    async with connected(url) as session:
        return (await session.list_tools()).tools


async def _called(url: str, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    async with connected(url) as session:
        return await session.call_tool(tool, arguments)


def call(url: str, tool: str, **arguments: Any) -> CallToolResult:
    return asyncio.run(_called(url, tool, arguments))


def words(result: CallToolResult) -> str:
    return " ".join(each.text for each in result.content if each.type == "text")


def copies(photo: Path, places: list[Path]) -> list[Path]:
    size, content = photo.stat().st_size, photo.read_bytes()
    alike = [each for each in places if each.is_file() and each.stat().st_size == size]
    return [each for each in alike if each.read_bytes() == content]


def inside(photo: Path) -> str:
    """The photo as a data address, as agents send it in a call."""
    return f"data:image/jpeg;base64,{base64.b64encode(photo.read_bytes()).decode()}"


def test_the_public_endpoints_are_tools_and_nothing_else(url: str) -> None:
    tools = {tool.name: tool for tool in asyncio.run(_listed(url))}
    assert tools.keys() == TOOLS.keys()
    for name, description in TOOLS.items():
        assert (tools[name].description or "").startswith(description)
    asked = tools["colorize"].inputSchema
    usual, guide = ["file", "model", "vividness", "warmth"], ["hints", "palette", "reference"]
    assert list(asked["properties"]) == [*usual, *guide, "strength", "variant"]
    assert asked["required"] == ["file"]


def test_a_photo_in_a_call_is_coloured(url: str, photo: Path) -> None:
    result = call(url, "colorize", file=inside(photo), model="regression", vividness=1.5)
    assert not result.isError
    (shown,) = (each for each in result.content if each.type == "image")
    picture = Image.open(BytesIO(base64.b64decode(shown.data)))
    assert picture.size == (180, 120)
    assert np.asarray(picture.convert("HSV"))[..., 1].mean() > 5  # grey was sent
    address = re.search(r"http\S+", words(result))
    assert address
    file = photo.with_name("answer.jpg")
    file.write_bytes(httpx.get(address[0]).raise_for_status().content)
    assert "regression" in (read_mark(file) or "")


def test_an_uploaded_photo_is_named_by_its_address(url: str, photo: Path) -> None:
    files = {"files": (photo.name, photo.read_bytes())}
    (path,) = httpx.post(f"{url}gradio_api/upload", files=files).json()
    result = call(url, "palette_preview", file=f"{url}gradio_api/file={path}", way="lab", number=4)
    assert not result.isError
    figures = words(result)
    assert len(set(re.findall(r"#[0-9a-f]{6}", figures))) == 4


def test_the_studys_results_come_as_figures(url: str) -> None:
    result = call(url, "study_results", key=OWNER_KEY)
    assert not result.isError
    assert ast.literal_eval(words(result))["participants"] == 0
    assert call(url, "study_results", key="somebody else's").isError


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"file": "/etc/passwd"}, "provide a url"),
        ({"file": "http://93.184.215.14/x.jpg"}, "fetches no addresses"),
        ({"file": "http://127.0.0.1/gradio_api/file=/etc/passwd"}, "fetches no addresses"),
        ({"file": "data:text/plain;base64,AAAA"}, "not a photo"),
        ({"file": "", "model": "classification"}, ""),
        ({}, "file"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    url: str, arguments: dict[str, Any], sentence: str
) -> None:
    result = call(url, "colorize", **arguments)
    assert result.isError
    assert sentence in words(result)
    assert "Traceback" not in words(result)


def test_the_model_of_a_call_is_checked(url: str, photo: Path) -> None:
    result = call(url, "colorize", file=inside(photo), model="../../etc")
    assert result.isError
    assert words(result).startswith("There is no model")


def test_photos_in_calls_lie_where_they_are_swept(url: str, photo: Path) -> None:
    Image.effect_noise((64, 48), 90).save(photo)
    assert not call(url, "certainty", file=inside(photo)).isError
    swept, default = temporary_folder(), Path(tempfile.gettempdir()) / "gradio"
    assert copies(photo, [*swept.rglob("*")])
    assert not copies(photo, [each for each in default.glob("*/*") if swept not in each.parents])


def test_a_call_too_large_for_an_event_is_turned_away(url: str) -> None:
    answer = httpx.post(f"{url}gradio_api/mcp/", content=b" " * (2 << 20))
    assert answer.status_code == 413


def test_a_call_counts_against_the_agents_own_address(
    url: str, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not against that of this machine, from which Gradio asks its own queue."""
    asked: list[str] = []
    visitor = Turns.visitor

    def noted(self: Turns, request: Any) -> str:
        asked.append(visitor(self, request))
        return asked[-1]

    monkeypatch.setattr(Turns, "visitor", noted)

    def elsewhere(**options: Any) -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(local_address="127.0.0.9")
        return httpx.AsyncClient(transport=transport, **options)

    async def call_from_elsewhere() -> CallToolResult:
        address = f"{url}gradio_api/mcp/"
        forged = {"x-forwarded-for": "203.0.113.5", "x-colorizer-caller": "x 203.0.113.5"}
        async with (
            streamablehttp_client(address, forged, httpx_client_factory=elsewhere) as (r, w, _),
            ClientSession(r, w) as session,
        ):
            await session.initialize()
            return await session.call_tool("colorize", {"file": inside(photo)})

    assert not asyncio.run(call_from_elsewhere()).isError
    assert asked == ["127.0.0.9"]


def test_without_the_setting_there_are_no_tools(page_url: str) -> None:
    assert not launch_options(Settings())["mcp_server"]
    assert httpx.post(f"{page_url}gradio_api/mcp/", json={}).status_code in (404, 405)


@pytest.mark.parametrize("version", [None, "2.3.0"])
def test_without_its_package_the_page_starts_and_says_what_is_missing(
    version: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def installed(name: str) -> str:
        if version is None:
            raise mcp.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(mcp.metadata, "version", installed)
    assert launch_options(Settings(mcp=1))["mcp_server"] is False
    assert "pip install 'gradio[mcp]'" in caplog.text
