"""Checkpoints from the Hub, over real HTTP from a loopback server, and all that can go wrong."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest

from colorizer.errors import CheckpointError
from colorizer.model import checkpoint
from colorizer.model.checkpoint import CONFIG_FILE, Checkpoint, load_checkpoint
from colorizer.model.checkpoint_identity import PALETTE_FILE, WEIGHTS_FILE
from colorizer.model.hub import HubRepository
from tests.support.hub_state import TOKEN, Files, Hub
from tests.support.loopback_hub import serve_hub

ROOT = Path(__file__).resolve().parents[2]
NAME = "owner/tiny"

Load = Callable[..., Checkpoint]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve_hub() as hub:
        yield hub


@pytest.fixture
def files(classification_folder: Path) -> Files:
    return {file.name: file.read_bytes() for file in classification_folder.iterdir()}


@pytest.fixture
def load(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """`load_checkpoint` with the loopback Hub and an empty cache."""
    monkeypatch.setattr("colorizer.model.hub._PAUSE_SECONDS", 0.0)

    def load(revision: str | None = None, *, token: str = TOKEN, name: str = NAME) -> Checkpoint:
        repository = functools.partial(
            HubRepository, endpoint=hub.endpoint, token=token, cache=tmp_path / "cache"
        )
        monkeypatch.setattr("colorizer.model.hub.HubRepository", repository)
        return load_checkpoint(name, revision=revision)

    return load


def asked(hub: Hub, command: str, name: str = "") -> list[str]:
    return [r for r in hub.requests if r.startswith(command) and r.endswith(name)]


def test_what_was_uploaded_comes_back(
    hub: Hub, files: Files, load: Load, classification_folder: Path
) -> None:
    hub.add(NAME, files)
    loaded, local = load(), load_checkpoint(classification_folder)
    assert loaded.revision == local.revision
    assert loaded.config == local.config
    assert loaded.weights.keys() == local.weights.keys()
    for name, values in local.weights.items():
        np.testing.assert_array_equal(values, loaded.weights[name])


def test_a_second_time_nothing_is_downloaded(hub: Hub, files: Files, load: Load) -> None:
    hub.add(NAME, files)
    load()
    hub.requests.clear()
    load()
    assert not asked(hub, "GET")


def test_a_changed_branch_is_noticed_and_a_tag_stays(hub: Hub, files: Files, load: Load) -> None:
    repository = hub.add(NAME, files)
    repository.refs["v1"] = first = repository.refs["main"]
    other = json.loads(files[CONFIG_FILE])
    other["name"] = "later"
    repository.commit({**files, CONFIG_FILE: json.dumps(other).encode()})
    assert load().config.name == "later"
    assert load("v1").config.name == load(first).config.name == "tiny"


def test_a_private_model_needs_the_token(hub: Hub, files: Files, load: Load) -> None:
    hub.add(NAME, files, private=True)
    assert load().config.name == "tiny"


def test_without_network_the_cache_answers(hub: Hub, files: Files, load: Load) -> None:
    hub.add(NAME, files)
    first = load()
    hub.endpoint = "http://127.0.0.1:9"
    assert load().revision == first.revision


def test_offline_mode_uses_the_cache_and_nothing_else(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(NAME, files)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="cannot be reached and 'owner/tiny' is not in"):
        load()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    load()
    hub.requests.clear()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert load().config.name == "tiny"
    assert not hub.requests


def test_a_server_that_fails_once_is_asked_again(hub: Hub, files: Files, load: Load) -> None:
    hub.add(NAME, files)
    hub.fail(f"resolve/main/{CONFIG_FILE}", status=503, times=1)
    assert load().config.name == "tiny"


def test_a_dropped_connection_is_resumed_where_it_broke(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 50_000)
    repository = hub.add(NAME, files)
    commit = repository.refs["main"]
    hub.fail(f"GET /{NAME}/resolve/{commit}/{WEIGHTS_FILE}", sent=200_000)
    assert load().config.name == "tiny"
    assert hub.ranges == ["bytes=200000-"]


def test_a_dropped_answer_is_asked_for_again(hub: Hub, files: Files, load: Load) -> None:
    hub.add(NAME, files)
    hub.fail("HEAD", drop=True, times=2)
    assert load().config.name == "tiny"


def test_content_that_changed_on_the_way_is_downloaded_again(
    hub: Hub, files: Files, load: Load
) -> None:
    hub.add(NAME, files)
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        hub.fail(f"GET /{NAME}/resolve/", damage=True)
        assert load().config.name == "tiny", name


def test_a_damaged_cache_repairs_itself(hub: Hub, files: Files, load: Load, tmp_path: Path) -> None:
    hub.add(NAME, files)
    first = load()
    (weights,) = (tmp_path / "cache").rglob(f"snapshots/*/{WEIGHTS_FILE}")
    weights.resolve().write_bytes(b"x" * 5000)
    assert load().revision == first.revision


def config_with(files: Files, **changes: object) -> Files:
    config = {**json.loads(files[CONFIG_FILE]), **changes}
    return {**files, CONFIG_FILE: json.dumps(config).encode()}


def without(files: Files, name: str) -> Files:
    return {path: data for path, data in files.items() if path != name}


NOT_OURS: dict[str, tuple[Callable[[Files], Files], str]] = {
    "no config": (lambda f: without(f, CONFIG_FILE), "no checkpoint of Colorizer"),
    "another library": (lambda f: config_with(f, format="bert"), "not a Colorizer checkpoint"),
    "config is a picture": (lambda f: {**f, CONFIG_FILE: b"\x89PNG"}, "cannot be read"),
    "deep config": (lambda f: {**f, CONFIG_FILE: b"[" * 10**6}, "cannot be read"),
    "huge config": (lambda f: {**f, CONFIG_FILE: b" " * 5 * 2**20}, "larger than the 4096 KiB"),
    "absurd width": (
        lambda f: config_with(
            f,
            network={
                "backbone": "tf_efficientnet_lite0",
                "head": "regression",
                "n_classes": 0,
                "decoder_channels": [10**9],
            },
        ),
        "does not describe a network",
    ),
    "absurd size": (lambda f: config_with(f, decoding={"side": 10**9}), "32 … 1024 pixels"),
    "a path for a name": (lambda f: config_with(f, name="../../etc"), "the name has other"),
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_a_foreign_repository_is_refused_before_anything_big_is_downloaded(
    hub: Hub, files: Files, load: Load, name: str
) -> None:
    change, sentence = NOT_OURS[name]
    hub.add(NAME, change(files))
    with pytest.raises(CheckpointError, match=sentence) as refused:
        load()
    assert not asked(hub, "GET", WEIGHTS_FILE)
    assert len(str(refused.value)) < 400


def test_weights_beyond_all_measure_are_not_downloaded(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "MAX_WEIGHT_BYTES", 100_000)
    hub.add(NAME, files)
    with pytest.raises(CheckpointError, match="larger than the 97 KiB"):
        load()
    assert not asked(hub, "GET", WEIGHTS_FILE)


WRONG_FILES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "no weights": (lambda f: without(f, WEIGHTS_FILE), f"has no {WEIGHTS_FILE}"),
    "no palette": (lambda f: without(f, PALETTE_FILE), f"has no {PALETTE_FILE}"),
    "truncated weights": (
        lambda f: {**f, WEIGHTS_FILE: f[WEIGHTS_FILE][:9000]},
        "'owner/tiny' is damaged or incomplete",
    ),
    "weights are a page": (lambda f: {**f, WEIGHTS_FILE: b"<html>"}, "damaged or incomplete"),
    "weights of another network": (
        lambda f: config_with(
            f, network={**json.loads(f[CONFIG_FILE])["network"], "decoder_channels": [1024]}
        ),
        "do not belong to the network",
    ),
    "metrics are no JSON": (lambda f: {**f, "metrics.json": b"{"}, "metrics.json"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_broken_checkpoint_is_a_sentence(hub: Hub, files: Files, load: Load, name: str) -> None:
    change, sentence = WRONG_FILES[name]
    hub.add(NAME, change(files))
    with pytest.raises(CheckpointError, match=sentence):
        load()


def test_every_refusal_of_the_hub_is_a_sentence(hub: Hub, files: Files, load: Load) -> None:
    with pytest.raises(CheckpointError, match="no model 'owner/tiny' that you may read"):
        load()
    hub.add(NAME, files)
    with pytest.raises(CheckpointError, match="refuses your access token"):
        load(token="hf_wrong")
    with pytest.raises(CheckpointError, match="no branch, tag or commit 'v9'"):
        load("v9")
    with pytest.raises(CheckpointError, match="no branch, tag or commit of a Hub"):
        load("../../secret")
    with pytest.raises(CheckpointError, match="cannot be the name"):
        load(name="own er/tiny")
    hub.fail("HEAD", status=403, times=9)
    with pytest.raises(CheckpointError, match="refuses your access token"):
        load()


def test_a_hub_that_stays_broken_is_a_sentence(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    hub.add(NAME, files)
    hub.fail("HEAD", status=503, times=99)
    with pytest.raises(CheckpointError, match="answers 503"):
        load()
    hub.faults.clear()
    hub.fail(f"/{WEIGHTS_FILE}", damage=True, times=99)
    with pytest.raises(CheckpointError, match="arrived damaged or incomplete"):
        load()


def test_a_hub_that_does_not_answer_is_not_waited_for(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(NAME, files)
    monkeypatch.setattr("colorizer.model.hub._ANSWER_SECONDS", 0.2)
    hub.fail("HEAD", seconds=2.0)
    with pytest.raises(CheckpointError, match="cannot be reached"):
        load()
    assert len(asked(hub, "HEAD")) == 1


def test_a_full_disk_is_not_blamed_on_the_hub(
    hub: Hub, files: Files, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    hub.add(NAME, files)
    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    with pytest.raises(CheckpointError, match="cannot be stored in the local cache: No space"):
        load()


def test_an_unknown_error_of_the_connection_is_a_sentence(
    hub: Hub, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise httpx2.ReadError("reset by peer")

    monkeypatch.setattr("colorizer.model.hub.get_hf_file_metadata", broken)
    with pytest.raises(CheckpointError, match="cannot be reached"):
        load()


@pytest.mark.slow
def test_from_pretrained_as_people_use_it(hub: Hub, files: Files, tmp_path: Path) -> None:
    repository = hub.add(NAME, files, private=True)
    repository.refs["v1"] = repository.refs["main"]
    code = (
        "from colorizer import Colorizer\n"
        f"print(Colorizer.from_pretrained('{NAME}', revision='v1').name)"
    )
    environment = {
        **os.environ, "HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path), "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment, cwd=ROOT, timeout=300, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "tiny"
