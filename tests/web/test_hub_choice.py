"""Another model than the bundled ones, from a loopback Hub: at the endpoint and on the page."""

import json
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Browser, expect

from colorizer.model.checkpoint import CONFIG_FILE
from colorizer.photo import read_mark
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web.colorize.hub_choice import HubChoice
from colorizer.web.colorize.page import ColorizePage
from colorizer.web.colorize.stage_view import StageView
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.fair_queue import Turns
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.hub_models_support import away, visitors_hub
from tests.support.hub_state import Hub
from tests.support.served_page import served_page

pytest_plugins = ["tests.support.browser_support"]

NAME = "owner/tiny"
HOSTILE = "owner/hostile"
COSTLY = "owner/costly"


@pytest.fixture(scope="module")
def hub(classification_folder: Path) -> Iterator[Hub]:
    files = {file.name: file.read_bytes() for file in classification_folder.iterdir()}
    with visitors_hub() as served:
        served.add(NAME, files)
        served.add(HOSTILE, {**files, CONFIG_FILE: described(files, n_classes=10**9)})
        served.add(
            COSTLY, {**files, CONFIG_FILE: described(files, decoder_channels=[1024] * 3, side=512)}
        )
        yield served


def described(files: dict[str, bytes], *, side: int = 192, **network: object) -> bytes:
    """The configuration of a checkpoint, with another network, which sees `side` pixels."""
    config = json.loads(files[CONFIG_FILE])
    config["network"] |= network
    config["decoding"]["side"] = side
    return json.dumps(config).encode()


@pytest.fixture(scope="module")
def url(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "photos").mkdir()
    settings = Settings(
        database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder / "photos")
    )
    with served_page(settings) as address:
        yield address


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_programs_name_a_model_on_the_hub(url: str, photo: Path) -> None:
    client = Client(url, verbose=False)
    result = client.predict(handle_file(photo), NAME, api_name="/colorize")
    assert Path(result).name == "photo-colour.png"
    assert "model tiny" in (read_mark(result) or "")
    layer = client.predict(handle_file(photo), NAME, api_name="/chroma_layer")
    assert Path(layer).name == "photo-colour-layer.png"
    _, figures = client.predict(handle_file(photo), NAME, api_name="/certainty")
    assert figures["colours_of_the_model"] == 9


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("owner/missing", "no model 'owner/missing' that you may read"),
        (HOSTILE, "does not describe a network"),
        (COSTLY, "one photo could take"),
        ("assets/../assets", "There is no model"),
        ("http://127.0.0.1/x", "There is no model"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    url: str, photo: Path, model: str, sentence: str
) -> None:
    with pytest.raises(Exception, match=sentence):
        Client(url, verbose=False).predict(handle_file(photo), model, api_name="/colorize")


def test_what_costs_too_much_is_refused_before_its_weights_are_asked_for(
    url: str, hub: Hub, photo: Path
) -> None:
    hub.requests.clear()
    with pytest.raises(Exception, match="at most"):
        Client(url, verbose=False).predict(handle_file(photo), COSTLY, api_name="/colorize")
    asked = [request for request in hub.requests if "/resolve/" in request]
    assert asked
    assert not [request for request in asked if request.endswith("safetensors")]


def test_a_hub_that_is_away_is_a_sentence_and_bundled_models_go_on(
    url: str, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away(monkeypatch)
    client = Client(url, verbose=False)
    with pytest.raises(Exception, match="The Hub cannot be reached"):
        client.predict(handle_file(photo), "owner/other", api_name="/colorize")
    assert client.predict(handle_file(photo), "regression", api_name="/colorize")


def hub_choice(service: ColorizerService) -> HubChoice:
    visits = Visits(lambda: Visit("classification", None))
    stage = StageView(service, visits, [], ["classification"], long_side=90)
    return HubChoice(service, visits, stage, ["classification"])


@pytest.mark.parametrize("name", ["", None, "classification", "../secret", "a/b/c"])
def test_the_page_takes_names_on_the_hub_only(name: str | None) -> None:
    with pytest.raises(gr.Error, match="owner/name"):
        hub_choice(ColorizerService(hub_models=1)).use("", name)


def test_where_it_is_turned_off_nothing_is_asked_for(hub: Hub) -> None:
    service = ColorizerService()
    hub.requests.clear()
    assert not service.offers(NAME)
    with pytest.raises(gr.Error, match="owner/name"):
        hub_choice(service).use("", NAME)
    assert not hub.requests
    with gr.Blocks() as app:
        ColorizePage(service, Turns(), Settings(hub_models=0), DownloadFolder()).build()
    (fold,) = [b for b in app.blocks.values() if getattr(b, "elem_id", "") == "other-model"]
    assert not fold.visible


@needs_chromium
@pytest.mark.browser
def test_a_visitor_looks_at_the_example_through_a_model_on_the_hub(
    url: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(url)
    page.get_by_text("Another model").click()
    page.locator("#hub-model input, #hub-model textarea").fill("owner/missing")
    page.locator("#use-hub-model").click()
    expect(page.get_by_text("no model 'owner/missing' that you may read")).to_be_visible()
    page.locator("#hub-model input, #hub-model textarea").click()  # nothing covers what was typed
    page.locator("#hub-model input, #hub-model textarea").fill(NAME)
    page.locator("#use-hub-model").click()
    expect(page.locator("#model").get_by_label(NAME)).to_be_checked()
    with page.expect_download(timeout=SLOW_MS) as download:
        page.locator("#save-photo").click()
    assert "model tiny" in (read_mark(download.value.path()) or "")
    page.close()
