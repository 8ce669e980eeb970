"""One door to what Gradio does not document, and a page that does not start when it is gone."""

import ast
from pathlib import Path
from typing import Any

import gradio as gr
import gradio.mcp
import pytest
from gradio import http_server, processing_utils, queueing

from colorizer.settings import Settings
from colorizer.web import build_app
from colorizer.web.gradio_internals import GradioChanged, check
from tests.support.source_tree import ROOT

WEB = sorted((ROOT / "colorizer" / "web").rglob("*.py"))
DOOR = ROOT / "colorizer" / "web" / "gradio_internals.py"
UNDOCUMENTED = {
    "_queue", "_data", "temp_file_sets", "keep_in_cache", "extra_startup_events", "get_blocks",
    "LocalContext", "DEFAULT_TEMP_DIR", "_frontend", "fns", "state_holder", "server_app",
}  # fmt: skip


@pytest.mark.parametrize("file", [f for f in WEB if f != DOOR], ids=lambda f: f.stem)
def test_others_use_what_gradio_documents(file: Path) -> None:
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "gradio", ast.unparse(node)
        if isinstance(node, ast.Import):
            inside = [name.name for name in node.names if name.name.startswith("gradio.")]
            assert not inside
        if isinstance(node, ast.Attribute):
            assert node.attr not in UNDOCUMENTED, ast.unparse(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value != "_frontend"


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return build_app(Settings())


def test_what_is_relied_on_is_there(page: gr.Blocks) -> None:
    check(page)


async def _fetches(url: str, cache_dir: str) -> str:
    return "/tmp/x.png"


@pytest.mark.parametrize(
    ("place", "name", "other", "said"),
    [
        (gr, "__version__", "6.32.0", "gradio~=6.31.0"),
        (processing_utils, "async_ssrf_protected_download", _fetches, "downloads are refused"),
        (queueing, "error_payload", lambda *_: {"error": None}, "errors have a text"),
        (http_server, "start_server", lambda: None, "the server can be configured"),
        (gradio.mcp, "DEFAULT_TEMP_DIR", None, "agents' files have a folder"),
        (gr.EventData, "__init__", lambda *_: None, "events have details"),
    ],
)
def test_a_changed_gradio_is_noticed_before_the_page_starts(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, other: Any, said: str
) -> None:
    monkeypatch.setattr(place, name, other)
    with pytest.raises(GradioChanged, match=said):
        check(page)


def test_a_renamed_download_is_noticed(page: gr.Blocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fetching function has another name: what we replaced is called by nobody."""
    asked: list[str] = []

    async def resource(self: Any, path: str) -> str:
        asked.append(path)
        return "/tmp/x.png"

    monkeypatch.setattr(gr.File, "async_move_resource_to_block_cache", resource)
    with pytest.raises(GradioChanged, match="downloads are refused"):
        check(page)
    assert asked == ["http://192.0.2.1/x.png"]


@pytest.mark.parametrize("name", ["_queue", "extra_startup_events", "temp_file_sets"])
def test_a_missing_attribute_is_noticed(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delattr(page, name)
    with pytest.raises(GradioChanged, match="not so"):
        check(page)
