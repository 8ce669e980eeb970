"""Films: how steady, how true, how fast, how much memory, and what is kept of the file.

    python -m benchmarks.films                           # all; some ten minutes on two cores
    python -m benchmarks.films --only steadiness --photos FOLDER
    python -m benchmarks.films --only speed memory kept

Each clip of `benchmarks.film_clips` is measured as it is and made old. Needs the extras "film" and
"film-bench". Rates need a quiet machine; the others do not.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from benchmarks.archives import peak_mb
from benchmarks.film_clips import (
    Clip,
    clip_files,
    clips,
    grey,
    made_old,
    moved,
    pictures,
    read,
    write,
)
from colorizer.colour.guided_upsampling import enlarge
from colorizer.colour.lab import lab_to_rgb, rgb_to_lab
from colorizer.film.colouring import Colours, colour_film, steady
from colorizer.film.key_frames import NetworkColours
from colorizer.film.motion import Shots, normalised
from colorizer.film.reading import Film, Frame, open_film
from colorizer.film.steady import MOST_FRAMES, ColouredFrame, small_frame
from colorizer.guide.places import shrink, unit_features
from colorizer.photo import PhotoLimits
from colorizer.pipeline import Colorizer

_MAIN = "from colorizer.cli import main\nmain(sys.argv[1:])"
_SIDE = 192  # short side at which colours are compared
_BINS = 64


def frame_by_frame(
    frames: Iterable[Frame], keys: NetworkColours, film: Film
) -> Iterator[ColouredFrame]:
    """What is compared with: every frame as if it were a photo."""
    for frame in frames:
        yield ColouredFrame(small_frame(frame, keys.size, film.coding), keys(frame, 0).ab)


def by_likeness(
    frames: Iterable[Frame], keys: NetworkColours, film: Film
) -> Iterator[ColouredFrame]:
    """Without motion: every place takes the colours of what looks alike in the last key frame.

    Alike to the network, so it runs on every frame; the softmax of hints for references, on every
    second place of its features each way.
    """
    shots, key, since = Shots(), None, 0
    for frame in frames:
        small = small_frame(frame, keys.size, film.coding)
        prediction = keys.predict(frame)
        features = prediction.features[0][:, ::2, ::2]
        looks = unit_features(features)
        L = shrink(small.L, *features.shape[1:]).ravel()
        since += 1
        if shots.begins_with(small.level) or key is None or since >= MOST_FRAMES:
            ab, since = keys(frame, 0).ab, 0
            places = cv2.resize(np.moveaxis(ab, 0, -1), features.shape[:0:-1]).reshape(-1, 2)
            key = (looks, L, places)
        else:
            alike = looks @ key[0].T / 0.05 - ((L[:, None] - key[1]) / 15.0) ** 2 / 2
            ab = softmax(alike, axis=1) @ key[2]
            ab = enlarge(np.ascontiguousarray(ab.T).reshape(2, *features.shape[1:]), *keys.size)
        yield ColouredFrame(small, np.ascontiguousarray(ab, np.float32))


def small_lab(clip: Clip) -> list[NDArray[np.float32]]:
    height, width = clip[0].shape[:2]
    scale = _SIDE / min(height, width)
    size = (round(width * scale), round(height * scale))
    return [
        rgb_to_lab(cv2.resize(each, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
        for each in clip
    ]


Flows = list[tuple[NDArray[np.float32], NDArray[np.bool_]]]


def flows(true: list[NDArray[np.float32]]) -> Flows:
    """From each frame to the one before, of the true film, and where both ways agree to a pixel."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [np.rint(each[..., 0] * 2.55).astype(np.uint8) for each in true]
    found = []
    for before, after in pairwise(grey):
        back, forth = dis.calc(after, before, None), dis.calc(before, after, None)
        there = warped(forth, back)
        close = np.linalg.norm(back + there, axis=2) < 1.0
        alike = np.abs(after.astype(np.float32) - warped(before.astype(np.float32), back)) < 12
        found.append((back, close & alike))
    return found


