"""Visitors take turns photo by photo, and nobody has more runs than their share."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import gradio as gr
import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from colorizer.web.fair_queue import Turns
from colorizer.web.middleware import ANSWERED_AT_ONCE, Guard, Share
from tests.support.study_site import wait_for


def served(turns: Turns, asking: Sequence[str]) -> list[str]:
    """In which order visitors who ask in this order, while the place is taken, are served."""
    order: list[str] = []
    go_on = threading.Event()

    def hold() -> None:
        with turns.turn("first"):
            go_on.wait(60)

    def ask(visitor: str) -> None:
        with turns.turn(visitor):
            order.append(visitor)

    def waiting() -> int:
        return sum(map(len, turns._waiting.values()))

    holder = threading.Thread(target=hold)
    holder.start()
    wait_for(lambda: turns._free == 0)
    threads = []
    for number, visitor in enumerate(asking, start=1):
        threads.append(threading.Thread(target=ask, args=(visitor,)))
        threads[-1].start()
        wait_for(lambda number=number: waiting() == number)
    go_on.set()
    for thread in (holder, *threads):
        thread.join(60)
    return order


def test_somebody_with_one_photo_waits_for_one_photo_of_each_other() -> None:
    order = served(Turns(places=1), ["many"] * 5 + ["one", "two", "two"])
    assert order == ["many", "one", "two", "many", "two", "many", "many", "many"]


def test_an_error_gives_the_place_back() -> None:
    turns = Turns(places=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn("visitor"):
            _ = 1 / 0
    assert served(turns, ["a", "b"]) == ["a", "b"]


def test_nobody_has_more_runs_than_their_share() -> None:
    turns = Turns(runs_per_visitor=2)
    with turns.run("a"), turns.run("a"):
        with pytest.raises(gr.Error, match="still being coloured"), turns.run("a"):
            pass
        with turns.run("b"):
            pass
    with turns.run("a"):
        pass


def run_on(turns: Turns) -> Callable[[], None]:
    """A run under way, as a generator that its reader can leave."""

    def run():  # type: ignore[no-untyped-def]
        with turns.run("a"):
            while True:
                yield

    running = run()
    next(running)
    return running.close


def test_a_run_that_is_cancelled_makes_room() -> None:
    turns = Turns(runs_per_visitor=1)
    for _ in range(3):
        run_on(turns)()
    with turns.run("a"):
        pass
    assert not turns._runs


class Building:
    """An app behind the guard whose answers wait until they may go."""

    def __init__(self) -> None:
        self.inside: Counter[str] = Counter()
        self.open = asyncio.Event()
        self.guarded = Guard(self, share=Share(128, 16, 20, 2**30))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope["client"][0]
        self.inside[address] += 1
        await self.open.wait()
        await PlainTextResponse("answer")(scope, receive, send)

    def asks(self, address: str, path: str, times: int) -> list[asyncio.Task[httpx.Response]]:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.guarded, client=(address, 1)), base_url="http://app"
        )
        return [asyncio.create_task(client.get(path)) for _ in range(times)]

    async def settled(self) -> dict[str, int]:
        for _ in range(50):
            await asyncio.sleep(0)
        return dict(self.inside)


def test_one_address_is_answered_a_few_requests_at_a_time_and_others_at_once() -> None:
    async def visits() -> None:
        building = Building()
        flood = building.asks("203.0.113.1", "/config", 50)
        assert await building.settled() == {"203.0.113.1": ANSWERED_AT_ONCE}
        other = building.asks("203.0.113.2", "/config", 1)
        assert (await building.settled())["203.0.113.2"] == 1
        building.open.set()
        answers = await asyncio.gather(*flood, *other)
        assert {answer.status_code for answer in answers} == {200}
        assert building.inside == {"203.0.113.1": 50, "203.0.113.2": 1}
        assert not building.guarded._places._semaphores

    asyncio.run(visits())


@pytest.mark.parametrize("path", ["heartbeat/x", "queue/data", "call/colorize/0", "file=/x.png"])
def test_what_may_last_takes_no_place(path: str) -> None:
    async def visits() -> None:
        building = Building()
        lasting = building.asks("203.0.113.1", f"/gradio_api/{path}", 20)
        assert await building.settled() == {"203.0.113.1": 20}
        building.open.set()
        await asyncio.gather(*lasting)

    asyncio.run(visits())
