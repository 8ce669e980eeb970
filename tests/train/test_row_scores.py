"""Metrics over photos, their intervals and the targets, on scores made by hand."""

import numpy as np
import pytest

from train.evaluation.row_scores import METRICS, Bootstrap, RowScores, summarise
from train.evaluation.targets import outcomes


def row_scores(n, **known):
    """A row with ones everywhere but in `known` and in the real features."""
    arrays = {name: np.ones(n) for name in RowScores.__dataclass_fields__}
    arrays["features"] = np.ones((n, 3))
    arrays["real_features"] = np.random.default_rng(5).normal(size=(n, 3))
    return RowScores(**{**arrays, **known})


def test_rebalanced_auc_weighs_photos_by_their_rare_colours():
    weight, closeness = np.array([1.0, 3.0]), np.array([0.9, 0.6])
    scores = row_scores(2, weight=weight, weighted_closeness=weight * closeness)
    measured = METRICS["auc_rebalanced"].measure(scores, np.arange(2))
    assert measured == pytest.approx(100 * (0.9 + 3 * 0.6) / 4)


def test_interval_of_a_mean_has_the_width_that_its_spread_implies():
    psnr = np.random.default_rng(0).normal(22.0, 3.0, size=400)
    summary = summarise(
        {"row": row_scores(400, psnr=psnr)}, np.arange(400), Bootstrap(covariance_resamples=3)
    )
    estimate = summary["row"]["psnr"]
    assert estimate.value == pytest.approx(psnr.mean())
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * psnr.std() / 20, rel=0.15)


def test_interval_of_the_frechet_distance_is_not_moved_by_repeated_photos():
    random = np.random.default_rng(0)
    real = random.normal(size=(60, 20))
    scores = row_scores(60, real_features=real, features=real + random.normal(size=(60, 20)) / 2)
    estimate = summarise({"row": scores}, np.arange(60), Bootstrap())["row"]["frechet"]
    assert estimate.low < estimate.value < estimate.high


def test_gains_over_grey_are_paired_photo_by_photo():
    random = np.random.default_rng(0)
    grey = row_scores(100, closeness=random.normal(0.8, 0.05, size=100))
    ours = row_scores(100, closeness=grey.closeness + random.normal(0.04, 0.001, size=100))
    photos = {"": np.arange(100)}
    found = outcomes(ours, grey, "regression", photos, Bootstrap(covariance_resamples=3))
    (auc,) = [outcome for outcome in found if outcome.target.startswith("raw AuC")]
    assert auc.met
    assert auc.reached.high - auc.reached.low < 0.1
    assert not any("birds" in outcome.target for outcome in found)


def test_targets_judge_by_their_bounds():
    grey = row_scores(40, agrees=np.zeros(40))
    ours = row_scores(40, ab_error=np.full(40, 14.0**2), neutral_error=np.full(40, 64.0))
    subjects = {"": np.arange(40), "bird": np.arange(2)}
    found = outcomes(ours, grey, "regression", subjects, Bootstrap())
    found += outcomes(ours, grey, "classification", subjects, Bootstrap(covariance_resamples=3))
    by_name = {outcome.target: outcome for outcome in found}
    assert by_name["ab RMSE ≤ 15.3"].reached.value == pytest.approx(14)
    assert by_name["ab RMSE ≤ 15.3"].met
    assert not by_name["ab RMSE ≤ 13.8"].met
    birds = by_name["MSE of ab / 255 on birds ≤ 0.0040"]
    assert birds.reached.value == pytest.approx(14**2 / 255**2)
    assert birds.met
    assert by_name["same top-1 class, points above grey ≥ 11"].reached.value == pytest.approx(100)
    assert by_name["neutral places, ab RMSE ≤ 7"].reached.value == pytest.approx(8)
    assert by_name["strong colours, share ≥ 0.72"].reached.value == pytest.approx(1)
    assert "at edges against elsewhere ≤ 1.1" not in by_name  # all is edge: there is no elsewhere


def test_places_of_many_photos_count_by_their_pixels():
    edge, edge_error = np.array([0.5, 0.1]), np.array([0.5 * 16.0, 0.1 * 36.0])
    error = edge_error + (1 - edge) * 4.0
    scores = row_scores(2, edge=edge, edge_error=edge_error, ab_error=error)
    measured = METRICS["edges"].measure(scores, np.arange(2))
    assert measured == pytest.approx(np.sqrt((11.6 / 0.6) / 4.0))
