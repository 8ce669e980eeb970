"""A row of the table: what is kept of every photo, the metrics over photos, their intervals.

A metric is a function of a row's scores and of photo numbers, so that the whole set, one subject
and a bootstrap resample are the same call.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from train.evaluation.auc import rebalancing_weights
from train.evaluation.photo_scores import PartScores, PhotoScores
from train.evaluation.realism import fit_directions, frechet_distance, probe_verdicts

FEW_PHOTOS = 30
"""Fewer photos than this have no Fréchet distance: their covariance would be an accident."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class RowScores:
    """One row, photo by photo; the first axis of every array is the photo.

    ab_error, psnr, ssim, colorfulness, colorfulness_real: see `colorizer.metrics`. closeness: raw
    AuC of the photo, 0…1. weight, weighted_closeness: its mean 1 / p and mean closeness / p.
    features, real_features: (N, k) along the real photos' principal directions. verdicts: of the
    linear probe. agrees: 1 where the top-1 class is the real picture's, else 0. The rest: see
    `PartScores`.
    """

    ab_error: Floats
    psnr: Floats
    ssim: Floats
    colorfulness: Floats
    colorfulness_real: Floats
    closeness: Floats
    weight: Floats
    weighted_closeness: Floats
    features: Floats
    real_features: Floats
    verdicts: Floats
    agrees: Floats
    neutral: Floats
    neutral_error: Floats
    strong_chroma: Floats
    strong_chroma_real: Floats
    edge: Floats
    edge_error: Floats


@dataclass(frozen=True)
class PhotoRecord:
    """What the pass over the photos keeps of one row in one photo. features: (D,)."""

    scores: PhotoScores
    features: NDArray[np.float32]
    agrees: bool


def gather_rows(
    records: Mapping[str, Sequence[PhotoRecord]], real_features: NDArray[np.float32]
) -> dict[str, RowScores]:
    """Records by row → scores; p and the principal directions come from all real photos."""
    first = next(iter(records.values()))
    weights = rebalancing_weights(np.mean([r.scores.closeness.share for r in first], axis=0))
    directions = fit_directions(real_features)
    return {
        row: RowScores(
            **{
                name: np.array([getattr(r.scores, name) for r in kept])
                for name in ("ab_error", "psnr", "ssim", "colorfulness", "colorfulness_real")
            },
            closeness=np.array([r.scores.closeness.closeness.sum() for r in kept]),
            weight=np.array([r.scores.closeness.share @ weights for r in kept]),
            weighted_closeness=np.array([r.scores.closeness.closeness @ weights for r in kept]),
            features=directions.project(np.array([r.features for r in kept])),
            real_features=directions.project(real_features),
            verdicts=probe_verdicts(
                real_features, np.array([r.features for r in kept]), folds=min(5, len(kept))
            ),
            agrees=np.array([float(r.agrees) for r in kept]),
            **{
                field.name: np.array([getattr(r.scores.parts, field.name) for r in kept])
                for field in fields(PartScores)
            },
        )
        for row, kept in records.items()
    }


@dataclass(frozen=True)
class Metric:
    """A number over photos.

    measure: (scores, photo numbers (..., n)) → (...). better: where good values lie, for readers.
    of_covariance: needs `FEW_PHOTOS` and an interval of its own kind, see `Bootstrap`.
    """

    key: str
    heading: str
    decimals: int
    better: str
    measure: Callable[[RowScores, Numbers], Floats]
    of_covariance: bool = False


def _mean(name: str, factor: float = 1.0) -> Callable[[RowScores, Numbers], Floats]:
    return lambda scores, photos: factor * getattr(scores, name)[photos].mean(axis=-1)


def _ab_rmse(scores: RowScores, photos: Numbers) -> Floats:
    return np.asarray(np.sqrt(scores.ab_error[photos].mean(axis=-1)))


def _colorfulness_difference(scores: RowScores, photos: Numbers) -> Floats:
    difference = scores.colorfulness - scores.colorfulness_real
    return np.asarray(difference[photos].mean(axis=-1))


def _auc_rebalanced(scores: RowScores, photos: Numbers) -> Floats:
    closeness = scores.weighted_closeness[photos].sum(axis=-1)
    return np.asarray(100.0 * closeness / scores.weight[photos].sum(axis=-1))


def _neutral_rmse(scores: RowScores, photos: Numbers) -> Floats:
    error = scores.neutral_error[photos].sum(axis=-1)
    return np.sqrt(_share(error, scores.neutral[photos].sum(axis=-1)))


