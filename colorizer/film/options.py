"""How a coloured film is saved. Imports nothing of FFmpeg's, so that everybody may ask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Codec:
    """An encoder of FFmpeg's. crf: its constant quality by default. options: in its words."""

    encoder: str
    crf: int
    options: dict[str, str]


CODECS = {
    "h264": Codec("libx264", 18, {"preset": "veryfast"}),
    "h265": Codec("libx265", 20, {"preset": "veryfast", "x265-params": "log-level=error"}),
    "av1": Codec("libsvtav1", 28, {"preset": "8"}),
    "vp9": Codec("libvpx-vp9", 28, {"deadline": "realtime", "cpu-used": "6", "row-mt": "1"}),
}
"""By the name that a person gives; the first is the default."""

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""What can be written: FFmpeg's name of the container by the file's ending."""


@dataclass(frozen=True)
class FilmOptions:
    """codec: a key of `CODECS`; None is H.264, in WebM VP9. crf: None is the codec's own.

    mark: what the file says of its colours, if anything. metadata: whether title, date and so on
    are kept, keep_gps whether the place is.
    """

    codec: str | None = None
    crf: int | None = None
    mark: str | None = None
    metadata: bool = True
    keep_gps: bool = False

    def codec_in(self, suffix: str) -> str:
        """The key of `CODECS` for a file of this ending."""
        return self.codec or ("vp9" if suffix == ".webm" else "h264")
