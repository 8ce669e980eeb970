"""What a checkpoint should reach, by itself or against grey on the same photos."""

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


_CLASSIFIER: tuple[Head, ...] = ("classification",)
_REGRESSION: tuple[Head, ...] = ("regression",)
_GAIN: Comparison = "gain over grey"
_SHARE: Comparison = "share of grey's"
TARGETS = (
    Target("ab RMSE ≤ 15.3", _CLASSIFIER, "ab_rmse", "value", high=15.3),
    Target("PSNR, dB ≥ 22.4", _CLASSIFIER, "psnr", "value", low=22.4),
    Target(
        "colorfulness, ours − real within ±3",
        _CLASSIFIER,
        "colorfulness_difference",
        "value",
        low=-3.0,
        high=3.0,
    ),
    Target("raw AuC, points above grey ≥ 2.2", _CLASSIFIER, "auc", _GAIN, low=2.2),
    Target("rebalanced AuC, points above grey ≥ 11.5", _CLASSIFIER, "auc_rebalanced", _GAIN, 11.5),
    Target("Fréchet distance, share of grey's ≤ 0.40", _CLASSIFIER, "frechet", _SHARE, high=0.40),
    Target("same top-1 class, points above grey ≥ 11", _CLASSIFIER, "top1_agreement", _GAIN, 11.0),
    Target("probe, % ≤ 78", _CLASSIFIER, "probe", "value", high=78.0),
    Target("neutral places, ab RMSE ≤ 7", _CLASSIFIER, "neutral_rmse", "value", high=7.0),
    Target("strong colours, share ≥ 0.72", _CLASSIFIER, "strong_chroma", "value", low=0.72),
    Target("at edges against elsewhere ≤ 1.1", _CLASSIFIER, "edges", "value", high=1.1),
    Target("ab RMSE ≤ 13.8", _REGRESSION, "ab_rmse", "value", high=13.8),
    Target("raw AuC, points above grey ≥ 3.6", _REGRESSION, "auc", _GAIN, low=3.6),
    Target(
        "MSE of ab / 255 on birds ≤ 0.0040",
        _REGRESSION,
        "mse_255",
        "value",
        high=0.004,
        subject="bird",
    ),
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
