"""Visitors take turns photo by photo, and nobody has more runs than their share."""

import threading
from collections.abc import Callable, Sequence

import gradio as gr
import pytest

from colorizer.web.fair_queue import Turns
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
