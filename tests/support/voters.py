"""Fifty people who play the study at human pace, and those who have photos coloured meanwhile.

Everything that they send and everything that the app acknowledges is written down, to be compared
with the database.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from tests.support.page_protocol import EventError, Page

PACE_SECONDS = 5.0
SEEN_ALL = ("You have seen every photo", "You have compared every photo")
COMPARING = 5
"""One voter in five compares colourings instead of playing the test."""
_RETRY_SECONDS = 2.0
_REFUSED_SECONDS = 3.0
_PATIENCE_SECONDS = 240.0

AWAY = (httpx.HTTPError, TimeoutError)
"""What a browser sees of a server that is killed or fails."""


@dataclass
class Tally:
    """What all voters together have sent and heard."""

    sent: dict[str, set[str]] = field(default_factory=dict)  # trial → choices sent
    acknowledged: dict[str, str] = field(default_factory=dict)  # trial → choice in the answer
    notices: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each acknowledged vote
    failures: int = 0  # requests that got no answer, or one that is an error
    changed: int = 0  # acknowledgements that say something else than an earlier one
    tokens_lost: int = 0
    people: int = 0
    in_flight: int = 0

    def acknowledge(self, trial: str, choice: str, seconds: float) -> None:
        self.changed += self.acknowledged.setdefault(trial, choice) != choice
        self.seconds.append(seconds)

    def percentiles(self) -> str:
        cuts = quantiles(self.seconds, n=100)
        p50, p95, p99 = (cuts[at - 1] for at in (50, 95, 99))
        return (
            f"p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s, slowest {max(self.seconds):.2f} s"
        )

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=100)[94]


class Voter:
    """Somebody who starts, looks, votes every five seconds, and goes on after any failure.

    Who has seen every photo leaves and makes room for somebody new. kind: "study" plays the test,
    "prefer" compares colourings.
    """

    def __init__(self, page: Page, tally: Tally, rng: random.Random, kind: str) -> None:
        self._kind = kind
        self._session = ""
        self._page = page
        self._tally = tally
        self._rng = rng
        self._token: str | None = None
        self._next = time.monotonic() + rng.uniform(0, PACE_SECONDS)

    async def play(self, leaving: asyncio.Event) -> None:
        """Vote until told to leave; a vote that was begun is brought to an end."""
        await self._sleep(leaving, self._next - time.monotonic())
        while not leaving.is_set():
            trial = await self._tried(self._start)
            while trial is not None and not leaving.is_set():
                await self._look_at(trial)
                await self._sleep(leaving, self._next - time.monotonic())
                self._next = time.monotonic() + PACE_SECONDS
                trial = None if leaving.is_set() else await self._vote(trial)

    async def _start(self) -> dict[str, Any] | None:
        token, stage, *rest = await self._page.click(f"{self._kind}-start", [self._token, ""])
        card = rest[self._kind == "study"]  # there, the lead comes first
        if isinstance(token, str) and token != self._token:
            self._tally.people += 1
            self._tally.tokens_lost += self._token is not None
            self._token = token
        if stage is not None and stage.get("trial"):
            self._session = stage["token"]
            trial: dict[str, Any] = stage["trial"]
            return trial
        said = str(card["value"])
        if any(each in said for each in SEEN_ALL):
            self._token = None
        else:
            self._tally.notices.append(said)
            await asyncio.sleep(_REFUSED_SECONDS)
        return None

    async def _look_at(self, trial: dict[str, Any]) -> None:
        try:
            await self._page.picture(trial["picture"])
        except AWAY:
            self._tally.failures += 1

    async def _vote(self, trial: dict[str, Any]) -> dict[str, Any] | None:
        choice = self._rng.choice(("left", "right"))
        request = {
            "token": self._session,
            "trial": trial["id"],
            "choice": choice,
            "response_ms": 2000,
        }
        self._tally.sent.setdefault(trial["id"], set()).add(choice)

        async def send() -> dict[str, Any]:
            self._tally.in_flight += 1
            try:
                return await self._page.call_server(f"{self._kind}-stage", "vote", request)
            finally:
                self._tally.in_flight -= 1

        begun = time.monotonic()
        reply = await self._tried(send)
        if reply["choice"] is None:
            self._tally.notices.append(reply["notice"])
        else:
            self._tally.acknowledge(trial["id"], reply["choice"], time.monotonic() - begun)
        following: dict[str, Any] | None = reply["trial"]
        return following

    async def _tried(self, ask: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Ask until there is an answer."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return await ask()
            except (*AWAY, EventError):
                self._tally.failures += 1
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)

    async def _sleep(self, leaving: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(leaving.wait(), max(seconds, 0.0))


@asynccontextmanager
async def voting(page: Page, tally: Tally, *, voters: int, seed: int) -> Any:
    """Let `voters` play while the block runs; they have finished their votes when it ends."""
    leaving = asyncio.Event()
    rng = random.Random(seed)
    kinds = ("study" if number % COMPARING else "prefer" for number in range(voters))
    people = [Voter(page.window(), tally, random.Random(rng.random()), kind) for kind in kinds]
    tasks = [asyncio.create_task(person.play(leaving)) for person in people]
    try:
        yield
        leaving.set()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def colouring(
    page: Page, photo: Callable[[], Path], *, visitors: int, coloured: list[float]
) -> Any:
    """Let `visitors` have photos coloured, one after the other, while the block runs.

    photo: gives the file of the next one. coloured: gets the seconds of each.
    """

    async def visit() -> None:
        window = page.window()
        while True:
            begun = time.monotonic()
            file = await window.upload(photo())
            await window.call("colorize", [file, "classification", 1.0, 0.0])
            coloured.append(time.monotonic() - begun)

    tasks = [asyncio.create_task(visit()) for _ in range(visitors)]
    try:
        yield
    finally:
        ended = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not ended, repr(ended[0].exception())
