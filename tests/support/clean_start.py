"""The app in a process of its own with no environment but the given one, as a Space starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_START_SECONDS = 240.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Started:
    """Where the app answers, and what it has said so far."""

    url: str
    port: int
    log: Path


@contextmanager
def started_app(
    folder: Path, home: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Started]:
    """Run `app.py` of `folder` from another working directory until /health answers.

    home: an existing folder, the process's HOME. environment: all else that it is told; PATH and
    a free port come on top.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    started = Started(f"http://127.0.0.1:{port}/", port, home / "app.log")
    own = {
        "PATH": os.environ["PATH"], "HOME": str(home), "GRADIO_SERVER_PORT": str(port),
        "OMP_WAIT_POLICY": "PASSIVE",
    }  # fmt: skip
    with started.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, folder / "app.py"],
            cwd=home, env={**own, **(environment or {})}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_until_healthy(started, process)
        yield started
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(started: Started, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, f"the app ended:\n{started.log.read_text()[-3000:]}"
        assert time.monotonic() < deadline, f"no answer:\n{started.log.read_text()[-3000:]}"
        try:
            if httpx.get(f"{started.url}health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
