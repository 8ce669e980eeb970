"""What goes wrong around the app costs a sentence, and the rest goes on: one test for each fault.

Those of the database are in test_study_database.py, those of the Hub in test_hub.py and
test_study_mirror.py, those of saving in test_photo_saving.py.
"""

import errno
import shutil
import zipfile
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import CheckpointError, StudyError
from colorizer.model import bundled
from colorizer.photo import PhotoError
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.study import StimulusPool, Store
from colorizer.web import build_app, i18n
from colorizer.web.colorize.endpoints import ColourEndpoints
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page
from colorizer.web.fair_queue import Turns
from colorizer.web.study.host import open_study
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.trial import TrialStage
from tests.support.study_site import make_host, wait_for
from tests.support.study_support import ADDRESS, SHORT, Clock, make_folder, make_study

pytest_plugins = ["tests.support.study_fixtures"]


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


class TestOutOfMemory:
    @pytest.mark.parametrize(
        "shortage",
        [
            MemoryError(),
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 GB"),
        ],
    )
    def test_a_photo_that_is_too_much_is_a_sentence_and_the_next_works(
        self,
        photo: Path,
        regression_folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        shortage: Exception,
    ) -> None:
        service, model = ColorizerService(), str(regression_folder)
        colorizer = service.colorizer(model)
        with monkeypatch.context() as patch:

            def forward(_: object) -> None:
                raise shortage

            patch.setattr(colorizer, "network", forward)
            for work in (
                lambda: service.colorize(photo, model),
                lambda: service.preview(photo, model, long_side=90),
            ):
                with pytest.raises(PhotoError, match="not enough memory"):
                    work()
        assert service.colorize(photo, model).photo.rgb.shape == (120, 180, 3)

    def test_other_errors_of_the_network_are_not_taken_for_it(
        self, photo: Path, regression_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service, model = ColorizerService(), str(regression_folder)

        def forward(_: object) -> None:
            raise RuntimeError("shapes do not fit")

        monkeypatch.setattr(service.colorizer(model), "network", forward)
        with pytest.raises(RuntimeError, match="do not fit"):
            service.colorize(photo, model)


class TestBrokenCheckpoints:
    @pytest.fixture
    def bundle(
        self,
        tmp_path: Path,
        classification_folder: Path,
        regression_folder: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Path:
        bundle = tmp_path / "bundle"
        shutil.copytree(classification_folder, bundle / "classification")
        shutil.copytree(regression_folder, bundle / "regression")
        monkeypatch.setattr(bundled, "_BUNDLES", (bundle,))
        return bundle

    def truncate(self, folder: Path) -> None:
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:5000])

    def study(self, tmp_path: Path) -> Any:
        photos = str(make_folder(tmp_path / "photos", 2))
        url = f"sqlite:///{tmp_path}/kept/votes.db"
        return open_study(Settings(database_url=url, study_photos=photos), ColorizerService())

    def test_the_whole_one_colours_and_is_in_the_study(
        self, bundle: Path, tmp_path: Path, photo: Path
    ) -> None:
        self.truncate(bundle / "classification")
        service = ColorizerService()
        endpoints = ColourEndpoints(service, Turns(), DownloadFolder(), service.models, 90)
        with pytest.raises(gr.Error, match="damaged or incomplete"):
            endpoints.colorize(str(photo), "classification")
        assert Path(endpoints.colorize(str(photo), "regression")).is_file()
        study = self.study(tmp_path)
        assert [model.name for model in study._pool.models] == ["regression"]
        study.close()

    def test_without_a_whole_one_the_page_stands_and_says_why(
        self, bundle: Path, tmp_path: Path, photo: Path
    ) -> None:
        for name in ("classification", "regression"):
            self.truncate(bundle / name)
        assert build_app(Settings()).title == "Colorizer"
        with pytest.raises(CheckpointError, match="damaged or incomplete"):
            ColorizerService().colorize(photo, "regression")
        with pytest.raises(CheckpointError, match="damaged or incomplete"):
            self.study(tmp_path)


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "/a/path/of/this/machine")


