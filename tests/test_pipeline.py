from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage import color

from colorizer import Adjustments, Colorizer, Photo
from colorizer.colour.recolor import grey
from colorizer.errors import CheckpointError, Message
from colorizer.model.checkpoint import MAX_ASPECT, load_checkpoint
from colorizer.pipeline import Engine, network_lightness
from colorizer.threads import use_threads


@pytest.fixture(scope="module")
def classifier(classification_folder: Path) -> Colorizer:
    return Colorizer.from_pretrained(classification_folder)


@pytest.fixture(scope="module")
def regressor(regression_folder: Path) -> Colorizer:
    return Colorizer.from_pretrained(regression_folder)


def photo_of(rgb: np.ndarray) -> Photo:
    return Photo(rgb=rgb, alpha=None, format="PNG", notes=())


@pytest.mark.parametrize("size", [(1, 1), (5, 400), (400, 5), (63, 65), (257, 190), (32, 32)])
def test_any_size_keeps_its_size(classifier: Colorizer, size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    result = classifier.colorize(photo_of(rgb))
    assert result.photo.rgb.shape == rgb.shape
    assert result.photo.rgb.dtype == np.uint8


@pytest.mark.parametrize("name", ["classifier", "regressor"])
def test_lightness_is_the_photos_own(
    name: str, colourful: np.ndarray, request: pytest.FixtureRequest
) -> None:
    result = request.getfixturevalue(name).colorize(photo_of(colourful), Adjustments(vividness=2.0))
    before, after = (color.rgb2lab(rgb)[..., 0] for rgb in (colourful, result.photo.rgb))
    assert np.abs(before - after).mean() <= 1.0


def test_colours_of_the_input_do_not_matter(classifier: Colorizer, colourful: np.ndarray) -> None:
    from_colour = classifier.colorize(photo_of(colourful))
    from_grey = classifier.colorize(photo_of(grey(colourful)))
    assert np.abs(from_colour.ab - from_grey.ab).mean() < 1.0


def test_no_vividness_is_grey(classifier: Colorizer, colourful: np.ndarray) -> None:
    result = classifier.colorize(photo_of(colourful), Adjustments(vividness=0.0))
    assert np.ptp(result.photo.rgb, axis=2).max() <= 1
    np.testing.assert_allclose(result.photo.rgb, grey(colourful), atol=1)


def test_without_vividness_no_warmth_tints_the_grey(
    classifier: Colorizer, colourful: np.ndarray
) -> None:
    result = classifier.colorize(photo_of(colourful), Adjustments(vividness=0.0, warmth=1.0))
    assert np.ptp(result.photo.rgb, axis=2).max() <= 1


@pytest.mark.parametrize("warmth", [-1.0, 1.0])
def test_warmth_moves_blue_and_yellow_and_keeps_lightness(
    regressor: Colorizer, colourful: np.ndarray, warmth: float
) -> None:
    prediction = regressor.predict(photo_of(colourful))
    plain = color.rgb2lab(regressor.decode(prediction).photo.rgb)
    turned = color.rgb2lab(regressor.decode(prediction, Adjustments(warmth=warmth)).photo.rgb)
    assert 3 < warmth * (turned - plain)[..., 2].mean() < 20
    assert np.abs((turned - plain)[..., 0]).mean() < 0.5


def test_a_classifier_tells_how_sure_it_is_and_a_regressor_cannot(
    classifier: Colorizer, regressor: Colorizer, colourful: np.ndarray
) -> None:
    photo = photo_of(colourful)
    certainty = classifier.certainty(classifier.predict(photo))
    assert certainty is not None
    assert certainty.n_colours == 9
    assert 0 <= certainty.entropy.min() <= certainty.entropy.max() <= 1
    assert regressor.certainty(regressor.predict(photo)) is None


def test_vividness_and_temperature_do_not_run_the_network_again(
    classifier: Colorizer, colourful: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction = classifier.predict(photo_of(colourful))

    def forbidden(*_: object) -> None:
        raise AssertionError("the network ran again")

    monkeypatch.setattr(classifier, "network", forbidden)
    calm, vivid = (classifier.decode(prediction, Adjustments(vividness=v)).ab for v in (0.5, 1.0))
    mode = classifier.decode(prediction, Adjustments(temperature=0.0)).ab
    assert np.linalg.norm(calm) < np.linalg.norm(vivid)
    assert not np.allclose(mode, vivid)


def test_alpha_and_format_pass_through(regressor: Colorizer, colourful: np.ndarray) -> None:
    alpha = np.arange(colourful.shape[0] * colourful.shape[1]).reshape(colourful.shape[:2]) % 256
    photo = Photo(
        rgb=colourful,
        alpha=alpha.astype(np.uint8),
        format="WEBP",
        notes=(Message("damaged_profile"),),
    )
    result = regressor.colorize(photo).photo
    np.testing.assert_array_equal(result.alpha, photo.alpha)
    assert (result.format, result.notes) == ("WEBP", photo.notes)


def test_the_mark_names_model_and_revision(regressor: Colorizer, colourful: np.ndarray) -> None:
    result = regressor.colorize(photo_of(colourful))
    assert "tiny-regression" in result.mark
    assert result.revision in result.mark


def test_the_network_sees_the_photos_own_aspect_ratio() -> None:
    wide = network_lightness(np.zeros((100, 200, 3), np.uint8), 64)
    assert wide.shape == (1, 1, 64, 128)
    slim = network_lightness(np.zeros((2000, 20, 3), np.uint8), 64)
    assert slim.shape[2] == MAX_ASPECT * 64


def test_grey_keeps_lightness(colourful: np.ndarray) -> None:
    before, after = (color.rgb2lab(rgb)[..., 0] for rgb in (colourful, grey(colourful)))
    assert np.abs(before - after).max() < 0.6
    assert np.ptp(grey(colourful), axis=2).max() == 0


@pytest.mark.parametrize("level", [0, 255, 128])
def test_flat_photos_give_finite_colours(classifier: Colorizer, level: int) -> None:
    result = classifier.colorize(photo_of(np.full((40, 40, 3), level, np.uint8)))
    assert np.isfinite(result.ab).all()


def test_results_do_not_depend_on_threads(classifier: Colorizer, colourful: np.ndarray) -> None:
    many = classifier.colorize(photo_of(colourful)).photo.rgb
    use_threads(1)
    try:
        one = classifier.colorize(photo_of(colourful)).photo.rgb
    finally:
        use_threads(0)
    assert np.abs(many.astype(int) - one).max() <= 1


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
@pytest.mark.parametrize("factor", [1e4, 1e30])
def test_weights_that_overflow_are_a_sentence_or_colours_but_no_crash(
    engine: Engine, factor: float, colourful: np.ndarray
) -> None:
    """Finite weights, as a checkpoint from a stranger may have them."""
    bundled = load_checkpoint("regression")
    weights = {name: values.astype(np.float32) for name, values in bundled.weights.items()}
    weights["head.weight"] *= factor
    weights["head.bias"][:] = 3e38 if factor > 1e20 else 0.0
    hostile = Colorizer(replace(bundled, weights=weights), engine=engine)
    if factor > 1e20:
        with pytest.raises(CheckpointError, match="overflow"):
            hostile.colorize(photo_of(colourful))
    else:
        assert np.isfinite(hostile.colorize(photo_of(colourful)).ab).all()
