"""Films of a second or two, made with PyAV: what they hold is known to the byte."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

TICK = Fraction(1, 1000)


def scene(count: int, *, height: int = 96, width: int = 128, seed: int = 0) -> list[np.ndarray]:
    """Grey uint8 (H, W) frames: a picture that the camera moves over."""
    coarse = np.random.default_rng(seed).integers(20, 236, (height // 8, width // 4))
    large = np.kron(coarse, np.ones((16, 16))).astype(np.uint8)
    return [large[at % 40 :, at % 60 :][:height, :width].copy() for at in range(count)]


def write_film(
    file: Path,
    frames: Iterable[np.ndarray],
    *,
    pts: Sequence[int] | None = None,
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    sound: bool = False,
    sound_codec: str = "aac",
    subtitle: str | None = None,
    degrees: int = 0,
    texts: dict[str, str] | None = None,
    chapters: Sequence[str] = (),
) -> Path:
    """Write grey frames losslessly; pts: in milliseconds, by default 40 apart."""
    frames = list(frames)
    with av.open(str(file), "w") as container:
        container.metadata.update(texts or {})
        words = {"qp": "0"} if codec == "libx264" and options is None else options or {}
        stream = container.add_stream(codec, rate=25, options=words)
        stream.height, stream.width = frames[0].shape
        stream.pix_fmt, stream.time_base = pix_fmt, TICK
        stream.codec_context.time_base = TICK
        if degrees:
            stream.set_display_rotation(degrees)
        audio: Any = container.add_stream(sound_codec, rate=44_100) if sound else None
        captions: Any = container.add_mux_stream("subrip") if subtitle else None
        container.set_chapters([
            {"id": at, "start": 400 * at, "end": 400 * (at + 1), "time_base": TICK,
             "metadata": {"title": title}}
            for at, title in enumerate(chapters)
        ])  # fmt: skip
        container.start_encoding()
        for number, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(_planes(frame, pix_fmt), format=pix_fmt)
            picture.pts, picture.time_base = pts[number] if pts else 40 * number, TICK
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if audio is not None:
            wave = np.sin(np.arange(44_100 * len(frames) // 25) / 20).astype(np.float32)
            heard = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
            heard.sample_rate = 44_100
            container.mux(audio.encode(heard))
            container.mux(audio.encode(None))
        if captions is not None:
            packet = av.Packet((subtitle or "").encode())
            packet.stream, packet.time_base = captions, TICK
            packet.pts = packet.dts = 100
            packet.duration = 500
            container.mux(packet)
    return file


def _planes(frame: np.ndarray, pix_fmt: str) -> np.ndarray:
    if pix_fmt in ("gray", "rgb24"):
        return frame if pix_fmt == "gray" else np.repeat(frame[..., None], 3, axis=2)
    if pix_fmt == "yuv444p":
        return np.stack([frame, np.full_like(frame, 128), np.full_like(frame, 128)])
    if pix_fmt == "yuv420p10le":
        half = np.full((frame.shape[0] // 2, frame.shape[1]), 512, np.uint16)
        return np.concatenate([frame.astype(np.uint16) * 4, half])
    half = np.full((frame.shape[0] // 2, frame.shape[1]), 128, np.uint8)
    return np.concatenate([frame, half])


def stamps_and_bytes(file: Path, kind: str) -> list[tuple[Fraction, Fraction, bytes]]:
    """When each packet of the first stream of a kind is shown, for how long, and what is in it."""
    with av.open(str(file)) as container:
        stream = next(each for each in container.streams if each.type == kind)
        base = stream.time_base
        packets = [packet for packet in container.demux(stream) if packet.size]
        found = [(p.pts * base, (p.duration or 0) * base, bytes(p)) for p in packets]
    return sorted(found)


def decoded(file: Path) -> list[Any]:
    """The frames of a film, as PyAV has them."""
    with av.open(str(file)) as container:
        return list(container.decode(video=0))


def luma_of(frame: Any) -> np.ndarray:
    """Y' uint8 (H, W)."""
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
