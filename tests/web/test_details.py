from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.web import i18n
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.details import PALETTE_COLOURS, Details
from tests.support.colorize_support import TinyDarkroom

MODELS = ["classification", "regression"]


def nobody(_: str) -> None:
    """Nobody keeps a list of the pictures."""


@pytest.fixture
def details(classification_folder: Path, regression_folder: Path) -> Details:
    return Details(TinyDarkroom(classification_folder, regression_folder), 120)


@pytest.fixture
def in_colour(tmp_path: Path, colourful: np.ndarray) -> Choice:
    Image.fromarray(colourful).save(tmp_path / "colour.png")
    return Choice(str(tmp_path / "colour.png"), "classification")


@pytest.fixture
def black_and_white(tmp_path: Path, colourful: np.ndarray) -> Choice:
    Image.fromarray(colourful).convert("L").save(tmp_path / "grey.png")
    return Choice(str(tmp_path / "grey.png"), "classification")


def test_both_models_stand_beside_the_photo(details: Details, black_and_white: Choice) -> None:
    made: set[str] = set()
    pictures = details.compare(black_and_white, MODELS, made.add)["pictures"]
    assert [each["caption"] for each in pictures] == ["Vivid", "Cautious", i18n.COMPARE_BEFORE]
    assert [each["chosen"] for each in pictures] == ["true", "false", "false"]
    assert len({each["address"] for each in pictures}) == len(made) == 3


def test_real_colours_join_the_comparison(details: Details, in_colour: Choice) -> None:
    pictures = details.compare(in_colour, MODELS, nobody)["pictures"]
    assert pictures[-1]["caption"] == i18n.COMPARE_REAL


def test_real_colours_are_compared_in_numbers(details: Details, in_colour: Choice) -> None:
    pair, figures = details.real(in_colour, nobody)
    assert pair is not None
    assert "ab RMSE" in figures
    assert "Colourfulness" in figures


def test_a_grey_photo_has_nothing_real_to_show(details: Details, black_and_white: Choice) -> None:
    assert details.real(black_and_white, nobody) == (None, i18n.NO_REAL)


def test_certainty_has_a_map_and_a_legend(details: Details, in_colour: Choice) -> None:
    pair, legend = details.certainty(in_colour, nobody)
    assert pair is not None
    assert pair["before"] != pair["after"]
    assert pair["ratio"] == "1.5000"
    assert "of the picture the model is fairly sure" in legend
    assert "linear-gradient" in legend


def test_the_cautious_model_says_that_it_cannot_tell(details: Details, in_colour: Choice) -> None:
    said = details.certainty(Choice(in_colour.file, "regression"), nobody)
    assert said == (None, i18n.NO_CERTAINTY)


def test_the_palette_has_codes_and_shares(details: Details, in_colour: Choice) -> None:
    html = details.palette(in_colour)
    assert 2 <= html.count("data-hex=") <= PALETTE_COLOURS
    assert "%" in html
