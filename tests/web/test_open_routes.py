"""Every route of the installed Gradio is decided on; what is not open does not exist. By HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from colorizer.settings import Settings
from colorizer.web import build_app, launch_options
from colorizer.web.open_routes import MCP, OPEN, OpenRoutes

CLOSED = {
    # Accounts: there are none
    "/login", "/login/", "/logout", "/gradio_api/user", "/gradio_api/user/",
    "/gradio_api/login_check", "/gradio_api/login_check/", "/gradio_api/token",
    "/gradio_api/token/", "/gradio_api/app_id", "/gradio_api/app_id/",
    # Developers' tools
    "/gradio_api/dev/reload", "/gradio_api/vibe-edit", "/gradio_api/vibe-edit/",
    "/gradio_api/undo-vibe-edit", "/gradio_api/undo-vibe-edit/", "/gradio_api/vibe-code",
    "/gradio_api/vibe-code/", "/gradio_api/vibe-starter-queries",
    "/gradio_api/vibe-starter-queries/", "/monitoring", "/monitoring/summary",
    "/monitoring/{key}", "/gradio_api/openapi.json", "/gradio_api/queue/status",
    "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc",
    # Components that this page has not, and what they can do
    "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
    "/gradio_api/process_recording", "/gradio_api/stream/{event_id}",
    "/gradio_api/stream/{event_id}/close",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",
    # Fetching for strangers, storing their text
    "/gradio_api/proxy={url_path:path}", "/gradio_api/file/{path:path}", "/gradio_api/deep_link",
    # Runs are not recorded
    "/gradio_api/runs", "/gradio_api/runs/", "/gradio_api/run-history/connect",
    "/gradio_api/run-history/buckets", "/gradio_api/run-history/records",
    "/gradio_api/run-history/records/{endpoint}/{record_id}/assets/{asset_id}",
    # The older way of MCP, a stream without end for each agent
    "/gradio_api/mcp/sse", "/gradio_api/mcp/messages",
}  # fmt: skip
"""What Gradio offers and this page does not. A new route is put here or into `open_routes`."""


def routes_of(router: Any, prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Path and methods of every route below a router, mounted and included ones too."""
    for route in router.routes:
        inner = getattr(route, "original_router", route)
        if getattr(inner, "routes", None):
            yield from routes_of(inner, prefix + getattr(route, "path", ""))
        else:
            yield prefix + route.path, set(getattr(route, "methods", None) or ())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """Gradio's server with everything on that can be on, and its address."""
    folder = tmp_path_factory.mktemp("routes")
    settings = Settings(
        mcp=1, database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder)
    )
    app = build_app(settings)
    server, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    yield server, url
    app.close()


def test_every_route_of_gradio_is_decided_on(server: tuple[Any, str]) -> None:
    found = dict(routes_of(server[0]))
    assert len(found) > 60, "the walk does not find Gradio's routes any more"
    undecided = {
        (path, *methods)
        for path, methods in routes_of(server[0])
        if path not in OPEN and path not in MCP and path not in CLOSED
    }
    assert not undecided
    opened = {path for path in (*OPEN, *MCP) if path not in found}
    assert opened == {"/gradio_api/mcp/"}  # served by the mounted app itself


@pytest.mark.parametrize("path", sorted(CLOSED))
def test_what_is_closed_is_not_there(server: tuple[Any, str], path: str) -> None:
    address = server[1] + path.replace(":path", "").replace("{", "").replace("}", "").lstrip("/")
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
        answer = httpx.request(method, address)
        assert (answer.status_code, answer.text) in ((404, "Not found"), (404, "")), method


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_open_routes_are_open_for_their_methods_alone(server: tuple[Any, str], method: str) -> None:
    for path in ("", "config", "gradio_api/upload", "gradio_api/queue/join"):
        assert httpx.request(method, server[1] + path).status_code == 404
    assert httpx.get(f"{server[1]}gradio_api/upload").status_code == 404
    assert httpx.post(f"{server[1]}config").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file/http://127.0.0.1:1/x.png", "gradio_api/file/https://example.org/x.png",
        "gradio_api/file=http://127.0.0.1:1/x.png", "gradio_api/file=%20http://127.0.0.1/x.png",
        "gradio_api/file=ftp://127.0.0.1/", "gradio_api/proxy=http://127.0.0.1:1/x.png",
        "GRADIO_API/file/http://127.0.0.1/x", "gradio_api//file/http://127.0.0.1/x",
        "gradio_api/%66ile/http://127.0.0.1/x", "./gradio_api/file/http://127.0.0.1/x",
    ],
)  # fmt: skip
def test_no_address_is_fetched(server: tuple[Any, str], path: str) -> None:
    answer = httpx.get(server[1] + path, follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_a_recording_reaches_no_program(server: tuple[Any, str]) -> None:
    files = {"video": ("x.webm", b"\x1a\x45\xdf\xa3" + bytes(99))}
    answer = httpx.post(f"{server[1]}gradio_api/process_recording", files=files)
    assert (answer.status_code, answer.text) == (404, "Not found")


def test_agents_have_no_way_in_unless_the_setting_opens_it() -> None:
    without, mcp = OpenRoutes(mcp=False), OpenRoutes(mcp=True)
    for path in MCP:
        assert not without.has("POST", path)
        assert not without.has("OPTIONS", path)
        assert mcp.methods(path)
