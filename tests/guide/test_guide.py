"""Guides through the pipeline, with a picture whose parts look different to any network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorizer import AdjustmentError, Adjustments, Colorizer, Photo
from colorizer.colour.lab import rgb_to_ab, rgb_to_lightness
from colorizer.guide.guide import MAX_VARIANT, Guide, Hint, Palette
from colorizer.pipeline import Prediction


@pytest.fixture(scope="module")
def model() -> Colorizer:
    return Colorizer.from_pretrained("classification")


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """Dark left, light right, a little noise, so that guesses are blotched."""
    rgb = np.full((192, 256, 3), 70, np.uint8)
    rgb[:, 128:] = 190
    noise = np.random.default_rng(0).normal(0, 4, (192, 256, 1))
    return (rgb + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def prediction(model: Colorizer, picture: np.ndarray) -> Prediction:
    return model.predict(Photo(rgb=picture))


def ab_of(model: Colorizer, prediction: Prediction, guide: Guide) -> np.ndarray:
    return rgb_to_ab(model.decode(prediction, Adjustments(guide=guide)).photo.rgb)


def test_a_hint_makes_its_side_that_even_colour_and_leaves_the_other(
    model: Colorizer, prediction: Prediction
) -> None:
    hint = Hint(0.75, 0.5, "#b08060")
    before, after = (ab_of(model, prediction, Guide(hints=h)) for h in ((), (hint,)))
    side = after[20:-20, 150:-20]
    assert np.linalg.norm(side.reshape(-1, 2).mean(axis=0) - hint.ab) < 3
    assert side.reshape(-1, 2).std(axis=0).max() < 3
    change = np.linalg.norm(after - before, axis=2)
    assert change[:, :108].mean() < 0.3 * change[:, 148:].mean()


@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 1.0), (0.51, 0.5), (0.49, 0.1)])
@pytest.mark.parametrize("name", ["classification", "regression"])
def test_the_place_itself_has_the_colour(
    name: str, place: tuple[float, float], picture: np.ndarray
) -> None:
    guide = Guide(hints=(Hint(*place, "#807060"), Hint(0.2, 0.2, "#607060", "large")))
    result = Colorizer.from_pretrained(name).colorize(Photo(picture), Adjustments(guide=guide))
    assert all(hint.in_gamut and hint.delta_e <= 2 for hint in result.hints)


def test_a_colour_that_the_lightness_cannot_have_is_reported(
    model: Colorizer, prediction: Prediction
) -> None:
    guide = Guide(hints=(Hint(0.25, 0.5, "#ffff00"),))
    (hint,) = model.decode(prediction, Adjustments(guide=guide)).hints
    assert not hint.in_gamut
    assert hint.delta_e <= 2
    assert np.degrees(np.arctan2(hint.given[2], hint.given[1])) == pytest.approx(103, abs=6)


def test_hints_keep_lightness_and_stay_when_the_rest_is_grey(
    model: Colorizer, prediction: Prediction
) -> None:
    adjustments = Adjustments(vividness=0.0, guide=Guide(hints=(Hint(0.75, 0.5, "#b08060"),)))
    result = model.decode(prediction, adjustments)
    before, after = (
        rgb_to_lightness(rgb / 255) for rgb in (prediction.photo.rgb, result.photo.rgb)
    )
    assert np.abs(before - after).mean() < 1
    assert result.hints[0].delta_e <= 2


def test_many_hints_at_one_place_are_no_crash(model: Colorizer, prediction: Prediction) -> None:
    hints = (Hint(0.5, 0.5, "#b08060"), Hint(0.5, 0.5, "#6080b0", "small")) * 50
    assert np.isfinite(ab_of(model, prediction, Guide(hints=hints))).all()


def test_a_palette_brings_its_hue(model: Colorizer, prediction: Prediction) -> None:
    green, none = (
        ab_of(model, prediction, Guide(palette=Palette(("#30a040", "#808080")), strength=strength))
        for strength in (1.0, 0.0)
    )
    assert green[..., 0].mean() < none[..., 0].mean() - 5
    np.testing.assert_allclose(none, ab_of(model, prediction, Guide()), atol=1.5)


def test_a_reference_of_the_same_scene_brings_its_colours(
    model: Colorizer, prediction: Prediction, picture: np.ndarray
) -> None:
    tinted = picture.astype(np.float32)
    tinted[:, :128] *= (1.2, 0.9, 0.7)
    tinted[:, 128:] *= (0.8, 1.0, 1.25)
    reference = model.reference(Photo(tinted.clip(0, 255).astype(np.uint8)))
    after = ab_of(model, prediction, Guide(reference=reference))
    assert after[:, :128, 1].mean() > after[:, 128:, 1].mean() + 10


def test_a_reference_without_colour_is_refused(model: Colorizer, picture: np.ndarray) -> None:
    with pytest.raises(AdjustmentError) as refused:
        model.reference(Photo(picture))
    assert refused.value.code == "colourless_reference"


def test_variants_differ_and_come_again(model: Colorizer, prediction: Prediction) -> None:
    guides = [Guide(variant=number) for number in range(MAX_VARIANT + 1)]
    pictures = [ab_of(model, prediction, guide) for guide in guides]
    for index, one in enumerate(pictures):
        assert all(np.abs(one - other).mean() > 0.5 for other in pictures[:index])
    np.testing.assert_array_equal(pictures[3], ab_of(model, prediction, guides[3]))


def test_a_variant_takes_hints(model: Colorizer, prediction: Prediction) -> None:
    guide = Guide(hints=(Hint(0.75, 0.5, "#b08060"),), variant=2)
    assert model.decode(prediction, Adjustments(guide=guide)).hints[0].delta_e <= 2


@pytest.mark.parametrize(
    "guide", [Guide(variant=1), Guide(palette=Palette(("#aa3322",)))], ids=["variant", "palette"]
)
def test_a_regressor_says_what_it_cannot_do(guide: Guide, picture: np.ndarray) -> None:
    with pytest.raises(AdjustmentError) as refused:
        Colorizer.from_pretrained("regression").colorize(Photo(picture), Adjustments(guide=guide))
    assert refused.value.code == "needs_classifier"


@pytest.mark.parametrize("name", ["classification", "regression"])
def test_five_colours_are_suggested_for_a_place(name: str, picture: np.ndarray) -> None:
    colorizer = Colorizer.from_pretrained(name)
    prediction = colorizer.predict(Photo(picture))
    colours = colorizer.suggestions(prediction, 0.3, 0.6)
    assert len(set(colours)) == 5
    for colour in colours:
        guide = Guide(hints=(Hint(0.3, 0.6, colour),))
        (hint,) = colorizer.decode(prediction, Adjustments(guide=guide)).hints
        assert hint.in_gamut
        assert hint.delta_e <= 2


def test_the_mark_says_that_a_person_chose(model: Colorizer, prediction: Prediction) -> None:
    guided = model.decode(prediction, Adjustments(guide=Guide(hints=(Hint(0.5, 0.5),))))
    assert "chosen by a person" in guided.mark
    assert "person" not in model.decode(prediction).mark


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (300, 5), (33, 47)])
def test_any_size_takes_hints(size: tuple[int, int], classification_folder: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    guide = Guide(hints=(Hint(0.0, 1.0, "#b08060"),), palette=Palette(("#3050c0",)), variant=3)
    colorizer = Colorizer.from_pretrained(classification_folder)
    result = colorizer.colorize(Photo(rgb), Adjustments(guide=guide))
    assert result.photo.rgb.shape == rgb.shape


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("strength", 1.5, "bad_strength"),
        ("strength", float("nan"), "bad_strength"),
        ("variant", MAX_VARIANT + 1, "bad_variant"),
        ("variant", -1, "bad_variant"),
        ("variant", 0.5, "bad_variant"),
        ("variant", True, "bad_variant"),
    ],
)
def test_impossible_guides_are_refused(field: str, value: float, code: str) -> None:
    with pytest.raises(AdjustmentError) as refused:
        replace(Guide(), **{field: value})
    assert refused.value.code == code
