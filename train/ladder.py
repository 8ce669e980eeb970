"""The ladder: what each step from the original's recipe to the bundled checkpoints buys.

    python -m train.ladder --photos PHOTOS --test EVAL --out runs/ladder

Trains every rung of `train.rungs`, measures all of them on the same photos and writes one table.
The same command again goes on where it was interrupted, measures only what is new or changed, such
as bundled checkpoints that were replaced, and writes the table anew.
"""

import json
import logging
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tyro

from colorizer.model.bundled import CONFIG_FILE, bundled_checkpoints
from colorizer.model.checkpoint import load_checkpoint
from colorizer.model.checkpoint_identity import METRICS_FILE
from train.dataset import open_cache
from train.evaluate import evaluate
from train.evaluation.contact_sheet import SheetLine, write_sheets
from train.evaluation.contenders import CONSTANT_MEAN, GREY, MOST_COMMON
from train.evaluation.feature_network import FeatureNetwork
from train.evaluation.ladder_table import ladder_table
from train.evaluation.one_pass import REAL, color_photos, set_scene
from train.evaluation.options import EvaluationOptions
from train.evaluation.report import Json, part_of, write_json
from train.fit_palette import fit, write_palette
from train.model_card import own_metrics
from train.options import TrainingOptions
from train.rungs import RUNGS, Rung
from train.trainer import Trainer
from train.trainer_state import has_state

logger = logging.getLogger(__name__)

_CONSTANTS = (GREY, CONSTANT_MEAN, MOST_COMMON)
PALETTE_PHOTOS = 2000
"""Photos whose colours a palette of all photos is fitted to."""


@dataclass(frozen=True)
class LadderOptions:
    """Train the rungs of the ladder, measure them on the same photos, write one table.

    Writes OUT/ladder.md, OUT/ladder.json, OUT/sheets/sheet-1.png …, and OUT/RUNG with each rung's
    checkpoint, its state and its metrics.json.
    """

    photos: list[Path]
    """Folders of colour photos to train on; their index.csv says which are birds and plants."""
    test: list[Path]
    """Folders of colour photos that nothing was trained on."""
    out: Path
    """Folder of the ladder."""
    rungs: tuple[str, ...] = ()
    """Only these rungs; default: all of train/rungs.py."""
    steps: int | None = None
    """Optimizer steps of every rung; default: each rung's own, see train/rungs.py."""
    side: int = 256
    """Short side of the test photos in pixels."""
    sheet_photos: int = 16
    """Photos on the contact sheets; 0 draws none."""
    again: bool = False
    """Measure everything anew: after a change in how colours are decoded or measured."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""

    def __post_init__(self) -> None:
        names = [rung.name for rung in RUNGS]
        if unknown := set(self.rungs) - set(names):
            raise SystemExit(f"No rung is called {unknown.pop()!r}; they are {', '.join(names)}.")


def climb(options: LadderOptions, network: FeatureNetwork, rungs: Sequence[Rung] = RUNGS) -> Json:
    """Train, measure and write all into `options.out`; returns the content of ladder.json."""
    chosen = [rung for rung in rungs if not options.rungs or rung.name in options.rungs]
    for rung in chosen:
        if not rung.bundled:
            _train(options, rung)
    measured = _measure(options, network, chosen)
    first = measured[chosen[0].name]
    content = {
        "protocol": {k: v for k, v in first["protocol"].items() if k != "checkpoints"},
        "constants": {row: first["rows"][row] for row in _CONSTANTS},
        "rungs": [_entry(options, rung, measured[rung.name]) for rung in chosen],
    }
    write_json(options.out / "ladder.json", content)
    (options.out / "ladder.md").write_text(ladder_table(content) + "\n", encoding="utf-8")
    if options.sheet_photos:
        _draw_sheets(options, network, chosen)
    return content


def training_flags(options: LadderOptions, rung: Rung) -> list[str]:
    """The command line of `train.train` that trains `rung`."""
    settings = {
        "head": rung.head,
        "photos": options.photos,
        "out": options.out / rung.name,
        "cache": options.cache,
        "palette": _palette_file(options, rung) if rung.palette else None,
        **rung.settings,
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


def _train(options: LadderOptions, rung: Rung) -> None:
    """Train `rung` to its last step, from where it was saved; nothing where that is done."""
    flags = training_flags(options, rung)
    training = tyro.cli(TrainingOptions, args=flags)
    if _provenance(_folder(options, rung))["steps"] >= training.steps:
        return
    if rung.palette and training.palette and not training.palette.exists():
        ab_bins = fit(
            options.photos,
            options.cache,
            classes=rung.palette.classes,
            flatten=rung.palette.flatten,
            side=training.side,
            subject=training.subject,
            limit=training.limit or PALETTE_PHOTOS,
        )
        write_palette(ab_bins, training.palette)
    logger.info("%s: python -m train.train %s", rung.name, shlex.join(flags))
    Trainer(replace(training, resume=has_state(training.out))).run()


def _measure(
    options: LadderOptions, network: FeatureNetwork, rungs: Sequence[Rung]
) -> dict[str, Json]:
    """Rung → metrics; those without fitting numbers get theirs in one pass over the photos."""
    known = {} if options.again else {rung.name: _known(options, rung) for rung in rungs}
    missing = [rung for rung in rungs if not known.get(rung.name)]
    if missing:
        evaluation = replace(_evaluation(options, missing), sheet_photos=0)
        content = evaluate(evaluation, network)
        for rung in missing:
            rows = [*_CONSTANTS, *(row for row in content["rows"] if _of(row, rung.name))]
            known[rung.name] = part_of(content, rows, rung.name)
            (options.out / rung.name).mkdir(exist_ok=True)
            write_json(options.out / rung.name / METRICS_FILE, known[rung.name])
    return known


def _of(row: str, label: str) -> bool:
    """Whether a row is one of the decodings of the checkpoint called `label`."""
    return row.split(", T = ")[0] == label


def _evaluation(options: LadderOptions, rungs: Sequence[Rung]) -> EvaluationOptions:
    """The constant rows are those of the last palette in the table, which is of all photos."""
    palettes = [_palette_file(options, rung) for rung in RUNGS if rung.palette]
    return EvaluationOptions(
        checkpoints=tuple(f"{rung.name}={_folder(options, rung)}" for rung in rungs),
        photos=tuple(options.test),
        out=options.out / "evaluation",
        side=options.side,
        palette=palettes[-1],
        cache=options.cache,
    )


def _known(options: LadderOptions, rung: Rung) -> Json:
    """What is known of a rung's present checkpoint on these test photos; empty if nothing is."""
    file = options.out / rung.name / METRICS_FILE
    checkpoint = load_checkpoint(_folder(options, rung))
    known = [checkpoint.metrics]
    if file.exists():
        known.insert(0, json.loads(file.read_text(encoding="utf-8")))
    photos = len(open_cache(options.test, options.cache, side=options.side).photos)
    wanted = (photos, options.side, [folder.resolve().name for folder in options.test])
    for metrics in known:
        protocol = own_metrics(replace(checkpoint, metrics=metrics)).get("protocol", {})
        if wanted == tuple(protocol.get(key) for key in ("photos", "side", "folders")):
            return dict(metrics)
    return {}


