"""What the network makes of a key frame. Needs neither PyAV nor OpenCV."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from colorizer.adjustments import Adjustments

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer, Prediction

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Guess:
    """The network's for one picture.

    ab: float32 (2, h, w). looks: float32 (C, h', w'), what it sees of each place, of length 1.
    """

    ab: Array
    looks: Array

    def turned(self, quarters: int) -> "Guess":
        """So many quarter turns to the left."""
        turned = (np.rot90(maps, quarters, axes=(1, 2)) for maps in (self.ab, self.looks))
        return Guess(*map(np.ascontiguousarray, turned))


def guess_of(colorizer: "Colorizer", prediction: "Prediction", adjustments: Adjustments) -> Guess:
    """The colours of a prediction with what a person asks for, and its looks."""
    from colorizer.guide.places import unit_features  # not before the first film

    # Every second place: there are a thousand then.
    features = np.ascontiguousarray(prediction.features[0][:, ::2, ::2])
    looks = unit_features(features).T.reshape(features.shape)
    return Guess(colorizer.ab(prediction, adjustments)[0], np.ascontiguousarray(looks))
