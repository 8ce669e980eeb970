"""What `pip install .` installs: the library, the command, and everything that comes with them."""

import os
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from PIL import Image

from colorizer import open_photo
from tests.support.light_python import WITHOUT_TORCH
from tests.support.source_tree import ROOT, clone, files_below

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAX_WHEEL_BYTES = 40 * 2**20
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools would mix what an earlier build left into it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [*PIP, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", folder, clone(folder / "clone")], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path, contents: set[str]) -> Message:
    (name,) = [each for each in contents if each.endswith(".dist-info/METADATA")]
    with zipfile.ZipFile(wheel) as archive:
        return message_from_bytes(archive.read(name))


def test_the_wheel_holds_the_library_and_its_assets_and_nothing_else(contents: set[str]) -> None:
    expected = {f"colorizer/{name}" for name in files_below(ROOT / "colorizer")}
    for folder, package in (
        ("checkpoints", "checkpoints"),
        ("study", "study_photos"),
        ("examples", "examples"),
    ):
        expected |= {f"colorizer/{package}/{n}" for n in files_below(ROOT / "assets" / folder)}
    assert {name for name in contents if ".dist-info/" not in name} == expected


def test_the_wheel_is_no_larger_than_its_checkpoints_make_it(wheel: Path) -> None:
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_the_wheel_says_what_it_needs_and_how_it_is_licensed(
    metadata: Message, contents: set[str]
) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    licences = metadata.get_all("License-File", [])
    assert {"LICENSE", "assets/LICENSES.md", "assets/study/LICENSES.md"} == set(licences)
    assert all(any(name.endswith(f"licenses/{each}") for name in contents) for each in licences)
    needed = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    assert {Requirement(each) for each in needed} == {*map(Requirement, PROJECT["dependencies"])}


def test_requirements_txt_is_the_dependencies_and_the_extras_train_and_film() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = [line for line in lines if not line.startswith("#")]
    extras = PROJECT["optional-dependencies"]
    assert listed == sorted(PROJECT["dependencies"] + extras["train"] + extras["film"])


def test_what_is_installed_to_serve_has_no_pytorch() -> None:
    names = {Requirement(each).name for each in PROJECT["dependencies"]}
    assert not names & {"torch", "torchvision", "timm", "accelerate", "onnx", "onnxscript"}
    assert set(PROJECT["optional-dependencies"]["torch"]) < {
        *PROJECT["optional-dependencies"]["train"]
    }


def test_every_python_it_claims_is_one_that_it_accepts() -> None:
    versions = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "3." in name]
    assert "3.12" in versions  # what a Space runs
    oldest = min(versions, key=lambda version: int(version.split(".")[1]))
    assert PROJECT["requires-python"] == f">={oldest}"


@pytest.mark.slow
def test_the_installed_command_colours_a_photo_without_pytorch(
    wheel: Path, tmp_path: Path, colourful: np.ndarray
) -> None:
    place = tmp_path / "site"
    install = [*PIP, "install", "--quiet", "--no-deps", "--no-index", "--target", place]
    subprocess.run([*install, wheel], check=True)
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(WITHOUT_TORCH), str(place)]),
    }
    command = [sys.executable, place / "bin" / "colorizer", "photo.png", "--layer"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "photo-colour.png"
    assert open_photo(tmp_path / "photo-colour.png").rgb.shape == colourful.shape
    assert (tmp_path / "photo-colour-layer.png").is_file()
    assert done.stderr == "photo.png: The photo already had colours; they were not used.\n"
