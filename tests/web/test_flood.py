"""One address floods every open route in turn while twenty people colour and fifty vote elsewhere.

Over HTTP against `python app.py` with its ordinary settings. Every person has an address of their
own, and so has the flood.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from colorizer.web.open_routes import OPEN
from tests.study.test_load import choices, machine_load, opened, pairs_twice, stored_votes
from tests.support.page_protocol import Page
from tests.support.running_app import RunningApp
from tests.support.voters import Tally, colouring, voting
from tests.web.test_crowd_load import COLOURING, VOTING, Figures, Photos, megabytes

pytest_plugins = ["tests.support.running_app"]

FLOOD = "127.0.0.200"
PARALLEL = 50
MINUTES = float(os.environ.get("COLORIZER_TEST_FLOOD_MINUTES", "30"))
MAX_P95_SECONDS = 3.0

BODIES = {
    "/gradio_api/call/{api_name}": {"data": [None, "regression", 1.0, 0.0]},
    "/gradio_api/queue/join": {"data": [], "fn_index": 0, "session_hash": "flood"},
    "/gradio_api/component_server/": {"data": {}, "fn_name": "vote", "component_id": 1},
}
NAMES = {
    "{api_name}": "colorize", "{event_id}": "0" * 32, "{session_hash}": "flood", "{size}": "64",
    "{path:path}": "js/iframeResizer.contentWindow.min.js", "{path_or_url:path}": "/etc/passwd",
}  # fmt: skip


def addresses() -> Iterator[str]:
    """Of people, one each."""
    return (f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(10_000))


async def flood(url: str, seconds: float, answers: Counter[tuple[str, int]]) -> None:
    """Fifty requests at a time to each open route for its share of the time."""
    limits = httpx.Limits(max_connections=PARALLEL)
    transport = httpx.AsyncHTTPTransport(local_address=FLOOD, limits=limits)
    routes = [(path, method) for path, methods in OPEN.items() for method in sorted(methods)]
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=10) as client:

        async def ask(path: str, method: str, until: float) -> None:
            address = path
            for name, value in NAMES.items():
                address = address.replace(name, value)
            while time.monotonic() < until:
                with suppress(httpx.HTTPError):
                    body = BODIES.get(path, {}) if method == "POST" else None
                    async with client.stream(method, address, json=body) as answer:
                        answers[f"{method} {path}", answer.status_code] += 1
                        async with asyncio.timeout(2.0):
                            await answer.aread()

        for path, method in routes:
            until = time.monotonic() + seconds / len(routes)
            asking = [ask(path, method, until) for _ in range(PARALLEL)]
            await asyncio.gather(*asking, return_exceptions=True)


async def crowd_in_a_flood(
    app: RunningApp, seconds: float, photos: Photos
) -> tuple[Tally, list[float], Page, Counter[tuple[str, int]]]:
    tally, coloured = Tally(), []
    answers: Counter[tuple[str, int]] = Counter()
    page = Page(app.url, addresses=addresses())
    await (await opened(app)).close()  # it is there
    await page.open()
    async with AsyncExitStack() as stack:
        visits = colouring(page, photos.next, visitors=COLOURING, coloured=coloured)
        await stack.enter_async_context(visits)
        await stack.enter_async_context(voting(page, tally, voters=VOTING, seed=2))
        await flood(app.url, seconds, answers)
        assert app.runs
    await page.close()
    return tally, coloured, page, answers


@pytest.fixture(scope="module")
def url(home: Path) -> str:
    return f"sqlite:///{home}/.colorizer/votes.db"


@pytest.fixture
def ordinary(home: Path, url: str) -> Iterator[RunningApp]:
    """The app with the bounds that it has unless somebody sets others; pairs for all voters."""
    usual = {"ADDRESS_RUNS": "4", "ADDRESS_REQUESTS": "128", "ADDRESS_MEGABYTES": "4096"}
    app = RunningApp(home, url, {f"COLORIZER_{name}": value for name, value in usual.items()})
    app.start()
    app.wait_until_prepared()
    yield app
    app.stop()


@pytest.mark.reliability
def test_a_flood_from_one_address_costs_the_others_nothing(
    ordinary: RunningApp, url: str, home: Path, figures: Figures
) -> None:
    """COLORIZER_TEST_FLOOD_MINUTES makes it shorter or longer."""
    photos = Photos(home)
    crowded = crowd_in_a_flood(ordinary, MINUTES * 60, photos)
    tally, coloured, page, answers = asyncio.run(crowded)
    votes = stored_votes(url)
    stored = choices(votes)
    failed = {route: n for route, n in answers.items() if route[1] >= 500 and route[1] != 503}
    figures(
        f"{COLOURING} colouring, {VOTING} voting, one flooding {len(OPEN)} routes, {MINUTES:g} min",
        f"flood: {sum(answers.values())} answers, by status "
        f"{dict(Counter(status for (_, status), n in answers.items() for _ in range(n)))}; others: "
        f"{len(coloured)} photos coloured, {len(tally.acknowledged)} votes acknowledged, "
        f"{len(stored)} stored, {pairs_twice(votes)} twice, {page.server_errors} answers 5xx, "
        f"{tally.failures} requests failed; votes {tally.percentiles()}; "
        f"{megabytes(ordinary):.0f} MB; {machine_load()}",
    )
    assert not failed
    assert tally.acknowledged == stored
    assert not pairs_twice(votes)
    assert (page.server_errors, tally.failures, tally.changed) == (0, 0, 0)
    assert coloured
    assert tally.p95 <= MAX_P95_SECONDS
