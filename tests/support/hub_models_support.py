"""A loopback Hub in the place where visitors' models come from."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from colorizer.model import hub
from tests.support.hub_state import Hub
from tests.support.loopback_hub import serve_hub


@contextmanager
def visitors_hub() -> Iterator[Hub]:
    """A Hub that `colorizer.service.hub_models` asks, without pauses."""
    with serve_hub() as served, pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "_PAUSE_SECONDS", 0.0)
        there = functools.partial(hub.HubRepository, endpoint=served.endpoint)
        patch.setattr(hub, "HubRepository", there)
        yield served


def away(patch: pytest.MonkeyPatch) -> None:
    """Nobody answers where the Hub should be."""
    nowhere = functools.partial(hub.HubRepository, endpoint="http://127.0.0.1:9")
    patch.setattr(hub, "HubRepository", nowhere)
