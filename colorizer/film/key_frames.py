"""The network's colours for key frames, with what a person asks for: the same as for photos."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from colorizer.adjustments import Adjustments
from colorizer.errors import FilmError
from colorizer.film.guess import Guess, guess_of
from colorizer.film.hints import FrameHints, HintedShot
from colorizer.film.motion import Shots
from colorizer.film.planes import grey_picture, shrunk
from colorizer.film.reading import Film, Frame, Reading
from colorizer.film.steady import small_frame
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer, network_size

if TYPE_CHECKING:
    from colorizer.pipeline import Prediction


def upright_picture(frame: Frame, film: Film, size: tuple[int, int]) -> NDArray[np.uint8]:
    """What the network is given of a frame: sRGB uint8 (h, w, 3), grey.

    Of twice its `size`, as the frame lies in the file: it makes its own picture smaller still.
    """
    height, width = (min(2 * n, m) for n, m in zip(size, frame.luma.shape, strict=True))
    picture = grey_picture(shrunk(frame.luma, height, width), film.coding)
    return np.ascontiguousarray(np.rot90(picture, film.turn))


class NetworkColours:
    """Colours a key frame as if it were a photo: upright for the network, else as it lies."""

    def __init__(
        self,
        colorizer: Colorizer,
        adjustments: Adjustments,
        film: Film,
        hints: Sequence[FrameHints] = (),
    ) -> None:
        """Raises FilmError: a hint is for a frame that the film does not have.

        With hints, the film is read from its beginning to the last of them, to know their shots.
        """
        self._colorizer, self._adjustments, self._film = colorizer, adjustments, film
        side = colorizer.checkpoint.config.decoding.side
        self.size = network_size(film.height, film.width, side)
        self._hinted = self._find(hints) if hints else []
        self._keys = {each.frame for each in self._hinted}

    def __call__(self, frame: Frame, shot: int) -> Guess:
        """Colours of `size` and looks of a frame; shot: number of the shot that it is of."""
        prediction = self.predict(frame)
        hints = tuple(
            hint
            for each in self._hinted
            if each.shot == shot
            for hint in each.in_frame(frame.number, prediction.features[0])
        )
        adjustments = self._adjustments
        if hints:
            adjustments = replace(adjustments, guide=replace(adjustments.guide, hints=hints))
        return guess_of(self._colorizer, prediction, adjustments).turned(-self._film.turn)

    def must_be_key(self, frame: Frame) -> bool:
        """Whether a person gave hints for this frame."""
        return frame.number in self._keys

    def predict(self, frame: Frame) -> "Prediction":
        """What the network makes of a frame, upright."""
        return self._colorizer.predict(Photo(upright_picture(frame, self._film, self.size)))

    def _find(self, hints: Sequence[FrameHints]) -> list[HintedShot]:
        left, found, shots = list(hints), [], Shots()
        reading = Reading(self._film)
        try:
            first = None
            for frame in reading.items([]):
                first = frame.pts if first is None else first
                shots.begins_with(small_frame(frame, self.size, self._film.coding).level)
                seconds = float((frame.pts - first) * self._film.time_base)
                for each in [each for each in left if each.are_of(frame, seconds)]:
                    features = self.predict(frame).features[0]
                    found.append(HintedShot(shots.number, frame.number, each.hints, features))
                    left.remove(each)
                if not left:
                    return found
        finally:
            reading.close()
        raise FilmError("film_hint_beyond")
