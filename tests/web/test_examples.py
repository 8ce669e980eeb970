"""The examples that the page starts with, and that they are the bundled model's work."""

import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from skimage import color

from assets import make_examples, make_readme_pictures, make_screenshots
from assets.make_study_photos import CROPS
from colorizer.model.bundled import bundled_checkpoints, bundled_examples
from colorizer.model.checkpoint import load_checkpoint
from colorizer.photo import open_photo, read_mark
from colorizer.web import i18n
from colorizer.web.colorize.examples import INDEX_FILE, MODEL, load_examples


def test_row_11_every_example_has_a_label_and_some_show_limits() -> None:
    examples = load_examples()
    assert len(examples) >= 5
    notes = [i18n.EXAMPLES[example.name][1] for example in examples]
    assert any("wrong" in note for note in notes)


def test_row_1_the_first_screen_is_a_real_result() -> None:
    first = load_examples()[0]
    grey, coloured = open_photo(first.grey.read_bytes()), open_photo(first.coloured.read_bytes())
    assert grey.is_grey
    assert not coloured.is_grey
    assert grey.rgb.shape == coloured.rgb.shape
    lightness = [color.rgb2lab(photo.rgb)[..., 0] for photo in (grey, coloured)]
    assert np.abs(lightness[0] - lightness[1]).mean() < 2.0  # JPEG
    assert MODEL in (read_mark(first.coloured.read_bytes()) or "")


def test_examples_were_coloured_by_the_bundled_checkpoint() -> None:
    index = json.loads((bundled_examples() / INDEX_FILE).read_text())
    bundled = load_checkpoint(bundled_checkpoints()[MODEL]).revision
    assert index["revision"] == bundled, "run: python -m assets.make_examples"


@pytest.mark.parametrize("pictures", [make_examples, make_readme_pictures, make_screenshots])
def test_no_example_and_no_picture_of_readme_is_a_demo_photo_of_the_turing_test(
    pictures: ModuleType,
) -> None:
    """Their colours would be given away; both come from photographs that are named by source."""
    demo = {crop.source for crop in CROPS}
    assert demo
    assert not [source for source in demo if source in Path(str(pictures.__file__)).read_text()]


def test_readme_shows_only_pictures_that_are_made_so() -> None:
    shown = set(re.findall(r"assets/[\w/.-]+\.(?:png|webp|jpg)", Path("README.md").read_text()))
    made = {"results.png", "page-desktop.webp", "page-dark.webp", "page-phone.webp"}
    assert shown == {f"assets/readme/{name}" for name in made}


def test_examples_are_small() -> None:
    assert sum(f.stat().st_size for f in bundled_examples().iterdir()) < 1.5 * 2**20
