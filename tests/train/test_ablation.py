"""The whole ablation with two steps a training on a few generated photos, and its table."""

from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch

from colorizer.model.checkpoint import load_checkpoint
from tests.train.test_dataset import write_photos
from train.ablation import AblationOptions, run_ablation, training_flags
from train.ablation_steps import STEPS, AblationStep
from train.evaluation.feature_network import NAME, FeatureNetwork

TINY = {
    "backbone": "tf_efficientnet_lite0",
    "random_backbone": True,
    "batch": 2,
    "crop": 32,
    "crop_from": 32,
    "validation_photos": 2,
}


def tiny(step: AblationStep) -> AblationStep:
    """The step with a small network."""
    decoder = tuple(8 for _ in step.settings.get("decoder", (0, 0, 0)))
    return replace(step, settings={**step.settings, **TINY, "decoder": decoder})


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> AblationOptions:
    root = tmp_path_factory.mktemp("ablation")
    for folder, count in (("photos", 12), ("test", 3)):
        write_photos(root / folder, count)
    subjects = ["bird"] * 5 + ["plant"] * 5 + ["cat"] * 2
    lines = ["path,subject", *(f"{n:02}.png,{subject}" for n, subject in enumerate(subjects))]
    (root / "photos" / "index.csv").write_text("\n".join(lines))
    return AblationOptions(
        photos=[root / "photos"],
        test=[root / "test"],
        out=root / "out",
        steps=2,
        side=64,
        sheet_photos=2,
        cache=root / "cache",
    )


def test_every_step_is_trained_as_its_flags_say_and_measured(options: AblationOptions) -> None:
    torch.manual_seed(1)
    network = FeatureNetwork(timm.create_model(NAME))
    content = run_ablation(options, network, tuple(map(tiny, STEPS)))
    assert {step.name for step in STEPS} <= content["rows"].keys()
    assert {"bundled classification", "bundled regression"} <= content["rows"].keys()
    configs = {
        step.name: load_checkpoint(options.out / step.name / "checkpoint").config for step in STEPS
    }
    photos = {name: config.provenance["photos"] for name, config in configs.items()}
    assert photos["r0-original"] <= 5
    assert photos["c1-unfrozen"] == photos["c0-original"] <= 5
    assert photos["c2-all-photos"] > 5
    original = configs["c0-original"]
    assert (original.network.output_stride, original.network.skips) == (8, False)
    assert (original.network.n_classes, original.decoding.temperature) == (50, 0.0)
    ours = configs["c4-our-way"]
    assert (ours.network.output_stride, ours.network.skips) == (4, True)
    assert (ours.network.n_classes, ours.network.context) == (128, True)
    assert {config.provenance["steps"] for config in configs.values()} == {2}
    text = (options.out / "ablation.md").read_text()
    assert text.count("| 2 × 2 |") == len(STEPS)
    assert (options.out / "evaluation" / "sheet-1.png").exists()


def test_a_step_is_a_command(tmp_path: Path) -> None:
    options = AblationOptions(photos=[Path("photos")], test=[Path("test")], out=tmp_path)
    flags = " ".join(training_flags(options, STEPS[3]))
    assert "--subject plant --limit 1000" in flags
    assert "--steps 200" in flags
    assert "--subject" not in training_flags(options, STEPS[4])


def test_an_unknown_step_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="No step is called 'c9'"):
        AblationOptions(photos=[Path("p")], test=[Path("t")], out=tmp_path, only=("c9",))
