"""What a checkpoint's own files say of it: config.json, metrics.json, examples.jpg. No torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorizer.model.bundled import CONFIG_FILE
from colorizer.model.checkpoint_identity import EXAMPLES_FILE, METRICS_FILE, fingerprint

Rows = Mapping[str, Mapping[str, float]]
"""Row of the evaluation → metric → value; baselines first, the checkpoint last."""


@dataclass(frozen=True)
class ModelFacts:
    """One checkpoint. None and empty is what its files do not say.

    photos, steps, minutes, machine: of its training. about_photos, licence: as whoever trained it
    wrote them. examples: a picture with lines of given, coloured and real. rows, evaluated_on:
    only where they were measured on exactly these weights; own_row: the checkpoint's among them.
    """

    name: str
    revision: str
    photos: int | None
    steps: int | None
    minutes: float | None
    machine: str
    about_photos: str
    licence: str
    examples: Path | None
    rows: Rows
    own_row: str
    evaluated_on: int | None


def read_facts(folder: Path) -> ModelFacts:
    """The facts in a checkpoint's folder."""
    provenance = _read(folder / CONFIG_FILE).get("provenance", {})
    revision = fingerprint(folder)
    metrics = _measured_on(revision, _read(folder / METRICS_FILE))
    examples = folder / EXAMPLES_FILE
    return ModelFacts(
        name=folder.name,
        revision=revision,
        photos=provenance.get("photos"),
        steps=provenance.get("steps"),
        minutes=provenance.get("minutes"),
        machine=str(provenance.get("machine", "")),
        about_photos=str(provenance.get("about_photos", "")),
        licence=str(provenance.get("licence", "apache-2.0")),
        examples=examples if examples.is_file() else None,
        rows={
            row: {key: estimate["value"] for key, estimate in values.items()}
            for row, values in metrics.get("rows", {}).items()
        },
        own_row=next(iter(metrics.get("protocol", {}).get("checkpoints", {})), ""),
        evaluated_on=metrics.get("protocol", {}).get("photos"),
    )


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _measured_on(revision: str, metrics: dict[str, Any]) -> dict[str, Any]:
    """The metrics, or nothing where they were measured on other weights."""
    measured = metrics.get("protocol", {}).get("checkpoints", {}).values()
    return metrics if any(each.get("revision") == revision for each in measured) else {}
