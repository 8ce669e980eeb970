"""Gradio without what it does at every start that no page needs; half of its time.

Import this before anything else imports Gradio.
"""

import gc
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _without_stubs() -> Iterator[None]:
    """Gradio, imported inside, makes no type stubs (.pyi) of its components.

    For every component it parses the source and compares the stub that it wrote beside it at an
    earlier start. It leaves out classes without a source file: inside, all of its own have none.
    """
    getfile = inspect.getfile

    def getfile_of_others(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError("no stub, please")
        return getfile(thing)

    inspect.getfile = getfile_of_others  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile


@contextmanager
def _without_collector() -> Iterator[None]:
    """What is imported inside stays: nobody looks through it for garbage, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


with _without_stubs(), _without_collector():
    from gradio.routes import App


@contextmanager
def served_later() -> Iterator[None]:
    """Blocks that are built inside get their server when they are launched or mounted.

    Gradio makes one when it begins with them, when it is done and when they get their queue, too,
    and each of them is replaced by the next.
    """
    create_app = App.create_app
    App.create_app = staticmethod(lambda *_, **__: None)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        App.create_app = staticmethod(create_app)  # type: ignore[method-assign]
