"""The app as a user starts it, `python app.py` in a process of its own, for tests that may kill it.

Ports are free ones, settings come by the environment, and everything it writes is in one folder.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 240.0
_STOP_SECONDS = 60.0
_PREPARED = re.compile(r"study photos: (\d+) ready of \1\n")


class RunningApp:
    """`python app.py`, restarted with the same settings, port and folder as often as wanted."""

    def __init__(
        self, home: Path, database_url: str, more: Mapping[str, str] | None = None
    ) -> None:
        """home: holds what the app keeps between starts, prepared pictures too. more: settings."""
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = home / f"app-{self.port}.log"
        own = {
            "HOME": str(home),
            "GRADIO_TEMP_DIR": str(home / "gradio"),
            "GRADIO_SERVER_PORT": str(self.port),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "COLORIZER_DATABASE_URL": database_url,
            "COLORIZER_STUDY_SECRET": "a secret of the load tests only",
            # All voters come from one address.
            "COLORIZER_STUDY_ADDRESS_PAIRS": "1000000",
            "COLORIZER_ADDRESS_RUNS": "1000000",
            "COLORIZER_ADDRESS_REQUESTS": "1000000",
            "COLORIZER_QUEUE_SIZE": "1000",  # half of it is for one address, and all are one here
            "COLORIZER_ADDRESS_MEGABYTES": "1000000",
        }
        self._environment = os.environ | own | dict(more or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; whoever needs an answer asks until there is one."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_prepared(self) -> None:
        """Wait until every photo of the study has its fakes."""
        deadline = time.monotonic() + _START_SECONDS
        while not _PREPARED.search(self.log.read_text()):
            assert self.runs, f"the app ended:\n{self.log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"no pictures:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.1)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9, and wait until the process is gone."""
        assert self._process is not None
        assert self.runs, f"the app ended by itself:\n{self.log.read_text()[-3000:]}"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int | None:
        """End the process as a service manager does; the hard way if it does not listen.

        Returns its exit code.
        """
        if self._process is None:
            return None
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return self._process.returncode

    def tracebacks(self) -> int:
        """Errors that nobody caught, over all starts.

        A client that leaves while it uploads, as the test's visitors do at their end, is none of
        the app's: uvicorn logs it all the same.
        """
        log = self.log.read_text()
        left = log.count("\nstarlette.requests.ClientDisconnect\n")
        return log.count("Traceback (most recent call last)") - left


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all apps of this module: the study's pictures are prepared once."""
    home = tmp_path_factory.mktemp("home")
    (home / ".colorizer").mkdir()
    return home


@pytest.fixture(scope="module")
def app(home: Path, url: str) -> Iterator[RunningApp]:
    """An app on the database of the module's own fixture `url`, for all of its tests."""
    app = RunningApp(home, url)
    app.start()
    app.wait_until_prepared()
    yield app
    app.stop()
