"""The model card of a checkpoint, from its own config.json and metrics.json: no number is typed in.

    python -m train.model_card runs/classification/checkpoint [more checkpoints]
    python -m train.model_card runs/classification/checkpoint \\
        --about-photos "My own 3 000 holiday photos, mostly beaches." --licence cc-by-4.0

The second form first writes into config.json what only the person who trained it can know.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tyro
from huggingface_hub import EvalResult, ModelCardData
from tyro.conf import Positional

from colorizer.model.bundled import CONFIG_FILE
from colorizer.model.checkpoint import CARD_FILE, Checkpoint, CheckpointConfig, load_checkpoint
from colorizer.model.checkpoint_identity import EXAMPLES_FILE
from colorizer.model.torch_engine import torch_network
from colorizer.pipeline import Colorizer
from train.evaluation.report import overall_table
from train.evaluation.row_scores import METRICS
from train.example_pictures import CREDITS, draw_examples

_CARD = """\
---
{front_matter}
---

# {name}

Colours black-and-white photographs: {what}. {parameters:.1f} million parameters, made for an
ordinary CPU.

**The colours are invented**: a guess, not a record. Colorizer notes that in every file it saves;
keep the mark.

![Photographs as the model sees them, in its colours, and as they were]({examples})

*Left to right: what the model is given, its colours, the real photo. {credits}*

## How to use it

```python
from colorizer import Colorizer, open_photo, save_photo

colorizer = Colorizer.from_pretrained("{source}")
result = colorizer.colorize(open_photo("grandmother.jpg"))
save_photo(result.photo, "grandmother-colour.jpg", mark=result.mark)
```

It is meant for looking at old photographs with pleasure, for teaching, and for research on
colorization. It must not be used as evidence of how anything or anybody looked: not in news,
courts, medicine or science, not to tell people or their origin apart, and not in a way that hides
that the colours are invented. Skin, hair, flags, uniforms and goods get the colours that were
common in its training photos, which are no fair sample of the world.

## Training

Head: {head}, network: {backbone}, from {start}. {training}

The photos: {about}

## Evaluation

{evaluation}

## Licence

{licence}, for the checkpoint. The example pictures keep their own.
"""

_WHAT = {
    "classification": (
        "predicts a distribution over a palette of colours for each place and decodes it by an "
        "annealed mean, vivid and sometimes wrong"
    ),
    "regression": "predicts one colour for each place, cautious and paler",
}
_UNTOLD = (
    "whoever trained this checkpoint has not said where they come from. Assume that it is for "
    "research and demonstration only."
)
_IN_THE_CARD = ("ab_rmse", "psnr", "ssim", "auc", "auc_rebalanced", "frechet", "colorfulness")


def model_card(checkpoint: Checkpoint, *, source: str) -> str:
    """Markdown with the front matter that the Hub reads. source: what `from_pretrained` takes."""
    config, provenance = checkpoint.config, checkpoint.config.provenance
    network = torch_network(config.network, checkpoint.weights)
    parameters = sum(tensor.numel() for tensor in network.parameters())
    return _CARD.format(
        front_matter=_front_matter(checkpoint),
        name=config.name,
        what=_WHAT[config.network.head],
        parameters=parameters / 1e6,
        examples=EXAMPLES_FILE,
        credits=CREDITS,
        source=source,
        head=config.network.head,
        backbone=config.network.backbone,
        start=_start(config),
        training=_training(config),
        about=provenance.get("about_photos", _UNTOLD),
        evaluation=_evaluation(checkpoint),
        licence=provenance.get("licence", "apache-2.0"),
    )


def own_metrics(checkpoint: Checkpoint) -> Mapping[str, Any]:
    """Its metrics.json, or nothing where that was measured on other weights or another decoding."""
    for measured in checkpoint.metrics.get("protocol", {}).get("checkpoints", {}).values():
        temperature = measured.get("temperature", checkpoint.config.decoding.temperature)
        if (
            measured.get("revision") == checkpoint.revision
            and temperature == checkpoint.config.decoding.temperature
        ):
            return checkpoint.metrics
    return {}


def write_card(folder: Path) -> Path:
    """Write README.md and its pictures into a checkpoint's folder; returns the card."""
    checkpoint = load_checkpoint(folder)
    card = folder / CARD_FILE
    source = f"owner/{checkpoint.config.name.replace(' ', '-')}"
    card.write_text(model_card(checkpoint, source=source), encoding="utf-8")
    (folder / EXAMPLES_FILE).write_bytes(draw_examples(Colorizer(checkpoint)))
    return card


