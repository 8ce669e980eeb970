"""The routes that are open: what the page, gradio_client, curl and MCP ask for, and nothing else.

Gradio has some eighty routes: developers' tools, recordings that go to ffmpeg, an old alias that
fetches addresses. Whatever is not on this list does not exist. A test walks through the routes of
the installed Gradio and fails when there is one that nobody decided on.
"""

import re
from collections.abc import Iterable

from starlette.routing import compile_path
from starlette.types import Scope

_READ = frozenset({"GET"})
_SEND = frozenset({"POST"})
API = "/gradio_api"

OPEN = {
    # The page and what it is built of
    "/": frozenset({"GET", "HEAD"}),
    "/health": frozenset({"GET", "HEAD"}),
    "/config": _READ,
    "/config/": _READ,
    "/assets/{path:path}": _READ,
    "/static/{path:path}": _READ,
    "/svelte/{path:path}": _READ,
    "/theme.css": _READ,
    f"{API}/theme.css": _READ,
    "/favicon.ico": _READ,
    "/manifest.json": _READ,
    "/pwa_icon": _READ,
    "/pwa_icon/{size}": _READ,
    "/robots.txt": _READ,
    f"{API}/startup-events": _READ,
    f"{API}/info": _READ,
    f"{API}/info/": _READ,
    # Files on their way in and out
    f"{API}/upload": _SEND,
    f"{API}/upload_progress": _READ,
    f"{API}/file={{path_or_url:path}}": frozenset({"GET", "HEAD"}),
    # Events
    f"{API}/queue/join": _SEND,
    f"{API}/queue/data": _READ,
    f"{API}/cancel": _SEND,
    f"{API}/reset": _SEND,
    f"{API}/reset/": _SEND,
    f"{API}/heartbeat/{{session_hash}}": _READ,
    f"{API}/component_server": _SEND,
    f"{API}/component_server/": _SEND,
    # Events that wait in no queue; Gradio refuses all others here (`api_open=False`)
    f"{API}/run/{{api_name}}": _SEND,
    f"{API}/run/{{api_name}}/": _SEND,
    f"{API}/api/{{api_name}}": _SEND,
    f"{API}/api/{{api_name}}/": _SEND,
    # Programs without a client
    f"{API}/call/{{api_name}}": _SEND,
    f"{API}/call/{{api_name}}/": _SEND,
    f"{API}/call/{{api_name}}/{{event_id}}": _READ,
    f"{API}/call/v2/{{api_name}}": _SEND,
    f"{API}/call/v2/{{api_name}}/": _SEND,
    f"{API}/call/v2/{{api_name}}/{{event_id}}": _READ,
}
"""Methods by path, written as Gradio writes its routes."""

MCP = {
    f"{API}/mcp": frozenset({"GET", "POST", "DELETE"}),
    f"{API}/mcp/": frozenset({"GET", "POST", "DELETE"}),
    f"{API}/mcp/schema": _READ,
}
"""Open too where the MCP server is on."""

JOINING = (f"{API}/queue/join", f"{API}/call/")
"""The ways into the queue; these paths and all that begin so."""

UPLOAD = f"{API}/upload"

_FILES = f"{API}/file="
_LASTING = (UPLOAD, _FILES, f"{API}/heartbeat/", f"{API}/queue/data", f"{API}/mcp")
_ANSWERS = f"{API}/call/"  # GET waits there for what POST asked for

_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*:", flags=re.I)


def route_path(scope: Scope) -> str:
    """The path that routes are compared with: without what a proxy puts in front of it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))


def lasts(scope: Scope) -> bool:
    """Whether an answer may take as long as an event, a visit or a slow connection."""
    path = route_path(scope)
    return path.startswith(_LASTING) or (path.startswith(_ANSWERS) and scope["method"] == "GET")


class OpenRoutes:
    """Says of a request whether there is anything for it; see `OPEN`."""

    def __init__(self, *, mcp: bool) -> None:
        routes = OPEN | (MCP if mcp else {})
        self._routes = [(compile_path(path)[0], methods) for path, methods in routes.items()]

    def has(self, method: str, path: str) -> bool:
        """Whether the path is open for the method; OPTIONS where any method is (CORS)."""
        if path.startswith(_FILES) and _ADDRESS.match(path.partition("=")[2]):
            return False  # Gradio would fetch it
        return method in self.methods(path) or (method == "OPTIONS" and bool(self.methods(path)))

    def methods(self, path: str) -> frozenset[str]:
        """The methods for which a path is open."""
        found: Iterable[frozenset[str]] = (
            methods for route, methods in self._routes if route.match(path)
        )
        return frozenset().union(*found)
