"""Studies that visitors set up: what owners ask for, limits, and deletion that leaves nothing."""

import functools
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import CheckpointError, StudyError
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.study import Study, StudyModel
from colorizer.study.dataset_photos import dataset_photos
from colorizer.study.own_studies import (
    LENGTHS,
    MAX_MODELS,
    MAX_PER_ADDRESS,
    MAX_PHOTOS,
    MIN_PHOTOS,
    OwnStudies,
    OwnStudy,
)
from colorizer.study.statistics import CHANCE
from colorizer.study.stimuli import match_halves
from colorizer.web.fair_queue import Turns
from colorizer.web.study.host import StudyHost, coloured, open_own_studies
from colorizer.web.study.own import OwnStudyPage
from tests.support.colorize_support import dropped
from tests.support.hub_models_support import visitors_hub
from tests.support.hub_state import Hub
from tests.support.study_site import wait_for
from tests.support.study_support import ADDRESS, MODELS, SECRET, Clock, make_photo, paint

SERVICE = ColorizerService(hub_models=1)
PHOTOS = [make_photo(seed) for seed in range(MIN_PHOTOS + 2)]


def asked(**changes: object) -> OwnStudy:
    plan = {
        "name": "Family",
        "models": MODELS,
        "length": "short",
        "exposure_seconds": 1.0,
        "days": 7,
    }
    return OwnStudy(**(plan | changes))  # type: ignore[arg-type]


def opened(folder: Path, clock: Clock, *, limit: int = 5) -> OwnStudies:
    return OwnStudies(folder / "own", paint, secret=SECRET, limit=limit, clock_ms=clock)


@pytest.fixture
def own(tmp_path: Path, clock: Clock) -> Iterator[OwnStudies]:
    own = opened(tmp_path, clock)
    yield own
    own.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ready(study: Study) -> Study:
    wait_for(lambda: study.status().pictures.finished)
    return study


def play(study: Study) -> str:
    token = study.start_session(None, ADDRESS).token
    while (trial := study.next_trial(token)) is not None:
        study.cast_vote(trial.id, token, "left", 2000)
    return token


def test_friends_play_and_the_owner_sees_results_and_votes(own: OwnStudies) -> None:
    study_id, key = own.create(asked(), PHOTOS, ADDRESS)
    study = ready(own.study(study_id))
    assert own.study(study_id) is study
    assert study.settings.exposure_seconds == 1.0
    assert {model.name for model in MODELS} >= {s.name for s in study.results().by_model}
    token = play(study)
    assert study.has_played(token)
    assert study.is_owner(key)
    assert not study.is_owner(key[:-1])
    assert not study.is_owner("\ud800")
    assert study.votes_csv()["votes.csv"].count("\n") == len(PHOTOS) + 1
    assert study.summary(token).chance == CHANCE


def test_halves_are_made_alike_as_in_every_study(own: OwnStudies) -> None:
    study_id, _ = own.create(asked(), PHOTOS, ADDRESS)
    pool = ready(own.study(study_id))._pool
    halves = pool.halves(pool.photos[0], MODELS[0])
    assert halves is not None
    expected = [match_halves(photo, paint(photo, MODELS[0])) for photo in PHOTOS]
    (same,) = (each for each in expected if np.array_equal(each.real, halves.real))
    assert np.array_equal(same.fake, halves.fake)


