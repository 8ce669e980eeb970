"""A film's file: what it is, its frames in order, and the packets of sound and subtitles.

Decoded by FFmpeg through PyAV. Only what is in the file itself is opened: no addresses, no lists of
other files.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.sidedata.sidedata import Type as SideDataType
from numpy.typing import NDArray

from colorizer.errors import FilmError, Message
from colorizer.film.planes import Coding, coding_named
from colorizer.photo.limits import PhotoLimits
from colorizer.pipeline import MARK_BEGINS

_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,asf,"
    "ogg,mxf,dv,h264,hevc,m4v,ivf,nut,rm,wtv",
}
_OF_STRANGERS = {
    "protocol_whitelist": "none",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
}
_LIMITED_RANGE, _FULL_RANGE = 1, 2  # FFmpeg's numbers

# Those hold Y' in 8 bits as it is written again; others are converted by FFmpeg.
_LUMA_AS_IT_IS = frozenset(
    f"yuv{j}{kind}p" for j in ("", "j") for kind in ("410", "411", "420", "422", "440", "444")
) | {"nv12", "nv21"}


@dataclass(frozen=True, eq=False)
class Frame:
    """number: from 0. pts, duration: in the film's time base. luma: Y' uint8 (H, W)."""

    number: int
    pts: int
    duration: int
    luma: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Film:
    """What a film's file says of its pictures before they are read.

    source: where it is, or a stranger's, its bytes. sounds: codecs of its sound. width, height: as
    they lie in the file. turn: quarter turns to the left until they are upright. matrix: that as
    the file says it, nine numbers, or None. frames: about how many, 0 where nobody knows. rate:
    frames a second on average. interlaced: "tff", "bff" or "". mark: the honest mark.
    """

    source: Path | bytes
    sounds: tuple[str, ...]
    width: int
    height: int
    turn: int
    matrix: tuple[int, ...] | None
    frames: int
    rate: Fraction
    time_base: Fraction
    coding: Coding
    interlaced: str
    mark: str | None
    notes: tuple[Message, ...] = field(default=())


def open_film(source: Path | bytes, limits: PhotoLimits) -> Film:
    """Look at a film and decode one frame of it; raises FilmError.

    source: a file, or a stranger's bytes, which may be MP4, MOV, Matroska or WebM alone.
    """
    with _opened(source) as container:
        stream = _pictures(container)
        context = stream.codec_context
        width, height = context.width, context.height
        if width * height > limits.max_pixels or max(width, height) > limits.max_side:
            most = limits.max_pixels / 1e6
            raise FilmError("film_too_large", width=width, height=height, megapixels=most)
        if max(width, height) > limits.max_aspect * min(width, height):
            raise FilmError("narrow", width=width, height=height)
        frame = _first_frame(container, stream)
        time_base = stream.time_base or Fraction(1, 90_000)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        seconds = float(stream.duration * time_base) if stream.duration else 0.0
        if not seconds and container.duration:
            seconds = container.duration / av.time_base
        name = frame.format.name
        full_range = name.startswith("yuvj") or (
            name.startswith("yuv") and frame.color_range == _FULL_RANGE
        )
        notes = []
        if any(component.bits > 8 for component in frame.format.components):
            notes.append(Message("film_eight_bits"))
        if width % 2 or height % 2:
            notes.append(Message("film_odd_size", {"width": width, "height": height}))
        interlaced = ""
        if frame.interlaced_frame:
            interlaced = "bff" if context.field_order in (3, 5) else "tff"
            notes.append(Message("film_interlaced"))
        return Film(
            source=source,
            sounds=tuple(
                each.codec_context.name for each in container.streams.audio if each.codec_context
            ),
            width=frame.width,
            height=frame.height,
            turn=round(frame.rotation / 90) % 4,
            matrix=_matrix(frame),
            frames=stream.frames or round(seconds * rate),
            rate=rate,
            time_base=time_base,
            coding=coding_named(frame.colorspace, frame.height, full_range=full_range),
            interlaced=interlaced,
            mark=mark_of(container),
            notes=tuple(notes),
        )


def mark_of(container: Any) -> str | None:
    """The honest mark among a film's texts, or None when it has none of ours."""
    for name, text in container.metadata.items():
        last = text.rpartition("\n\n")[2]
        if name.lower() in ("comment", "description") and last.startswith(MARK_BEGINS):
            return str(last)
    return None


