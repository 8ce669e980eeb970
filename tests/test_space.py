"""The folder that `make space` builds: complete, nothing in excess, and it runs on its own."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import yaml
from gradio_client import Client, handle_file
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from PIL import Image

from colorizer import open_photo
from tests.support.clean_start import Started, started_app
from tests.support.source_tree import ROOT, files_below

SPACE = {
    "SYSTEM": "spaces", "SPACE_ID": "owner/colorizer", "SPACE_HOST": "owner-colorizer.hf.space",
    "SPACE_AUTHOR_NAME": "owner", "SPACE_REPO_NAME": "colorizer", "CPU_CORES": "2",
}  # fmt: skip
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
CONTAINERFILE = (ROOT / "Containerfile").read_text()

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("space") / "build"
    subprocess.run(["make", "--silent", "space", f"SPACE={folder}"], check=True, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def started(space: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started_app(space, tmp_path_factory.mktemp("home"), SPACE) as app:
        yield app


@pytest.fixture(scope="module")
def card(space: Path) -> dict[str, Any]:
    """The front matter of README.md, which tells the Hub how to run the Space."""
    _, front_matter, _ = (space / "README.md").read_text().split("---\n", 2)
    return dict(yaml.safe_load(front_matter))


def requirements(space: Path) -> dict[str, SpecifierSet]:
    lines = (space / "requirements.txt").read_text().splitlines()
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {each.name: each.specifier for each in parsed}


def test_the_folder_has_what_runs_and_nothing_else(space: Path) -> None:
    expected = {"README.md", "LICENSE", "packages.txt", "app.py", "assets/LICENSES.md"}
    expected |= {"requirements.txt", "requirements.lock"}
    expected |= {f"colorizer/{name}" for name in files_below(ROOT / "colorizer")}
    for kept in ("checkpoints", "examples", "readme", "study"):
        expected |= {f"assets/{kept}/{name}" for name in files_below(ROOT / "assets" / kept)}
    assert {file.relative_to(space).as_posix() for file in space.rglob("*") if file.is_file()} == (
        expected
    )


def test_its_card_is_one_that_the_hub_accepts(card: dict[str, Any], space: Path) -> None:
    assert (card["sdk"], card["suggested_hardware"]) == ("gradio", "cpu-basic")
    assert len(card["short_description"]) <= 60
    assert {card["colorFrom"], card["colorTo"]} <= set(COLOURS)
    assert (space / card["app_file"]).is_file()
    assert card["license"] == "apache-2.0"
    assert len(card["title"]) <= 40
    assert card["tags"]


def test_its_versions_fit_what_the_code_asks_for(card: dict[str, Any], space: Path) -> None:
    assert requirements(space)["gradio"].contains(card["sdk_version"])
    python = re.search(r'requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text())
    assert python
    assert SpecifierSet(python[1]).contains(card["python_version"])


def test_it_installs_what_pyproject_asks_for_with_films_and_no_pytorch(space: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (space / "requirements.txt").read_text().splitlines()
    assert lines == [*project["dependencies"], *project["optional-dependencies"]["film"]]
    assert "torch" not in requirements(space)


def test_the_container_installs_exactly_what_is_locked_with_hashes(space: Path) -> None:
    """`make lock` writes it; every package of pyproject.toml is in it, in a version it allows."""
    assert (
        "--require-hashes --requirement requirements.lock" in (ROOT / "Containerfile").read_text()
    )
    lock = (space / "requirements.lock").read_text()
    entries = re.split(r"\n(?=\w)", lock.strip())
    assert all("==" in each and "--hash=sha256:" in each for each in entries)
    locked: dict[str, list[str]] = {}
    for each in entries:
        name, version = re.match(r"([\w.-]+)==([^\s;]+)", each).groups()  # type: ignore[union-attr]
        locked.setdefault(name, []).append(version)
    for name, allowed in requirements(space).items():
        assert all(allowed.contains(version) for version in locked[name.lower()]), name
    assert "torch" not in locked


def test_space_container_and_ci_install_what_the_sandbox_needs(space: Path) -> None:
    """pyseccomp brings no library of its own."""
    assert (space / "packages.txt").read_text().split() == ["libseccomp2"]
    assert "install -y -qq --no-install-recommends < packages.txt" in CONTAINERFILE
    assert " libseccomp2 " in (ROOT / ".ci" / "run").read_text()


def test_pictures_of_its_readme_come_along(space: Path) -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)#:]+)\)", (space / "README.md").read_text())
    assert pictures
    assert all((space / each).is_file() for each in pictures)


@pytest.mark.slow
def test_without_any_secret_it_shows_its_page(started: Started) -> None:
    for method, path in (("GET", ""), ("HEAD", ""), ("GET", "health"), ("HEAD", "health")):
        assert httpx.request(method, started.url + path).status_code == 200
    assert "Colorizer" in httpx.get(started.url).text


@pytest.mark.slow
def test_its_health_names_what_runs(started: Started) -> None:
    said = httpx.get(f"{started.url}health").json()
    assert said["status"] == "ok"
    assert said["models"] == ["classification", "regression"]


@pytest.mark.slow
def test_it_colours_a_photo(started: Started, tmp_path: Path, colourful: np.ndarray) -> None:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    client = Client(started.url, verbose=False)
    result = client.predict(handle_file(tmp_path / "photo.png"), api_name="/colorize")
    assert open_photo(result).rgb.shape == colourful.shape
    # On a Space Gradio wants to reload changed code, for which the platform brings a package.
    log, reloading = started.log.read_text(), "required to run hot-reloading"
    assert log.count("Traceback") == log.count(reloading)


@pytest.mark.slow
def test_the_containers_health_check_passes_here(started: Started) -> None:
    check = re.search(r"^HEALTHCHECK .*CMD python (.+)$", CONTAINERFILE, flags=re.M)
    assert check
    arguments = shlex.split(check[1].replace(":7860/", f":{started.port}/"))
    subprocess.run([sys.executable, *arguments], check=True, timeout=60)


def test_the_container_copies_what_is_there_and_runs_without_root(space: Path) -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", CONTAINERFILE, flags=re.M)
    assert copied
    assert all((space / name).exists() for name in copied)
    assert CONTAINERFILE.index("\nUSER colorizer") < CONTAINERFILE.index("\nCMD ")
    assert 'CMD ["python", "app.py"]' in CONTAINERFILE