def _entry(options: LadderOptions, rung: Rung, metrics: Json) -> Json:
    """What ladder.json says of a rung."""
    ((label, checkpoint),) = metrics["protocol"]["checkpoints"].items()
    provenance = _provenance(_folder(options, rung))
    own = {row: found for row, found in metrics["rows"].items() if _of(row, label)}
    return {
        "name": rung.name,
        "step": rung.step,
        "command": "" if rung.bundled else shlex.join(training_flags(options, rung)),
        "photos": provenance["photos"],
        "steps": provenance["steps"],
        "published": rung.published,
        "batch": int(provenance["training"]["batch"]),
        "minutes": provenance["minutes"],
        "revision": checkpoint["revision"],
        "row": own.pop(label),
        "other_temperatures": own,
    }


def _draw_sheets(options: LadderOptions, network: FeatureNetwork, rungs: Sequence[Rung]) -> None:
    """The same photos by every rung, in its own decoding."""
    evaluation = replace(_evaluation(options, rungs), limit=options.sheet_photos)
    drawn = color_photos(set_scene(evaluation), network, on_sheets=options.sheet_photos, seed=0)
    columns = (GREY, *(rung.name for rung in rungs), REAL)
    lines = [
        SheetLine(line.caption, {column: line.pictures[column] for column in columns})
        for line in drawn.lines
    ]
    write_sheets(lines, options.out)


def _provenance(folder: Path) -> Json:
    """How a checkpoint was trained, from its config.json; steps 0 where there is none yet."""
    file = folder / CONFIG_FILE
    return json.loads(file.read_text())["provenance"] if file.exists() else {"steps": 0}


def _folder(options: LadderOptions, rung: Rung) -> Path:
    """Where the checkpoint of `rung` lies."""
    if rung.bundled:
        return bundled_checkpoints()[rung.head]
    return options.out / rung.name / "checkpoint"


def _palette_file(options: LadderOptions, rung: Rung) -> Path:
    classes = rung.palette.classes if rung.palette else 0
    return options.out / f"palette-{rung.settings.get('subject') or 'all'}-{classes}.safetensors"


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, climb and print the table."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(LadderOptions, prog="python -m train.ladder", args=arguments)
    print(ladder_table(climb(options, FeatureNetwork.pretrained())))


if __name__ == "__main__":
    main()