def test_ids_and_keys_cannot_be_guessed_and_differ(own: OwnStudies) -> None:
    made = [own.create(asked(), PHOTOS, f"192.0.2.{n}") for n in range(3)]
    ids, keys = zip(*made, strict=True)
    assert len(set(ids)) == len(set(keys)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert all(len(key) >= 32 for key in keys)


@pytest.mark.parametrize(
    "study_id", ["", "0" * 32, "../votes", "/etc", "0" * 31 + "/", None, 7, "new-" + "0" * 32]
)
def test_what_is_no_study_is_a_sentence(own: OwnStudies, study_id: object) -> None:
    with pytest.raises(StudyError, match="no such study"):
        own.study(study_id)


def test_it_goes_on_after_a_restart(own: OwnStudies, tmp_path: Path, clock: Clock) -> None:
    study_id, key = own.create(asked(), PHOTOS, ADDRESS)
    token = play(ready(own.study(study_id)))
    own.close()
    again = opened(tmp_path, clock)
    study = ready(again.study(study_id))
    assert study.has_played(token)
    assert study.is_owner(key)
    assert again.about(study_id).name == "Family"
    again.close()


def test_only_the_owner_deletes_it_and_then_nothing_is_left(
    own: OwnStudies, tmp_path: Path
) -> None:
    study_id, key = own.create(asked(), PHOTOS, ADDRESS)
    for wrong in ("", key[:-1], None, 3):
        with pytest.raises(StudyError, match="owner's link"):
            own.delete(study_id, wrong)
    own.delete(study_id, key)
    assert list((tmp_path / "own").iterdir()) == []
    with pytest.raises(StudyError, match="no such study"):
        own.study(study_id)


def test_it_ends_when_its_time_is_over(own: OwnStudies, tmp_path: Path, clock: Clock) -> None:
    study_id, _ = own.create(asked(days=1), PHOTOS, ADDRESS)
    kept, _ = own.create(asked(days=30), PHOTOS, ADDRESS)
    (tmp_path / "own" / f"new-{study_id}").mkdir()
    clock.advance(seconds=86_400)
    with pytest.raises(StudyError, match="no such study"):
        own.study(study_id)
    own.sweep()
    assert [folder.name for folder in (tmp_path / "own").iterdir()] == [kept]


def test_a_few_studies_of_an_address_are_kept_whatever_the_day(
    own: OwnStudies, clock: Clock
) -> None:
    for day in range(MAX_PER_ADDRESS):
        study_id, key = own.create(asked(days=30 if day else 7), PHOTOS, ADDRESS)
        clock.advance(seconds=86_400)
    for _ in range(2):
        with pytest.raises(StudyError, match="from your address"):
            own.create(asked(), PHOTOS, ADDRESS)
        clock.advance(seconds=86_400)
    own.create(asked(), PHOTOS, "192.0.2.99")
    own.delete(study_id, key)
    own.create(asked(days=30), PHOTOS, ADDRESS)
    with pytest.raises(StudyError, match="from your address"):
        own.check_room(ADDRESS)
    clock.advance(seconds=2 * 86_400)  # the first one's week is over
    own.check_room(ADDRESS)


def test_all_together_set_up_a_few(own: OwnStudies) -> None:
    for number in range(5):
        own.create(asked(), PHOTOS, f"192.0.2.{number}")
    with pytest.raises(StudyError, match="no room"):
        own.create(asked(), PHOTOS, "192.0.2.99")


def test_a_disk_that_is_nearly_full_takes_none(
    own: OwnStudies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    with pytest.raises(StudyError, match="no room"):
        own.create(asked(), PHOTOS, ADDRESS)


def test_other_people_on_the_machine_cannot_read_it(own: OwnStudies, tmp_path: Path) -> None:
    study_id, _ = own.create(asked(), PHOTOS, ADDRESS)
    assert stat.S_IMODE((tmp_path / "own" / study_id).stat().st_mode) == 0o700


@pytest.mark.parametrize("photos", [MIN_PHOTOS - 1, MAX_PHOTOS + 1])
def test_too_few_and_too_many_photos_are_refused(own: OwnStudies, photos: int) -> None:
    with pytest.raises(StudyError, match="colour photos"):
        own.create(asked(), PHOTOS[:1] * photos, ADDRESS)


@pytest.mark.parametrize(
    "wish",
    [
        {"models": ()},
        {"models": MODELS * (MAX_MODELS // 2 + 1)},
        {"length": "endless"},
        {"days": 365},
        {"exposure_seconds": 0.0},
        {"name": "x" * 81},
    ],
)
def test_what_is_not_offered_cannot_be_asked_for(wish: dict[str, object]) -> None:
    with pytest.raises(StudyError):
        asked(**wish)


def test_a_file_that_is_none_is_no_study_and_ends_nothing(own: OwnStudies, tmp_path: Path) -> None:
    study_id, _ = own.create(asked(), PHOTOS, ADDRESS)
    own.close()
    (tmp_path / "own" / study_id / "study.json").write_text("[]")
    with pytest.raises(StudyError, match="no such study"):
        own.study(study_id)
    own.sweep()
    own.create(asked(), PHOTOS, ADDRESS)


def test_every_length_has_pairs_that_show_who_is_looking() -> None:
    assert all(length.catch >= 2 for length in LENGTHS.values())
    trials = [length.trials for length in LENGTHS.values()]
    assert trials == sorted(trials)
    assert max(trials) <= MAX_PHOTOS


def test_a_models_vividness_is_part_of_its_name() -> None:
    model = StudyModel.at("owner/name", 1.3, head="classification", revision="r")
    assert model.asked == ("owner/name", 1.3)
    assert StudyModel.at("regression", 1.0, head="", revision="").name == "regression"


@pytest.fixture(scope="module")
def hub(classification_folder: Path) -> Iterator[Hub]:
    with visitors_hub() as served:
        served.add("owner/tiny", {f.name: f.read_bytes() for f in classification_folder.iterdir()})
        yield served


def set_up(host: StudyHost, files: list[Path], **changes: object) -> tuple[Any, ...]:
    """What a click on the button answers."""
    plan: dict[str, object] = {
        "dataset": "", "name": "n", "models": ["regression"], "hub_model": "", "strengths": [1.0],
        "length": "short", "exposure": 0, "days": 1,
    }  # fmt: skip
    headers = {"referer": "http://192.0.2.1:7860/?tab=study"}
    request = gr.Request(headers=headers, client=SimpleNamespace(host=ADDRESS))
    page = OwnStudyPage(host, SERVICE, Turns(), max_megabytes=1)
    more: Any = {**plan, **changes, "progress": lambda *_, **__: None}
    return page.create(dropped(files), **more, request=request)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{number}.png" for number in range(MIN_PHOTOS)]
    for photo, file in zip(PHOTOS, files, strict=False):
        Image.fromarray(photo.rgb).save(file)
    return files


@pytest.fixture
def host(tmp_path: Path) -> Iterator[StudyHost]:
    """With the real models, and nothing but studies of visitors."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/votes.db")
    host = StudyHost(lambda: pytest.fail("not started"))
    host._own = open_own_studies(settings, SERVICE)
    yield host
    host.close()


@pytest.mark.usefixtures("hub")
def test_a_model_of_the_hub_and_stronger_colours_take_part(
    host: StudyHost, files: list[Path]
) -> None:
    _, friends, owner = set_up(host, files, hub_model="owner/tiny", strengths=[1.0, 1.3])
    assert owner["value"].startswith(f"{friends['value']}#owner=")
    assert friends["value"].startswith("http://192.0.2.1:7860/?tab=study&study=")
    study = ready(host.of(friends["value"].rpartition("=")[2]))
    names = {model.name for model in study._pool.models}
    assert names == {"regression", "regression × 1.3", "owner/tiny", "owner/tiny × 1.3"}
    assert study.status().pictures.ready == len(files)


def a_dataset(hub: Hub, files: list[Path], patch: pytest.MonkeyPatch) -> None:
    """`owner/photos` on the loopback Hub: photos, one too large, and what is none."""
    photos = {f"train/{file.name}": file.read_bytes() for file in files}
    others = {"README.md": b"#", "large.png": bytes(2**20 + 1), "train/table.parquet": b"x"}
    hub.add("owner/photos", photos | others, kind="dataset")
    there = functools.partial(dataset_photos, endpoint=hub.endpoint)
    patch.setattr("colorizer.web.study.own.dataset_photos", there)


def test_photos_of_a_dataset_on_the_hub_make_a_study(
    host: StudyHost, files: list[Path], hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_dataset(hub, files, monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(hub.requests)
    _, friends, _ = set_up(host, [], dataset="owner/photos")
    study = ready(host.of(friends["value"].rpartition("=")[2]))
    assert study.status().pictures.ready == len(files)
    asked_for = [each for each in hub.requests[before:] if "/resolve/" in each]
    assert not [each for each in asked_for if "/train/" not in each or "parquet" in each]
    assert not list(tmp_path.glob("colorizer-dataset-*"))
    told, *_ = set_up(host, files[:1], dataset="owner/photos")
    assert f"{len(files) + 1} photos" in told


def test_no_more_files_of_a_dataset_are_asked_for_than_are_wanted(
    hub: Hub, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_dataset(hub, files, monkeypatch)
    before = len(hub.requests)
    found = dataset_photos("owner/photos", limit=2, max_bytes=2**20, endpoint=hub.endpoint)
    assert len(list(found)) == 2
    asked_for = {each.split()[1] for each in hub.requests[before:] if "/resolve/" in each}
    assert len(asked_for) == 2


@pytest.mark.parametrize("name", ["owner/missing", "owner/tiny"])
def test_a_dataset_that_is_not_there_is_a_sentence(hub: Hub, name: str) -> None:
    hub.fail("GET /api/datasets/owner/tiny", status=500, times=99)
    with pytest.raises(StudyError, match="could not be downloaded"):
        list(dataset_photos(name, limit=2, max_bytes=2**20, endpoint=hub.endpoint))


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"dataset": "../../etc"}, "owner/name"),
        ({"dataset": "/data/photos"}, "owner/name"),
        ({"models": ["made up"]}, "no model"),
        ({"models": []}, "between 1 and 6 models"),
        ({"models": None, "strengths": "1"}, "between 1 and 6 models"),
        ({"strengths": [float("nan")]}, "that are offered"),
        ({"exposure": 1e9}, "that are offered"),
        ({"days": 2}, "that are offered"),
        ({"length": None}, "that are offered"),
        ({"hub_model": "../../etc"}, "owner/name"),
    ],
)
def test_a_made_up_request_is_a_sentence(
    host: StudyHost, files: list[Path], wish: dict[str, object], sentence: str
) -> None:
    with pytest.raises(gr.Error, match=sentence):
        set_up(host, files, **wish)


def test_photos_without_colour_are_named(host: StudyHost, files: list[Path]) -> None:
    Image.new("L", (90, 90), 120).save(files[0])
    with pytest.raises(gr.Error, match=r"0\.png.*hardly any colour"):
        set_up(host, files)


def test_a_model_that_was_replaced_colours_no_more() -> None:
    model = StudyModel("regression", head="regression", revision="another")
    with pytest.raises(CheckpointError, match="was replaced"):
        coloured(SERVICE, PHOTOS[0], model)
