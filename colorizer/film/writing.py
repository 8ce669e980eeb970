"""A coloured film's file: new pictures; time stamps, sound, subtitles and texts as before."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from colorizer.errors import FilmError, Message
from colorizer.film.options import CODECS, FORMATS, FilmOptions
from colorizer.film.reading import Frame, Reading

Plane = NDArray[np.uint8]


_OTHERS_BECOME = ".mkv"

_OF_THE_OLD_FILE = frozenset(("major_brand", "minor_version", "compatible_brands", "encoder"))
_PLACES = ("location", "com.apple.quicktime.location", "gps", "geo")
_UNKNOWN = 2
_UNFINISHED = ".colorizer-"


def result_suffix(film: Path) -> str:
    """The ending of a film's result: its own, or Matroska's, which holds everything."""
    suffix = film.suffix.lower()
    return suffix if suffix in FORMATS else _OTHERS_BECOME


class Unfinished:
    """A file that is written beside its place, and moved there when it is whole."""

    def __init__(self, target: Path) -> None:
        """target: its place, in a folder that is made. Raises FilmError."""
        name = f"{_UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}.part"
        self.path = target.with_name(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FilmError("film_not_saved", reason=error.strerror or "") from error

    def move(self, place: Path) -> Path:
        """Put it in its place; raises FilmError."""
        try:
            with self.path.open("rb") as stream:
                os.fsync(stream.fileno())
            return self.path.replace(place)
        except OSError as error:
            raise FilmError("film_not_saved", reason=error.strerror or "") from error

    def discard(self) -> None:
        """Leave nothing; after `move` it does nothing."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class Writing:
    """Writes what a `Reading` reads, with new colours.

    copied: the streams whose packets are to be handed to `copy`. notes: what cannot be kept.
    """

    def __init__(
        self, out: Path | BinaryIO, suffix: str, reading: Reading, options: FilmOptions
    ) -> None:
        """out: a file, or a stream that can be sought. suffix: of `FORMATS`. Raises FilmError."""
        self._film = reading.film
        self._durations: dict[int, int] = {}
        self._subsampling = 1 if self._film.width % 2 or self._film.height % 2 else 2
        self.notes: list[Message] = []
        place = f"file:{out}" if isinstance(out, Path) else out
        try:
            self._container: Any = av.open(place, "w", format=FORMATS[suffix])
        except OSError as error:
            raise FilmError("film_not_saved", reason=error.strerror or "") from error
        try:
            self._pictures = self._add_pictures(reading, options, suffix)
            self._copies = self._add_copies(reading, options)
            self._add_texts(reading, options)
            self._container.start_encoding()
        except (FFmpegError, ValueError) as error:
            self.close()
            codec = options.codec_in(suffix)
            raise FilmError("film_no_such_codec", codec=codec, format=suffix) from error

    @property
    def copied(self) -> list[Any]:
        """Streams of the film whose packets go into the result."""
        return [stream for stream, _ in self._copies.values()]

    @property
    def chroma_size(self) -> tuple[int, int]:
        """Height and width of Cb and Cr."""
        return self._film.height // self._subsampling, self._film.width // self._subsampling

    def copy(self, packet: Any) -> None:
        """Write a packet of sound or subtitles as it is."""
        packet.stream = self._copies[packet.stream.index][1]
        self._mux(packet)

    def encode(self, frame: Frame, chroma: Plane) -> None:
        """Write a frame; chroma: Cb and Cr, uint8 (*chroma_size, 2)."""
        film = self._film
        if self._subsampling == 1:
            planes = np.stack([frame.luma, chroma[..., 0], chroma[..., 1]])
        else:
            height, width = film.height, film.width
            planes = np.empty((height * 3 // 2, width), np.uint8)
            planes[:height] = frame.luma
            quarters = planes[height:].reshape(2, height // 2, width // 2)
            quarters[0], quarters[1] = chroma[..., 0], chroma[..., 1]
        picture = av.VideoFrame.from_ndarray(planes, format=self._pictures.pix_fmt)
        picture.pts, picture.time_base = frame.pts, film.time_base
        context = self._pictures.codec_context
        picture.color_range, picture.colorspace = context.color_range, context.colorspace
        self._durations[frame.pts] = frame.duration
        self._write_pictures(picture)

    def finish(self) -> None:
        """Write what is left; raises FilmError."""
        self._write_pictures(None)
        try:
            self._container.close()
        except (FFmpegError, OSError) as error:
            raise FilmError("film_not_saved", reason=error.strerror or "") from error

    def close(self) -> None:
        """Leave it as it is; after `finish` it does nothing."""
        with suppress(FFmpegError, OSError, ValueError):
            self._container.close()

    def _write_pictures(self, picture: Any) -> None:
        for packet in self._pictures.encode(picture):
            packet.duration = self._durations.pop(packet.pts, packet.duration or 0)
            self._mux(packet)

    def _mux(self, packet: Any) -> None:
        try:
            self._container.mux_one(packet)
        except (FFmpegError, OSError) as error:
            raise FilmError("film_not_saved", reason=error.strerror or "") from error

    def _add_pictures(self, reading: Reading, options: FilmOptions, suffix: str) -> Any:
        film, source = self._film, reading.pictures
        codec = CODECS[options.codec_in(suffix)]
        words = codec.options | {"crf": str(codec.crf if options.crf is None else options.crf)}
        if codec.encoder == "libvpx-vp9":
            words["b"] = "0"  # constant quality
        if film.interlaced and codec.encoder == "libx264":
            words["x264-params"] = f"{film.interlaced}=1"
        stream = self._container.add_stream(codec.encoder, rate=film.rate, options=words)
        context, known = stream.codec_context, source.codec_context
        context.width, context.height = film.width, film.height
        context.pix_fmt = "yuv444p" if self._subsampling == 1 else "yuv420p"
        context.time_base = stream.time_base = film.time_base
        context.color_range = 2 if film.coding.full_range else 1
        context.colorspace = known.colorspace or _UNKNOWN  # 0 is RGB
        context.color_trc = known.color_trc
        context.color_primaries = known.color_primaries
        if codec.encoder == "libx265" and FORMATS[suffix] in ("mp4", "mov"):
            context.codec_tag = "hvc1"  # Apple's programs know no other
        if known.sample_aspect_ratio:
            context.sample_aspect_ratio = known.sample_aspect_ratio
        if film.matrix is not None:
            stream.set_display_matrix(film.matrix)
        self._keep(source, stream, options)
        return stream

    def _add_copies(self, reading: Reading, options: FilmOptions) -> dict[int, tuple[Any, Any]]:
        copies, lost = {}, []
        for stream in reading.container.streams:
            if stream is reading.pictures:
                continue
            name = getattr(stream.codec_context, "name", "")
            fits = stream.type in ("audio", "subtitle") and self._holds(stream)
            if not fits:
                lost.append(name or stream.type)
                continue
            copy = self._container.add_stream_from_template(stream)
            self._keep(stream, copy, options)
            copies[stream.index] = (stream, copy)
        if lost:
            self.notes.append(Message("film_streams_lost", {"streams": ", ".join(lost)}))
        return copies

    def _holds(self, stream: Any) -> bool:
        codec = stream.codec_context.codec if stream.codec_context else None
        return codec is not None and codec.canonical_name in self._container.supported_codecs

    def _keep(self, source: Any, stream: Any, options: FilmOptions) -> None:
        for name, text in source.metadata.items():
            if options.metadata or name.lower() == "language":
                stream.metadata[name] = text
        stream.disposition = source.disposition

    def _add_texts(self, reading: Reading, options: FilmOptions) -> None:
        texts: dict[str, str] = {}
        if options.metadata:
            texts = {
                name: text
                for name, text in reading.container.metadata.items()
                if name.lower() not in _OF_THE_OLD_FILE
                and (options.keep_gps or not name.lower().startswith(_PLACES))
            }
            self._container.set_chapters(reading.container.chapters())
        if options.mark:
            said = next((text for name, text in texts.items() if name.lower() == "comment"), "")
            texts = {name: text for name, text in texts.items() if name.lower() != "comment"}
            texts["comment"] = "\n\n".join(filter(None, (said, options.mark)))
        self._container.metadata.update(texts)
