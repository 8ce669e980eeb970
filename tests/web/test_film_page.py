"""The Film tab over HTTP: films in, films out, bad files, bounds; nothing is read but the film."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from colorizer.film import isolation
from colorizer.film.reading import mark_of_file
from colorizer.settings import Settings
from colorizer.web import build_app, launch_options
from colorizer.web.temporary_files import temporary_folder
from tests.support.colorize_support import TinyDarkroom
from tests.support.page_protocol import EventError, Page
from tests.support.small_films import decoded, luma_of, scene, stamps_and_bytes, write_film

TOKEN = "ab" * 16
SETTINGS = ["classification", 1.0, 0.0]


@pytest.fixture(scope="module")
def url(
    tmp_path_factory: pytest.TempPathFactory, classification_folder: Path, regression_folder: Path
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("films")
    settings = Settings(
        database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder),
        film_seconds=2, address_runs=1,
    )  # fmt: skip
    service = TinyDarkroom(classification_folder, regression_folder)
    app = build_app(settings, service=service)
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    yield url
    app.close()


@asynccontextmanager
async def opened(url: str, language: str = "en") -> AsyncIterator[Page]:
    page = Page(url, language=language)
    await page.open()
    yield page
    await page.close()


def event_of(page: Page, element: str, name: str) -> int:
    target = [page._component(element), name]
    (number,) = (e["id"] for e in page.config["dependencies"] if target in e["targets"])
    return int(number)


async def drop(page: Page, file: Path, *, token: str = TOKEN) -> list[Any]:
    """Drop a film as the page's script does; the last updates of player, words, …"""
    path = (await page.upload(file))["path"]
    told = {"photo": {"name": file.name, "path": path}}
    return await page.trigger(event_of(page, "film", "upload"), [token, *SETTINGS], told)


def on_page(url: str, act: Callable[[Page], Awaitable[Any]], language: str = "en") -> Any:
    async def run() -> Any:
        async with opened(url, language) as page:
            answer = await act(page)
            assert page.server_errors == 0
            return answer

    return asyncio.run(run())


def film_processes() -> list[psutil.Process]:
    return [
        each for each in psutil.Process().children()
        if each.status() != psutil.STATUS_ZOMBIE and "colorizer.film.confined" in each.cmdline()
    ]  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_film_comes_back_in_colour_with_its_sound(url: str, tmp_path: Path) -> None:
    source = write_film(tmp_path / "my film.mp4", scene(30), sound=True)
    player, said, again, cancel, kept = on_page(url, lambda page: drop(page, source))
    assert said == "Your film is coloured."
    assert (again["visible"], cancel["visible"], kept["visible"]) == (True, False, True)
    assert player["name"] == "my film-colour.mp4"
    answer = httpx.get(url + player["src"])
    assert answer.headers["content-type"] == "video/mp4"
    part = httpx.get(url + player["src"], headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])
    result = tmp_path / "result.mp4"
    result.write_bytes(answer.content)
    assert stamps_and_bytes(result, "audio") == stamps_and_bytes(source, "audio")
    assert len(decoded(result)) == 30
    assert abs(luma_of(decoded(result)[0]).astype(float) - scene(1)[0]).mean() < 2
    assert "tiny" in (mark_of_file(result) or "")


def test_a_longer_film_is_cut_and_it_is_said_in_the_visitors_language(
    url: str, tmp_path: Path
) -> None:
    source = write_film(tmp_path / "film.mp4", scene(60))
    said = on_page(url, lambda page: drop(page, source), "de")[1]
    assert said.startswith("Dein Film ist eingefärbt.")
    assert "Nur die ersten 2 Sekunden" in said


