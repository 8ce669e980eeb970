"""The study's way from settings to the page, and the page without a study."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from colorizer.adjustments import Adjustments
from colorizer.errors import MESSAGES, CheckpointError, StudyError
from colorizer.model.bundled import bundled_study_photos
from colorizer.model.checkpoint_identity import CheckpointIdentity
from colorizer.photo import Photo, open_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.study import PUBLISHED_PROTOCOL, Study
from colorizer.study.photos import find_photos
from colorizer.study.pool import real_photo
from colorizer.web import i18n
from colorizer.web.colorize.examples import load_examples
from colorizer.web.study.host import (
    StudyHost,
    load_models,
    open_study,
    study_protocol,
    warm_up,
)
from tests.support.study_site import wait_for
from tests.support.study_support import MODELS, make_folder, paint


class PaintedDarkroom(ColorizerService):
    """Two models that need no network."""

    @property
    def models(self) -> list[str]:
        return [model.name for model in MODELS]

    def colorizer(self, model: str) -> Any:
        (known,) = (each for each in MODELS if each.name == model)

        def colorize(photo: Photo, _: Adjustments) -> SimpleNamespace:
            return SimpleNamespace(photo=paint(photo, known))

        return SimpleNamespace(colorize=colorize)

    def identity(self, model: str) -> CheckpointIdentity:
        (known,) = (each for each in MODELS if each.name == model)
        return CheckpointIdentity(known.head, known.revision)


def settings(folder: Path, **changes: Any) -> Settings:
    photos = str(make_folder(folder / "photos", 3))
    return Settings(
        **{"database_url": f"sqlite:///{folder}/kept/votes.db", "study_photos": photos, **changes}
    )


def opened(folder: Path, **changes: Any) -> Study:
    return open_study(settings(folder, **changes), PaintedDarkroom())


def start(open_: Callable[[], Study]) -> StudyHost:
    host = StudyHost(open_)
    asyncio.run(host.startup())
    return host


def test_everything_that_lasts_lies_beside_the_votes(tmp_path: Path) -> None:
    study = opened(tmp_path)
    study.start()
    wait_for(lambda: study.status().pictures.finished)
    study.close()
    kept = tmp_path / "kept"
    assert {"votes.db", "study-secret", "study-pictures"} <= {path.name for path in kept.iterdir()}
    assert stat.S_IMODE((kept / "study-secret").stat().st_mode) == 0o600


def test_a_prepared_study_is_there_before_any_model(tmp_path: Path) -> None:
    study = opened(tmp_path)
    study.start()
    wait_for(lambda: study.status().pictures.finished)
    study.close()

    class Bare(PaintedDarkroom):
        def colorizer(self, model: str) -> Any:
            pytest.fail("a model was loaded")

    study = open_study(settings(tmp_path), Bare())
    study.start()
    wait_for(lambda: study.status().pictures.finished)
    assert study.status().pictures.ready == 3
    assert study.next_trial(study.start_session(None, None).token) is not None
    study.close()


def test_models_are_loaded_after_the_study_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colorizer.web.study.host.HEAD_START_SECONDS", 0.0)
    study, warm = SimpleNamespace(start=lambda: None, close=lambda: None), Event()
    host = StudyHost(lambda: study, warm_up=warm.set)  # type: ignore[arg-type,return-value]
    assert not warm.is_set()
    asyncio.run(host.startup())
    assert warm.wait(60)
    assert host.study is study
    host.close()


def test_a_damaged_model_does_not_end_the_warm_up() -> None:
    loaded = []

    class Damaged(PaintedDarkroom):
        def colorizer(self, model: str) -> Any:
            loaded.append(model)
            raise CheckpointError("model_damaged", place="m")

    load_models(Damaged())
    assert loaded == [model.name for model in MODELS]


def test_the_photo_of_the_first_screen_is_analysed_before_anybody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = ColorizerService()
    warm_up(service, 320)
    assert all(service.is_loaded(model) for model in service.models)
    again = "the photo was not kept"
    monkeypatch.setattr(
        service.colorizer("classification"), "predict", lambda *_, **__: pytest.fail(again)
    )
    shown = service.preview(load_examples()[0].grey, "classification", long_side=320)
    assert max(shown.after.shape) == 320


def test_no_card_is_borrowed_for_the_first_screen() -> None:
    service = ColorizerService(network_pass=lambda *_: pytest.fail("nobody has asked for a photo"))
    warm_up(service, 320)
    assert all(service.is_loaded(model) for model in service.models)


def test_participants_survive_a_restart(tmp_path: Path) -> None:
    study = opened(tmp_path)
    token = study.start_session(None, None).token
    study.close()
    study = opened(tmp_path)
    assert study.standing(token) is not None
    study.close()


def test_another_secret_knows_no_participant_of_before(tmp_path: Path) -> None:
    study = opened(tmp_path)
    token = study.start_session(None, None).token
    study.close()
    study = opened(tmp_path, study_secret="sixteen letters!")
    assert study.standing(token) is None
    study.close()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"database_url": "no database"}, "COLORIZER_DATABASE_URL"),
        ({"study_photos": "/nowhere/photos"}, "neither a folder nor a dataset"),
        ({"database_url": "sqlite:////dev/null/votes.db"}, "database cannot be opened"),
    ],
)
def test_what_keeps_a_study_from_starting_is_a_sentence(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(StudyError, match=sentence):
        opened(tmp_path, **changes)


def test_no_model_is_a_sentence(tmp_path: Path) -> None:
    class Empty(PaintedDarkroom):
        models = property(lambda self: [])  # type: ignore[assignment]

    with pytest.raises(StudyError, match="no model"):
        open_study(settings(tmp_path), Empty())


@pytest.mark.parametrize(
    ("protocol", "exposure", "seconds"),
    [
        ("short", None, None),
        ("short", 0.5, 0.5),
        ("published", None, 1.0),
        ("published", 0.0, None),
        ("published", 2.0, 2.0),
    ],
)
def test_the_exposure_is_the_protocols_unless_it_is_set(
    protocol: str, exposure: float | None, seconds: float | None
) -> None:
    chosen = study_protocol(Settings(study_protocol=protocol, study_exposure=exposure))
    assert chosen.exposure_seconds == seconds
    assert chosen.trials == (PUBLISHED_PROTOCOL.trials if protocol == "published" else 29)


def test_every_model_takes_part_at_each_vividness_that_the_owner_names(tmp_path: Path) -> None:
    study = opened(tmp_path, study_vividness="0.7, 1,1.0")
    names = ["classification × 0.7", "classification", "regression × 0.7", "regression"]
    assert [model.name for model in study._pool.models] == names
    study.close()
    with pytest.raises(ValueError, match="from 0 to 3"):
        Settings(study_vividness="1,9")


def test_a_classroom_can_share_an_address() -> None:
    chosen = study_protocol(Settings(study_address_pairs=5000))
    assert chosen.trials_per_hour_per_address == 5000
    assert chosen.participants_per_hour_per_address == 500


def test_votes_are_only_copied_to_a_dataset(tmp_path: Path) -> None:
    study = opened(tmp_path)
    assert "this machine only" in str(study.status().votes_saved)
    study.close()
    study = opened(tmp_path, votes_dataset="owner/votes", hub_token="hf_test")
    assert "not been saved off this machine yet" in str(study.status().votes_saved)
    study.close()


def test_a_host_says_what_keeps_its_study_from_starting() -> None:
    def fails() -> Study:
        raise CheckpointError("model_damaged", place="m")

    host = start(fails)
    wait_for(lambda: "damaged" in _sentence(host))
    host.close()


def test_a_host_survives_an_error_that_nobody_foresaw() -> None:
    def fails() -> Study:
        raise ZeroDivisionError

    host = start(fails)
    wait_for(lambda: _sentence(host) == MESSAGES["study_broken"])
    host.close()


def test_a_study_that_opens_too_late_is_closed_again(tmp_path: Path) -> None:
    study, closed = opened(tmp_path), Event()
    study.close = closed.set  # type: ignore[method-assign]
    going_on = Event()

    def slowly() -> Study:
        going_on.wait()
        return study

    host = start(slowly)
    host.close()
    going_on.set()
    assert closed.wait(60)
    assert _sentence(host) == i18n.STUDY_OPENING


def test_a_host_that_was_just_started_asks_for_patience() -> None:
    assert _sentence(StudyHost(lambda: pytest.fail("not started"))) == i18n.STUDY_OPENING


def test_the_demo_photos_are_real_free_and_different() -> None:
    folder = bundled_study_photos()
    files = list(find_photos(folder))
    licences = (folder / "LICENSES.md").read_text()
    assert 15 <= len(files) == len(list(folder.rglob("*.jpg")))
    for file in files:
        photo = real_photo(open_photo(file.path))
        assert 256 <= min(photo.rgb.shape[:2]) <= 320, file.path
        assert f"`{file.path.relative_to(folder).with_suffix('')}`" in licences
        assert file.photo.subject == file.path.parent.name


def _sentence(host: StudyHost) -> str:
    with pytest.raises(StudyError) as caught:
        _ = host.study
    return str(caught.value)
