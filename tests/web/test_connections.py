"""Connections that say half a sentence, and too many of them: over real sockets."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from colorizer.settings import Settings
from colorizer.web import connections, middleware
from tests.support.served_page import served_page

BOUND = 24


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("connections")
    settings = Settings(
        address_requests=BOUND,
        database_url=f"sqlite:///{folder}/votes.db",
        study_photos=str(folder),
    )
    with served_page(settings) as url:
        yield httpx.URL(url).port or 0


def connected(port: int, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address, 0))


def is_closed(connection: socket.socket, seconds: float) -> bool:
    """Whether the server ends the connection within so many seconds, without an answer."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n"])
def test_half_a_request_is_given_up(
    port: int, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with connected(port) as connection:
        connection.sendall(said)
        assert is_closed(connection, 10)


def test_slow_drops_do_not_prolong_a_half_request(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    with connected(port) as connection:
        begun = time.monotonic()
        try:
            for letter in b"GET /health HTTP/1.1\r\nHost: " + b"x" * 99:
                connection.sendall(bytes([letter]))
                time.sleep(0.1)
        except OSError:
            pass
        assert is_closed(connection, 10)
        assert time.monotonic() - begun < 30


def test_half_a_second_request_is_given_up_too(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with connected(port) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /he")
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
        while b'"models"' not in answer:
            answer += connection.recv(65536)
        assert is_closed(connection, 10)


def test_a_body_that_stops_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "SECONDS_BETWEEN_PIECES", 0.5)
    with connected(port) as connection:
        connection.sendall(
            b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: 999\r\n\r\n{"
        )
        connection.settimeout(20)
        assert connection.recv(99).startswith(b"HTTP/1.1 408")


def test_a_slow_answer_is_not_taken_for_half_a_request(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(middleware, "SECONDS_BETWEEN_PIECES", 0.3)
    with httpx.stream(
        "GET", f"http://127.0.0.1:{port}/gradio_api/heartbeat/abc", timeout=30
    ) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "data: ALIVE"
        time.sleep(1.5)
        httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
        assert not stream.is_closed


def test_one_address_cannot_take_all_connections(port: int) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(connected(port)) for _ in range(BOUND + 20)]
        time.sleep(1.0)
        closed = [each for each in held if is_closed(each, 0.05)]
        assert len(closed) == 20
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=transport, timeout=30) as other:
            assert other.get(f"http://127.0.0.1:{port}/health").status_code == 200
    time.sleep(0.5)
    assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200


def test_behind_a_proxy_its_connections_are_not_counted(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("proxied")
    settings = Settings(
        address_requests=BOUND,
        proxies="127.0.0.1",
        database_url=f"sqlite:///{folder}/votes.db",
        study_photos=str(folder),
    )
    with served_page(settings) as url, ExitStack() as stack:
        port = httpx.URL(url).port or 0
        held = [stack.enter_context(connected(port)) for _ in range(BOUND + 20)]
        time.sleep(0.5)
        assert not [each for each in held if is_closed(each, 0.01)]


def test_there_are_more_files_than_connections() -> None:
    assert connections.open_files() > 1000
