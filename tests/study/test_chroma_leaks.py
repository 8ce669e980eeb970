"""Scripts that know nothing of colours and try to tell the real half from the invented one.

Run on what a participant's browser gets: the encoded picture of a pair, cut in two. Each script
makes one number of a half and says "the larger one is real", or always the smaller one, whichever
is right more often. `make reliability` takes 100 pairs of demo and evaluation photographs, coloured
by the bundled models; everybody's `make test` a few of them.
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from colorizer import Colorizer, open_photo
from colorizer.colour.lab import rgb_to_lab
from colorizer.photo import Photo, PhotoError
from colorizer.study.pool import real_photo
from colorizer.study.stimuli import GAP, Halves, compose, match_halves
from tests.support.running_app import ROOT

Lab = NDArray[np.float32]

MOST_RIGHT = 0.65
PAIRS = 100
EVALUATION = ROOT.parent / "shared" / "eval"
BUNDLED = ("classification", "regression")
_MIN_SIDE = 160


def fine_chroma(lab: Lab) -> float:
    """Energy of ab finer than two pixels: "finer colour detail is real"."""
    blurred = gaussian_filter(lab[..., 1:], (2, 2, 0))
    return float(((lab[..., 1:] - blurred) ** 2).mean())


def colourfulness(lab: Lab) -> float:
    """Mean chroma."""
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def edge_alignment(lab: Lab) -> float:
    """How far edges of ab lie where edges of L are: correlation of their strengths."""
    edges = [np.hypot(*np.gradient(lab[..., channel])) for channel in range(3)]
    return float(np.corrcoef(edges[0].ravel(), np.hypot(edges[1], edges[2]).ravel())[0, 1])


def jpeg_traces(lab: Lab) -> float:
    """Power of steps of ab at periods of 8, 4 and 8/3 pixels over that of periods beside them."""
    ratios = []
    for axis in (0, 1):
        steps = np.abs(np.diff(lab[..., 1:], axis=axis)).mean((1 - axis, 2))
        power = np.abs(np.fft.rfft((steps - steps.mean()) * np.hanning(len(steps)))) ** 2
        frequency = np.fft.rfftfreq(len(steps))
        for harmonic in (1 / 8, 2 / 8, 3 / 8):
            away = np.abs(frequency - harmonic)
            ratios.append(np.log(power[away.argmin()] / np.median(power[away < 0.05])))
    return float(np.mean(ratios))


SCRIPTS: tuple[Callable[[Lab], float], ...] = (
    fine_chroma,
    colourfulness,
    edge_alignment,
    jpeg_traces,
)


def photographs() -> Iterator[Path]:
    """Demo photographs, then those for evaluation, in an order that mixes their sources."""
    yield from sorted((ROOT / "assets" / "study").rglob("*.jpg"))
    if (EVALUATION / "index.csv").is_file():
        with (EVALUATION / "index.csv").open(newline="", encoding="utf-8") as file:
            rows = [row["path"] for row in csv.DictReader(file)]
        yield from (EVALUATION / rows[n] for n in np.random.default_rng(1).permutation(len(rows)))


def usable(path: Path) -> Photo | None:
    try:
        photo = real_photo(open_photo(path))
    except PhotoError:
        return None
    return photo if min(photo.rgb.shape[:2]) >= _MIN_SIDE else None


def halves_on_the_screen(halves: Halves, number: int) -> tuple[Lab, Lab]:
    """(real, fake) as Lab, out of the encoded picture; sides take turns."""
    left_is_real = number % 2 == 0
    side = "left" if left_is_real else "right"
    data = compose(halves, real_side=side, nonce=str(number)).data  # type: ignore[arg-type]
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32) / 255
    width = (pixels.shape[1] - GAP) // 2
    left, right = (np.asarray(rgb_to_lab(p)) for p in (pixels[:, :width], pixels[:, -width:]))
    return (left, right) if left_is_real else (right, left)


def shares(pairs: list[Halves]) -> dict[str, float]:
    """How often each script is right, the better way round."""
    larger = dict.fromkeys((script.__name__ for script in SCRIPTS), 0)
    for number, halves in enumerate(pairs):
        real, fake = halves_on_the_screen(halves, number)
        for script in SCRIPTS:
            larger[script.__name__] += script(real) > script(fake)
    return {name: max(n, len(pairs) - n) / len(pairs) for name, n in larger.items()}


def bundled_pairs(number: int) -> tuple[list[Halves], list[Halves]]:
    """Pairs as the study shows them, and the same with the photo's own colours untouched."""
    models = [Colorizer.from_pretrained(name) for name in BUNDLED]
    shown, untouched = [], []
    for photo in filter(None, map(usable, photographs())):
        fake = models[len(shown) % len(models)].colorize(photo).photo
        shown.append(match_halves(photo, fake))
        untouched.append(Halves(photo.rgb, shown[-1].fake))
        if len(shown) == number:
            break
    return shown, untouched


def test_the_script_that_was_always_right_no_longer_is() -> None:
    shown, untouched = bundled_pairs(16)
    before, after = shares(untouched), shares(shown)
    assert before["fine_chroma"] >= 0.85
    assert after["fine_chroma"] <= before["fine_chroma"] - 0.15


@pytest.mark.reliability
def test_no_script_tells_real_from_invented(capsys: pytest.CaptureFixture[str]) -> None:
    if not (EVALUATION / "index.csv").is_file():
        pytest.skip("needs the evaluation photographs: the demo set is too small")
    shown, untouched = bundled_pairs(PAIRS)
    before, after = shares(untouched), shares(shown)
    with capsys.disabled():
        print(f"\n{len(shown)} pairs, right by script:")
        for name, share in after.items():
            print(f"  {name}: {share:.0%} (photo untouched: {before[name]:.0%})")
    assert len(shown) == PAIRS
    assert max(after.values()) <= MOST_RIGHT