def test_lists_of_other_files_read_none_and_no_address(url: str, tmp_path: Path) -> None:
    """What FFmpeg would make of them: other files of the machine, addresses of its network."""
    inside = write_film(tmp_path / "inside.mp4", scene(5))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"
        lists = {
            "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n",
            "file.mp4": f"#EXTM3U\n#EXTINF:9,\nfile://{inside}\n#EXT-X-ENDLIST\n",
            "concat.mkv": f"ffconcat version 1.0\nfile '{inside}'\n",
            "dash.mp4": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>'
            f"<BaseURL>{address}</BaseURL></Period></MPD>",
            "sdp.mov": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n"
            f"t=0 0\nm=video {server.getsockname()[1]} RTP/AVP 96\n",
            "text.mp4": "no film",
            "page.webm": "<html><script>alert(1)</script>",
        }
        for name, content in lists.items():
            file = tmp_path / name
            file.write_text(content)
            player, said, *_ = on_page(url, lambda page, file=file: drop(page, file))
            assert player is None, name
            assert said.startswith("This is not a film that can be read"), name
            assert str(tmp_path) not in said
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "told",
    [
        {"photo": {"name": "x.jpg", "refused": "no_film"}},
        {"photo": {"name": "x.mp4", "refused": "size"}},
        {"photo": {"name": "x.mp4", "file": "/etc/passwd"}},
        None,
        {"photo": 7},
    ],
)
def test_what_was_not_sent_is_not_coloured(url: str, told: Any) -> None:
    async def tell(page: Page) -> list[Any]:
        return await page.trigger(event_of(page, "film", "upload"), ["cd" * 16, *SETTINGS], told)

    player, said, *_ = on_page(url, tell)
    assert player is None
    refused = (told or {}).get("photo")
    refused = refused.get("refused") if isinstance(refused, dict) else None
    expected = {"no_film": "This is not a film: ", "size": "This file is too large"}
    assert expected[refused] in said if refused else "film" not in str(said).lower()


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        (["painter", 1.0, 0.0], ""),
        (["classification", 9.0, 0.0], ""),
        (SETTINGS, "/etc/passwd"),
        (SETTINGS, "http://127.0.0.1:9/x.mp4"),
    ],
)
def test_settings_and_paths_that_cannot_be_are_refused(
    url: str, tmp_path: Path, settings: list[Any], path: str
) -> None:
    source = write_film(tmp_path / "film.mp4", scene(3))

    async def ask(page: Page) -> list[Any]:
        told = {"name": "film.mp4", "path": path or (await page.upload(source))["path"]}
        return await page.trigger(
            event_of(page, "film", "upload"), ["12" * 16, *settings], {"photo": told}
        )

    player = None
    with suppress(EventError):
        player, *_ = on_page(url, ask)
    assert player is None
    assert film_processes() == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key frame takes a second, so that a film of 50 frames takes some."""
    look = TinyDarkroom.predict

    def wait(self: TinyDarkroom, *arguments: Any) -> Any:
        time.sleep(1)
        return look(self, *arguments)

    monkeypatch.setattr(TinyDarkroom, "predict", wait)


@pytest.mark.usefixtures("slow")
def test_one_address_has_its_runs_and_cancelling_ends_the_process(url: str, tmp_path: Path) -> None:
    source = write_film(tmp_path / "film.mp4", scene(50))
    other = write_film(tmp_path / "other.mp4", scene(51))

    async def both(page: Page) -> list[Any]:
        running = asyncio.create_task(drop(page, source))
        while not film_processes():
            await asyncio.sleep(0.05)
        second = page.window()
        with pytest.raises(EventError, match="still being coloured"):
            await drop(second, other, token="ef" * 16)
        await page.window().click("film-cancel", [TOKEN])
        return await running

    player, said, again, *_ = on_page(url, both)
    assert player is None
    assert said == "It was stopped, and nothing is left of it."
    assert again["visible"]
    wait_for(lambda: not film_processes())


@pytest.mark.usefixtures("slow")
def test_who_leaves_leaves_no_process(url: str, tmp_path: Path) -> None:
    source = write_film(tmp_path / "film.mp4", scene(50))

    async def leave(page: Page) -> None:
        running = asyncio.create_task(drop(page, source))
        while not film_processes():
            await asyncio.sleep(0.05)
        running.cancel()

    on_page(url, leave)
    wait_for(lambda: not film_processes())


def test_deleting_and_another_film_leave_no_file(url: str, tmp_path: Path) -> None:
    def kept() -> list[str]:
        found = [each for each in temporary_folder().rglob("*.mp4") if "left" in each.name]
        return sorted(each.name for each in found)

    first = write_film(tmp_path / "left one.mp4", scene(3))
    second = write_film(tmp_path / "left two.mp4", scene(4))
    on_page(url, lambda page: drop(page, first))
    assert kept() == ["left one-colour.mp4", "left one.mp4"]
    on_page(url, lambda page: drop(page, second))
    assert kept() == ["left two-colour.mp4", "left two.mp4"]
    on_page(url, lambda page: drop(page, second))
    assert kept() == ["left two-colour.mp4", "left two.mp4"]
    player, said, _, _, row = on_page(url, lambda page: page.click("film-forget", [TOKEN]))
    assert (player, row["visible"]) == (None, False)
    assert said == "The film and everything made of it are deleted."
    assert kept() == []


def elements(settings: Settings) -> set[str]:
    components = build_app(settings).get_config_file()["components"]
    return {str(each["props"].get("elem_id")) for each in components}


def test_no_films_where_none_are_wanted_or_can_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/votes.db", study_photos=str(tmp_path))
    assert "tab-film" in elements(settings)
    assert "tab-film" not in elements(settings.model_copy(update={"film_seconds": 0}))
    monkeypatch.setattr(isolation, "find_spec", lambda name: None)
    assert "tab-film" not in elements(settings)
