"""Every event of the page is an endpoint that anybody may call with anything, by real HTTP.

The answer is a result or an error: never a status of 5xx, a path of this machine or a traceback
of ours. Also where Gradio turns a value down before we see it, the sentence is ours.
"""

import asyncio
import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from colorizer.web.i18n import de
from tests.support.hub_models_support import away
from tests.support.page_protocol import EventError, Page
from tests.support.running_app import ROOT

FILE_DATA = {"_type": "gradio.FileData"}
SVG = "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload='alert(1)'/>").decode()


def file_data(path: str, **more: str) -> dict[str, Any]:
    return {"path": path, "meta": FILE_DATA, **more}


VALUES: list[Any] = [None, "x" * 10_000, "nan", True, -1, 1e308, 10**400, [], {"a": {"b": 1}}]
VALUES += ["../../etc/passwd", "owner/name"]
FILES = [
    file_data("/etc/passwd"),
    file_data(str(ROOT / "app.py")),
    file_data("../../../../etc/passwd"),
    file_data("\0"),
    file_data(""),
    file_data("http://127.0.0.1:9/x.jpg"),
    file_data("http://169.254.169.254/x.jpg", url="http://169.254.169.254/x.jpg"),
    file_data("x.jpg", url="file:///etc/passwd"),
    file_data("x.svg", url=SVG),
    file_data("x.jpg", url="data:image/jpeg;base64,AAAA"),
]
TRUSTED = ("state",)
"""Components whose values stay on the server, whatever a browser sends."""


GERMAN = [
    re.compile(re.sub(r"\\{[^{}]*\\}", ".*", re.escape(text)), re.DOTALL)
    for text in (
        *(text for text in vars(de).values() if isinstance(text, str)),
        *de.MESSAGES.values(),
    )
    if len(text) > 12
]


def is_german(sentence: str) -> bool:
    """Whether it is one of ours, whatever its fields are filled with."""
    return any(pattern.fullmatch(sentence) for pattern in GERMAN)


class Attacker:
    """Triggers every event with one argument made up and the others as the page sends them."""

    def __init__(self, page: Page, photo: dict[str, Any]) -> None:
        self._page, self._photo = page, photo
        self._components = {each["id"]: each for each in page.config["components"]}
        self.tried = 0
        self.told: list[str] = []

    async def try_everywhere(self, value: Any, kinds: tuple[str, ...]) -> None:
        """`kinds` of components get the value; a gallery gets it as its list and inside of it."""
        for event in self._different_events():
            usual = [self._usual(number) for number in event["inputs"]]
            for place, number in enumerate(event["inputs"]):
                kind = self._components[number]["type"]
                if kind in TRUSTED or (kinds and kind not in kinds):
                    continue
                for made_up in (value, [{"image": value, "caption": None}])[
                    : 1 + (kind == "gallery")
                ]:
                    await self._try(event, [*usual[:place], made_up, *usual[place + 1 :]])

    async def try_event_data(self, value: Any) -> None:
        """What a component tells with its event, such as the index of a tile."""
        for event in self._different_events():
            await self._try(event, [self._usual(number) for number in event["inputs"]], value)

    async def _try(self, event: dict[str, Any], data: list[Any], told: Any = None) -> None:
        self.tried += 1
        try:
            await self._page.window().trigger(event["id"], data, told)
        except EventError as error:
            self.told.append(str(error))

    def _different_events(self) -> Iterator[dict[str, Any]]:
        seen = set()
        for event in self._page.config["dependencies"]:
            name = (re.sub(r"_\d+$", "", str(event["api_name"])), tuple(event["inputs"]))
            if event["backend_fn"] and name not in seen:
                seen.add(name)
                yield event

    def _usual(self, number: int) -> Any:
        component = self._components[number]
        if component["type"] == "gallery":
            return [{"image": self._photo, "caption": None}]
        if component["type"] == "file":
            return self._photo
        return component["props"].get("value")


def attack(
    url: str, values: list[Any], photo: Path, *kinds: str, event_data: bool = False
) -> Attacker:
    async def run() -> Attacker:
        page = Page(url, language="de")
        await page.open()
        attacker = Attacker(page, await page.upload(photo))
        for value in values:
            if event_data:
                await attacker.try_event_data(value)
            await attacker.try_everywhere(value, kinds)
        assert page.server_errors == 0, page.statuses
        await page.close()
        return attacker

    return asyncio.run(run())


def check_nothing_was_told(attacker: Attacker, log: str) -> None:
    for sentence in attacker.told:
        assert is_german(sentence), sentence
        assert not [
            told for told in (str(ROOT), "Traceback", 'File "', "/usr/") if told in sentence
        ]
    assert f'File "{ROOT}/colorizer' not in log, log[-6000:]


@pytest.fixture(autouse=True)
def the_hub_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up owner/name is asked for on the Hub; not on the real one by a test."""
    away(monkeypatch)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tiny") / "tiny.png"
    Image.linear_gradient("L").resize((40, 32)).save(file)
    return file


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value!r:.30}")
def test_every_argument_of_every_event_may_be_made_up(
    page_url: str, value: Any, photo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    attacker = attack(page_url, [value], photo)
    assert attacker.tried >= 40
    check_nothing_was_told(attacker, "".join(capfd.readouterr()))


@pytest.mark.parametrize("value", FILES, ids=lambda value: f"{value['path']!r:.30}")
def test_files_that_were_never_sent_are_not_read(
    page_url: str, value: Any, photo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    attacker = attack(page_url, [value], photo, "file", "gallery")
    assert len(attacker.told) == attacker.tried >= 7
    check_nothing_was_told(attacker, "".join(capfd.readouterr()))


def test_what_components_tell_may_be_made_up(
    page_url: str, photo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    values = [None, [], {"index": "x"}, {"index": -1}, {"index": 1e9}, {"index": [0]}, "x" * 9999]
    attacker = attack(page_url, values, photo, "nothing", event_data=True)
    check_nothing_was_told(attacker, "".join(capfd.readouterr()))
