"""K-means palettes of a photo for people to look at: the photo in K colours, and the colours.

    colours = count_colours(photo.rgb)                 # once per photo, see photo_colours
    preview = kmeans_palette(colours, 50, space="ab")  # again at every move of the slider
    preview.hex, preview.shares, preview.summary, preview.to_gpl()

Two spaces: "lab" replaces each colour whole (classic quantisation), "ab" keeps the photo's own
lightness and replaces its colour only, which is what the classifier sees. The classifier's own
palette, its ab bin centres, can stand in for the photo's: `gamut_palette`.
Everything is computed once per distinct colour of the photo, weighted with its pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorizer.colour.lab import clip_chroma
from colorizer.previews.fidelity import delta_e_2000, psnr
from colorizer.previews.palette_files import css_text, gpl_text, hex_codes
from colorizer.previews.photo_colours import PhotoColours, Space, lab_to_uint8, uint8_to_lab

MAX_COLOURS = 256
ELBOW_COLOURS = (2, 4, 8, 16, 32, 64, 128, 256)

MAX_SAMPLE = 20_000  # mean ΔE as with all pixels at 50 colours, 2 % above it at 256
AB_RESOLUTION = 0.5  # ab this close, half of what the eye tells apart, are clustered as one
NEUTRAL_CHROMA = 5.0  # below it a colour looks grey, and its hue says nothing
SEED = 0


@dataclass(frozen=True)
class PalettePreview:
    """A photo in the colours of a palette, greys first by lightness, then by hue from red.

    rgb: uint8 (H, W, 3). centres: Lab float32 (K, 3), in the space "ab" with the mean lightness of
    their pixels. swatches: the same as sRGB uint8 (K, 3). shares: float64 (K,) of the pixels.
    delta_e_mean, delta_e_p95: CIEDE2000 between photo and picture, mean and 95th percentile of all
    pixels. psnr: dB, infinite for identical pictures. n_requested: the K that was asked for.
    """

    rgb: NDArray[np.uint8]
    space: Space
    centres: NDArray[np.float32]
    swatches: NDArray[np.uint8]
    shares: NDArray[np.float64]
    delta_e_mean: float
    delta_e_p95: float
    psnr: float
    n_requested: int

    @property
    def hex(self) -> tuple[str, ...]:
        """The swatches as "#rrggbb"."""
        return hex_codes(self.swatches)

    @property
    def summary(self) -> str:
        """One sentence for people: how many colours, why not more, and how far off they are."""
        used = int(np.count_nonzero(self.shares))
        colours = "1 colour" if used == 1 else f"{used} colours"
        if len(self.shares) < self.n_requested:
            colours += f" (this photo has no more to tell apart, {self.n_requested} were asked for)"
        elif used < self.n_requested:
            colours += f" of the palette's {self.n_requested}"
        if math.isinf(self.psnr):
            return f"{colours}: identical to the photo"
        return (
            f"{colours}: mean ΔE {self.delta_e_mean:.1f}, 95 % of the pixels within "
            f"{self.delta_e_p95:.1f}, {self.psnr:.1f} dB"
        )

    def to_gpl(self, name: str = "Colorizer palette") -> str:
        """The palette as a GIMP .gpl file."""
        return gpl_text(self.swatches, self.shares.tolist(), name=name)

    def to_css(self) -> str:
        """The palette as a CSS file of custom properties."""
        return css_text(self.swatches, self.shares.tolist())


@dataclass(frozen=True)
class ElbowCurve:
    """Mean CIEDE2000 of a photo's palettes by their number of colours, to choose that number."""

    n_colours: tuple[int, ...]
    delta_e_mean: tuple[float, ...]


def kmeans_palette(colours: PhotoColours, n_colours: int, *, space: Space) -> PalettePreview:
    """The photo in the `n_colours` (2…256) colours that K-means finds for it.

    A photo with fewer distinct colours gets a palette of just those, and `summary` says so.
    Raises ValueError for a number out of range.
    """
    if not 2 <= n_colours <= MAX_COLOURS:
        raise ValueError(f"A palette has 2 to {MAX_COLOURS} colours, not {n_colours}.")
    centres = _cluster(colours, n_colours, space)
    if space == "lab":
        # The picture can only show 8-bit colours: of centres that round to the same, one is kept.
        centres = uint8_to_lab(np.unique(lab_to_uint8(centres), axis=0))
    nearest = _nearest(colours.points(space), centres)
    used, nearest = np.unique(nearest, return_inverse=True)
    return _preview(colours, centres[used], nearest, space, n_requested=n_colours)


def gamut_palette(colours: PhotoColours, centres: ArrayLike) -> PalettePreview:
    """The photo with each pixel's ab moved to the nearest of the given bin centres (Q, 2).

    Centres that no pixel is nearest to stay in the palette with share 0 and the photo's mean
    lightness. Raises ValueError for another shape.
    """
    bins = np.asarray(centres, dtype=np.float32)
    if bins.ndim != 2 or bins.shape[1] != 2 or len(bins) == 0:
        raise ValueError(f"Bin centres are ab pairs (Q, 2), not {bins.shape}.")
    nearest = _nearest(colours.points("ab"), bins)
    return _preview(colours, bins, nearest, "ab", n_requested=len(bins))


