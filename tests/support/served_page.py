"""The page served by the test's own process, on a free port."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colorizer.settings import Settings
from colorizer.web import build_app, launch_options


@contextmanager
def served_page(settings: Settings, **options: Any) -> Iterator[str]:
    """Its address; options: what `launch` gets instead of `launch_options`."""
    app = build_app(settings)
    launching = launch_options(settings) | options
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launching)
    yield url
    app.close()
