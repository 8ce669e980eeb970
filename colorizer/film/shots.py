"""Where one shot ends and the next begins."""

import numpy as np
from numpy.typing import NDArray

from colorizer.film.motion import match

_APART = 14.0
"""Mean difference, in levels of a `normalised` frame, below which two frames are of one shot."""
_FOUND = 0.55
"""Of a frame that differs more, so much is found again in the one before unless it is a cut."""


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
