"""The segments and scans of a JPEG, counted before a decoder is let at them.

A JPEG that is sent in several scans is kept whole as coefficients until the last one has come:
two bytes per sample more, and every scan walks over all of them again. Fifty megabytes can hold
a hundred thousand scans, or ten million empty segments, so both are counted here.

Source: ITU-T T.81, annex B.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A marker is 0xFF and a byte that is neither stuffing (00), filling (FF) nor a restart (D0-D7).
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_STANDALONE = {0x01, 0xD8}
_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA
_APP1 = 0xE1
_PARSED = {0xED, 0xDB}  # Photoshop's, quantization tables
_NOT_FRAMES = {0xC4, 0xC8, 0xCC}
_COEFFICIENT_BYTES = 2


@dataclass(frozen=True)
class JpegStructure:
    """What is known of a JPEG without decoding it.

    Attributes:
        frame_marker: second byte of the frame marker, 0xC0 for baseline; None without a frame.
        precision: bits per sample.
        segments: number of segments before the first scan.
        filling: bytes between those segments.
        scans: number of scans, counted only where the picture comes in several of them.
        coefficient_bytes: bytes per pixel that the decoder keeps beside the picture.
        parsed: number of segments that Pillow takes apart: EXIF, Photoshop's and tables.
        exif: the EXIF segments, joined as Pillow joins them.
    """

    frame_marker: int | None
    precision: int
    segments: int
    filling: int
    scans: int
    coefficient_bytes: float
    parsed: int
    exif: bytes


def read_structure(data: bytes, *, max_segments: int, max_scans: int) -> JpegStructure:
    """Read the structure of a JPEG, giving up as soon as a maximum is exceeded."""
    frame_marker: int | None = None
    frame = b""
    exif: list[bytes] = []
    segments = parsed = scans = filling = 0
    in_several_scans = False
    for marker, gap, payload in _segments(data):
        if marker == _START_OF_SCAN:
            scans += 1
            in_several_scans = in_several_scans or _is_part(payload, frame, frame_marker)
            if not in_several_scans or scans > max_scans:
                break
            continue
        if scans:
            continue
        segments += 1
        filling += gap
        is_exif = marker == _APP1 and payload.startswith(b"Exif\0\0")
        parsed += is_exif or marker in _PARSED
        if segments > max_segments:
            break
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            frame_marker, frame = marker, payload
        elif is_exif:
            exif.append(payload[6:])
    return JpegStructure(
        frame_marker=frame_marker,
        precision=frame[0] if frame else 8,
        segments=segments,
        filling=filling,
        scans=scans,
        coefficient_bytes=_samples_per_pixel(frame) * _COEFFICIENT_BYTES * in_several_scans,
        parsed=parsed,
        exif=b"".join(exif),
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (marker, bytes before it, payload) up to the end of the first picture.

    Scan data is passed over.
    """
    offset = 2
    while match := _MARKER.search(data, offset):
        gap = match.start() - offset
        marker, offset = match[1][0], match.end()
        if marker == _END_OF_IMAGE:
            return
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[offset : offset + 2], "big")
        yield marker, gap, data[offset + 2 : offset + length]
        offset += max(length, 2)


def _is_part(scan: bytes, frame: bytes, frame_marker: int | None) -> bool:
    """Say whether a scan carries less than the whole picture."""
    is_progressive = frame_marker == 0xC2
    return is_progressive or len(frame) < 6 or not scan or scan[0] < frame[5]


def _samples_per_pixel(frame: bytes) -> float:
    """Return the samples stored per pixel: 1 for grey, 1.5 for 4:2:0, 3 for 4:4:4."""
    factors = [(byte >> 4, byte & 15) for byte in frame[7::3]]
    if not factors:
        return 0.0
    most = max(across for across, _ in factors) * max(down for _, down in factors)
    return sum(across * down for across, down in factors) / max(most, 1)
