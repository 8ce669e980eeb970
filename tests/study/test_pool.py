import logging
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import Photo, PhotoError, save_photo
from colorizer.study import StimulusPool, StudyModel
from colorizer.study.trials import ABSURD, StudyPhoto
from tests.support.study_support import MODELS, make_photo, make_pool, paint


def test_every_photo_gets_a_fake_of_every_model(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, photos=3)
    assert pool.photos == ()
    assert not pool.progress.finished
    pool.prepare()
    assert len(pool.photos) == 3
    assert pool.progress.finished
    for photo in pool.photos:
        pairs = [pool.halves(photo, model) for model in (*MODELS, ABSURD)]
        assert all(pair is not None for pair in pairs)
        fakes = {pair.fake.tobytes() for pair in pairs if pair}
        assert len(fakes) == 3
        assert len({pair.real.tobytes() for pair in pairs if pair}) == 1


def test_models_see_the_photo_at_study_size(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.fromarray(make_photo(1, (600, 1200)).rgb).save(tmp_path / "photos" / "large.png")
    seen = []

    def colorize(photo: Photo, model: StudyModel) -> Photo:
        seen.append(photo.rgb.shape)
        return paint(photo, model)

    pool = make_pool(tmp_path, photos=0, colorize=colorize)
    pool.prepare()
    assert seen == [(256, 512, 3)] * 2


def test_a_restart_makes_only_what_is_missing(tmp_path: Path) -> None:
    make_pool(tmp_path, photos=3).prepare()
    made = []

    def colorize(photo: Photo, model: StudyModel) -> Photo:
        made.append(model)
        return paint(photo, model)

    same = make_pool(tmp_path, photos=3, colorize=colorize)
    same.prepare()
    assert len(same.photos) == 3
    assert made == []
    newer = StudyModel("regression", head="regression", revision="r2")
    make_pool(tmp_path, photos=3, models=(MODELS[0], newer), colorize=colorize).prepare()
    assert made == [newer] * 3


def test_what_is_prepared_is_shown_before_models_start_on_the_rest(tmp_path: Path) -> None:
    make_pool(tmp_path, photos=2).prepare()
    shown = []

    def colorize(photo: Photo, model: StudyModel) -> Photo:
        shown.append(len(pool.photos))
        return paint(photo, model)

    Image.fromarray(make_photo(77).rgb).save(tmp_path / "photos" / "another.png")
    pool = make_pool(tmp_path, photos=2, colorize=colorize)
    pool.prepare()
    assert shown == [2, 2]
    assert (len(pool.photos), pool.progress.finished) == (3, True)


def test_a_damaged_picture_in_the_cache_is_made_again(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, photos=1)
    pool.prepare()
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(b"not a picture")
    photo = pool.photos[0]
    assert pool.halves(photo, MODELS[0]) is None
    assert pool.halves(photo, MODELS[1]) is None
    again = make_pool(tmp_path, photos=1)
    again.prepare()
    assert again.halves(photo, MODELS[0]) is not None


def test_names_in_the_cache_say_nothing(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, photos=2)
    pool.prepare()
    names = [path.stem for path in (tmp_path / "cache").iterdir()]
    assert len(names) == 2 * 4
    assert all(len(name) == 32 and int(name, 16) for name in names)
    assert not {photo.id for photo in pool.photos} & set(names)


def test_bad_photos_are_left_out_and_the_others_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "damaged.jpg").write_bytes(b"\xff\xd8\xff")
    Image.fromarray(np.full((90, 90, 3), 120, np.uint8)).save(photos / "grey.png")
    Image.fromarray(make_photo(9, (20, 20)).rgb).save(photos / "tiny.png")
    save_photo(make_photo(8), photos / "ours.png", mark="Colours invented by Colorizer 0.1.0")
    pool = make_pool(tmp_path, photos=2)
    with caplog.at_level(logging.WARNING):
        pool.prepare()
    assert len(pool.photos) == 2
    assert (pool.progress.found, pool.progress.skipped) == (6, 4)
    for name in ("damaged.jpg", "grey.png", "tiny.png", "ours.png"):
        assert name in caplog.text


def test_a_failing_model_does_not_end_the_preparation(tmp_path: Path) -> None:
    def colorize(photo: Photo, model: StudyModel) -> Photo:
        if photo.rgb.tobytes() == make_photo(0).rgb.tobytes():
            raise RuntimeError("out of memory")
        if photo.rgb.tobytes() == make_photo(1).rgb.tobytes():
            raise PhotoError("damaged")
        if photo.rgb.tobytes() == make_photo(2).rgb.tobytes():
            return make_photo(2, (10, 10))
        return paint(photo, model)

    pool = make_pool(tmp_path, photos=5, colorize=colorize)
    pool.prepare()
    assert len(pool.photos) == 2
    assert pool.progress.skipped == 3


def test_photos_can_be_shown_while_others_are_prepared(tmp_path: Path) -> None:
    first_done, go_on = threading.Event(), threading.Event()
    calls = []

    def colorize(photo: Photo, model: StudyModel) -> Photo:
        calls.append(model)
        if len(calls) == 3:
            first_done.set()
            assert go_on.wait(10)
        return paint(photo, model)

    pool = make_pool(tmp_path, photos=2, colorize=colorize)
    pool.start()
    assert first_done.wait(10)
    assert len(pool.photos) == 1
    assert not pool.progress.finished
    go_on.set()
    pool.close()
    assert len(pool.photos) == 2


def test_closing_stops_after_the_present_photo(tmp_path: Path) -> None:
    pool: list[StimulusPool] = []

    def colorize(photo: Photo, model: StudyModel) -> Photo:
        pool[0].close()
        return paint(photo, model)

    pool.append(make_pool(tmp_path, photos=5, colorize=colorize))
    pool[0].prepare()
    assert len(pool[0].photos) == 1


def test_unknown_photos_have_no_halves(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, photos=1)
    pool.prepare()
    assert pool.halves(StudyPhoto("0" * 32), MODELS[0]) is None
    assert pool.halves(pool.photos[0], StudyModel("classification", "x", "old")) is None


def test_a_study_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="model"):
        StimulusPool(tmp_path, (), paint, cache=tmp_path)


def test_a_missing_folder_is_an_empty_study(tmp_path: Path) -> None:
    pool = StimulusPool(tmp_path / "none", MODELS, paint, cache=tmp_path / "cache")
    pool.prepare()
    assert pool.photos == ()
    assert pool.progress.finished
