"""Where each place of a frame is in another one, if it is there, and where a new shot begins.

Dense optical flow between the frames themselves, not summed up over those in between, so nothing
drifts. Source: Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search" (OpenCV's DIS).
"""

from dataclasses import dataclass
from functools import cache
from math import log2

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_MEAN, _DEVIATION = 128.0, 48.0
_WINDOW = (5, 5)
_TOLERANCE = 20.0
"""Levels of a `normalised` frame; two views of a place differ by less, grain and dust aside."""
_APART = 14.0
"""Mean difference, in levels of a `normalised` frame, below which two frames are of one shot."""
_FOUND = 0.55
"""Of a frame that differs more, so much is found again in the one before unless it is a cut."""


@dataclass(frozen=True, eq=False)
class Match:
    """flow: float32 (h, w, 2), in pixels, x and y from a frame's place to where it is in the other.

    found: float32 (h, w), 0…1, whether it looks alike there.
    """

    flow: Array
    found: Array

    @property
    def share(self) -> float:
        """How much of the frame was found, 0…1."""
        return float(self.found.mean())


def normalised(L: Array) -> NDArray[np.uint8]:
    """L float32 (h, w) → uint8 (h, w) with the same mean and deviation for every frame.

    So brightness may flicker; a slight blur takes what is left of the grain.
    """
    soft = cv2.GaussianBlur(L, (0, 0), 1.0)
    mean, deviation = float(soft.mean()), float(soft.std())
    levels = (soft - mean) * (_DEVIATION / max(deviation, 1.0)) + _MEAN
    return np.rint(levels.clip(0, 255)).astype(np.uint8)


def match(frame: NDArray[np.uint8], other: NDArray[np.uint8], start: Match | None = None) -> Match:
    """Find a frame in another one, both `normalised` and uint8 (h, w).

    start: where a neighbour of the frame was found in it.
    """
    nothing = np.zeros((*frame.shape, 2), np.float32)
    flow: Array = _dis(*frame.shape).calc(
        frame, other, nothing if start is None else start.flow.copy()
    )  # type: ignore[assignment]
    x, y = _places(flow)
    there = cv2.remap(other, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    apart = cv2.boxFilter(cv2.absdiff(frame, there), cv2.CV_32F, _WINDOW)
    found = np.exp(-((apart / _TOLERANCE) ** 2))
    height, width = frame.shape
    inside = (x > -1) & (x < width) & (y > -1) & (y < height)
    smooth = cv2.boxFilter(np.where(inside, found, 0).astype(np.float32), -1, _WINDOW)
    return Match(flow, np.asarray(smooth, np.float32))


def carried(maps: Array, match: Match) -> Array:
    """Maps float32 (C, h, w) of the other frame, where the frame's places are in it."""
    x, y = _places(match.flow)
    return np.stack(
        [cv2.remap(each, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for each in maps]
    )


def _places(flow: Array) -> tuple[Array, Array]:
    height, width = flow.shape[:2]
    x = np.arange(width, dtype=np.float32) + flow[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return x, y


@cache
def _dis(height: int, width: int) -> cv2.DISOpticalFlow:
    """For frames of this size; OpenCV ends the program where small ones have too few scales."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    patch = dis.getPatchSize()
    scales = min(log2(min(height, width) / patch), log2(max(height, width) / (4 * patch)) + 0.5)
    dis.setFinestScale(max(0, min(dis.getFinestScale(), int(scales))))
    return dis


class Shots:
    """Tells, frame by frame, where a new shot begins. number: of the current one, from 0.

    Frames that differ little are of one shot. Those that differ much are, if one can be had from
    the other by moving its parts: then the camera was fast.
    """

    def __init__(self) -> None:
        self.number = -1
        self._before: NDArray[np.uint8] | None = None

    def begins_with(self, frame: NDArray[np.uint8]) -> bool:
        """Whether a shot begins with this frame, `normalised`; the first one does."""
        before, self._before = self._before, frame
        begins = before is None or (
            float(np.abs(frame.astype(np.int16) - before).mean()) > _APART
            and match(frame, before).share < _FOUND
        )
        self.number += begins
        return begins
