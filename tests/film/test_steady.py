"""Colours between key frames: no jumps, no drift, cuts, what is new, and old film."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import cv2
import numpy as np
import pytest

from colorizer.film.guess import Guess
from colorizer.film.motion import Shots, match, normalised
from colorizer.film.planes import Coding, chroma, coding_named, lightness
from colorizer.film.reading import Frame
from colorizer.film.steady import ColouredFrame, steady_colours
from tests.support.small_films import scene

SIZE = (96, 128)
CODING = Coding(full_range=True)


class Wavering:
    """A network whose colours for a grey level waver from one picture to the next."""

    def __init__(self, waver: float = 8.0, seed: int = 0) -> None:
        self._random, self._waver = np.random.default_rng(seed), waver
        self.asked: list[int] = []

    def __call__(self, frame: Frame, shot: int) -> Guess:
        self.asked.append(frame.number)
        ab = true_colours(frame.luma) + self._random.normal(0, self._waver, (2, 1, 1))
        looks = np.ones((1, 12, 16), np.float32)
        return Guess(ab.astype(np.float32), looks)


def true_colours(luma: np.ndarray) -> np.ndarray:
    """float32 (2, h, w): a colour for each grey level."""
    level = luma.astype(np.float32) / 255.0
    return np.stack([40 * level - 20, 20 - 40 * level])


def frames_of(pictures: list[np.ndarray]) -> Iterator[Frame]:
    for number, picture in enumerate(pictures):
        yield Frame(number, 40 * number, 40, picture)


def colours(
    pictures: list[np.ndarray],
    network: Callable[[Frame, int], Guess],
    must_be_key: Callable[[Frame], bool] = lambda frame: False,
) -> list[ColouredFrame]:
    return list(steady_colours(frames_of(pictures), network, SIZE, CODING, must_be_key=must_be_key))


def step(one: ColouredFrame, other: ColouredFrame) -> float:
    """How far the mean colour moves."""
    return float(np.linalg.norm(one.ab.mean(axis=(1, 2)) - other.ab.mean(axis=(1, 2))))


def test_every_frame_comes_once_and_in_order() -> None:
    network = Wavering()
    done = colours(scene(60), network)
    assert [each.small.frame.number for each in done] == list(range(60))
    assert all(each.ab.shape == (2, *SIZE) for each in done)
    assert 2 <= len(network.asked) <= 15
    assert network.asked[-1] == 59


@pytest.mark.parametrize("count", [1, 2, 3, 25, 26])
def test_films_of_any_length(count: int) -> None:
    assert len(colours(scene(1) * count, Wavering())) == count


def test_colours_waver_far_less_than_the_networks() -> None:
    still = scene(1) * 200
    done = colours(still, Wavering())
    steps = [step(a, b) for a, b in pairwise(done)]
    alone = [Wavering(seed=at)(frame, 0).ab for at, frame in enumerate(frames_of(still))]
    wavering = [np.linalg.norm((b - a).mean(axis=(1, 2))) for a, b in pairwise(alone)]
    assert max(steps) < 0.1 * np.mean(wavering)


def test_nothing_drifts_over_a_thousand_frames() -> None:
    there = scene(40)
    pictures = (there + there[::-1]) * 13
    done = colours(pictures, Wavering(waver=0.0))
    assert len(done) == 1040
    errors = [np.abs(each.ab - true_colours(each.small.frame.luma)).mean() for each in done]
    assert np.mean(errors[-80:]) < 1.2 * np.mean(errors[:80])
    assert max(errors) < 2.0


def test_a_cut_is_found_and_the_new_shot_has_colours_of_its_own() -> None:
    class ByShot:
        def __call__(self, frame: Frame, shot: int) -> Guess:
            return Guess(
                np.full((2, *SIZE), 30.0 * shot, np.float32), np.ones((1, 12, 16), np.float32)
            )

    done = colours(scene(30) + scene(30, seed=1) + scene(30, seed=2), ByShot())
    assert [round(float(each.ab.mean())) for each in done] == [0] * 30 + [30] * 30 + [60] * 30


def test_a_fast_camera_is_no_cut() -> None:
    wide = scene(1, width=512)[0]
    shots = Shots()
    for left in range(0, 380, 12):
        shots.begins_with(normalised(lightness(wide[:, left : left + 128], CODING)))
    assert shots.number == 0


def test_brightness_grain_and_dust_do_not_make_colours_jump() -> None:
    random = np.random.default_rng(3)

    def old(picture: np.ndarray) -> np.ndarray:
        grain = random.normal(0, 10, picture.shape)
        worn = picture * random.uniform(0.75, 1.25) + random.normal(0, 10) + grain
        for row, column in random.integers(0, 90, (4, 2)):
            worn[row : row + 4, column : column + 4] = random.choice((0, 255))
        return np.clip(worn, 0, 255).astype(np.uint8)

    new = scene(1) * 48
    network = Wavering()
    shown = colours([old(each) for each in new], network)
    shots = Shots()
    for each in shown:
        shots.begins_with(each.small.level)
    assert shots.number == 0
    steps = [np.abs(b.ab - a.ab).mean() for a, b in pairwise(shown)]
    assert np.median(steps) < 1.5
    assert len(network.asked) <= 8


def test_what_newly_appears_has_the_networks_colours() -> None:
    """A bright thing enters a grey scene that keeps its place."""
    background = scene(1)[0] // 2
    pictures = []
    for at in range(40):
        picture = background.copy()
        picture[30:60, max(0, 128 - 4 * at) : 158 - 4 * at if at < 32 else 30] = 250
        pictures.append(picture)
    done = colours(pictures, Wavering(waver=0.0))
    for each in (done[20], done[31]):
        luma = each.small.frame.luma
        thing = np.zeros(luma.shape, bool)
        thing[34:56] = luma[34:56] == 250
        inner = np.logical_and(thing, np.roll(thing, 6, 1) & np.roll(thing, -6, 1))
        apart = np.abs(each.ab - true_colours(luma))[:, inner]
        assert inner.sum() > 100
        assert apart.mean() < 6.0


def test_a_frame_that_must_be_key_is_one() -> None:
    network = Wavering()
    colours(scene(1) * 30, network, must_be_key=lambda frame: frame.number in (7, 8))
    assert network.asked == [0, 7, 8, 29]


def test_the_motion_of_a_camera_is_found() -> None:
    wide = scene(1, width=200)[0]
    first, second = (normalised(lightness(wide[:, left : left + 128], CODING)) for left in (10, 15))
    found = match(second, first)
    assert np.median(found.flow[20:-20, 20:-20, 0]) == pytest.approx(5.0, abs=0.3)
    assert abs(np.median(found.flow[20:-20, 20:-20, 1])) < 0.3
    assert found.share > 0.8


@pytest.mark.parametrize("size", [(16, 16), (16, 384), (24, 600), (32, 40), (96, 768)])
def test_motion_is_found_in_frames_of_any_size(size: tuple[int, int]) -> None:
    height, width = size
    picture = cv2.GaussianBlur(
        np.random.default_rng(0).random((height, width + 2)) * 255, (0, 0), 3
    )
    first, second = (
        normalised(picture[:, left : left + width].astype(np.float32)) for left in (0, 2)
    )
    found = match(second, first)
    assert np.median(found.flow[..., 0]) == pytest.approx(2.0, abs=0.6)


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize(
    ("colorspace", "height"), [(1, 100), (6, 1080), (9, 720), (2, 480), (2, 1080)]
)
def test_grey_has_no_chroma_and_red_is_on_the_side_of_red(
    colorspace: int, height: int, full_range: bool
) -> None:
    coding = coding_named(colorspace, height, full_range=full_range)
    luma = np.full((48, 64), 120, np.uint8)
    L = lightness(luma, coding)
    grey = chroma(luma, L, np.zeros((2, 48, 64), np.float32), coding)
    assert np.abs(grey.astype(int) - 128).max() <= 1
    red = chroma(luma, L, np.full((2, 48, 64), 40.0, np.float32), coding)
    assert (red[..., 1] > 150).all()
    assert (red[..., 0] < 115).all()
