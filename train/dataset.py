"""Folders of photos → uint8 batches, each photo decoded once.

The first run decodes every photo, shrinks it to a short side of `side` pixels and appends it to one
flat file; later runs map that file into memory. Which photo a step sees and how it is cropped
follows from (seed, step) alone, so that a resumed training continues exactly, on any number of
processes. A photo that an index.csv lists was chosen by somebody: its side of the split is taken
from there, and it stays even if it is next to grey.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.transform import resize
from torch.nn import functional as F
from tqdm import tqdm

from colorizer.photo import READABLE_SUFFIXES, PhotoError, open_photo
from colorizer.previews.pca import fit_row_pca
from train.photo_index import IndexLine, read_index

logger = logging.getLogger(__name__)

VALIDATION_SHARE = 0.02
GREY_SPREAD = 4.0
"""A photo whose channels differ by less (mean of max − min, 8-bit levels) teaches no colour."""


def list_photos(folders: Iterable[str | Path]) -> list[Path]:
    """All photo files under `folders`, sorted, by suffix."""
    found = (p for folder in folders for p in Path(folder).rglob("*"))
    return sorted(p for p in found if p.suffix.lower() in READABLE_SUFFIXES and p.is_file())


def split_of(content: bytes) -> str:
    """Side "validation" or "train", by the hash of the file: the same photo never changes sides."""
    share = int.from_bytes(hashlib.sha256(content).digest()[:4], "big") / 2**32
    return "validation" if share < VALIDATION_SHARE else "train"


@dataclass(frozen=True)
class CachedPhoto:
    """Where one photo lies in the flat file: `height` × `width` × 3 bytes from `offset`."""

    name: str
    split: str
    height: int
    width: int
    offset: int


@dataclass(frozen=True)
class PhotoCache:
    """Decoded photos in one memory-mapped file, and the files left out with the reason."""

    photos: Sequence[CachedPhoto]
    pixels: np.ndarray
    left_out: Sequence[tuple[str, str]]

    def split(self, name: str) -> list[CachedPhoto]:
        """The photos of one split, in the order of the folder."""
        return [photo for photo in self.photos if photo.split == name]

    def rgb(self, photo: CachedPhoto) -> np.ndarray:
        """uint8 (H, W, 3), a view into the file."""
        size = photo.height * photo.width * 3
        flat = self.pixels[photo.offset : photo.offset + size]
        return flat.reshape(photo.height, photo.width, 3)


def open_cache(
    folders: Sequence[str | Path],
    cache_folder: str | Path,
    *,
    side: int,
    pca_variance: float | None = None,
) -> PhotoCache:
    """The cache of `folders` at short side `side`, built on the first call.

    pca_variance: with it, every training photo is replaced by its row PCA that retains this share
    of the variance (0…1); validation photos stay as they are.
    """
    files = list_photos(folders)
    if not files:
        raise FileNotFoundError(f"No photos in {', '.join(map(str, folders))}.")
    index = read_index(folders)
    lines = [index.get(file.resolve()) for file in files]
    listing = "\n".join(
        f"{file} {file.stat().st_size} {line.split if line else '-'}"
        for file, line in zip(files, lines, strict=True)
    )
    settings = f"{side}" if pca_variance is None else f"{side} {pca_variance}"
    key = hashlib.sha256(f"{settings}\n{listing}".encode()).hexdigest()[:16]
    index_file = Path(cache_folder) / f"{key}.json"
    pixel_file = Path(cache_folder) / f"{key}.u8"
    if not index_file.exists():
        index_file.parent.mkdir(parents=True, exist_ok=True)
        prepare = partial(_prepare, side=side, pca_variance=pca_variance)
        _build(files, lines, index_file, pixel_file, prepare)
    content = json.loads(index_file.read_text())
    cache = PhotoCache(
        photos=[CachedPhoto(**photo) for photo in content["photos"]],
        pixels=np.memmap(pixel_file, dtype=np.uint8, mode="r"),
        left_out=[(name, reason) for name, reason in content["left_out"]],
    )
    reasons = Counter(reason for _, reason in cache.left_out)
    logger.info("%d photos, %d left out %s", len(cache.photos), len(cache.left_out), dict(reasons))
    return cache


Prepared = tuple[np.ndarray | None, str]
"""(pixels, split), or (None, the reason why a file is left out)."""


def _build(
    files: Sequence[Path],
    lines: Sequence[IndexLine | None],
    index_file: Path,
    pixel_file: Path,
    prepare: Callable[[Path, IndexLine | None], Prepared],
) -> None:
    photos: list[CachedPhoto] = []
    left_out: list[tuple[str, str]] = []
    offset = 0
    with pixel_file.open("wb") as pixels, ThreadPoolExecutor(2) as pool:
        prepared = zip(files, pool.map(prepare, files, lines), strict=True)
        for file, (rgb, split) in tqdm(prepared, total=len(files), desc="decoding photos"):
            if rgb is None:
                left_out.append((str(file), split))
                continue
            height, width = rgb.shape[:2]
            photos.append(CachedPhoto(str(file), split, height, width, offset))
            pixels.write(rgb.tobytes())
            offset += rgb.size
    if not photos:
        raise FileNotFoundError("None of the photos can be used; see the reasons in the log.")
    content = {"photos": [vars(photo) for photo in photos], "left_out": left_out}
    unfinished = index_file.with_suffix(".partial")
    unfinished.write_text(json.dumps(content))
    unfinished.rename(index_file)


def _prepare(
    file: Path, line: IndexLine | None, *, side: int, pca_variance: float | None
) -> Prepared:
    try:
        content = file.read_bytes()
        rgb = open_photo(content).rgb
    except (OSError, PhotoError) as error:
        return None, str(error)
    if line is None and is_grey(rgb):
        return None, "grey"
    small, split = shrink(rgb, side), (line.split if line else "") or split_of(content)
    if pca_variance is not None and split == "train":
        fit = fit_row_pca(small)
        small = fit.reconstruct(fit.components_for_variance(pca_variance))
    return small, split


def is_grey(rgb: np.ndarray) -> bool:
    """Whether a photo uint8 (H, W, 3) has next to no colour, see `GREY_SPREAD`."""
    return float(np.ptp(rgb, axis=2).mean()) < GREY_SPREAD


def shrink(rgb: np.ndarray, side: int) -> np.ndarray:
    """uint8 (H, W, 3) with its short side reduced to `side`; smaller pictures stay as they are."""
    scale = side / min(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = [max(1, round(length * scale)) for length in rgb.shape[:2]]
    small = resize(rgb, size, order=1, anti_aliasing=True, preserve_range=True)
    return np.asarray(small.round(), dtype=np.uint8)


@dataclass(frozen=True)
class Cut:
    """A rectangle of a photo in its own pixels, and whether it is mirrored."""

    photo: CachedPhoto
    top: int
    left: int
    height: int
    width: int
    mirrored: bool


@dataclass(frozen=True)
class CropSampler:
    """Random square crops of `crop` pixels, the same for the same (seed, step).

    Each photo is cut at its own place and size (crops of `crop` … `crop_from` pixels, or up to its
    short side, shrunk to `crop`), half of them mirrored. whole: the whole photos instead, squeezed
    into squares, never mirrored. weights: float (N,), each photo's chance to be drawn, summing to
    1; None draws all alike.
    """

    cache: PhotoCache
    photos: Sequence[CachedPhoto]
    crop: int
    crop_from: int
    batch: int
    seed: int
    whole: bool = False
    weights: NDArray[np.float64] | None = None

    def __call__(self, step: int, part: slice = slice(None)) -> torch.Tensor:
        """Batch of `step` → uint8 (batch, 3, crop, crop); `part` is one process's share of it."""
        return torch.stack([self._pixels(cut) for cut in self.cuts(step, part)])

    def cuts(self, step: int, part: slice = slice(None)) -> list[Cut]:
        """What the batch of `step` is cut from."""
        places = np.random.default_rng([self.seed, 1, step]).random((self.batch, 4))[part]
        chosen = [self.photos[i] for i in self._chosen(step)[part]]
        if self.whole:
            return [Cut(photo, 0, 0, photo.height, photo.width, False) for photo in chosen]
        return [self._cut(photo, place) for photo, place in zip(chosen, places, strict=True)]

    def _chosen(self, step: int) -> list[int]:
        """Photo numbers of one step, `batch` of them."""
        epoch, first = divmod(step * self.batch, len(self.photos))
        orders = [self._order(epoch)]
        while sum(map(len, orders)) < first + self.batch:
            epoch += 1
            orders.append(self._order(epoch))
        return [int(i) for i in np.concatenate(orders)[first : first + self.batch]]

    def _order(self, epoch: int) -> NDArray[np.int64]:
        """As many photo numbers as there are photos, in random order.

        Systematic sampling: a photo comes its expected number of times, rounded up or down; with
        equal chances that is once.
        """
        random = np.random.default_rng([self.seed, 0, epoch])
        count = len(self.photos)
        if self.weights is None:
            return random.permutation(count)
        points = (np.arange(count) + random.random()) / count
        drawn = np.searchsorted(np.cumsum(self.weights), points).clip(max=count - 1)
        return random.permutation(drawn)

    def _cut(self, photo: CachedPhoto, place: NDArray[np.float64]) -> Cut:
        short = min(photo.height, photo.width)
        widest = max(self.crop, min(self.crop_from, short))
        size = min(short, self.crop + int(place[3] * (widest - self.crop + 1)))
        top = int(place[0] * (photo.height - size + 1))
        left = int(place[1] * (photo.width - size + 1))
        return Cut(photo, top, left, size, size, bool(place[2] < 0.5))

    def _pixels(self, cut: Cut) -> torch.Tensor:
        """uint8 (3, crop, crop)."""
        rgb = self.cache.rgb(cut.photo)
        rgb = rgb[cut.top : cut.top + cut.height, cut.left : cut.left + cut.width]
        pixels = torch.from_numpy(np.array(rgb[:, ::-1] if cut.mirrored else rgb)).permute(2, 0, 1)
        if pixels.shape[1:] == (self.crop, self.crop):
            return pixels
        size = (self.crop, self.crop)
        return F.interpolate(pixels[None], size, mode="bilinear", antialias=True)[0]
