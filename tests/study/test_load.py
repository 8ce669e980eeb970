"""Fifty people vote at once, photos are coloured meanwhile, the app is killed: no vote is lost.

Over HTTP against `python app.py`. Counts are gates; times are printed, and judged on purpose only
(`make reliability`), because they belong to the machine as much as to the program.
"""

import asyncio
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, update

from colorizer.study import Store
from colorizer.study.tables import TRIALS
from colorizer.study.trials import Ballot, PreferenceVote, new_id
from tests.support.page_protocol import Page
from tests.support.running_app import RunningApp
from tests.support.study_fixtures import database_of_its_own
from tests.support.voters import AWAY, Tally, colouring, voting

pytest_plugins = ["tests.support.running_app"]

VOTERS = 50
FULL_SECONDS = 180.0
SHORT_SECONDS = 10.0
FULL_KILLS = 20
SHORT_KILLS = 2
PHOTO = Path(__file__).resolve().parents[2] / "assets" / "study" / "person" / "astronaut.jpg"
Vote = Ballot | PreferenceVote
Figures = Callable[[str, object], None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    with database_of_its_own(request.param, home / ".colorizer") as url:
        yield url


async def opened(app: RunningApp) -> Page:
    page = Page(app.url)
    await answering(page, app)
    return page


async def answering(page: Page, app: RunningApp) -> None:
    while True:
        try:
            return await page.open()
        except AWAY:
            assert app.runs
            await asyncio.sleep(0.2)


def stored_votes(url: str) -> list[Vote]:
    """Of the test and of the comparisons."""
    store = Store(url)
    try:
        return [*store.ballots(), *store.preferences()]
    finally:
        store.close()


def choices(votes: list[Vote]) -> dict[str, str]:
    return {v.id: v.vote.choice if isinstance(v, Ballot) else v.choice for v in votes}


def engine(url: str) -> str:
    return make_url(url).get_backend_name()


def pairs_twice(votes: list[Vote]) -> int:
    """Votes of a participant on a photo that they had voted on already."""
    seen = Counter(
        (v.trial.participant_id, v.trial.photo.id)
        if isinstance(v, Ballot)
        else (v.participant_id, v.photo_id)
        for v in votes
    )
    return sum(times - 1 for times in seen.values())


def compared(votes: list[Vote]) -> int:
    return sum(isinstance(vote, PreferenceVote) for vote in votes)


def machine_load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


async def vote_for(
    app: RunningApp, seconds: float, *, visitors: int
) -> tuple[Tally, list[float], int]:
    """What the voters counted, the seconds of each colouring, and answers of status 5xx."""
    tally, coloured = Tally(), []
    page = await opened(app)

    def another_photo() -> Path:
        """A file that the app has not seen, so that it remembers nothing of it."""
        file = app.log.with_suffix(".jpg")
        file.write_bytes(PHOTO.read_bytes() + os.urandom(16))
        return file

    async with AsyncExitStack() as stack:
        if visitors:
            await stack.enter_async_context(
                colouring(page, another_photo, visitors=visitors, coloured=coloured)
            )
        await stack.enter_async_context(voting(page, tally, voters=VOTERS, seed=visitors))
        await asyncio.sleep(seconds)
        await until(lambda: len(tally.acknowledged) >= VOTERS, app)
    errors = page.server_errors
    await page.close()
    return tally, coloured, errors


def check_load(
    app: RunningApp, url: str, figures: Figures, seconds: float, *, visitors: int
) -> Tally:
    before = {vote.id for vote in stored_votes(url)}
    tally, coloured, errors = asyncio.run(vote_for(app, seconds, visitors=visitors))
    ballots = [vote for vote in stored_votes(url) if vote.id not in before]
    stored = choices(ballots)
    lost = tally.acknowledged.items() - stored.items()
    name = f"{VOTERS} voters, {seconds:.0f} s, {engine(url)}, {visitors} colourings at a time"
    figures(
        name,
        f"{len(tally.acknowledged)} votes acknowledged of {len(tally.sent)} sent, "
        f"{len(lost)} lost, {len(ballots)} stored ({compared(ballots)} preferences), "
        f"{pairs_twice(ballots)} twice, {errors} answers "
        f"5xx, {tally.failures} requests failed; {tally.people} people; {tally.percentiles()}; "
        f"{len(coloured)} photos coloured; {machine_load()}",
    )
    assert tally.acknowledged == stored
    assert tally.sent == {trial: {choice} for trial, choice in stored.items()}
    assert len(ballots) == len(stored)
    assert not pairs_twice(ballots)
    assert (errors, tally.failures, tally.notices, tally.changed) == (0, 0, [], 0)
    assert app.tracebacks() == 0
    return tally


@pytest.mark.parametrize("visitors", [0, 2])
def test_fifty_voters_lose_nothing(
    app: RunningApp, url: str, figures: Figures, visitors: int
) -> None:
    check_load(app, url, figures, SHORT_SECONDS, visitors=visitors)


@pytest.mark.reliability
@pytest.mark.parametrize(("visitors", "limit_seconds"), [(0, 2.0), (2, 3.0)])
def test_fifty_voters_for_three_minutes(
    app: RunningApp, url: str, figures: Figures, visitors: int, limit_seconds: float
) -> None:
    tally = check_load(app, url, figures, FULL_SECONDS, visitors=visitors)
    assert tally.p95 <= limit_seconds


async def first_pair(page: Page) -> tuple[str, dict[str, Any]]:
    token, stage, *_ = await page.click("study-start", [None, ""])
    return token, stage["trial"]


async def vote(page: Page, token: str, trial: str, choice: str) -> dict[str, Any]:
    request = {"token": token, "trial": trial, "choice": choice, "response_ms": 900}
    return await page.call_server("study-stage", "vote", request)


def test_one_pair_voted_fifty_times_in_parallel_is_one_vote(
    app: RunningApp, url: str, figures: Figures
) -> None:
    async def click() -> tuple[str, list[dict[str, Any]], int]:
        page = await opened(app)
        token, trial = await first_pair(page)
        sides = ("left", "right")
        votes = (vote(page, token, trial["id"], sides[n % 2]) for n in range(50))
        replies = await asyncio.gather(*votes)
        await page.close()
        return trial["id"], replies, page.server_errors

    before = len(stored_votes(url))
    trial, replies, errors = asyncio.run(click())
    choice = choices(stored_votes(url))[trial]
    rows = len(stored_votes(url)) - before
    figures(f"one pair voted 50 times in parallel, {engine(url)}", f"{rows} row, {errors} 5xx")
    assert (rows, errors) == (1, 0)
    assert {reply["choice"] for reply in replies} == {choice}
    assert len({reply["trial"]["id"] for reply in replies}) == 1


def test_foreign_forged_and_expired_pairs_store_nothing(
    app: RunningApp, url: str, figures: Figures
) -> None:
    async def cheat() -> tuple[list[dict[str, Any]], int]:
        page = await opened(app)
        token, trial = await first_pair(page)
        _, foreign = await first_pair(page)
        late_token, late = await first_pair(page)
        expire(url, late["id"])
        signature = token.partition(".")[2]
        tries = [
            (token, foreign["id"]),
            (token, new_id()),
            (token, "' OR 1=1 --"),
            (f"{new_id()}.{signature}", trial["id"]),
            (f"{new_id()}.{'0' * 64}", trial["id"]),
            ("", trial["id"]),
            (late_token, late["id"]),
        ]
        replies = [await vote(page, *each, "left") for each in tries]
        await page.close()
        return replies, page.server_errors

    before = len(stored_votes(url))
    replies, errors = asyncio.run(cheat())
    rows = len(stored_votes(url)) - before
    figures(
        f"foreign, forged and expired pairs, {engine(url)}",
        f"{len(replies)} tried, {sum(bool(r['notice']) for r in replies)} refused, {rows} rows",
    )
    assert (rows, errors) == (0, 0)
    for reply in replies:
        assert reply["notice"]
        assert (reply["choice"], reply["real"]) == (None, None)


def expire(url: str, trial: str) -> None:
    """Let the trial's time be over, as it is after a quarter of an hour."""
    store = Store(url)
    late = update(TRIALS).where(TRIALS.c.id == trial).values(expires_ms=TRIALS.c.issued_ms)
    store.database.write(lambda connection: connection.execute(late).close())
    store.close()


async def kill_while_voting(
    app: RunningApp, kills: int, rng: random.Random
) -> tuple[Tally, list[float], list[int]]:
    """What the voters counted, seconds from start to first vote, votes on their way at each kill.

    Half of the moments are any, half shortly after somebody has sent a vote.
    """
    tally, first_votes, in_flight = Tally(), [], []
    page = await opened(app)
    async with voting(page, tally, voters=VOTERS, seed=kills):
        for number in range(kills + 1):
            begun = time.monotonic()
            await answering(page, app)
            known = len(tally.seconds)
            await until(lambda known=known: len(tally.seconds) > known, app)
            if number:
                first_votes.append(time.monotonic() - begun)
            if number == kills:
                break
            await asyncio.sleep(rng.uniform(0.0, 2.0))
            if number % 2:
                await until(lambda: tally.in_flight > 0, app)
                await asyncio.sleep(rng.uniform(0.0, 0.05))
            in_flight.append(tally.in_flight)
            app.kill()
            app.start()
    await page.close()
    return tally, first_votes, in_flight


async def until(condition: Callable[[], bool], app: RunningApp) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert app.runs, "the app ended by itself"
        assert time.monotonic() < deadline, "nobody could vote any more"
        await asyncio.sleep(0.002)


def check_kills(home: Path, url: str, figures: Figures, kills: int) -> None:
    app = RunningApp(home, url)
    app.start()
    app.wait_until_prepared()
    try:
        found = asyncio.run(kill_while_voting(app, kills, random.Random(kills)))
    finally:
        app.stop()
    tally, first_votes, in_flight = found
    ballots = stored_votes(url)
    stored = choices(ballots)
    lost = tally.acknowledged.items() - stored.items()
    figures(
        f"{kills} x kill -9 under {VOTERS} voters, {engine(url)}",
        f"{len(tally.acknowledged)} votes acknowledged, {len(lost)} lost, {len(ballots)} stored "
        f"({compared(ballots)} preferences), "
        f"{pairs_twice(ballots)} twice, {tally.changed} changed, {tally.tokens_lost} tokens lost; "
        f"{sum(in_flight)} votes on their way when killed; start to first vote "
        f"{max(first_votes):.1f} s at most; {machine_load()}",
    )
    assert not lost
    assert len(ballots) == len(stored)
    assert not pairs_twice(ballots)
    assert all(choice in tally.sent[trial] for trial, choice in stored.items())
    assert (tally.changed, tally.tokens_lost) == (0, 0)
    assert len(first_votes) == kills
    if engine(url) == "sqlite":
        assert integrity(url) == "ok"


def integrity(url: str) -> str:
    connection = sqlite3.connect(str(make_url(url).database))
    (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return str(found)


def test_two_kills_lose_no_acknowledged_vote(home: Path, figures: Figures) -> None:
    with database_of_its_own("sqlite", home / ".colorizer") as url:
        check_kills(home, url, figures, SHORT_KILLS)


@pytest.mark.reliability
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_twenty_kills_lose_no_acknowledged_vote(home: Path, kind: str, figures: Figures) -> None:
    with database_of_its_own(kind, home / ".colorizer") as url:
        check_kills(home, url, figures, FULL_KILLS)
