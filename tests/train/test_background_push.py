"""A training's pushes to a Hub that fails, is slow, never answers, and works."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from colorizer.model.checkpoint import CARD_FILE, CONFIG_FILE
from tests.support.hub_state import TOKEN, Hub
from tests.support.loopback_hub import serve_hub
from train import push as pushing
from train.background_push import BackgroundPush

NAME = "owner/tiny"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(pushing, "draw_examples", lambda _: b"jpeg")
    monkeypatch.setattr(pushing, "_PAUSE_SECONDS", 0.0)
    with serve_hub() as hub:
        yield hub


@pytest.fixture
def background(hub: Hub) -> BackgroundPush:
    return BackgroundPush(NAME, every=10, api=HfApi(endpoint=hub.endpoint, token=TOKEN))


@pytest.fixture
def folder(regression_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(regression_folder, tmp_path / "checkpoint"))


def rename(folder: Path, name: str) -> None:
    file = folder / CONFIG_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), "name": name}))


def name_on(hub: Hub) -> str:
    return str(json.loads(hub.repositories[NAME].files[CONFIG_FILE])["name"])


def wait(background: BackgroundPush) -> None:
    assert background._running is not None
    background._running.result(60)


def test_a_push_is_due_every_so_many_steps(
    hub: Hub, background: BackgroundPush, folder: Path
) -> None:
    background.offer(folder, 9)
    assert background._running is None
    for step, name in ((10, "first"), (19, "early"), (20, "second")):
        rename(folder, name)
        background.offer(folder, step)
        wait(background)
        assert name_on(hub) == ("second" if step == 20 else "first")


def test_a_failure_only_warns_and_the_next_push_works(
    hub: Hub, background: BackgroundPush, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub.refusing = True
    background.offer(folder, 10)
    wait(background)
    assert "Step 10 was not pushed to owner/tiny: The Hub does not let you write" in caplog.text
    hub.refusing = False
    background.offer(folder, 20)
    wait(background)
    assert name_on(hub) == "tiny-regression"


def test_while_a_push_is_slow_the_folder_may_change_and_nothing_else_is_sent(
    hub: Hub, background: BackgroundPush, folder: Path
) -> None:
    hub.fail("/repos/create", seconds=1.0)
    background.offer(folder, 10)
    first = background._running
    rename(folder, "later")
    background.offer(folder, 20)
    assert background._running is first
    wait(background)
    assert name_on(hub) == "tiny-regression"
    background.offer(folder, 21)  # still due
    wait(background)
    assert name_on(hub) == "later"


def test_the_end_waits_for_the_slow_push_and_sends_the_last_state(
    hub: Hub, background: BackgroundPush, folder: Path
) -> None:
    hub.fail("/repos/create", seconds=0.5, times=2)
    background.offer(folder, 10)
    rename(folder, "last")
    background.finish(folder, 12, seconds=60)
    assert name_on(hub) == "last"
    assert b"Not evaluated yet" in hub.repositories[NAME].files[CARD_FILE]


def test_a_hub_that_never_answers_does_not_keep_the_training(
    hub: Hub, background: BackgroundPush, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub.fail("/repos/create", seconds=5.0)
    background.offer(folder, 10)
    first = background._running
    assert first is not None
    background.finish(folder, 12, seconds=0.1)
    assert "push the checkpoint later by: python -m train.push" in caplog.text
    hub.faults.clear()
    first.result(60)


def test_even_a_broken_checkpoint_only_warns(
    background: BackgroundPush, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / CONFIG_FILE).write_text("{")
    with caplog.at_level(logging.WARNING):
        background.finish(folder, 1)
    assert "Step 1 was not pushed" in caplog.text
