"""What a checkpoint should reach, as measured against grey on the same photos."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from colorizer.model.architecture import Head
from train.evaluation.row_scores import METRICS, Bootstrap, Estimate, Floats, Numbers, RowScores

Comparison = Literal["value", "gain over grey", "share of grey's"]


@dataclass(frozen=True)
class Target:
    """One bound. heads: whom it is for. subject: restricts it to that subject's photos.

    low, high: the value must lie between them; None is open.
    """

    text: str
    heads: tuple[Head, ...]
    metric: str
    comparison: Comparison
    low: float | None = None
    high: float | None = None
    subject: str | None = None

    def measure(self, ours: RowScores, grey: RowScores, photos: Numbers) -> Floats:
        """The compared value over photo numbers (..., n) → (...)."""
        measure = METRICS[self.metric].measure
        value = measure(ours, photos)
        if self.comparison == "gain over grey":
            return np.asarray(value - measure(grey, photos))
        if self.comparison == "share of grey's":
            return np.asarray(value / measure(grey, photos))
        return value

    def is_met(self, value: float) -> bool:
        """Whether `value` lies within the bounds."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


_BOTH: tuple[Head, ...] = ("classification", "regression")
_CLASSIFIER: tuple[Head, ...] = ("classification",)
_REGRESSION: tuple[Head, ...] = ("regression",)
_GAIN: Comparison = "gain over grey"
_SHARE: Comparison = "share of grey's"
TARGETS = (
    Target("rebalanced AuC, points above grey ≥ 6", _CLASSIFIER, "auc_rebalanced", _GAIN, low=6.0),
    Target("raw AuC, points above grey ≥ 0", _CLASSIFIER, "auc", _GAIN, low=0.0),
    Target(
        "colorfulness, ours − real within ±4",
        _CLASSIFIER,
        "colorfulness_difference",
        "value",
        low=-4.0,
        high=4.0,
    ),
    Target("raw AuC, points above grey ≥ 2", _REGRESSION, "auc", _GAIN, low=2.0),
    Target("PSNR, dB above grey ≥ 1.5", _REGRESSION, "psnr", _GAIN, low=1.5),
    Target("ab RMSE, share of grey's ≤ 0.78", _REGRESSION, "ab_rmse", _SHARE, high=0.78),
    Target(
        "MSE of ab / 255 on birds ≤ 0.0040",
        _REGRESSION,
        "mse_255",
        "value",
        high=0.004,
        subject="bird",
    ),
    Target("Fréchet distance, share of grey's ≤ 0.70", _BOTH, "frechet", _SHARE, high=0.70),
    Target("same top-1 class, points above grey ≥ 3", _BOTH, "top1_agreement", _GAIN, low=3.0),
)


@dataclass(frozen=True)
class Outcome:
    """A target, what was reached, and whether that is enough."""

    target: str
    reached: Estimate
    met: bool


def outcomes(
    ours: RowScores,
    grey: RowScores,
    head: Head,
    subjects: Mapping[str, Numbers],
    bootstrap: Bootstrap,
) -> list[Outcome]:
    """The targets of `head` for one row.

    subjects: photo numbers by subject, "" for all. Targets without photos of their subject, or with
    too few photos for their metric, are left out.
    """
    results = []
    for target in TARGETS:
        photos = subjects.get(target.subject or "")
        if head not in target.heads or photos is None:
            continue
        reached = bootstrap.estimate(
            METRICS[target.metric], partial(target.measure, ours, grey), photos
        )
        if reached is not None:
            results.append(Outcome(target.text, reached, target.is_met(reached.value)))
    return results
