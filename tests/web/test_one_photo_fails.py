"""Whatever fails in the network costs that photo, on the page, in the private test, in an album."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.batch import Job, SaveOptions, State, colour_album
from colorizer.errors import CheckpointError, Message
from colorizer.model.architecture import NetworkOutput
from colorizer.study import StimulusPool, Store
from colorizer.web.colorize.batch import BatchPhoto, PhotoState
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.examples import load_examples
from colorizer.web.colorize.run import ColourRun
from colorizer.web.colorize.stage_view import StageView, example_choice
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.fair_queue import Turns
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.private import PrivatePage
from tests.support.colorize_support import TinyDarkroom, dropped
from tests.support.study_site import make_host
from tests.support.study_support import Clock, make_photo, make_study

pytest_plugins = ["tests.support.study_fixtures"]

TOKEN = "0" * 32
FAILURES = {
    "no_memory": MemoryError(),
    "model_overflows": CheckpointError("model_overflows", model="tiny"),
    "system_refused": OSError(28, os.strerror(28)),
    "failed": KeyError("nobody foresaw this"),
}


@pytest.fixture(params=FAILURES)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(
    classification_folder: Path,
    regression_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> TinyDarkroom:
    """Its regressor fails for upright photos."""
    service = TinyDarkroom(classification_folder, regression_folder)
    colorizer = service.colorizer("regression")
    network = colorizer.network

    def forward(L: np.ndarray) -> NetworkOutput:
        if L.shape[-2] > L.shape[-1]:
            raise FAILURES[code]
        return network(L)

    monkeypatch.setattr(colorizer, "network", forward)
    return service


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Three photos, the second of them upright."""
    files = [tmp_path / f"{number}.png" for number in range(3)]
    for number, file in enumerate(files):
        size = (260, 200) if number == 1 else (200, 260)
        Image.fromarray(make_photo(number, size).rgb).save(file)
    return [str(file) for file in files]


def test_on_the_page(service: TinyDarkroom, files: list[str], code: str) -> None:
    first = example_choice(load_examples()[0])
    visits = Visits(lambda: Visit("regression", first))
    stage = StageView(service, visits, load_examples(), service.models, long_side=90)
    run = ColourRun(service, Turns(), visits, stage, long_side=90, max_photos=3)
    visit = visits.of(TOKEN)
    for file in files:
        visit.add(BatchPhoto(Path(file).name, Choice(file, "regression")), limit=3)
    for _ in run.colour(TOKEN):
        pass
    states = [photo.state for photo in visit.batch]
    assert states == [PhotoState.DONE, PhotoState.REFUSED, PhotoState.DONE]
    reason = visit.batch[1].reason
    assert isinstance(reason, Message)
    assert reason.code == code
    assert not visit.busy


@pytest.fixture
def private_page(
    service: TinyDarkroom, sqlite_store: Store, pool: StimulusPool, clock: Clock
) -> Iterator[PrivatePage]:
    study = make_study(sqlite_store, pool, clock)
    host = make_host(study)
    host._study = study
    yield PrivatePage(host, service, Turns(), StudyPictures(), max_megabytes=50)
    study.close()


def test_in_the_private_test(private_page: PrivatePage, files: list[str], code: str) -> None:
    _, choice, told, *_ = private_page.start(dropped(files), "regression")
    assert choice["visible"] is False
    assert told["visible"] is True
    assert told["value"].startswith("**1.png**: ")
    assert told["value"].count("**") == 2


def test_in_an_album(service: TinyDarkroom, files: list[str], code: str, tmp_path: Path) -> None:
    jobs = [Job(Path(file), tmp_path / "out" / Path(file).name) for file in files]
    outcomes = {
        outcome.job.source.stem: outcome
        for outcome in colour_album(service.colorizer("regression"), jobs, SaveOptions())
    }
    states = [outcomes[name].state for name in "012"]
    assert states == [State.DONE, State.FAILED, State.DONE]
    reason = outcomes["1"].reason
    assert reason is not None
    assert reason.code == code
