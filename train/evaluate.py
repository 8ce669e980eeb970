"""Compare checkpoints on photos that none of them was trained on.

    python -m train.evaluate classification regression --photos EVAL --out evaluation

One pass: every photo is decoded once and meets every network once, however many rows and
temperatures are reported. `--help` lists the flags, `evaluation/row_scores.py` defines the metrics.
"""

import logging
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tyro

from colorizer import __version__
from colorizer.colour.recolor import grey
from colorizer.errors import CheckpointError
from colorizer.model.checkpoint_identity import METRICS_FILE
from train.evaluation import feature_network, report
from train.evaluation.consistency import measure_consistency
from train.evaluation.contact_sheet import write_sheets
from train.evaluation.contenders import GREY, Contender, source_of
from train.evaluation.feature_network import FeatureNetwork
from train.evaluation.one_pass import Scene, color_photos, set_scene
from train.evaluation.options import EvaluationOptions
from train.evaluation.realism import N_DIRECTIONS, PROBE_FOLDS
from train.evaluation.row_scores import Bootstrap, RowScores, gather_rows, summarise
from train.evaluation.targets import outcomes

_VERSIONS = ("torch", "torchvision", "timm", "numpy", "scipy", "scikit-image", "scikit-learn")


def evaluate(options: EvaluationOptions, network: FeatureNetwork) -> report.Json:
    """Evaluate and write everything into `options.out`; returns the content of metrics.json."""
    started = time.monotonic()
    _check_folders(options)
    scene = set_scene(options)
    options.out.mkdir(parents=True, exist_ok=True)
    result = color_photos(scene, network, on_sheets=options.sheet_photos, seed=options.seed)
    rows = gather_rows(result.records, result.real_features)
    bootstrap = Bootstrap(seed=options.seed)
    content = {
        "protocol": _protocol(options, scene, bootstrap),
        **_tables(scene, rows, bootstrap),
        "consistency": _consistency(options, scene),
    }
    content["protocol"]["seconds"] = round(time.monotonic() - started)
    report.write_json(options.out / METRICS_FILE, content)
    (options.out / "table.md").write_text(report.as_markdown(content), encoding="utf-8")
    write_sheets(result.lines, options.out)
    if options.write_into_checkpoints:
        _write_into_checkpoints(options, scene, content)
    return content


def _tables(scene: Scene, rows: dict[str, RowScores], bootstrap: Bootstrap) -> report.Json:
    """The parts "rows", "subjects" and "targets"."""
    numbers = scene.numbers()
    return {
        "rows": report.summary_as_json(summarise(rows, numbers[""], bootstrap)),
        "subjects": {
            name: {
                "photos": len(photos),
                "rows": report.summary_as_json(summarise(rows, photos, bootstrap)),
            }
            for name, photos in numbers.items()
            if name
        },
        "targets": {
            contender.label: report.outcomes_as_json(
                outcomes(
                    rows[contender.label],
                    rows[GREY],
                    contender.colorizer.checkpoint.config.network.head,
                    numbers,
                    bootstrap,
                )
            )
            for contender in scene.contenders
        },
    }


def _consistency(options: EvaluationOptions, scene: Scene) -> report.Json:
    """The part "consistency": nothing without --robustness."""
    count = min(options.robustness, len(scene.photos))
    if count == 0:
        return {}
    drawn = np.random.default_rng([options.seed, 2]).choice(len(scene.photos), count, replace=False)
    photos = [grey(np.array(scene.cache.rgb(scene.photos[i]))) for i in sorted(drawn)]
    return {
        c.label: report.consistency_as_json(measure_consistency(c.colorizer, photos))
        for c in scene.contenders
    }


def _protocol(options: EvaluationOptions, scene: Scene, bootstrap: Bootstrap) -> report.Json:
    """Everything a reader needs to compare, or not to compare, these numbers with others."""
    mean, common = ([round(value, 1) for value in constant.ab] for constant in scene.constants)
    return {
        "photos": len(scene.photos),
        "folders": [folder.resolve().name for folder in options.photos],
        "left_out": len(scene.cache.left_out),
        "drawn": "all" if options.limit is None else f"at random, seed {options.seed}",
        "side": options.side,
        "crop": "none: whole photos at their own aspect ratio, smaller ones as they are",
        "input": "8-bit grey pictures; all numbers from the 8-bit sRGB results",
        "constant_mean_ab": mean,
        "most_common_class_ab": common,
        "auc": "0 … 150 ab units, pooled over photos of equal weight; p of these real photos in "
        "bins of 10, smoothed with σ = 5",
        "feature_network": f"{feature_network.NAME}, ImageNet; {feature_network.PROTOCOL}",
        "frechet": f"in at most {N_DIRECTIONS} principal directions of the real photos",
        "probe": f"logistic regression, {PROBE_FOLDS} folds, both versions of a photo in one",
        "intervals": f"95 %, percentiles of {bootstrap.resamples} bootstrap resamples of photos "
        f"(Fréchet: {bootstrap.covariance_resamples}, centred), seed {bootstrap.seed}; probe not "
        "refitted",
        "checkpoints": {
            contender.label: {
                "name": contender.colorizer.name,
                "revision": contender.colorizer.checkpoint.revision,
                **_temperature(contender),
                "seconds_per_photo": round(float(np.median(contender.seconds)), 3),
            }
            for contender in scene.contenders
        },
        "versions": {"colorizer": __version__, **{name: version(name) for name in _VERSIONS}},
        "date": datetime.now(UTC).date().isoformat(),
    }


def _temperature(contender: Contender) -> report.Json:
    checkpoint = contender.colorizer.checkpoint
    return {"temperature": checkpoint.config.decoding.temperature} if checkpoint.ab_bins else {}


def _check_folders(options: EvaluationOptions) -> None:
    """A wrong destination should not be noticed after the work."""
    if options.write_into_checkpoints:
        for checkpoint in options.checkpoints:
            if not Path(source_of(checkpoint)).is_dir():
                raise SystemExit(f"--write-into-checkpoints: {checkpoint!r} is not a folder.")


def _write_into_checkpoints(options: EvaluationOptions, scene: Scene, content: report.Json) -> None:
    constants = [GREY, *(constant.row for constant in scene.constants)]
    for checkpoint, contender in zip(options.checkpoints, scene.contenders, strict=True):
        own = report.part_of(content, [*constants, *contender.temperatures], contender.label)
        report.write_json(Path(source_of(checkpoint)) / METRICS_FILE, own)


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, evaluate and print the table."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(EvaluationOptions, prog="python -m train.evaluate", args=arguments)
    try:
        content = evaluate(options, FeatureNetwork.pretrained())
    except (CheckpointError, FileNotFoundError) as error:
        raise SystemExit(str(error)) from error
    print(report.as_markdown(content))


if __name__ == "__main__":
    main()
