"""What docs/programs.md says to programs, run as it stands there against the running page."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from colorizer import open_photo
from tests.support.source_tree import ROOT

SECTION = (ROOT / "docs" / "programs.md").read_text()
ADDRESS = "http://127.0.0.1:7860/"


@pytest.fixture
def desk(tmp_path: Path, colourful: np.ndarray) -> Path:
    """A folder with the photo that README speaks of."""
    Image.fromarray(colourful).convert("L").save(tmp_path / "grandmother.jpg", quality=95)
    return tmp_path


def example(language: str, page_url: str) -> str:
    """The section's only block in this language, with the running page's address."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", SECTION, flags=re.S)
    assert ADDRESS in block
    return str(block.replace(ADDRESS, page_url))


def test_the_example_in_python_runs(page_url: str, desk: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", example("python", page_url)],
        cwd=desk, check=True, capture_output=True, text=True,
    )  # fmt: skip
    coloured, colours = done.stdout.splitlines()[-1].rsplit(" ", 1)
    assert Path(coloured).name == "grandmother-colour.jpg"
    assert not open_photo(coloured).is_grey
    assert float(colours) >= 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: apt install curl")
def test_the_example_with_curl_runs(page_url: str, desk: Path) -> None:
    subprocess.run(["sh", "-eu", "-c", example("sh", page_url)], cwd=desk, check=True, timeout=300)
    coloured = open_photo(desk / "grandmother-colour.jpg")
    assert (coloured.width, coloured.height, coloured.is_grey) == (180, 120, False)


def test_the_page_itself_says_the_same(page_url: str) -> None:
    told = httpx.get(f"{page_url}gradio_api/info").json()["named_endpoints"]
    assert "owner/name" in told["/colorize"]["description"]
