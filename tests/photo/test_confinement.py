"""A decoder process that a file has taken over: what it can still do, as the user it runs as."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.running_app import ROOT

TAKEN_OVER = """
import ctypes, json, os, socket, subprocess, sys, threading
from pathlib import Path
from colorizer.photo.confinement import confine
from colorizer.photo.precheck import preload

logs = []
import logging
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
preload()
confine(3 << 30)
folder = Path(sys.argv[1])
parent = os.getppid()
attempts = {
    "change a file": lambda: os.truncate(folder / "existing", 0),
    "write into a file": lambda: os.write(os.open(folder / "existing", os.O_WRONLY), b"x"),
    "append to a file": lambda: os.open(folder / "existing", os.O_RDWR | os.O_APPEND),
    "make a file": lambda: os.open(folder / "new", os.O_CREAT | os.O_WRONLY),
    "remove a file": lambda: os.unlink(folder / "existing"),
    "rename a file": lambda: os.rename(folder / "existing", folder / "other"),
    "change rights": lambda: os.chmod(folder / "existing", 0o777),
    "change times": lambda: os.utime(folder / "existing", (0, 0)),
    "make a folder": lambda: os.mkdir(folder / "folder"),
    "read a file": lambda: (folder / "existing").read_bytes(),
    "list a folder": lambda: os.listdir(folder),
    "read passwords": lambda: Path("/etc/passwd").read_bytes(),
    "read the parent's environment": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
    "read the parent's memory": lambda: open(f"/proc/{parent}/mem", "rb"),
    "connect": lambda: socket.socket().connect(("127.0.0.1", int(sys.argv[2]))),
    "send a packet": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "use a local socket": lambda: socket.socketpair(),
    "start a program": lambda: subprocess.run(["/bin/true"]),
    "become a program": lambda: os.execv("/bin/true", ["true"]),
    "fork": lambda: os._exit(0) if os.fork() == 0 else None,
    "signal the parent": lambda: os.kill(parent, 0),
    "raise its memory": lambda: __import__("resource").setrlimit(
        __import__("resource").RLIMIT_AS, (-1, -1)
    ),
}
done = []
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, ValueError):
        continue
    done.append(name)
thread = threading.Thread(target=lambda: None)
thread.start()  # decoders have threads
thread.join()
print(json.dumps({"done": done, "tried": len(attempts)}))
"""


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """What a process could do after it was confined, and what it said to be missing."""
    import socket

    folder = tmp_path_factory.mktemp("taken")
    (folder / "existing").write_bytes(b"votes")
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", TAKEN_OVER, str(folder), str(server.getsockname()[1])]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    answer = json.loads(run.stdout)
    assert answer["tried"] == 22
    assert (folder / "existing").exists()
    return answer["done"], run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
def test_a_decoder_that_was_taken_over_reaches_nothing(
    taken_over: tuple[list[str], str],
) -> None:
    done, missing = taken_over
    if "decoding without" in missing:
        pytest.skip(missing.strip())
    assert done == []


@pytest.mark.skipif(sys.platform == "win32", reason="resource limits are Unix's")
def test_whatever_the_kernel_lacks_no_byte_gets_into_a_file(
    taken_over: tuple[list[str], str],
) -> None:
    assert "write into a file" not in taken_over[0]
