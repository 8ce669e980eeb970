"""Who asks: the address that a request counts against, whatever way it came.

Proxies are believed only where the settings name them (uvicorn's own support, which goes through
`x-forwarded-for` from the right and stops at the first address that is no trusted proxy). An
agent's call over MCP reaches the queue by a second request that the server sends to itself; it
carries the agent's address under a name that only this process knows.
"""

import hmac
import ipaddress
import secrets

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

MCP_PATH = "/gradio_api/mcp"
_HEADER = b"x-colorizer-caller"


class Callers:
    """ASGI middleware; `Request.client` is afterwards whoever a request counts against."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._secret = secrets.token_hex(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller."""
        if scope["type"] == "http":
            told = Headers(scope=scope).get(_HEADER.decode(), "")
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != _HEADER]
            secret, _, address = told.partition(" ")
            if hmac.compare_digest(secret.encode(), self._secret.encode()):
                scope["client"] = (address, 0)
            elif scope["path"].startswith(MCP_PATH):
                caller = f"{self._secret} {_host(scope)}".encode("latin-1", "replace")
                scope["headers"].append((_HEADER, caller))
        await self._app(scope, receive, send)


def address_of(request: gr.Request | Request | None) -> str:
    """What all requests of one visitor have in common; "" where there is no request.

    An IPv6 visitor has 2^64 addresses of their own, so that their network counts, a /64.
    """
    return caller_of(request.client.host if request and request.client else "")


def caller_of(host: str) -> str:
    """As `address_of`, of the address itself."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))


def _host(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
