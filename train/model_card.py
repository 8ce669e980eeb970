"""The model card of a checkpoint, from its own config.json and metrics.json: nothing is typed in.

python -m train.model_card runs/classification/checkpoint [more checkpoints]
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from tyro.conf import Positional

from colorizer.checkpoint import CheckpointConfig, load_checkpoint

CARD_FILE = "README.md"

_COLUMNS = {  # key in metrics.json → (heading, digits)
    "ab_rmse": ("ab RMSE", 2),
    "psnr": ("PSNR, dB", 2),
    "colorfulness": ("colorfulness", 1),
    "auc": ("AuC, %", 2),
    "auc_rebalanced": ("rebalanced AuC, %", 2),
    "frechet": ("Fréchet", 2),
    "probe": ("probe, %", 1),
    "top1_agreement": ("same top-1, %", 1),
}

_CARD = """\
---
license: apache-2.0
library_name: colorizer
pipeline_tag: image-to-image
tags: [colorization, photography, cpu]
---

# {name}

Colours black-and-white photographs: {what}. {parameters:.1f} million parameters, made for an
ordinary CPU.

```python
from colorizer import Colorizer, open_photo

Colorizer.from_pretrained("owner/{name}").colorize(open_photo("photo.jpg"))
```

**The colours are invented**: a guess, not a record. Do not use them as evidence of how anything or
anybody looked, and keep the mark that Colorizer writes into its files. Skin, flags, uniforms and
goods are coloured after the photos of the training set, which is no fair sample of the world.

## Training

Head: {head}, backbone: {backbone} from ImageNet weights. {photos} photos, short side {side} pixels,
crops of {crop}; {steps} steps of {batch} photos in {minutes} minutes on two CPU cores{start}. The
photos were collected from research data sets (birds, flowers, animals, landscapes, food, people,
streets); this checkpoint is for research and demonstration. Train your own with the same commands
on photos that you have the rights to.

## Evaluation

{evaluation}
"""

_WHAT = {
    "classification": (
        "predicts a distribution over a palette of colours for each place and decodes it by an "
        "annealed mean, vivid and sometimes wrong"
    ),
    "regression": "predicts one colour for each place, cautious and paler",
}


def model_card(config: CheckpointConfig, metrics: Mapping[str, Any], parameters: int) -> str:
    """Markdown with the front matter that the Hub reads."""
    training = config.provenance.get("training", {})
    start = training.get("init_from", "None")
    return _CARD.format(
        name=config.name,
        what=_WHAT[config.network.head],
        parameters=parameters / 1e6,
        head=config.network.head,
        backbone=config.network.backbone,
        photos=config.provenance.get("photos", "unknown"),
        steps=config.provenance.get("steps", "unknown"),
        minutes=config.provenance.get("minutes", "unknown"),
        side=training.get("side", "unknown"),
        crop=training.get("crop", "unknown"),
        batch=training.get("batch", "unknown"),
        start="" if start == "None" else ", started from another checkpoint's trunk",
        evaluation=_evaluation(metrics),
    )


def metrics_table(rows: Mapping[str, Any]) -> str:
    """Rows of metrics.json as a Markdown table."""
    heading = " | ".join(label for label, _ in _COLUMNS.values())
    lines = [f"| | {heading} |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, row in rows.items():
        cells = [f"{row[key]['value']:.{digits}f}" for key, (_, digits) in _COLUMNS.items()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _evaluation(metrics: Mapping[str, Any]) -> str:
    if not metrics:
        return "Not evaluated yet: see `python -m train.evaluate --write-into-checkpoints`."
    protocol = metrics["protocol"]
    real = next(iter(metrics["rows"].values()))["colorfulness_real"]["value"]
    return (
        f"{metrics_table(metrics['rows'])}\n\n"
        f"{protocol['photos']} photos that were not trained on, short side {protocol['side']} "
        f"pixels, {protocol['crop']}. Colorfulness of the real photos: {real:.1f}. Features of "
        f"{protocol['feature_network']}. Intervals and subjects: metrics.json."
    )


@dataclass(frozen=True)
class CardOptions:
    """Write README.md, the model card, into checkpoint folders."""

    checkpoints: Positional[tuple[Path, ...]]
    """Checkpoint folders."""


def main(arguments: list[str] | None = None) -> None:
    """Write the card of each checkpoint."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for folder in tyro.cli(
        CardOptions, prog="python -m train.model_card", args=arguments
    ).checkpoints:
        checkpoint = load_checkpoint(folder)
        parameters = sum(tensor.numel() for tensor in checkpoint.network.parameters())
        card = model_card(checkpoint.config, checkpoint.metrics, parameters)
        (folder / CARD_FILE).write_text(card, encoding="utf-8")
        print(folder / CARD_FILE)


if __name__ == "__main__":
    main()
