"""Bounds on connections: how many, how many of one address, how long one may say half a sentence.

uvicorn bounds how long an answered connection stays open (5 s), how long a request's first lines
may be (64 KiB) and how many connections there are (`limit_concurrency`, answered with 503). It
knows no bound for one address, and waits for ever for the end of a request's first lines: this adds
the two. Behind a proxy all connections are the proxy's, which has to bound them itself; requests
are counted by visitor there too, see `middleware`.
"""

import asyncio
from collections import Counter

import h11
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from colorizer.settings import Settings
from colorizer.web import gradio_internals
from colorizer.web.callers import caller_of

HEAD_SECONDS = 20.0
"""So long the first lines of a request may take, from the connection or the last answer on."""

_SPARE_FILES = 3
"""One of so many open files may be a connection; the others are for photos and the database."""


def bound_connections(settings: Settings) -> None:
    """Let the next `launch` serve within the bounds that the settings ask for."""
    protocol = _bounded_protocol(settings.address_requests, settings.proxies)

    def configure(config: uvicorn.Config) -> None:
        config.http = protocol
        config.limit_concurrency = max(16, open_files() // _SPARE_FILES)
        config.proxy_headers = False  # `ProxyHeadersMiddleware` comes with the page's own settings

    gradio_internals.configure_server(configure)


def open_files() -> int:
    """How many files this process may open; raised to what the system allows it."""
    try:
        import resource
    except ImportError:  # Windows
        return 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft if soft != resource.RLIM_INFINITY else wanted


def _bounded_protocol(of_one_address: int, proxies: str) -> type[H11Protocol]:
    """A protocol whose connections count together."""
    connected: Counter[str] = Counter()
    trusted = ProxyHeadersMiddleware(_nobody, trusted_hosts=proxies).trusted_hosts

    class BoundedProtocol(H11Protocol):
        _peer: str | None = None
        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            host = self.client[0] if self.client else ""
            if host not in trusted:
                self._peer = caller_of(host)
                connected[self._peer] += 1
            limit = self.config.limit_concurrency or 0
            if (self._peer and connected[self._peer] > of_one_address) or (
                len(self.connections) > 2 * limit
            ):
                transport.abort()
            else:
                self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._peer is not None:
                connected[self._peer] -= 1
                if connected[self._peer] <= 0:
                    del connected[self._peer]
                self._peer = None
            self._stop_watching()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state is h11.IDLE:  # a request has begun at most
                self._watch()
            else:
                self._stop_watching()

        def _watch(self) -> None:
            if self._waiting is None:
                self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

        def _stop_watching(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return BoundedProtocol


async def _nobody(*_: object) -> None:
    """No app: only the list of trusted addresses is asked."""
