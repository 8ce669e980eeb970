"""What the page spares itself of Gradio's start, and that it is still there to be spared."""

import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from gradio.routes import App

from colorizer.settings import Settings
from colorizer.web import build_app, launch_options

ROOT = Path(__file__).resolve().parents[2]

_OPENED_STUBS = """
import sys
opened = []
def note(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".pyi"):
        opened.append(arguments[0])
sys.addaudithook(note)
import {module}
print(len(opened))
"""


def _opened_stubs(module: str) -> int:
    code = _OPENED_STUBS.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, timeout=120, cwd=ROOT
    )
    return int(done.stdout)


def test_gradio_writes_stubs_when_it_is_imported_but_not_for_the_page() -> None:
    assert _opened_stubs("gradio") > 50
    assert _opened_stubs("colorizer.web") == 0


def test_the_server_is_made_once_when_the_page_is_launched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[gr.Blocks] = []
    create_app = App.create_app

    def counted(blocks: gr.Blocks, *arguments: object, **options: object) -> App:
        made.append(blocks)
        return create_app(blocks, *arguments, **options)

    monkeypatch.setattr(App, "create_app", staticmethod(counted))
    page = build_app(Settings())
    assert made == []
    try:
        page.launch(prevent_thread_lock=True, quiet=True, **launch_options(Settings()))
        assert made == [page]
    finally:
        page.close()
    with gr.Blocks():
        pass
    assert len(made) > 2  # Gradio's own way is back
