"""kill -9 while votes are cast: what was acknowledged is there, once, and as it was."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

import pytest

from colorizer.study import Store
from tests.support.study_support import vote_until_killed

pytest_plugins = ["tests.support.study_fixtures"]

THREADS = 4
Figures = Callable[[str, object], None]


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.study_support"])
    return context


def votes_before_kill(
    processes: ForkServerContext, url: str, rng: random.Random
) -> tuple[dict[str, str], float]:
    """Votes acknowledged by a process killed at a random moment, and its seconds to the first.

    One in five is killed while it starts, the others after up to 20 votes, in the middle of more.
    """
    receiver, sender = processes.Pipe(duplex=False)
    begun = time.monotonic()
    voter = processes.Process(target=vote_until_killed, args=(url, sender, THREADS))
    voter.start()
    sender.close()
    acknowledged: dict[str, str] = {}
    first = 0.0
    if rng.random() < 0.8:
        acknowledged.update([receiver.recv()])
        first = time.monotonic() - begun
        for _ in range(rng.randrange(20)):
            acknowledged.update([receiver.recv()])
    time.sleep(rng.uniform(0.0, 0.05))
    assert voter.pid is not None
    os.kill(voter.pid, signal.SIGKILL)
    voter.join()
    acknowledged.update(rest_of(receiver))
    return acknowledged, first


def rest_of(receiver: Connection) -> Iterator[tuple[str, str]]:
    try:
        while True:
            yield receiver.recv()
    except (EOFError, OSError):  # the last message may be torn
        receiver.close()


def check_kills(processes: ForkServerContext, url: str, kills: int, figures: Figures) -> None:
    rng = random.Random(kills)
    acknowledged: dict[str, str] = {}
    slowest = 0.0
    for _ in range(kills):
        votes, first = votes_before_kill(processes, url, rng)
        acknowledged.update(votes)
        slowest = max(slowest, first)
    store = Store(url)
    stored = [(ballot.trial.id, ballot.vote.choice) for ballot in store.ballots()]
    lost = acknowledged.items() - set(stored)
    figures(
        f"{kills} x kill -9 of the store, {store.database.engine.dialect.name}",
        f"{len(acknowledged)} votes acknowledged, {len(lost)} lost, {len(stored)} stored, "
        f"{len(stored) - len(dict(stored))} twice, slowest first vote {slowest:.1f} s",
    )
    if store.database.engine.dialect.name == "sqlite":
        check = store.database.read(
            lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        )
        assert check == "ok"
    store.close()
    assert len(acknowledged) >= kills / 2
    assert not lost
    assert len(stored) == len(dict(stored))


def test_five_kills_lose_no_acknowledged_vote(
    processes: ForkServerContext, store_url: str, figures: Figures
) -> None:
    check_kills(processes, store_url, 5, figures)


@pytest.mark.reliability
@pytest.mark.slow
def test_two_hundred_kills_lose_no_acknowledged_vote(
    processes: ForkServerContext, store_url: str, figures: Figures
) -> None:
    check_kills(processes, store_url, 200, figures)
