"""Real trainings, tiny ones: a Lite0 with random weights on eleven textures."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import HfApi
from safetensors.torch import load_file

from colorizer.model.checkpoint import load_checkpoint
from tests.conftest import small_network
from tests.support.hub_state import TOKEN
from tests.support.loopback_hub import serve_hub
from tests.train.test_dataset import write_photos
from train.fit_palette import fit, write_palette
from train.heads import Heads
from train.options import TrainingOptions
from train.schedule import average_decay, learning_rate_share, set_trainable
from train.trainer import Trainer
from train.trainer_state import STATE_FILE


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> TrainingOptions:
    root = tmp_path_factory.mktemp("training")
    write_photos(root / "photos", 11)
    palette = root / "palette.safetensors"
    write_palette(fit([root / "photos"], root / "cache", classes=6, side=64), palette)
    return TrainingOptions(
        head="classification",
        photos=[root / "photos"],
        out=root / "run",
        palette=palette,
        random_backbone=True,
        backbone="tf_efficientnet_lite0",
        decoder=(8, 8, 8),
        steps=4,
        frozen_steps=2,
        batch=2,
        crop=32,
        crop_from=48,
        side=64,
        cache=root / "cache",
        evaluate_every=2,
        validation_photos=4,
    )


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / STATE_FILE)


@pytest.mark.parametrize("head", ["classification", "regression"])
def test_resuming_continues_exactly(options: TrainingOptions, tmp_path: Path, head: str) -> None:
    palette = options.palette if head == "classification" else None
    whole = dataclasses.replace(options, head=head, palette=palette, out=tmp_path / "whole")
    Trainer(whole).run()
    half = dataclasses.replace(whole, out=tmp_path / "half", save_minutes=0.0)
    stopped = Trainer(half)
    for step in range(2):
        stopped.step(step)
    stopped.progress = dataclasses.replace(stopped.progress, step=2)
    stopped._save()
    resumed = Trainer(dataclasses.replace(half, resume=True))
    assert resumed.progress.step == 2
    resumed.run()
    expected, got = weights(whole.out), weights(half.out)
    assert expected.keys() == got.keys()
    for name, tensor in expected.items():
        assert torch.equal(tensor, got[name]), name


def test_a_run_leaves_a_checkpoint_metrics_and_samples(
    options: TrainingOptions, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    metrics = Trainer(dataclasses.replace(options, out=out)).run()
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4]
    assert lines[-1] == metrics
    loaded = load_checkpoint(out / "checkpoint")
    assert loaded.config.provenance["steps"] == 4
    assert loaded.config.provenance["training"]["batch"] == "2"
    assert len(list((out / "samples").glob("*.png"))) == 2


def test_a_training_survives_its_hub_and_ends_there(
    options: TrainingOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr("train.push._PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("train.push.draw_examples", lambda _: b"jpeg")
    pushed = dataclasses.replace(
        options, out=tmp_path, push_to_hub="owner/tiny", hub_every=2, hub_private=True
    )
    with serve_hub() as hub:
        api = HfApi(endpoint=hub.endpoint, token=TOKEN)
        monkeypatch.setattr("train.background_push.HfApi", lambda: api)
        hub.fail("/repos/create", status=403)
        assert Trainer(pushed).run()["step"] == 4
    repository = hub.repositories["owner/tiny"]
    assert repository.private
    assert len(repository.commits) == 2  # the empty one and the last step's
    config = json.loads(repository.files["config.json"])
    assert config["provenance"]["steps"] == 4
    assert not [flag for flag in config["provenance"]["training"] if "hub" in flag]


def test_a_hub_name_without_owner_is_refused_at_once(options: TrainingOptions) -> None:
    with pytest.raises(SystemExit, match="owner/name"):
        dataclasses.replace(options, push_to_hub="tiny")


def test_another_heads_checkpoint_gives_its_trunk(options: TrainingOptions, tmp_path: Path) -> None:
    first = dataclasses.replace(options, out=tmp_path / "first", steps=2)
    Trainer(first).run()
    second = dataclasses.replace(
        options,
        head="regression",
        palette=None,
        out=tmp_path / "second",
        init_from=str(tmp_path / "first" / "checkpoint"),
    )
    given = load_checkpoint(tmp_path / "first" / "checkpoint").weights
    own = Trainer(second).network.state_dict()
    name = "decoder.0.convolve.0.weight"
    np.testing.assert_array_equal(own[name], given[name])
    assert own["head.weight"].shape != given["head.weight"].shape


def test_frozen_layers_do_not_move(options: TrainingOptions, tmp_path: Path) -> None:
    trainer = Trainer(dataclasses.replace(options, out=tmp_path))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    for step in range(2):
        trainer.step(step)
    after = trainer.network.state_dict()
    moved = {k for k in after if not torch.equal(before[k], after[k])}
    assert not [k for k in moved if k.startswith("backbone.")]
    trainer.step(2)
    moved = {k for k, v in trainer.network.state_dict().items() if not torch.equal(before[k], v)}
    assert "backbone.conv_stem.weight" not in moved
    assert [k for k in moved if k.startswith("backbone.blocks.5")]
    assert not [k for k in moved if k.startswith("backbone.") and "running" in k]


def test_a_subject_or_a_few_photos_and_whole_ones(options: TrainingOptions, tmp_path: Path) -> None:
    lines = ["path,subject", *(f"{n:02}.png,{'bird' if n < 7 else 'cat'}" for n in range(11))]
    (options.photos[0] / "index.csv").write_text("\n".join(lines))
    birds = dataclasses.replace(
        options, out=tmp_path, subject="bird", limit=3, whole=True, context=False, neighbours=1
    )
    trainer = Trainer(birds)
    names = [int(Path(photo.name).stem) for photo in trainer.sampler.photos]
    assert len(names) == 3
    assert set(names) <= set(range(7))
    assert trainer.run()["step"] == 4
    config = load_checkpoint(tmp_path / "checkpoint").config
    assert (config.network.context, config.decoding.side) == (False, birds.crop)
    assert config.provenance["photos"] == 3
    with pytest.raises(SystemExit, match="no photos of that subject"):
        Trainer(dataclasses.replace(birds, subject="fish"))


def test_the_learning_rate_warms_up_and_falls(options: TrainingOptions) -> None:
    long = dataclasses.replace(options, steps=1000)
    shares = [learning_rate_share(long, step) for step in (0, 100, 500, 999)]
    assert shares[0] < 0.02 < shares[2] < shares[1] <= 1.0
    assert shares[3] < 0.03


def test_a_level_rate_falls_from_where_it_is_told_to(options: TrainingOptions) -> None:
    level = dataclasses.replace(options, schedule="level", steps=1000)
    assert [learning_rate_share(level, step) for step in (99, 500, 999)] == [1.0, 1.0, 1.0]
    decaying = dataclasses.replace(level, decay_from=600)
    shares = [learning_rate_share(decaying, step) for step in (599, 600, 800, 999)]
    assert shares == pytest.approx([1.0, 1.0, 0.5, 0.0025])
    assert average_decay(decaying, 599) == options.ema
    assert average_decay(decaying, 600) == options.ema_in_decay
    with pytest.raises(SystemExit, match="level"):
        dataclasses.replace(options, decay_from=600)


def test_both_heads_leave_two_checkpoints_and_resume_exactly(
    options: TrainingOptions, tmp_path: Path
) -> None:
    both = dataclasses.replace(
        options,
        head="both",
        decoder=(8, 8),
        slim=True,
        balance=0.5,
        mood_weight=0.2,
        max_class_weight=5.0,
        bordered=0.5,
        aged=0.5,
        schedule="level",
        out=tmp_path / "whole",
    )
    assert "ab_rmse_regression" in Trainer(both).run()
    for head in ("classification", "regression"):
        config = load_checkpoint(tmp_path / "whole" / head).config
        assert (config.name, config.network.head, config.network.slim) == (head, head, True)
    half = dataclasses.replace(both, out=tmp_path / "half")
    stopped = Trainer(half)
    stopped.stop()
    stopped.run()
    resumed = Trainer(dataclasses.replace(half, resume=True))
    assert resumed.progress.step == 1
    resumed.run()
    expected, got = weights(both.out), weights(half.out)
    assert all(torch.equal(tensor, got[name]) for name, tensor in expected.items())


def test_training_all_layers_or_none(options: TrainingOptions) -> None:
    heads = Heads(small_network("regression", 0), with_regression=False)
    for stride, expected in ((2, True), (64, False)):
        set_trainable(heads, dataclasses.replace(options, train_from_stride=stride), step=99)
        assert all(p.requires_grad == expected for p in heads.network.backbone.parameters())


@pytest.mark.slow
def test_two_processes_resume_exactly(options: TrainingOptions, tmp_path: Path) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train_on_two_processes(options, whole, steps=4)
    for steps in (2, 4):
        train_on_two_processes(options, halves, steps=steps)
    lines = (halves / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [2, 4]
    expected, got = weights(whole), weights(halves)
    assert expected.keys() == got.keys()
    for name, tensor in expected.items():
        assert torch.equal(tensor, got[name]), name


def train_on_two_processes(options: TrainingOptions, out: Path, *, steps: int) -> None:
    """At a constant rate, so that the first half of the steps knows nothing of the second."""
    flags = {
        "--head": "classification", "--photos": options.photos[0], "--palette": options.palette,
        "--out": out, "--backbone": options.backbone, "--frozen-steps": 1, "--batch": 2,
        "--crop": 32, "--crop-from": 48, "--side": 64, "--cache": options.cache,
        "--evaluate-every": 2, "--validation-photos": 4, "--steps": steps,
        "--train-from-stride": 2, "--schedule": "constant",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2",
        "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
        "-m", "train.train", "--random-backbone", "--decoder", "8", "8", "8", "--resume",
        *(str(part) for flag in flags.items() for part in flag),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, timeout=600)


def test_a_checkpoint_tells_no_paths_of_the_machine(options: TrainingOptions) -> None:
    moved = dataclasses.replace(options, init_from="/somewhere/runs/first")
    described = moved.described()
    assert described["photos"] == "photos"
    assert described["init_from"] == "first"
    assert not [value for value in described.values() if "/" in value]
