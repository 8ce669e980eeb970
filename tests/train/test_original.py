"""The original's recipe at a tiny size, without a download."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models.segmentation import FCN_ResNet50_Weights, fcn_resnet50

from colorizer.model.checkpoint import load_checkpoint
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer
from tests.train.test_dataset import write_photos
from train.evaluation.contenders import load_contenders
from train.original import OriginalOptions, build, main, train


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder, 5)
    lines = ["path,subject", *(f"{n:02}.png,{'bird' if n < 4 else 'cat'}" for n in range(5))]
    (folder / "index.csv").write_text("\n".join(lines))
    return folder


def options(photos: Path, out: Path, head: str) -> OriginalOptions:
    return OriginalOptions(
        head=head,  # type: ignore[arg-type]
        photos=[photos],
        out=out,
        subject="bird",
        epochs=1,
        batch=2,
        classes=6,
        side=32,
        random_start=True,
        cache=out / "cache",
    )


HEADS = ("regression", "classification")


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of a training of two steps for each head."""
    folders = {head: tmp_path_factory.mktemp(head) for head in HEADS}
    for head, folder in folders.items():
        (loss,) = train(options(photos, folder, head))
        assert 0 < loss < 10
    return folders


@pytest.mark.parametrize("head", HEADS)
def test_two_steps_make_a_checkpoint_that_colours(trained: dict[str, Path], head: str) -> None:
    line = json.loads((trained[head] / "metrics.jsonl").read_text())
    assert line["epoch"] == 1
    checkpoint = load_checkpoint(trained[head] / "checkpoint")
    provenance = checkpoint.config.provenance
    assert provenance["training"]["started_from"] == "random weights"
    assert (provenance["photos"], provenance["steps"]) == (4, 2)
    photo = Photo(rgb=np.full((40, 56, 3), 90, dtype=np.uint8))
    result = Colorizer(checkpoint).colorize(photo)
    assert result.photo.rgb.shape == (40, 56, 3)
    assert result.model == f"original {head}"


def test_a_classifier_is_decoded_by_its_likeliest_colour(trained: dict[str, Path]) -> None:
    checkpoint = load_checkpoint(trained["classification"] / "checkpoint")
    assert checkpoint.config.decoding.temperature == 0.0
    assert checkpoint.ab_bins is not None
    logits = torch.randn(1, 6, 8, 8).numpy()
    ab = checkpoint.ab_bins.annealed_mean(logits, checkpoint.config.decoding.temperature)
    expected = checkpoint.ab_bins.centres[logits[0, :, 3, 4].argmax()]
    np.testing.assert_array_equal(ab[0, :, 3, 4], expected)


def test_the_evaluation_takes_both_beside_ours(trained: dict[str, Path]) -> None:
    contenders = load_contenders([str(trained[head] / "checkpoint") for head in HEADS])
    assert [list(contender.temperatures) for contender in contenders] == [
        ["original regression"],
        ["original classification, T = 1", "original classification"],
    ]


def test_only_the_new_layers_learn_as_in_the_original(
    photos: Path, trained: dict[str, Path]
) -> None:
    network, _ = build(options(photos, trained["regression"], "regression"), None)
    learning = [p for p in network.parameters() if p.requires_grad]
    assert sum(p.numel() for p in learning) == 4_162
    before = {name: tensor.half().numpy() for name, tensor in network.state_dict().items()}
    after = load_checkpoint(trained["regression"] / "checkpoint").weights
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    statistics = {n for n in moved if n.endswith(("running_mean", "running_var", "tracked"))}
    assert moved - statistics == {
        "fcn.backbone.conv1.weight",
        "fcn.classifier.4.weight",
        "fcn.classifier.4.bias",
    }
    assert "fcn.backbone.bn1.running_mean" in statistics  # of its own batches, as there


def test_coco_weights_fill_everything_but_the_new_layers(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(7)
    given = fcn_resnet50(weights=None, weights_backbone=None, aux_loss=True).state_dict()
    monkeypatch.setattr(FCN_ResNet50_Weights, "get_state_dict", lambda *_, **__: given)
    chosen = OriginalOptions(head="regression", photos=[photos], out=tmp_path)
    network, start = build(chosen, None)
    assert start.startswith("COCO weights")
    own = network.fcn.state_dict()
    same = {name for name in own if own[name].shape == given[name].shape}
    assert set(own) - same == {
        "backbone.conv1.weight",
        "classifier.4.weight",
        "classifier.4.bias",
    }
    assert all(torch.equal(own[name], given[name]) for name in same)


def test_without_the_download_it_says_that_it_starts_from_random_weights(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(FCN_ResNet50_Weights, "get_state_dict", away)
    chosen = OriginalOptions(head="regression", photos=[photos], out=tmp_path)
    assert build(chosen, None)[1] == "random weights"
    assert "this is not the original's result" in caplog.text


def test_a_subject_without_photos_is_a_sentence(photos: Path, tmp_path: Path) -> None:
    flags = f"--head regression --photos {photos} --out {tmp_path} --subject fish --side 32"
    with pytest.raises(SystemExit, match="no photos of that subject"):
        main([*flags.split(), "--cache", str(tmp_path)])