def elbow_curve(
    colours: PhotoColours, *, space: Space, n_colours: Sequence[int] = ELBOW_COLOURS
) -> ElbowCurve:
    """Mean ΔE of the K-means palettes of each size in `n_colours`."""
    delta_e = [kmeans_palette(colours, number, space=space).delta_e_mean for number in n_colours]
    return ElbowCurve(n_colours=tuple(n_colours), delta_e_mean=tuple(delta_e))


def _cluster(colours: PhotoColours, n_clusters: int, space: Space) -> NDArray[np.float32]:
    """At most `n_clusters` cluster centres (K, 2 or 3) of the photo's colours."""
    from sklearn.cluster import KMeans  # seconds: not before the first palette

    points, weights = colours.points(space), colours.counts.astype(np.float64)
    if space == "ab":
        points, weights = _merge_near(points, weights)
    if len(points) <= n_clusters:
        return points
    points, weights = _priority_sample(points, weights)
    kmeans = KMeans(n_clusters, init="k-means++", n_init=1, max_iter=30, random_state=SEED)
    centres: NDArray[np.float32] = kmeans.fit(points, sample_weight=weights).cluster_centers_
    return centres


def _nearest(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """Index of the centre that is nearest to each point."""
    from sklearn.metrics import pairwise_distances_argmin

    nearest: NDArray[np.int64] = pairwise_distances_argmin(points, centres)
    return nearest


def _merge_near(
    ab: NDArray[np.float32], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The weighted means of the ab that share a cell of AB_RESOLUTION, and their weights."""
    codes = np.rint(ab / AB_RESOLUTION).astype(np.int64) @ np.array([1 << 16, 1])
    cells, cell = np.unique(codes, return_inverse=True)
    merged = _sum_by_index(cell, weights, len(cells))
    sums = [_sum_by_index(cell, axis * weights, len(cells)) for axis in ab.T]
    return (np.column_stack(sums) / merged[:, None]).astype(np.float32), merged


def _priority_sample(
    points: NDArray[np.float32], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """At most MAX_SAMPLE of the points, with weights that keep the weight of any region on average.

    Priority sampling (Duffield, Lund and Thorup 2007): heavy points are certain, light ones are
    drawn by their weight and stand for those left out.
    """
    if len(points) <= MAX_SAMPLE:
        return points, weights
    keys = np.random.default_rng(SEED).random(len(points)) / weights
    order = np.argpartition(keys, MAX_SAMPLE)
    drawn, threshold = order[:MAX_SAMPLE], 1 / keys[order[MAX_SAMPLE]]
    return points[drawn], np.maximum(weights[drawn], threshold)


def _preview(
    colours: PhotoColours,
    centres: NDArray[np.float32],
    nearest: NDArray[np.intp],
    space: Space,
    *,
    n_requested: int,
) -> PalettePreview:
    """The photo with each distinct colour replaced by its nearest of `centres` (K, 2 or 3)."""
    pixels = _sum_by_index(nearest, colours.counts, len(centres))
    if space == "ab":
        own_lightness = np.column_stack([colours.lab[:, 0], centres[nearest]])
        shown = lab_to_uint8(clip_chroma(own_lightness))
        centres = np.column_stack([_mean_lightness(colours, nearest, pixels), centres])
        swatches = lab_to_uint8(clip_chroma(centres))
    else:
        swatches = lab_to_uint8(centres)
        shown = swatches[nearest]
    delta_e = delta_e_2000(colours.lab, uint8_to_lab(shown))
    order = _by_hue(centres)
    return PalettePreview(
        rgb=shown[colours.index],
        space=space,
        centres=centres[order],
        swatches=swatches[order],
        shares=pixels[order] / pixels.sum(),
        delta_e_mean=float(np.average(delta_e, weights=colours.counts)),
        delta_e_p95=_percentile(delta_e, colours.counts, 0.95),
        psnr=psnr(colours.rgb, shown, weights=colours.counts),
        n_requested=n_requested,
    )


def _mean_lightness(
    colours: PhotoColours, nearest: NDArray[np.intp], pixels: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Mean L (K,) of each centre's pixels, of the whole photo for centres without any."""
    lightness = colours.lab[:, 0] * colours.counts
    total = _sum_by_index(nearest, lightness, len(pixels))
    photo_mean = lightness.sum() / pixels.sum()
    means = np.where(pixels > 0, total / np.maximum(pixels, 1), photo_mean)
    return means.astype(np.float32)


def _sum_by_index(
    nearest: NDArray[np.intp], values: NDArray[np.number], n_centres: int
) -> NDArray[np.float64]:
    return np.bincount(nearest, weights=values, minlength=n_centres).astype(np.float64)


def _by_hue(centres: NDArray[np.float32]) -> NDArray[np.intp]:
    """The order of Lab colours (K, 3): greys by lightness, then the others by hue angle."""
    lightness, a, b = centres.T
    coloured = np.hypot(a, b) >= NEUTRAL_CHROMA
    hue = np.where(coloured, np.arctan2(b, a) % (2 * np.pi), 0.0)
    order: NDArray[np.intp] = np.lexsort((lightness, hue, coloured))
    return order


def _percentile(values: NDArray[np.float32], weights: NDArray[np.int64], share: float) -> float:
    """The smallest of the values that `share` of the weight does not exceed."""
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, share * cumulative[-1])])
