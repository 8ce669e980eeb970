"""What one address may take, whatever way it comes, while others are served: over real HTTP.

The page listens on 127.0.0.1; visitors come from 127.0.0.1, 127.0.0.2 … as from other machines.
"""

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from colorizer.settings import Settings
from colorizer.web.colorize import endpoints
from colorizer.web.fair_queue import fair_order
from colorizer.web.quota import SECONDS, Quota
from tests.support.served_page import served_page

SHARE = 4
RUNS = 4
HOURLY = 3 << 20
CROWD = 200


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("shares")
    settings = Settings(
        queue_size=2 * SHARE,
        address_runs=RUNS,
        address_requests=64,
        address_megabytes=HOURLY >> 20,
        database_url=f"sqlite:///{folder}/votes.db",
        study_photos=str(folder),
    )
    with served_page(settings) as address:
        yield address


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).convert("L").save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


def visitor(url: str, address: str) -> httpx.Client:
    limits = httpx.Limits(max_connections=CROWD)
    return httpx.Client(
        base_url=f"{url}gradio_api/",
        transport=httpx.HTTPTransport(local_address=address, limits=limits),
        timeout=120,
    )


def upload(client: httpx.Client, photo: Path) -> dict[str, Any]:
    (path,) = client.post("upload", files={"files": (photo.name, photo.read_bytes())}).json()
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While it is closed, no photo of /colorize gets done."""
    opened = threading.Event()
    checked = endpoints.ColourEndpoints._checked

    def wait(self: Any, *arguments: Any) -> Any:
        assert opened.wait(120)
        return checked(self, *arguments)

    monkeypatch.setattr(endpoints.ColourEndpoints, "_checked", wait)
    yield opened
    opened.set()


@functools.cache
def event_number(url: str) -> int:
    """Asked for once: the page's configuration is long."""
    config = httpx.get(f"{url}../config", timeout=60).json()
    (event,) = (each["id"] for each in config["dependencies"] if each["api_name"] == "colorize")
    return int(event)


Way = Callable[[httpx.Client, list[Any], int], int]


def by_call(client: httpx.Client, data: list[Any], number: int) -> int:
    return client.post("call/colorize", json={"data": data}).status_code


def by_call_v2(client: httpx.Client, data: list[Any], number: int) -> int:
    named = dict(zip(("file", "model"), data, strict=False))
    return client.post("call/v2/colorize", json=named).status_code


def by_queue(client: httpx.Client, data: list[Any], number: int) -> int:
    body = {
        "data": data,
        "fn_index": event_number(str(client.base_url)),
        "session_hash": f"visit{number}",
    }
    return client.post("queue/join", json=body).status_code


def by_run(client: httpx.Client, data: list[Any], number: int) -> int:
    return client.post("run/colorize", json={"data": data}).status_code


@pytest.mark.parametrize(
    ("way", "refused"), [(by_call, 503), (by_call_v2, 503), (by_queue, 503), (by_run, 404)]
)
def test_200_runs_at_once_leave_room_for_another_visitor(
    url: str, photo: Path, gate: threading.Event, way: Way, refused: int
) -> None:
    with visitor(url, "127.0.0.1") as greedy, visitor(url, "127.0.0.2") as other:
        data = [upload(greedy, photo), "regression", 1.0, 0.0, "", "", None, 1.0, 0]
        with ThreadPoolExecutor(CROWD // 5) as crowd:
            asked = [crowd.submit(way, greedy, data, number) for number in range(CROWD)]
            answers = Counter(each.result() for each in asked)
        least, most = (0, 0) if way is by_run else (SHARE, SHARE + RUNS)
        assert least <= answers[200] <= most
        assert set(answers) <= {200, refused, 429}
        answer = other.post("call/colorize", json={"data": [upload(other, photo), *data[1:]]})
        assert answer.status_code == 200
        gate.set()
        told = other.get(f"call/colorize/{answer.json()['event_id']}").text
        assert "event: complete" in told


def test_an_address_that_sent_too_much_waits_and_others_do_not(url: str, photo: Path) -> None:
    files = {"files": ("noise.jpg", np.random.default_rng(0).bytes(1 << 20))}
    with visitor(url, "127.0.0.3") as greedy, visitor(url, "127.0.0.4") as other:
        statuses = [greedy.post("upload", files=files).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        told = greedy.post("upload", files=files, headers={"accept-language": "de"}).text
        assert told.startswith("Deine Adresse hat so viel geschickt, wie sie in einer Stunde darf")
        pieces = iter([b"x" * 1000] * 2000)
        assert greedy.post("call/colorize", content=pieces).status_code in (413, 429)
        assert upload(other, photo)


def test_fair_order_gives_everybody_one_before_anybody_gets_two() -> None:
    assert fair_order([], ["a", "a", "a", "b", "c", "b"]) == [0, 3, 4, 1, 5, 2]
    assert fair_order(["a", "a"], ["a", "b", "b"]) == [1, 2, 0]
    assert fair_order([], []) == []


def test_an_allowance_fills_up_within_an_hour() -> None:
    now = 0.0
    quota = Quota(1000, clock=lambda: now)
    assert quota.take("a", 600)
    assert not quota.take("a", 600)
    assert quota.take("b", 1000)
    now += SECONDS / 2
    assert quota.left("a") == pytest.approx(500)
    now += SECONDS
    assert quota.left("a") == 1000