def _strong_chroma(scores: RowScores, photos: Numbers) -> Floats:
    ours = scores.strong_chroma[photos].sum(axis=-1)
    return _share(ours, scores.strong_chroma_real[photos].sum(axis=-1))


def _edges_against_elsewhere(scores: RowScores, photos: Numbers) -> Floats:
    near, near_error = scores.edge[photos], scores.edge_error[photos]
    far, far_error = 1.0 - near, scores.ab_error[photos] - near_error
    at_edges = _share(near_error.sum(axis=-1), near.sum(axis=-1))
    return np.sqrt(_share(at_edges, _share(far_error.sum(axis=-1), far.sum(axis=-1))))


def _share(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where there is nothing of the kind."""
    part, whole = np.asarray(part), np.asarray(whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _frechet(scores: RowScores, photos: Numbers) -> Floats:
    sets = photos.reshape(-1, photos.shape[-1])
    distances = [frechet_distance(scores.real_features[s], scores.features[s]) for s in sets]
    return np.array(distances).reshape(photos.shape[:-1])


METRICS = {
    metric.key: metric
    for metric in (
        Metric("ab_rmse", "ab RMSE", 2, "lower", _ab_rmse),
        Metric("mse_255", "MSE of ab / 255", 5, "lower", _mean("ab_error", 1 / 255**2)),
        Metric("psnr", "PSNR, dB", 2, "higher", _mean("psnr")),
        Metric("ssim", "SSIM", 4, "higher", _mean("ssim")),
        Metric("colorfulness", "colorfulness", 1, "as real", _mean("colorfulness")),
        Metric("colorfulness_real", "real colorfulness", 1, "", _mean("colorfulness_real")),
        Metric("colorfulness_difference", "ours − real", 1, "near 0", _colorfulness_difference),
        Metric("auc", "AuC, %", 2, "higher", _mean("closeness", 100.0)),
        Metric("auc_rebalanced", "rebalanced AuC, %", 2, "higher", _auc_rebalanced),
        Metric("frechet", "Fréchet", 2, "lower", _frechet, of_covariance=True),
        Metric("probe", "probe, %", 1, "near 50", _mean("verdicts", 100.0)),
        Metric("top1_agreement", "same top-1, %", 1, "higher", _mean("agrees", 100.0)),
        Metric("neutral_rmse", "neutral places, ab RMSE", 2, "lower", _neutral_rmse),
        Metric("strong_chroma", "strong colours, share", 2, "near 1", _strong_chroma),
        Metric("edges", "at edges / elsewhere", 2, "near 1", _edges_against_elsewhere),
    )
}


@dataclass(frozen=True)
class Estimate:
    """A metric's value with the ends of its 95 % percentile interval, None where not resampled."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bootstrap:
    """Seeded resamples of photos, the same ones for every row, so that differences are paired.

    Metrics of covariances are costlier and get fewer of them. A resample repeats photos, which
    shrinks covariances and lifts the distance above its value, so that their interval is moved
    until the median of the resamples is the value.
    """

    resamples: int = 1000
    covariance_resamples: int = 200
    seed: int = 0

    def estimate(
        self, metric: Metric, measure: Callable[[Numbers], Floats], photos: Numbers
    ) -> Estimate | None:
        """Value and interval of `measure`, which may combine rows; None where there is none."""
        if metric.of_covariance and len(photos) < FEW_PHOTOS:
            return None
        value = float(measure(photos))
        if np.isnan(value):
            return None
        if len(photos) < 2:
            return Estimate(value)
        count = self.covariance_resamples if metric.of_covariance else self.resamples
        drawn = np.random.default_rng(self.seed).choice(photos, (count, len(photos)))
        low, median, high = np.nanpercentile(measure(drawn), [2.5, 50, 97.5])
        bias = median - value if metric.of_covariance else 0.0
        return Estimate(value, float(low - bias), float(high - bias))


def summarise(
    rows: Mapping[str, RowScores], photos: Numbers, bootstrap: Bootstrap
) -> dict[str, dict[str, Estimate | None]]:
    """Every metric of every row over the given photo numbers (n,)."""
    return {
        row: {
            key: bootstrap.estimate(metric, partial(metric.measure, scores), photos)
            for key, metric in METRICS.items()
        }
        for row, scores in rows.items()
    }
