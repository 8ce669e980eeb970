"""K-means palettes: their promises as properties, against plain K-means, and odd photos."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, rgb2lab
from sklearn.cluster import KMeans

from colorizer.colour.lab import rgb_to_lab
from colorizer.previews.palette import PalettePreview, elbow_curve, gamut_palette, kmeans_palette
from colorizer.previews.photo_colours import Space, count_colours

pytestmark = pytest.mark.filterwarnings("error")

SPACES = pytest.mark.parametrize("space", ["ab", "lab"])
ODD_SIZES = pytest.mark.parametrize("size", [(1, 1), (1, 60), (60, 1), (3, 2)])

photos = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: arrays(np.uint8, (*size, 3))
)
few_levels = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: arrays(np.uint8, (*size, 3), elements=st.sampled_from([0, 3, 100, 252, 255]))
)


@pytest.fixture(scope="module")
def cat() -> NDArray[np.uint8]:
    return np.ascontiguousarray(data.chelsea()[40:168, 100:260])


def distinct_colours(rgb: NDArray[np.uint8]) -> int:
    return len(np.unique(rgb.reshape(-1, 3), axis=0))


def mean_delta_e(photo: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(deltaE_ciede2000(rgb2lab(photo), rgb2lab(other)).mean())


@given(photo=photos)
@settings(max_examples=40, deadline=None)
def test_counted_colours_make_up_the_photo(photo: NDArray[np.uint8]) -> None:
    colours = count_colours(photo)
    np.testing.assert_array_equal(colours.rgb[colours.index], photo)
    assert len(colours.rgb) == distinct_colours(photo)
    np.testing.assert_array_equal(colours.counts, np.bincount(colours.index.ravel()))


@SPACES
@given(photo=photos | few_levels, n_colours=st.integers(2, 256))
@settings(max_examples=60, deadline=None)
def test_any_photo_has_a_palette_of_at_most_k_distinct_used_colours(
    space: Space, photo: NDArray[np.uint8], n_colours: int
) -> None:
    preview = kmeans_palette(count_colours(photo), n_colours, space=space)
    assert preview.rgb.shape == photo.shape
    assert preview.rgb.dtype == np.uint8
    assert len(np.unique(preview.centres, axis=0)) == len(preview.centres) <= n_colours
    assert preview.shares.min() > 0
    assert preview.shares.sum() == pytest.approx(1.0)
    assert 0 <= preview.delta_e_mean < 100
    assert ("no more" in preview.summary) == (len(preview.centres) < n_colours)


@given(photo=few_levels)
@settings(max_examples=40, deadline=None)
def test_photo_of_few_colours_is_kept_as_it_is(photo: NDArray[np.uint8]) -> None:
    preview = kmeans_palette(count_colours(photo), 256, space="lab")
    if distinct_colours(photo) <= 256:
        np.testing.assert_array_equal(preview.rgb, photo)
        assert len(preview.hex) == len(set(preview.hex)) == distinct_colours(photo)
        assert preview.psnr == math.inf
        assert preview.delta_e_p95 == 0


@SPACES
@pytest.mark.parametrize("n_colours", [2, 16, 50])
def test_photo_gets_the_colours_it_asks_for(
    space: Space, n_colours: int, cat: NDArray[np.uint8]
) -> None:
    preview = kmeans_palette(count_colours(cat), n_colours, space=space)
    assert len(preview.centres) == len(preview.hex) == n_colours
    assert preview.summary.startswith(f"{n_colours} colours: mean ΔE")


@pytest.mark.parametrize(("space", "seed", "spread"), [("ab", 11, 2.0), ("lab", 2, 1.3)])
def test_faint_noise_has_no_unused_and_no_equal_colours(
    space: Space, seed: int, spread: float
) -> None:
    noise = np.random.default_rng(seed).normal(0, spread, (60, 60, 3))
    photo = (np.array([120, 90, 140]) + noise).astype(np.uint8)
    assert distinct_colours(photo) > 256
    preview = kmeans_palette(count_colours(photo), 256, space=space)
    assert len(preview.shares) < 256
    assert preview.shares.min() > 0
    assert space == "ab" or len(set(preview.hex)) == len(preview.hex)


def test_lab_palette_leaves_only_its_swatches(cat: NDArray[np.uint8]) -> None:
    preview = kmeans_palette(count_colours(cat), 20, space="lab")
    pixels, counts = np.unique(preview.rgb.reshape(-1, 3), axis=0, return_counts=True)
    order = np.lexsort(preview.swatches.T[::-1])
    np.testing.assert_array_equal(preview.swatches[order], pixels)
    np.testing.assert_allclose(preview.shares[order], counts / counts.sum())


def test_ab_palette_keeps_the_lightness_even_of_colours_outside_srgb() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    preview = kmeans_palette(count_colours(photo), 8, space="ab")
    lightness = rgb_to_lab(preview.rgb / 255)[..., 0] - rgb_to_lab(photo / 255)[..., 0]
    assert np.abs(lightness).max() < 1.0


def test_figures_are_those_of_the_picture(cat: NDArray[np.uint8]) -> None:
    for space in ("ab", "lab"):
        preview = kmeans_palette(count_colours(cat), 12, space=space)
        assert preview.delta_e_mean == pytest.approx(mean_delta_e(cat, preview.rgb), abs=2e-3)
        error = np.square(cat.astype(float) - preview.rgb).mean()
        assert preview.psnr == pytest.approx(10 * np.log10(255**2 / error), abs=1e-3)
        delta_e = deltaE_ciede2000(rgb2lab(cat), rgb2lab(preview.rgb))
        assert preview.delta_e_p95 == pytest.approx(np.quantile(delta_e, 0.95), abs=2e-2)


def test_small_photo_is_clustered_as_scikit_learn_clusters_its_pixels() -> None:
    corners = np.array([[240, 10, 10], [10, 200, 30], [20, 30, 220], [128, 128, 128]])
    noise = np.random.default_rng(1).integers(-6, 7, (20, 20, 3))
    photo = (corners[np.arange(400).reshape(20, 20) % 4] + noise).astype(np.uint8)
    lab = rgb2lab(photo).reshape(-1, 3)
    reference = KMeans(4, n_init=5, random_state=0).fit(lab)
    preview = kmeans_palette(count_colours(photo), 4, space="lab")
    distances = np.linalg.norm(preview.centres[:, None] - reference.cluster_centers_, axis=-1)
    assert distances.min(axis=1).max() < 0.5  # half a step of 8-bit rounding
    np.testing.assert_allclose(preview.shares, 0.25)


def test_sampling_costs_no_visible_accuracy() -> None:
    photo = data.astronaut()[:256, :320]
    pixels = rgb_to_lab(photo / 255).reshape(-1, 3)
    colours = count_colours(photo)
    assert len(colours.rgb) > 30_000
    plain = KMeans(16, n_init=1, random_state=0).fit(pixels)
    quantised = np.linalg.norm(pixels - plain.cluster_centers_[plain.labels_], axis=1)
    preview = kmeans_palette(colours, 16, space="lab")
    ours = np.linalg.norm(pixels - rgb_to_lab(preview.rgb / 255).reshape(-1, 3), axis=1)
    assert np.square(ours).mean() < 1.05 * np.square(quantised).mean()


def test_same_photo_gives_the_same_palette(cat: NDArray[np.uint8]) -> None:
    first, second = (kmeans_palette(count_colours(cat), 30, space="lab") for _ in range(2))
    assert first.hex == second.hex


def test_swatches_run_from_greys_through_the_hues() -> None:
    hues = [(0, 0, 200), (200, 0, 0), (0, 160, 0), (200, 180, 0), (240, 240, 240), (30, 30, 30)]
    photo = np.array([hues], dtype=np.uint8)
    preview = kmeans_palette(count_colours(photo), 6, space="lab")
    assert preview.hex == ("#1e1e1e", "#f0f0f0", "#c80000", "#c8b400", "#00a000", "#0000c8")


@ODD_SIZES
@SPACES
def test_one_colour_photo_has_one_colour(size: tuple[int, int], space: Space) -> None:
    photo = np.full((*size, 3), (200, 30, 90), dtype=np.uint8)
    preview = kmeans_palette(count_colours(photo), 50, space=space)
    assert preview.hex == ("#c81e5a",)
    assert preview.summary == (
        "1 colour (this photo has no more to tell apart, 50 were asked for): identical to the photo"
    )


@ODD_SIZES
@SPACES
def test_photo_with_fewer_pixels_than_colours_has_a_palette(
    size: tuple[int, int], space: Space
) -> None:
    level = np.arange(size[0] * size[1], dtype=np.uint8).reshape(size) * 4
    photo = np.stack([255 - level, level, np.full_like(level, 128)], axis=-1)  # red to green
    preview = kmeans_palette(count_colours(photo), 256, space=space)
    assert len(set(preview.hex)) == photo.shape[0] * photo.shape[1]
    assert np.abs(preview.rgb.astype(int) - photo).max() <= 1


def test_grey_photo_is_one_colour_in_ab_and_many_in_lab() -> None:
    photo = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    colours = count_colours(photo)
    in_ab = kmeans_palette(colours, 50, space="ab")
    np.testing.assert_array_equal(in_ab.rgb, photo)
    assert len(in_ab.hex) == 1
    in_lab = kmeans_palette(colours, 50, space="lab")
    assert len(in_lab.hex) == 50
    np.testing.assert_array_equal(np.sort(in_lab.swatches[:, 0]), in_lab.swatches[:, 0])


def test_gamut_palette_takes_the_nearest_bin_and_shows_unused_ones() -> None:
    photo = np.array([[[220, 20, 20], [210, 30, 25], [128, 128, 128]]], dtype=np.uint8)
    centres = np.array([[70.0, 50.0], [0.0, 0.0], [-60.0, 40.0]])
    preview = gamut_palette(count_colours(photo), centres)
    np.testing.assert_allclose(preview.centres[:, 1:], [[0, 0], [70, 50], [-60, 40]])
    np.testing.assert_allclose(preview.shares, [1 / 3, 2 / 3, 0])
    assert preview.summary.startswith("2 colours of the palette's 3: mean ΔE")
    np.testing.assert_array_equal(preview.rgb[0, 2], [128, 128, 128])


def test_k_means_beats_a_palette_made_for_other_photos(cat: NDArray[np.uint8]) -> None:
    grid = np.stack(np.meshgrid([-60.0, -20, 20, 60], [-60.0, -20, 20, 60]), axis=-1).reshape(-1, 2)
    colours = count_colours(cat)
    own = kmeans_palette(colours, 16, space="ab")
    assert own.delta_e_mean < gamut_palette(colours, grid).delta_e_mean


@SPACES
def test_elbow_curve_falls_with_the_colours(space: Space, cat: NDArray[np.uint8]) -> None:
    curve = elbow_curve(count_colours(cat), space=space, n_colours=(2, 8, 32, 128))
    assert curve.n_colours == (2, 8, 32, 128)
    assert list(curve.delta_e_mean) == sorted(curve.delta_e_mean, reverse=True)


@pytest.fixture(scope="module")
def two_colours() -> PalettePreview:
    photo = np.array([[[255, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]], dtype=np.uint8)
    return kmeans_palette(count_colours(photo), 2, space="lab")


def test_gpl_has_one_line_a_colour(two_colours: PalettePreview) -> None:
    assert two_colours.to_gpl("holiday\n#1").splitlines() == [
        "GIMP Palette",
        "Name: holiday #1",
        "Columns: 10",
        "#",
        "  0   0   0\t#000000 75.0%",
        "255   0   0\t#ff0000 25.0%",
    ]


def test_css_has_one_property_a_colour(two_colours: PalettePreview) -> None:
    properties = re.findall(r"^  (--colour-\d+): (#[0-9a-f]{6});", two_colours.to_css(), re.M)
    assert properties == [("--colour-1", "#000000"), ("--colour-2", "#ff0000")]


@pytest.mark.parametrize("n_colours", [-1, 0, 1, 257])
def test_impossible_number_of_colours_is_refused(n_colours: int, cat: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="2 to 256"):
        kmeans_palette(count_colours(cat), n_colours, space="ab")


@pytest.mark.parametrize("shape", [(0, 2), (5, 3), (4,)])
def test_what_are_no_bin_centres_is_refused(shape: tuple[int, ...], cat: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="Bin centres"):
        gamut_palette(count_colours(cat), np.zeros(shape))


def test_what_is_no_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        count_colours(np.zeros((4, 4, 4), dtype=np.uint8))
