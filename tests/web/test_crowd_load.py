"""Twenty people have photos coloured and fifty vote: nothing is lost, and the app does not swell.

Over HTTP against `python app.py`. Every photo is another one, as on a real page, so that the
memory of recent photos fills up to its bound during the warm-up.
"""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.study.test_load import choices, machine_load, opened, pairs_twice, stored_votes
from tests.support.page_protocol import Page
from tests.support.running_app import RunningApp
from tests.support.voters import Tally, colouring, voting

pytest_plugins = ["tests.support.running_app"]

COLOURING, VOTING = 20, 50
FULL_SECONDS, SHORT_SECONDS = 300.0, 20.0
SOAK_MINUTES = float(os.environ.get("COLORIZER_TEST_SOAK_MINUTES", "30"))
MAX_GROWTH_MB = 50.0
Figures = Callable[[str, object], None]


@pytest.fixture(scope="module")
def url(home: Path) -> str:
    return f"sqlite:///{home}/.colorizer/votes.db"


class Photos:
    """A file that is another photo of the same size whenever it is read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "photo.jpg"
        self._rng = np.random.default_rng(0)
        y, x = np.mgrid[0:600, 0:800]
        self._grey = (127 + 90 * np.sin(x / 97) * np.cos(y / 61)).astype(np.float32)

    def next(self) -> Path:
        noise = self._rng.normal(0, 8, (600, 800))
        rolled = np.roll(self._grey, int(self._rng.integers(800)), axis=1)
        Image.fromarray(np.clip(rolled + noise, 0, 255).astype(np.uint8)).save(self._file)
        return self._file


def megabytes(app: RunningApp) -> float:
    """Memory of the app and its decoder processes; what a process only shares counts once."""
    process = psutil.Process(app.pid)
    total = process.memory_full_info().uss
    return float(total + sum(c.memory_full_info().uss for c in process.children(True))) / 2**20


async def crowd(
    app: RunningApp, seconds: float, photos: Photos, *, colouring_people: int, voting_people: int
) -> tuple[Tally, list[float], Page]:
    tally, coloured = Tally(), []
    page = await opened(app)
    async with AsyncExitStack() as stack:
        visits = colouring(page, photos.next, visitors=colouring_people, coloured=coloured)
        await stack.enter_async_context(visits)
        await stack.enter_async_context(voting(page, tally, voters=voting_people, seed=1))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline or len(tally.acknowledged) < voting_people:
            assert app.runs
            await asyncio.sleep(0.5)
    await page.close()
    return tally, coloured, page


def check_crowd(app: RunningApp, url: str, home: Path, figures: Figures, seconds: float) -> None:
    before = choices(stored_votes(url))
    people = {"colouring_people": COLOURING, "voting_people": VOTING}
    tally, coloured, page = asyncio.run(crowd(app, seconds, Photos(home), **people))
    votes = [vote for vote in stored_votes(url) if vote.id not in before]
    stored = choices(votes)
    lost = tally.acknowledged.items() - stored.items()
    figures(
        f"{COLOURING} colouring and {VOTING} voting, {seconds:.0f} s",
        f"{len(coloured)} photos coloured, {len(tally.acknowledged)} votes acknowledged, "
        f"{len(lost)} lost, {len(stored)} stored, {pairs_twice(votes)} twice, "
        f"{page.server_errors} answers 5xx, {tally.failures} requests failed; votes "
        f"{tally.percentiles()}; {megabytes(app):.0f} MB; {machine_load()}",
    )
    assert tally.acknowledged == stored
    assert not pairs_twice(votes)
    assert (page.server_errors, tally.failures, tally.notices, tally.changed) == (0, 0, [], 0)
    assert coloured
    assert app.tracebacks() == 0


def test_a_crowd_loses_nothing(app: RunningApp, url: str, home: Path, figures: Figures) -> None:
    check_crowd(app, url, home, figures, SHORT_SECONDS)


@pytest.mark.reliability
def test_a_crowd_for_five_minutes_loses_nothing(
    app: RunningApp, url: str, home: Path, figures: Figures
) -> None:
    check_crowd(app, url, home, figures, FULL_SECONDS)


@pytest.mark.reliability
def test_half_an_hour_does_not_make_the_app_swell(
    app: RunningApp, home: Path, figures: Figures
) -> None:
    """The warm-up is a fifth of it; COLORIZER_TEST_SOAK_MINUTES makes it shorter or longer."""
    photos, seconds = Photos(home), SOAK_MINUTES * 60
    sizes, done = [], 0
    for part in range(10):
        people = {"colouring_people": 4, "voting_people": 10}
        _, coloured, page = asyncio.run(crowd(app, seconds / 10, photos, **people))
        assert page.server_errors == 0
        sizes.append(megabytes(app))
        done += len(coloured)
        print(f"part {part + 1} of 10: {sizes[-1]:.0f} MB, {done} photos", flush=True)
    growth = sizes[-1] - sizes[1]
    figures(
        f"memory over {SOAK_MINUTES:g} minutes, 4 colouring and 10 voting",
        f"{', '.join(f'{size:.0f}' for size in sizes)} MB after each tenth, {growth:+.0f} MB since "
        f"the warm-up; {done} photos coloured; {machine_load()}",
    )
    assert growth <= MAX_GROWTH_MB
