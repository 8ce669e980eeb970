"""Whose photo is next: visitors take turns photo by photo, however many photos and runs they have.

Somebody with one photo waits for one photo of everybody else, not for the end of their fifty. So do
events that wait in Gradio's queue, by whatever way they came there (`fair_order`).
"""

import asyncio
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import gradio as gr

from colorizer.web import i18n
from colorizer.web.callers import address_of
from colorizer.web.errors import refusal


class Turns:
    """Hands out turns; safe to share between threads.

    places: photos in work at a time. runs_per_visitor: runs that one visitor may have at a time.
    """

    def __init__(self, *, places: int = 2, runs_per_visitor: int = 4) -> None:
        self._free = places
        self._runs_per_visitor = runs_per_visitor
        self._waiting: OrderedDict[str, deque[object]] = OrderedDict()
        self._runs: Counter[str] = Counter()
        self._changed = threading.Condition()

    def visitor(self, request: gr.Request | None) -> str:
        """Who asks: visitors are told apart by their addresses."""
        return address_of(request)

    @contextmanager
    def run(self, visitor: str) -> Iterator[None]:
        """A run of photos; an error on the page when the visitor has too many already."""
        with self._changed:
            if self._runs[visitor] >= self._runs_per_visitor:
                raise refusal(i18n.TOO_MANY_RUNS)
            self._runs[visitor] += 1
        try:
            yield
        finally:
            with self._changed:
                self._runs -= Counter([visitor])

    @contextmanager
    def turn(self, visitor: str) -> Iterator[None]:
        """One photo of a visitor; waits for its turn."""
        ticket = object()
        with self._changed:
            self._waiting.setdefault(visitor, deque()).append(ticket)
            self._changed.wait_for(lambda: self._free > 0 and self._next() is ticket)
            self._free -= 1
            self._take(visitor)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _next(self) -> object:
        return next(iter(self._waiting.values()))[0]

    def _take(self, visitor: str) -> None:
        """Take the visitor's first ticket; their next one comes after everybody else's."""
        tickets = self._waiting.pop(visitor)
        tickets.popleft()
        if tickets:
            self._waiting[visitor] = tickets
        self._changed.notify_all()


class Places:
    """So many requests of a visitor are answered at a time, the others wait in their order.

    For one event loop. Whoever sends fifty at a time is not refused, and others do not notice.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._semaphores: dict[str, asyncio.Semaphore] = {}
        self._asking: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, visitor: str) -> AsyncIterator[None]:
        """Wait for a place and keep it."""
        semaphore = self._semaphores.setdefault(visitor, asyncio.Semaphore(self._places))
        self._asking[visitor] += 1
        try:
            async with semaphore:
                yield
        finally:
            self._asking -= Counter([visitor])
            if visitor not in self._asking:
                del self._semaphores[visitor]


def fair_order(running: Sequence[str], waiting: Sequence[str]) -> list[int]:
    """Positions in `waiting`, both lists of visitors: next is whoever has had least so far.

    Equals come in the order of their arrival.
    """
    had = Counter(running)
    places: list[tuple[int, int]] = []
    for position, visitor in enumerate(waiting):
        places.append((had[visitor], position))
        had[visitor] += 1
    return [position for _, position in sorted(places)]