def mark_of_file(path: Path) -> str | None:
    """As `mark_of`; what cannot be opened has none."""
    with suppress(FilmError), _opened(path) as container:
        return mark_of(container)
    return None


class Reading:
    """Reads a film once, from its beginning to its end.

    damaged: pieces that could not be decoded so far. cut: whether some were left out at the end.
    """

    def __init__(self, film: Film, *, seconds: float | None = None) -> None:
        """seconds: so much of the film, from its first frame; None is all. Raises FilmError."""
        self.film = film
        self.damaged = 0
        self.cut = False
        self._seconds = seconds
        self._ends: float | None = None
        self.container = _opened(film.source)
        self.pictures = _pictures(self.container)
        self.pictures.thread_type = "AUTO"
        self._number = 0
        self._last: int | None = None

    def close(self) -> None:
        """Close the file."""
        self.container.close()

    def items(self, streams: list[Any]) -> Iterator[Any]:
        """Frames of the pictures, and packets of the other `streams` between them, as they come."""
        packets = self.container.demux([self.pictures, *streams])
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:  # the file ends in the middle of a packet
                self.damaged += 1
                return
            if packet.stream is not self.pictures:
                if packet.dts is not None and not self._is_late(packet.pts, packet.time_base):
                    yield packet
                continue
            if self.cut:
                continue
            try:
                frames = packet.decode()
            except FFmpegError:
                self.damaged += 1
                continue
            for frame in frames:
                if (frame.width, frame.height) != (self.film.width, self.film.height):
                    self.damaged += 1
                    continue
                read = self._frame(frame)
                self.cut = self.cut or self._is_late(read.pts, self.film.time_base)
                if not self.cut:
                    yield read

    def _is_late(self, pts: int | None, time_base: Fraction) -> bool:
        """Whether it is to be shown after the end; before the first frame nobody can know."""
        return self._ends is not None and pts is not None and float(pts * time_base) >= self._ends

    def _frame(self, frame: Any) -> Frame:
        usual = max(1, round(1 / (self.film.rate * self.film.time_base)))
        pts = frame.pts if frame.pts is not None else frame.dts
        if self._last is not None and (pts is None or pts <= self._last):
            pts = self._last + 1 if pts is not None else self._last + usual
        self._last = pts or 0
        if self._ends is None and self._seconds is not None:
            self._ends = float(self._last * self.film.time_base) + self._seconds
        self._number += 1
        return Frame(self._number - 1, self._last, frame.duration or usual, self._luma(frame))

    def _luma(self, frame: Any) -> NDArray[np.uint8]:
        if frame.format.name not in _LUMA_AS_IT_IS:
            wanted = _FULL_RANGE if self.film.coding.full_range else _LIMITED_RANGE
            frame = frame.reformat(format="yuv420p", dst_color_range=wanted)
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width].copy()


def _opened(source: Path | bytes) -> Any:
    try:
        if isinstance(source, bytes):
            stream = io.BytesIO(source)
            return av.open(stream, options=_OF_STRANGERS, metadata_errors="replace")
        return av.open(f"file:{source}", options=_OPTIONS, metadata_errors="replace")
    except FFmpegError as error:
        raise FilmError("film_unreadable", reason=error.strerror or "") from error
    except ValueError as error:  # a name with a NUL in it, an open pipe …
        raise FilmError("film_unreadable", reason=str(error)) from error


def _pictures(container: Any) -> Any:
    """The stream of moving pictures; pictures of a cover are none."""
    still = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    moving = [each for each in container.streams.video if not each.disposition & still]
    if not moving or moving[0].codec_context is None:
        raise FilmError("film_no_pictures")
    best = container.streams.best("video")
    return best if best in moving else moving[0]


def _first_frame(container: Any, stream: Any) -> Any:
    stream.thread_type = "SLICE"  # the first frame at once, not when every thread has one
    with suppress(FFmpegError, StopIteration):
        for packet in container.demux(stream):
            with suppress(FFmpegError):
                for frame in packet.decode():
                    return frame
    raise FilmError("film_no_pictures")


def _matrix(frame: Any) -> tuple[int, ...] | None:
    side_data = frame.side_data.get(SideDataType.DISPLAYMATRIX)
    return None if side_data is None else tuple(np.frombuffer(bytes(side_data), np.int32).tolist())
