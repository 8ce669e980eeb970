"""The ablation: what each step from the original's recipe to ours buys.

    python -m train.ablation --photos PHOTOS --test EVAL --out runs/ablation

Trains every step of `train.ablation_steps`, then `train.evaluate` measures all of them and the
bundled checkpoints on the same photos. The same command again goes on where it was interrupted.
"""

import logging
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tyro

from colorizer.model.bundled import bundled_checkpoints
from train.ablation_steps import STEPS, AblationStep
from train.evaluate import evaluate
from train.evaluation.feature_network import FeatureNetwork
from train.evaluation.options import EvaluationOptions
from train.evaluation.report import Json, overall_table, table
from train.fit_palette import fit, write_palette
from train.options import TrainingOptions
from train.trainer import Trainer
from train.trainer_state import has_state

logger = logging.getLogger(__name__)

PALETTE_PHOTOS = 2000
"""Photos whose colours a palette of all photos is fitted to."""


@dataclass(frozen=True)
class AblationOptions:
    """Train the steps of the ablation and measure them on the same photos.

    Writes OUT/ablation.md, OUT/evaluation (see train.evaluate), and OUT/STEP with each step's
    checkpoint and state.
    """

    photos: list[Path]
    """Folders of colour photos to train on; their index.csv says which are birds and plants."""
    test: list[Path]
    """Folders of colour photos that nothing was trained on."""
    out: Path
    """Folder of the ablation."""
    only: tuple[str, ...] = ()
    """Names of steps; default: all of train/ablation_steps.py."""
    steps: int | None = None
    """Optimizer steps of every training; default: each one's own."""
    side: int = 256
    """Short side of the test photos in pixels."""
    sheet_photos: int = 16
    """Photos on the contact sheets."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""

    def __post_init__(self) -> None:
        names = [step.name for step in STEPS]
        if unknown := set(self.only) - set(names):
            raise SystemExit(f"No step is called {unknown.pop()!r}; they are {', '.join(names)}.")


def run_ablation(
    options: AblationOptions, network: FeatureNetwork, steps: Sequence[AblationStep] = STEPS
) -> Json:
    """Train, measure and write OUT/ablation.md; returns what `train.evaluate` found."""
    chosen = [step for step in steps if not options.only or step.name in options.only]
    trained = [_train(options, step) for step in chosen]
    bundled = bundled_checkpoints()
    sources = [f"{step.name}={training.out / 'checkpoint'}" for step, training in trained]
    content = evaluate(
        EvaluationOptions(
            checkpoints=(*sources, *(f"bundled {name}={bundled[name]}" for name in bundled)),
            photos=tuple(options.test),
            out=options.out / "evaluation",
            side=options.side,
            sheet_photos=options.sheet_photos,
            cache=options.cache,
        ),
        network,
    )
    lines = [
        [step.name, step.change, f"{training.steps} × {training.batch}"]
        for step, training in trained
    ]
    heading = ["", "what is new", "steps × photos in a step"]
    text = f"{table(heading, lines)}\n\n{overall_table(content)}\n"
    (options.out / "ablation.md").write_text(text, encoding="utf-8")
    return content


def training_flags(options: AblationOptions, step: AblationStep) -> list[str]:
    """The command line of `train.train` that trains `step`."""
    settings = {
        "head": step.head,
        "photos": options.photos,
        "out": options.out / step.name,
        "cache": options.cache,
        "palette": _palette_file(options, step) if step.palette else None,
        **step.settings,
    }
    settings["steps"] = settings["evaluate_every"] = options.steps or settings["steps"]
    return [part for name, value in settings.items() for part in _flag(name, value)]


def _flag(name: str, value: object) -> Iterator[str]:
    """A field of `TrainingOptions` as tyro reads it; None needs no flag, it is the default."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        yield f"--{flag}" if value else f"--no-{flag}"
    elif value is not None:
        yield f"--{flag}"
        yield from map(str, value if isinstance(value, list | tuple) else [value])


def _train(options: AblationOptions, step: AblationStep) -> tuple[AblationStep, TrainingOptions]:
    """Train `step` to its end, from where it was saved."""
    flags = training_flags(options, step)
    training = tyro.cli(TrainingOptions, args=flags)
    if step.palette and training.palette and not training.palette.exists():
        ab_bins = fit(
            options.photos,
            options.cache,
            classes=step.palette.classes,
            flatten=step.palette.flatten,
            side=training.side,
            subject=training.subject,
            limit=training.limit or PALETTE_PHOTOS,
        )
        write_palette(ab_bins, training.palette)
    logger.info("%s: python -m train.train %s", step.name, shlex.join(flags))
    Trainer(replace(training, resume=has_state(training.out))).run()
    return step, training


def _palette_file(options: AblationOptions, step: AblationStep) -> Path:
    classes = step.palette.classes if step.palette else 0
    return options.out / f"palette-{step.settings.get('subject') or 'all'}-{classes}.safetensors"


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, train, measure and print the tables."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(AblationOptions, prog="python -m train.ablation", args=arguments)
    run_ablation(options, FeatureNetwork.pretrained())
    print((options.out / "ablation.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