def _front_matter(checkpoint: Checkpoint) -> str:
    metrics, name = own_metrics(checkpoint), checkpoint.config.name
    results = []
    if metrics:
        protocol = metrics["protocol"]
        (label,) = protocol["checkpoints"]
        row = metrics["rows"][label]
        results = [
            EvalResult(
                task_type="image-to-image",
                dataset_type="imagefolder",
                dataset_name=f"{protocol['photos']} photos, short side {protocol['side']} pixels",
                metric_type=key,
                metric_name=METRICS[key].heading,
                metric_value=row[key]["value"],
            )
            for key in _IN_THE_CARD
            if key in row
        ]
    return ModelCardData(
        license=checkpoint.config.provenance.get("licence", "apache-2.0"),
        library_name="colorizer",
        pipeline_tag="image-to-image",
        tags=["colorization", "photography", "cpu"],
        model_name=name,
        eval_results=results or None,
    ).to_yaml()


def _start(config: CheckpointConfig) -> str:
    training = config.provenance.get("training", {})
    if "started_from" in training:
        return str(training["started_from"])
    if training.get("init_from", "None") != "None":
        return "another checkpoint's trunk"
    return "random weights" if training.get("random_backbone") == "True" else "ImageNet weights"


def _training(config: CheckpointConfig) -> str:
    provenance = config.provenance
    training = provenance.get("training", {})
    if not training:
        return "Nothing else is recorded about its training."
    machine = f" on {provenance['machine']}" if "machine" in provenance else ""
    return (
        f"{provenance.get('photos', '?')} photos, short side {training.get('side', '?')} pixels, "
        f"crops of {training.get('crop', '?')}; {provenance.get('steps', '?')} steps of "
        f"{training.get('batch', '?')} photos in {provenance.get('minutes', '?')} minutes{machine}."
    )


def _evaluation(checkpoint: Checkpoint) -> str:
    metrics = own_metrics(checkpoint)
    if metrics:
        protocol = metrics["protocol"]
        return (
            f"{overall_table(metrics)}\n\n"
            f"In small print: 95 % intervals. {protocol['photos']} photos that were not trained "
            f"on, short side at most {protocol['side']} pixels; features of "
            f"{protocol['feature_network']}. Subjects, targets and versions: metrics.json."
        )
    numbers = checkpoint.config.provenance.get("validation", {})
    if not numbers:
        return "Not evaluated yet: see `python -m train.evaluate --write-into-checkpoints`."
    found = ", ".join(f"{key} {value}" for key, value in numbers.items())
    return f"Not evaluated yet. During the training, on crops of photos kept out of it: {found}."


@dataclass(frozen=True)
class CardOptions:
    """Write README.md, the model card, and its example pictures into checkpoint folders."""

    checkpoints: Positional[tuple[Path, ...]]
    """Checkpoint folders."""
    about_photos: str | None = None
    """Where the training photos come from, what may be done with them, what they lack."""
    licence: str | None = None
    """Licence of the checkpoint, as the Hub spells it."""


def _note(folder: Path, options: CardOptions) -> None:
    """Write what was told into config.json; the weights stay as they are."""
    told = {"about_photos": options.about_photos, "licence": options.licence}
    file = folder / CONFIG_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    content["provenance"] |= {key: value for key, value in told.items() if value is not None}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Write the card of each checkpoint."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(CardOptions, prog="python -m train.model_card", args=arguments)
    for folder in options.checkpoints:
        load_checkpoint(folder)
        _note(folder, options)
        print(write_card(folder))


if __name__ == "__main__":
    main()
