"""The whole ladder with two steps a rung on a few generated photos, and its table."""

import json
from dataclasses import replace

import pytest
import timm
import torch

from colorizer.model.bundled import bundled_checkpoints
from colorizer.model.checkpoint import load_checkpoint
from tests.train.test_dataset import write_photos
from train.evaluate import evaluate
from train.evaluation.feature_network import NAME, FeatureNetwork
from train.evaluation.ladder_table import ladder_table
from train.ladder import LadderOptions, climb
from train.rungs import RUNGS, Rung

TINY = {
    "backbone": "tf_efficientnet_lite0",
    "random_backbone": True,
    "batch": 2,
    "crop": 32,
    "crop_from": 32,
    "validation_photos": 2,
}


def tiny(rung: Rung) -> Rung:
    """The rung with a small network; a bundled one as it is."""
    if rung.bundled:
        return rung
    decoder = tuple(8 for _ in rung.settings.get("decoder", (0, 0, 0)))
    return replace(rung, settings={**rung.settings, **TINY, "decoder": decoder})


RUNGS_TINY = tuple(tiny(rung) for rung in RUNGS)


@pytest.fixture(scope="module")
def network() -> FeatureNetwork:
    torch.manual_seed(1)
    return FeatureNetwork(timm.create_model(NAME))


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> LadderOptions:
    root = tmp_path_factory.mktemp("ladder")
    for folder, count in (("photos", 12), ("test", 3)):
        write_photos(root / folder, count)
    subjects = ["bird"] * 5 + ["plant"] * 5 + ["cat"] * 2
    lines = ["path,subject", *(f"{n:02}.png,{subject}" for n, subject in enumerate(subjects))]
    (root / "photos" / "index.csv").write_text("\n".join(lines))
    return LadderOptions(
        photos=[root / "photos"],
        test=[root / "test"],
        out=root / "out",
        steps=2,
        side=64,
        sheet_photos=2,
        cache=root / "cache",
    )


@pytest.fixture(scope="module")
def climbed(options: LadderOptions, network: FeatureNetwork) -> dict[str, dict]:
    """The rungs in ladder.json by name, after the first run."""
    content = climb(options, network, RUNGS_TINY)
    assert content == json.loads((options.out / "ladder.json").read_text())
    return {rung["name"]: rung for rung in content["rungs"]}


def test_every_rung_is_trained_as_its_flags_say(
    options: LadderOptions, climbed: dict[str, dict]
) -> None:
    assert list(climbed) == [rung.name for rung in RUNGS]
    photos = {name: entry["photos"] for name, entry in climbed.items()}
    assert photos["r0-original"] <= 5
    assert photos["c1-unfrozen"] == photos["c0-original"] <= 5
    assert photos["c2-all-photos"] > 5
    original = load_checkpoint(options.out / "c0-original" / "checkpoint").config
    assert (original.network.output_stride, original.network.skips) == (8, False)
    assert (original.network.n_classes, original.decoding.temperature) == (50, 0.0)
    ours = load_checkpoint(options.out / "c4-our-way" / "checkpoint").config
    assert (ours.network.output_stride, ours.network.skips) == (4, True)
    assert (ours.network.n_classes, ours.network.context) == (128, True)
    trained = [entry for entry in climbed.values() if entry["command"]]
    assert {entry["steps"] for entry in trained} == {2}
    assert "--subject plant --limit 1000" in climbed["c1-unfrozen"]["command"]
    assert "--subject" not in climbed["c2-all-photos"]["command"]


def test_the_table_has_a_line_for_every_rung_and_constant(
    options: LadderOptions, climbed: dict[str, dict]
) -> None:
    content = json.loads((options.out / "ladder.json").read_text())
    table = (options.out / "ladder.md").read_text()
    assert table == ladder_table(content) + "\n"
    lines = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    assert len(lines) == len(RUNGS) + 6  # heading, rule, three constants, which way is better
    first = next(line for line in lines if "r0-original" in line[0])
    assert first[1].startswith("2 (published: 380) × 2 of ")
    assert first[3] == f"{climbed['r0-original']['row']['ab_rmse']['value']:.2f}"
    assert (options.out / "sheet-1.png").exists()


def test_the_same_command_again_measures_only_what_changed(
    options: LadderOptions,
    network: FeatureNetwork,
    climbed: dict[str, dict],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[tuple[str, ...]] = []

    def note(evaluation, given):
        measured.append(tuple(source.split("=")[0] for source in evaluation.checkpoints))
        return evaluate(evaluation, given)

    monkeypatch.setattr("train.ladder.evaluate", note)
    monkeypatch.setattr("train.ladder.Trainer", None)  # nothing is left to train
    quick = replace(options, sheet_photos=0)
    assert climb(quick, network, RUNGS_TINY)["rungs"] == list(climbed.values())
    assert measured == []
    replaced = {
        **bundled_checkpoints(),
        "regression": options.out / "r1-our-way" / "checkpoint",
    }
    monkeypatch.setattr("train.ladder.bundled_checkpoints", lambda: replaced)
    content = climb(quick, network, RUNGS_TINY)
    assert measured == [("bundled-regression",)]
    rows = {rung["name"]: rung["row"] for rung in content["rungs"]}
    assert rows["bundled-regression"] == rows["r1-our-way"]
    two = ("r0-original", "c1-unfrozen")
    content = climb(replace(quick, again=True, rungs=two), network, RUNGS_TINY)
    assert measured[-1] == two
    assert content["rungs"] == [climbed[name] for name in two]


def test_an_unknown_rung_is_a_sentence(options: LadderOptions) -> None:
    with pytest.raises(SystemExit, match="No rung is called 'c9'"):
        replace(options, rungs=("c9",))