class TestFullDisk:
    def test_no_half_zip_is_left(
        self, tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        download_folder = DownloadFolder()
        before = set(download_folder.root.rglob("photos.zip"))  # of other tests of this process
        monkeypatch.setattr(zipfile.ZipFile, "write", full_disk)
        with pytest.raises(OSError, match="No space"):
            download_folder.zip([photo], "photos.zip")
        assert set(download_folder.root.rglob("photos.zip")) == before

    def test_the_page_says_so_without_a_path(self) -> None:
        with pytest.raises(gr.Error) as told, errors_on_the_page():
            full_disk()
        assert str(told.value.message) == i18n.NOT_STORED

    def test_a_vote_counts_whose_next_picture_finds_no_place(
        self,
        sqlite_store: Store,
        pool: StimulusPool,
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        study = make_study(sqlite_store, pool, clock, SHORT)
        host = make_host(study)
        host._study = study
        stage = TrialStage(host, StudyPictures())
        token = study.start_session(None, ADDRESS).token
        trial = stage.next_pair({"token": token})["trial"]
        monkeypatch.setattr(StudyPictures, "address", full_disk)
        reply = stage.vote({"token": token, "trial": trial["id"], "choice": "left"})
        assert (reply["choice"], reply["trial"]) == ("left", None)
        assert reply["notice"] == i18n.NOT_STORED
        assert len(sqlite_store.ballots()) == 1
        study.close()


class TestClock:
    """The time of day jumps; what was handed out before must neither count nor be lost."""

    @pytest.mark.parametrize("days", [-400, -1, 1, 400])
    def test_a_jump_locks_nobody_out(
        self, sqlite_store: Store, pool: StimulusPool, clock: Clock, days: int
    ) -> None:
        study = make_study(sqlite_store, pool, clock, SHORT)
        token = study.start_session(None, ADDRESS).token
        trial = study.next_trial(token)
        assert trial is not None
        study.cast_vote(trial.id, token, "left")
        clock.advance(seconds=days * 86_400)
        assert study.start_session(token, ADDRESS).token == token
        trial = study.next_trial(token)
        assert trial is not None
        study.cast_vote(trial.id, token, "left")
        assert len(sqlite_store.ballots()) == 2
        study.close()

    def test_what_was_handed_out_before_the_clock_was_set_back_fills_no_limit(
        self, sqlite_store: Store, pool: StimulusPool, clock: Clock
    ) -> None:
        settings = SHORT.__class__(
            practice=1, scored=4, catch=1, trials_per_hour=2, participants_per_hour_per_address=1
        )
        study = make_study(sqlite_store, pool, clock, settings)
        token = study.start_session(None, ADDRESS).token
        for _ in range(2):
            trial = study.next_trial(token)
            assert trial is not None
            study.cast_vote(trial.id, token, "left")
        with pytest.raises(StudyError, match="in an hour"):
            study.next_trial(token)
        clock.advance(seconds=-7 * 3600)  # one UTC day, so that the address stays comparable
        assert study.next_trial(token) is not None
        assert study.start_session(None, ADDRESS).token != token
        study.close()


def test_a_study_that_cannot_open_its_database_comes_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away when the app starts, and back later."""
    import asyncio

    from colorizer.web.study import host as hosting

    monkeypatch.setattr(hosting, "_RETRY_SECONDS", 0.05)
    place = tmp_path / "kept"
    place.write_bytes(b"in the way")
    photos = str(make_folder(tmp_path / "photos", 2))
    settings = Settings(database_url=f"sqlite:///{place}/votes.db", study_photos=photos)
    host = hosting.StudyHost(lambda: open_study(settings, ColorizerService()))
    asyncio.run(host.startup())

    def answer() -> str:
        try:
            return "open" if host.study else ""
        except StudyError as error:
            return str(error)

    wait_for(lambda: "cannot be opened" in answer())
    place.unlink()
    wait_for(lambda: answer() == "open")
    host.close()
