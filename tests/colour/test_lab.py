import numpy as np
import pytest
import torch
from skimage import color

from colorizer.colour.lab import (
    clip_chroma,
    lab_to_linear_rgb,
    lab_to_rgb,
    rgb_to_lab,
    rgb_to_lightness,
)


@pytest.fixture(scope="module")
def all_colours() -> np.ndarray:
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 1, 3) / 255.0


def test_lab_agrees_with_scikit_image(all_colours: np.ndarray) -> None:
    expected = color.rgb2lab(all_colours)
    assert np.abs(rgb_to_lab(all_colours) - expected).max() < 1e-3
    assert np.abs(rgb_to_lightness(all_colours) - expected[..., 0]).max() < 1e-3


def test_tensors_and_arrays_give_the_same_lab(all_colours: np.ndarray) -> None:
    tensor = rgb_to_lab(torch.from_numpy(all_colours))
    assert tensor.dtype == torch.float32
    np.testing.assert_allclose(tensor.numpy(), rgb_to_lab(all_colours), atol=1e-3)


def test_rgb_agrees_with_scikit_image_and_round_trips(all_colours: np.ndarray) -> None:
    lab = color.rgb2lab(all_colours)
    assert np.abs(lab_to_rgb(lab) - all_colours).max() < 1e-3
    assert lab_to_rgb(lab).dtype == np.float32


def test_impossible_colours_are_clipped_without_nan() -> None:
    lab = np.array([[0, 110, 110], [100, -110, 110], [50, 200, -200], [-5, 0, 0], [120, 0, 0]])
    for rgb in (lab_to_rgb(lab), lab_to_rgb(torch.from_numpy(lab)).numpy()):
        assert np.isfinite(rgb).all()
        assert rgb.min() >= 0
        assert rgb.max() <= 1


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor])
def test_clip_chroma_keeps_lightness_and_hue_and_lands_in_gamut(kind: object) -> None:
    a, b = np.meshgrid(np.linspace(-110, 110, 23), np.linspace(-110, 110, 23))
    lab = np.stack([np.full_like(a, 60.0), a, b], axis=-1).astype(np.float32)
    clipped = np.asarray(clip_chroma(kind(lab)))  # type: ignore[operator]
    linear = lab_to_linear_rgb(clipped)
    assert linear.min() > -2e-3
    assert linear.max() < 1 + 2e-3
    np.testing.assert_array_equal(clipped[..., 0], lab[..., 0])
    cross = clipped[..., 1] * lab[..., 2] - clipped[..., 2] * lab[..., 1]
    assert np.abs(cross).max() < 1e-2
    back = color.rgb2lab(lab_to_rgb(clipped).astype(np.float64))
    assert np.abs(back[..., 0] - 60.0).max() < 0.5


def test_clip_chroma_leaves_colours_inside_the_gamut_alone(all_colours: np.ndarray) -> None:
    lab = rgb_to_lab(all_colours)
    np.testing.assert_array_equal(clip_chroma(lab), lab)
