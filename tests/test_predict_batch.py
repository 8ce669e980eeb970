from pathlib import Path

import numpy as np
import pytest

from colorizer.adjustments import Adjustments
from colorizer.photo import Photo, PhotoError, open_photo
from colorizer.service.colorizer_service import Preview
from colorizer.web.colorize.batch import BatchPhoto, PhotoState, colour_batch, in_state, stopped
from colorizer.web.colorize.choice import Choice, chosen


def colour(file: str) -> Preview:
    if "bad" in file:
        raise PhotoError("empty")
    rgb = np.full((40, 60, 3), 90, np.uint8)
    return Preview(before=rgb, after=rgb, real=None, photo=Photo(rgb=rgb), seconds=0.1)


def states(batch: tuple[BatchPhoto, ...]) -> list[str]:
    return [str(photo.state) for photo in batch]


def test_row_10_one_bad_photo_never_stops_the_rest() -> None:
    *_, last = colour_batch(["a.jpg", "bad.jpg", "c.jpg"], colour)
    assert states(last.batch) == ["done", "refused", "done"]
    assert last.batch[1].reason == "This is not a photo."


def test_every_change_of_a_photo_is_a_step() -> None:
    seen = [states(step.batch) for step in colour_batch(["a.jpg", "bad.jpg"], colour)]
    assert seen == [
        ["working", "waiting"],
        ["done", "waiting"],
        ["done", "working"],
        ["done", "refused"],
    ]


def test_a_result_comes_with_its_step_and_its_thumbnail() -> None:
    steps = list(colour_batch(["bad.jpg", "b.jpg"], colour))
    assert [step.index for step in steps if step.preview is not None] == [1]
    thumbnail = steps[-1].batch[1].thumbnail
    assert thumbnail is not None
    assert open_photo(thumbnail).rgb.shape == (40, 60, 3)


def test_other_errors_are_not_swallowed() -> None:
    def broken(file: str) -> Preview:
        raise RuntimeError(file)

    with pytest.raises(RuntimeError):
        list(colour_batch(["a.jpg"], broken))


def test_a_stopped_batch_keeps_what_is_done() -> None:
    steps = colour_batch(["a.jpg", "bad.jpg", "c.jpg", "d.jpg"], colour)
    batch = [next(steps) for _ in range(5)][-1].batch
    assert states(stopped(batch)) == ["done", "refused", "stopped", "stopped"]
    assert [photo.file for photo in in_state(batch, PhotoState.DONE)] == ["a.jpg"]


@pytest.mark.parametrize("index", [-1, 1, 2, 9])
def test_only_coloured_photos_can_be_looked_at(index: int) -> None:
    batch = (BatchPhoto("a.jpg", PhotoState.DONE), BatchPhoto("b.jpg"))
    assert chosen(batch, index, "regression", 1.0, 0.0) is None
    choice = chosen(batch, 0, "regression", 0.5, -0.2)
    assert choice == Choice(str(Path("a.jpg")), "regression", Adjustments(0.5, -0.2))
