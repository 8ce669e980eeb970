"""Models that visitors name, from a loopback Hub: good, missing and hostile ones, and too many."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from colorizer.errors import CheckpointError
from colorizer.model.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from colorizer.photo import Photo
from colorizer.service.hub_models import HubModels
from tests.support.hub_models_support import away, visitors_hub
from tests.support.hub_state import Files, Hub

NAME = "owner/tiny"


@pytest.fixture
def files(regression_folder: Path) -> Files:
    return {file.name: file.read_bytes() for file in regression_folder.iterdir()}


@pytest.fixture
def loopback() -> Iterator[Hub]:
    with visitors_hub() as served:
        yield served


@pytest.mark.parametrize("name", [NAME, "a/b", "Some-Owner/model_1.2"])
def test_names_on_the_hub_are_offered(name: str) -> None:
    assert HubModels(1).offers(name)
    assert not HubModels(0).offers(name)


@pytest.mark.parametrize(
    "name",
    [
        "classification", "../secret", "/etc/passwd", "a/b/c", "./runs", "a/.b", "-a/b", "owner/",
        "owner/x\n", "owner/ä", "o" * 97 + "/x", "http://a/b", "",
    ],
)  # fmt: skip
def test_paths_addresses_and_nonsense_are_not_offered(name: str) -> None:
    assert not HubModels(1).offers(name)


def test_a_model_is_loaded_once(loopback: Hub, files: Files) -> None:
    loopback.add(NAME, files)
    models = HubModels(1)
    assert not models.is_loaded(NAME)
    loaded = models.colorizer(NAME)
    assert loaded.name == "tiny-regression"
    loopback.requests.clear()
    assert models.colorizer(NAME) is loaded
    assert models.is_loaded(NAME)
    assert not loopback.requests


def test_no_more_than_so_many_stay_in_memory(loopback: Hub, files: Files) -> None:
    models, names = HubModels(2), ["o/a", "o/b", "o/c"]
    for name in names:
        loopback.add(name, files)
        models.colorizer(name)
    assert [models.is_loaded(name) for name in names] == [False, True, True]
    assert models.colorizer("o/a").name == "tiny-regression"


def test_a_folder_of_the_same_name_is_not_read(
    loopback: Hub, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in files.items():
        (tmp_path / NAME).mkdir(parents=True, exist_ok=True)
        (tmp_path / NAME / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match="no model 'owner/tiny' that you may read"):
        HubModels(1).colorizer(NAME)


def test_what_only_the_server_may_read_is_not_shown_to_visitors(
    loopback: Hub, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add(NAME, files, private=True)
    monkeypatch.setattr("huggingface_hub.utils._headers.get_token", lambda: "hf_tests")
    with pytest.raises(CheckpointError, match="that you may read"):
        HubModels(1).colorizer(NAME)
    loopback.repositories[NAME].private = False
    assert HubModels(1).colorizer(NAME)


def test_a_hostile_model_is_refused_before_anything_big_is_downloaded(
    loopback: Hub, files: Files
) -> None:
    config = json.loads(files[CONFIG_FILE])
    config["network"]["decoder_channels"] = [10**9]
    loopback.add(NAME, {**files, CONFIG_FILE: json.dumps(config).encode()})
    with pytest.raises(CheckpointError, match="does not describe a network"):
        HubModels(1).colorizer(NAME)
    assert not [r for r in loopback.requests if r.startswith("GET") and WEIGHTS_FILE in r]


def test_after_a_failure_the_next_one_is_served(loopback: Hub, files: Files) -> None:
    models = HubModels(1)
    with pytest.raises(CheckpointError):
        models.colorizer(NAME)
    loopback.add(NAME, files)
    assert models.colorizer(NAME)


def test_one_download_at_a_time(loopback: Hub, files: Files) -> None:
    loopback.add(NAME, files)
    loopback.add("owner/other", files)
    loopback.fail(f"GET /{NAME}/resolve", seconds=3.0)
    models = HubModels(2)
    slow = threading.Thread(target=models.colorizer, args=(NAME,))
    slow.start()
    while not loopback.requests:
        slow.join(0.01)
    with pytest.raises(CheckpointError, match="Another model is being loaded"):
        models.colorizer("owner/other")
    slow.join()
    assert models.is_loaded(NAME)
    assert models.colorizer("owner/other")


def test_a_hub_that_is_away_is_a_sentence_and_a_model_in_memory_goes_on(
    loopback: Hub, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add(NAME, files)
    models = HubModels(1)
    models.colorizer(NAME)
    away(monkeypatch)
    assert models.colorizer(NAME)
    with pytest.raises(CheckpointError, match="The Hub cannot be reached"):
        models.colorizer("owner/other")


def test_no_file_of_a_model_stays_on_the_disk(
    loopback: Hub, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    loopback.add(NAME, files)
    loopback.add("owner/damaged", {**files, WEIGHTS_FILE: b"no weights"})
    models = HubModels(1)
    model = models.colorizer(NAME)
    with pytest.raises(CheckpointError):
        models.colorizer("owner/damaged")
    assert [*(tmp_path / "temporary").iterdir()] == []
    photo = Photo(rgb=np.zeros((40, 32, 3), np.uint8))
    assert model.colorize(photo).photo.rgb.shape == (40, 32, 3)


def test_weights_too_large_for_a_strangers_are_not_downloaded(
    loopback: Hub, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "colorizer.service.hub_models._MAX_WEIGHT_BYTES", len(files[WEIGHTS_FILE]) - 1
    )
    loopback.add(NAME, files)
    with pytest.raises(CheckpointError, match="is larger than"):
        HubModels(1).colorizer(NAME)
    assert not [r for r in loopback.requests if r.startswith("GET") and WEIGHTS_FILE in r]
