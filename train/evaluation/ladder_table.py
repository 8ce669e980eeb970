"""The ladder as a Markdown table, written from its JSON alone."""

from typing import Any

from train.evaluation.report import Json, cell, table
from train.evaluation.row_scores import METRICS

_SHOWN = (
    "ab_rmse",
    "psnr",
    "colorfulness",
    "auc",
    "auc_rebalanced",
    "frechet",
    "probe",
    "top1_agreement",
)


def ladder_table(content: Json) -> str:
    """A line for each constant and each rung, below it how it was measured."""
    heading = ["", "training", "minutes", *(METRICS[key].heading for key in _SHOWN)]
    constants = [[row, "", "", *_cells(found)] for row, found in content["constants"].items()]
    rungs = [
        [_what(rung), _training(rung), f"{rung['minutes']:.0f}", *_cells(rung["row"])]
        for rung in content["rungs"]
    ]
    better = ["better:", "", "", *(METRICS[key].better for key in _SHOWN)]
    protocol = content["protocol"]
    real = content["rungs"][0]["row"]["colorfulness_real"]["value"]
    return (
        f"{table(heading, [*constants, *rungs, better])}\n\n"
        f"{protocol['photos']} photos, short side at most {protocol['side']} pixels; colorfulness "
        f"of the real ones {real:.1f}. Training: steps × photos in a step, of so many different "
        f"photos. Features of {protocol['feature_network']}. Intervals and commands: ladder.json."
    )


def _cells(found: Json) -> list[str]:
    return [cell(key, found.get(key)) for key in _SHOWN]


def _what(rung: Json) -> str:
    return f"**{rung['name']}**: {rung['step']}"


def _training(rung: dict[str, Any]) -> str:
    published = rung["published"]
    steps = f"{rung['steps']}"
    if published is not None:
        steps += " (as published)" if rung["steps"] == published else f" (published: {published})"
    return f"{steps} × {rung['batch']} of {rung['photos']}"