def warped(maps: NDArray[np.float32], flow: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = flow.shape[:2]
    x = np.arange(width, dtype=np.float32) + flow[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return cv2.remap(maps, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def warping_error(lab: list[NDArray[np.float32]], moves: Flows) -> float:
    """How far ab moves from one frame to the next for one place, mean, ab units."""
    errors = []
    for before, after, (flow, seen) in zip(lab, lab[1:], moves, strict=False):
        apart = np.linalg.norm(after[..., 1:] - warped(before[..., 1:], flow), axis=2)
        errors.append(apart[seen].mean() if seen.any() else 0.0)
    return float(np.mean(errors))


def cdc(lab: list[NDArray[np.float32]], cuts: set[int]) -> float:
    """Colour distribution consistency (Liu et al. 2021): frames 1, 2 and 4 apart, × 1000.

    Of the histograms of a and b alone: what the lightness does is the film's own. Frames of two
    shots are not compared. cuts: the first frame of each shot.
    """
    shares = [
        np.stack([np.histogram(each[..., c], _BINS, (-64, 64))[0] for c in (1, 2)])
        / each[..., 0].size
        for each in lab
    ]
    values = [
        divergence(shares[at], shares[at + step])
        for step in (1, 2, 4)
        for at in range(len(shares) - step)
        if not cuts & set(range(at + 1, at + step + 1))
    ]
    return 1000 * float(np.mean(values))


def first_frames(true: list[NDArray[np.float32]]) -> set[int]:
    """Of the shots of a clip, without dust and grain."""
    shots = Shots()
    return {at for at, lab in enumerate(true) if shots.begins_with(normalised(lab[..., 0]))}


def divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Jensen-Shannon, mean of the channels."""
    middle = (p + q) / 2

    def from_middle(each: NDArray[np.float64]) -> NDArray[np.float64]:
        terms = np.where(
            each > 0, each * np.log(np.maximum(each, 1e-12) / np.maximum(middle, 1e-12)), 0
        )
        return terms.sum(axis=1)

    return float(((from_middle(p) + from_middle(q)) / 2).mean())


def psnr(lab: list[NDArray[np.float32]], true: list[NDArray[np.float32]]) -> float:
    """Of the colours: both with the true lightness, dB, mean of the frames."""
    values = []
    for ours, real in zip(lab, true, strict=True):
        mixed = lab_to_rgb(np.concatenate([real[..., :1], ours[..., 1:]], axis=-1))
        values.append(-10 * np.log10(np.mean((mixed - lab_to_rgb(real)) ** 2) + 1e-9))
    return float(np.mean(values))


WAYS: dict[str, Colours] = {
    "frame by frame": frame_by_frame,
    "steady": steady,
    "by likeness": by_likeness,
}


def steadiness(place: Path, photos: Path | None, ways: dict[str, Colours] = WAYS) -> Iterator[str]:
    """A row for each clip and way, then the means and how they compare."""
    colorizer = Colorizer.from_pretrained("classification")
    yield "| clip | way | warping error | CDC | PSNR |\n|---|---|---|---|---|"
    rows: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for name, clip in clips(photos):
        old, jumping = made_old(clip)
        for kind, seen, true in (("as it is", grey(clip), clip), ("made old", old, jumping)):
            film = open_film(write(seen, place / "grey.mkv"), PhotoLimits())
            real = small_lab([f[: film.height, : film.width] for f in true])
            moves, cuts = flows(real), first_frames(real)
            for way, colours in ways.items():
                file = place / f"{way.replace(' ', '-')}.mkv"
                colour_film(film, file, colorizer, colours=colours)
                ours = read(file)
                lab = small_lab(ours)
                figures = (warping_error(lab, moves), cdc(lab, cuts), psnr(lab, real))
                rows.setdefault((kind, way), []).append(figures)
                yield row(f"{name}, {kind}", way, figures)
            yield row(
                f"{name}, {kind}",
                "real colours",
                (warping_error(real, moves), cdc(real, cuts), 0.0),
            )
    for (kind, way), values in rows.items():
        mean = np.mean(values, axis=0)
        yield row(f"**all, {kind}**", way, mean)
        if way != "frame by frame":
            base = np.mean(rows[kind, "frame by frame"], axis=0)
            ratios = f"{mean[0] / base[0]:.2f} x | {mean[1] / base[1]:.2f} x"
            yield f"| | {way} / frame by frame | {ratios} | {mean[2] - base[2]:+.2f} dB |"


def row(name: str, way: str, figures: Sequence[float]) -> str:
    said = f"{figures[2]:.2f} dB" if figures[2] else ""
    return f"| {name} | {way} | {figures[0]:.2f} | {figures[1]:.2f} | {said} |"


def speed(place: Path, photos: Path | None) -> Iterator[str]:
    """Decoding and encoding included; the model is loaded before."""
    colorizer = Colorizer.from_pretrained("classification")
    yield "| 720p, 250 frames | frames/s | processor time a frame |\n|---|---|---|"
    name, photo = next(iter(pictures(photos)))
    clip = moved(photo, zoom=False, size=(720, 1280), count=250)
    for kind, seen in (("as it is", grey(clip)), ("made old", made_old(clip)[0])):
        film = open_film(write(seen, place / "long.mp4"), PhotoLimits())
        for way in ("steady", "frame by frame"):
            started, used = time.perf_counter(), time.process_time()
            count = colour_film(film, place / "out.mp4", colorizer, colours=WAYS[way]).frames
            seconds, used = time.perf_counter() - started, time.process_time() - used
            said = f"{count / seconds:.1f} | {1000 * used / count:.0f} ms"
            yield f"| pan over {name}, {kind}, {way} | {said} |"


def memory(place: Path, photos: Path | None) -> Iterator[str]:
    """Of the whole program, for one minute and for ten, 320 x 180 pixels, 12 frames a second."""
    yield "| film | most memory |\n|---|---|"
    _, photo = next(iter(pictures(photos)))
    clip = grey(moved(photo, zoom=False, size=(180, 320)))
    clip += clip[::-1]
    for minutes in (1, 10):
        frames = (clip[at % len(clip)] for at in range(minutes * 60 * 12))
        file = write(frames, place / f"{minutes}.mp4", rate=12)
        peak = peak_mb(_MAIN, str(file), "--overwrite", "--quiet")
        yield f"| {minutes} minutes | {peak:.0f} MB |"


def kept(place: Path, photos: Path | None) -> Iterator[str]:
    """Packets of the result beside those of the film."""
    yield "| of the film | kept |\n|---|---|"
    (film,) = (file for file in clip_files() if file.stem == "bigbuckbunny")
    out = place / "out.mp4"
    colour_film(open_film(film, PhotoLimits()), out, Colorizer.from_pretrained("regression"))
    before, after = facts(film), facts(out)
    for name, value in before.items():
        yield f"| {name} | {'yes' if after[name] == value else 'no'} |"


def facts(file: Path) -> dict[str, object]:
    with av.open(str(file)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        packets = [packet for packet in container.demux(video, audio) if packet.size]
        pictures = sorted((p.pts, p.duration) for p in packets if p.stream is video)
        sound = [(p.pts, p.duration, bytes(p)) for p in packets if p.stream is audio]
        return {
            "duration": container.duration,
            f"number of frames, {len(pictures)}": len(pictures),
            "time stamps and durations of the frames": (video.time_base, pictures),
            "sound, bit for bit, and its time stamps": (audio.time_base, sound),
            "size": (video.width, video.height),
        }


PARTS: dict[str, Callable[[Path, Path | None], Iterator[str]]] = {
    "steadiness": steadiness,
    "speed": speed,
    "memory": memory,
    "kept": kept,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--photos", type=Path, help="a folder of colour photos for the pans")
    arguments = parser.parse_args()
    for part in arguments.only:
        with tempfile.TemporaryDirectory() as place:
            for line in PARTS[part](Path(place), arguments.photos):
                print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
