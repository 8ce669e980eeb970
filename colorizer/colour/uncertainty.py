"""How sure a classifier is of its colours: the entropy of its distribution, as numbers and a map.

Where many colours are as likely as each other, the colour that is shown is little more than a
guess. A regressor predicts one colour without a distribution and has no certainty to show.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.guided_upsampling import enlarge
from colorizer.colour.lab import clip_chroma, lab_to_rgb

SUREST_COLOURS = 5
"""Training teaches each colour as a mix of its five nearest centres: nothing is surer than that."""

# Lab: blue = sure, yellow = a guess.
_DARKEST = np.array([20.0, 6.0, -42.0], np.float32)
_LIGHTEST = np.array([93.0, -6.0, 62.0], np.float32)


@dataclass(frozen=True)
class Certainty:
    """Entropy of the distribution at each place of one photo.

    entropy: float32 (h, w) at the network's output size, 0 (one colour) … 1 (all as likely).
    n_colours: Q, the colours that the classifier can name.
    """

    entropy: NDArray[np.float32]
    n_colours: int

    def colours_at(self, percentile: float) -> float:
        """As how many equally likely colours it hesitates between, at a percentile of the places.

        The perplexity Q^entropy, 1…Q; 50 is the typical place, 5 the surest, 95 the least sure.
        """
        return float(self.n_colours ** np.percentile(self.entropy, percentile))


def measure_certainty(logits: NDArray[np.float32]) -> Certainty:
    """Entropy of the softmax of `logits`, float (Q, h, w), in units of log Q."""
    distance = logits.astype(np.float64) - logits.max(axis=0)
    log_share = distance - np.log(np.exp(distance).sum(axis=0))
    entropy = -(np.exp(log_share) * log_share).sum(axis=0)
    return Certainty((entropy / np.log(len(logits))).astype(np.float32), len(logits))


def heat_map(certainty: Certainty, height: int, width: int) -> NDArray[np.uint8]:
    """The entropy as a picture uint8 (height, width, 3): dark blue = sure, light yellow = a guess.

    The scale is the same for all photos, from five colours to all of them (see `scale_colours`).
    """
    large = enlarge(certainty.entropy[None], height, width)[0]
    low = _surest(certainty.n_colours)
    step = np.clip((large - low) / (1.0 - low), 0.0, 1.0) * 255
    return colour_scale(256)[np.rint(step).astype(np.intp)]


def colour_scale(n_steps: int) -> NDArray[np.uint8]:
    """The map's colours from sure to guess, uint8 (n_steps, 3).

    A straight line in Lab from blue to yellow: lightness rises evenly, so that it is read the same
    way in grey, and blue against yellow is the contrast that red-green blindness leaves.
    """
    share = np.linspace(0.0, 1.0, n_steps, dtype=np.float32)[:, None]
    lab = _DARKEST * (1 - share) + _LIGHTEST * share
    return np.rint(lab_to_rgb(clip_chroma(lab)) * 255).astype(np.uint8)


def scale_colours(n_colours: int, n_ticks: int) -> list[int]:
    """For a legend: the number of colours that evenly spaced ticks of the scale stand for."""
    entropies = np.linspace(_surest(n_colours), 1.0, n_ticks)
    return [round(float(n_colours**entropy)) for entropy in entropies]


def _surest(n_colours: int) -> float:
    """The lower end of the scale as a normalised entropy."""
    return float(np.log(min(SUREST_COLOURS, n_colours - 1)) / np.log(n_colours))
