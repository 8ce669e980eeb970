"""Whose photo is next: visitors take turns photo by photo, however many photos and runs they have.

Somebody with one photo waits for one photo of everybody else, not for the end of their fifty.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from starlette.requests import Request

from colorizer.web import i18n
from colorizer.web.errors import refusal


class Turns:
    """Hands out turns; safe to share between threads.

    places: photos in work at a time. runs_per_visitor: runs that one visitor may have at a time.
    behind_proxy: see `visitor_address`.
    """

    def __init__(
        self, *, places: int = 2, runs_per_visitor: int = 4, behind_proxy: bool = False
    ) -> None:
        self._free = places
        self._runs_per_visitor = runs_per_visitor
        self._behind_proxy = behind_proxy
        self._waiting: OrderedDict[str, deque[object]] = OrderedDict()
        self._runs: Counter[str] = Counter()
        self._changed = threading.Condition()

    def visitor(self, request: gr.Request | None) -> str:
        """Who asks: visitors are told apart by their addresses."""
        return visitor_address(request, behind_proxy=self._behind_proxy)

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


def visitor_address(request: gr.Request | Request | None, *, behind_proxy: bool) -> str:
    """The address that a request came from, "" where there is none.

    behind_proxy: whether `x-forwarded-for` is to be believed.
    """
    if request is None:
        return ""
    forwarded = request.headers.get("x-forwarded-for", "") if behind_proxy else ""
    first = str(forwarded).split(",")[0].strip()
    return first or (request.client.host if request.client else "")
