"""The whole evaluation on a few small photos with untrained networks, and its parts."""

import json

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from skimage import color, data

from colorizer.colour.ab_bins import AbBins
from colorizer.model.architecture import NetworkConfig
from colorizer.model.checkpoint import CheckpointConfig, DecodingConfig, save_checkpoint
from colorizer.model.network import ColorizationNetwork
from colorizer.pipeline import Colorizer
from train.evaluate import evaluate, main
from train.evaluation.consistency import measure_consistency
from train.evaluation.contact_sheet import CELL, SheetLine, draw_sheet, write_sheets
from train.evaluation.contenders import baselines, load_contenders, training_palette
from train.evaluation.feature_network import NAME, FeatureNetwork
from train.evaluation.options import EvaluationOptions
from train.evaluation.report import as_markdown, write_json
from train.evaluation.subjects import read_subjects
from train.fit_palette import write_palette

PALETTE = AbBins(
    centres=np.float32([[0.0, 4.0], [30.0, 40.0], [-20.0, -30.0], [60.0, -10.0]]),
    prior=np.float32([0.7, 0.2, 0.06, 0.04]),
)


def save_untrained(folder, head):
    torch.manual_seed(0)
    n_classes = PALETTE.n_classes if head == "classification" else 0
    config = NetworkConfig(
        backbone="tf_efficientnet_lite0",
        head=head,
        n_classes=n_classes,
        decoder_channels=(16, 8),
    )
    ab_bins = PALETTE if head == "classification" else None
    described = CheckpointConfig(head, config, DecodingConfig(side=64))
    return save_checkpoint(folder, described, ColorizationNetwork(config), ab_bins)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    return {head: save_untrained(folder / head, head) for head in ("classification", "regression")}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Six colour photos of two subjects, one grey photo and one broken file."""
    folder = tmp_path_factory.mktemp("photos")
    lines = ["path,subject"]
    astronaut, coffee = data.astronaut(), data.coffee()
    for number in range(3):
        start = 60 * number
        for subject, rgb in (("people", astronaut), ("food", coffee)):
            cut = rgb[start : start + 72, start + 100 : start + 200]
            Image.fromarray(cut).save(folder / f"{subject}{number}.png")
            lines.append(f"{subject}{number}.png,{subject}")
    Image.fromarray(data.camera()[:72, :72]).convert("RGB").save(folder / "grey.png")
    (folder / "broken.png").write_bytes(b"not a photo")
    (folder / "index.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def feature_network():
    torch.manual_seed(1)
    return FeatureNetwork(timm.create_model(NAME))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, checkpoints, photos, feature_network):
    """Options and the written metrics.json of one run with both heads."""
    folder = tmp_path_factory.mktemp("evaluation")
    options = EvaluationOptions(
        checkpoints=tuple(str(c) for c in checkpoints.values()),
        photos=(photos,),
        out=folder / "out",
        side=64,
        temperature=(0.2,),
        robustness=1,
        sheet_photos=4,
        write_into_checkpoints=True,
        cache=folder / "cache",
    )
    evaluate(options, feature_network)
    return options, json.loads((options.out / "metrics.json").read_text())


def test_every_baseline_and_temperature_has_its_row(evaluated):
    assert list(evaluated[1]["rows"]) == [
        "grey",
        "constant mean ab",
        "most common class",
        "classification, T = 1",
        "classification, T = 0.2",
        "classification",
        "regression",
    ]


def test_grey_row_has_the_numbers_of_the_photos_without_their_colour(evaluated, photos):
    squares = []
    for file in sorted(photos.glob("*[0-9].png")):
        rgb = np.asarray(Image.open(file))
        small = np.asarray(Image.fromarray(rgb).resize((round(100 * 64 / 72), 64), Image.BOX))
        squares.append((color.rgb2lab(small)[..., 1:] ** 2).mean())
    row = evaluated[1]["rows"]["grey"]
    assert row["ab_rmse"]["value"] == pytest.approx(np.sqrt(np.mean(squares)), rel=0.03)
    assert row["mse_255"]["value"] == pytest.approx((row["ab_rmse"]["value"] / 255) ** 2, rel=1e-4)
    assert row["colorfulness"]["value"] == 0
    assert row["ab_rmse"]["low"] < row["ab_rmse"]["value"] < row["ab_rmse"]["high"]


def test_grey_and_broken_photos_are_left_out(evaluated):
    assert evaluated[1]["protocol"]["photos"] == 6
    assert evaluated[1]["protocol"]["left_out"] == 2


def test_subjects_have_their_own_rows_and_too_few_photos_no_frechet_distance(evaluated):
    subjects = evaluated[1]["subjects"]
    assert {name: subject["photos"] for name, subject in subjects.items()} == {
        "food": 3,
        "people": 3,
    }
    errors = [subjects[name]["rows"]["grey"]["mse_255"]["value"] for name in subjects]
    overall = evaluated[1]["rows"]["grey"]["mse_255"]["value"]
    assert np.mean(errors) == pytest.approx(overall, rel=1e-4)
    assert "frechet" not in evaluated[1]["rows"]["grey"]


def test_table_and_sheets_are_written(evaluated):
    options, content = evaluated
    table = (options.out / "table.md").read_text()
    assert table == as_markdown(content)
    assert (
        f"| most common class | {content['rows']['most common class']['ab_rmse']['value']:.2f}"
        in table
    )
    sheet = Image.open(options.out / "sheet-1.png")
    assert sheet.width > 6 * CELL  # grey, four decodings, real
    assert not (options.out / "sheet-2.png").exists()


def test_each_checkpoint_gets_its_own_rows_and_the_baselines(evaluated, checkpoints):
    content = json.loads((checkpoints["regression"] / "metrics.json").read_text())
    assert list(content["rows"]) == ["grey", "constant mean ab", "most common class", "regression"]
    assert list(content["targets"]) == list(content["consistency"]) == ["regression"]
    assert list(content["protocol"]["checkpoints"]) == ["regression"]
    assert Colorizer.from_pretrained(checkpoints["regression"]).checkpoint.metrics == content
    assert as_markdown(content).count("## Targets") == 1


def test_protocol_names_no_folder_of_this_machine(evaluated, photos):
    text = json.dumps(evaluated[1])
    assert str(photos.parent) not in text
    assert evaluated[1]["protocol"]["folders"] == [photos.name]


def test_limit_draws_the_same_photos_again(
    evaluated, feature_network, checkpoints, photos, tmp_path
):
    rows = []
    for _ in range(2):
        options = EvaluationOptions(
            checkpoints=(f"mine={checkpoints['regression']}",),
            photos=(photos,),
            out=tmp_path,
            side=64,
            limit=2,
            palette=tmp_path / "palette.safetensors",
            sheet_photos=0,
            cache=evaluated[0].cache,
        )
        write_palette(PALETTE, options.palette)
        content = evaluate(options, feature_network)
        assert content["protocol"]["photos"] == 2
        rows.append(content["rows"]["mine"])
    assert rows[0] == rows[1]


def test_baselines_come_from_the_palette():
    mean, common = baselines(PALETTE)
    assert mean.ab == pytest.approx((0.2 * 30 - 0.06 * 20 + 0.04 * 60, 2.8 + 8 - 1.8 - 0.4))
    assert common.ab == pytest.approx((0.0, 4.0))
    grey = np.full((8, 8, 3), 120, dtype=np.uint8)
    painted = color.rgb2lab(mean.color(grey)["constant mean ab"])
    assert painted[0, 0] == pytest.approx([*color.rgb2lab(grey)[0, 0, :1], *mean.ab], abs=0.7)


def test_without_any_palette_the_user_is_told(monkeypatch):
    monkeypatch.setattr("train.evaluation.contenders.bundled_checkpoints", list)
    with pytest.raises(SystemExit, match="--palette"):
        training_palette(None, [])


def test_two_checkpoints_need_two_labels(checkpoints):
    source = str(checkpoints["regression"])
    with pytest.raises(SystemExit, match="LABEL=CHECKPOINT"):
        load_contenders([source, source])
    assert [c.label for c in load_contenders([source, f"again={source}"])] == [
        "regression",
        "again",
    ]


def test_a_missing_checkpoint_ends_the_command_with_a_sentence(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(FeatureNetwork, "pretrained", classmethod(lambda cls: None))
    with pytest.raises(SystemExit, match="no checkpoint folder"):
        main(["nowhere", "--photos", str(photos), "--out", str(tmp_path / "out")])


def test_feature_network_sees_the_same_picture_alike_alone_and_in_a_batch(feature_network):
    one, other = data.astronaut(), data.coffee()
    together = feature_network([one, other])
    assert together.features.shape == (2, 1280)
    assert np.allclose(together.features[1], feature_network([other]).features[0], atol=1e-4)


def test_feature_network_shows_the_classifier_what_its_own_preprocessing_does(feature_network):
    config = timm.data.resolve_data_config({}, model=feature_network.classifier)
    rgb = data.astronaut()[:256, :300]
    transform = timm.data.create_transform(**config)
    with torch.inference_mode():
        maps = feature_network.classifier.forward_features(transform(Image.fromarray(rgb))[None])
        expected = feature_network.classifier.forward_head(maps, pre_logits=True)
        top1 = feature_network.classifier.forward_head(maps).argmax()
    impression = feature_network([rgb])
    assert np.allclose(impression.features, expected, atol=1e-4 * float(expected.abs().max()))
    assert impression.top1[0] == top1


class FixedColorizer:
    """Gives every photo the same gradient of colour, or one that depends on its width."""

    def __init__(self, *, by_width):
        self.by_width = by_width

    def colorize(self, photo):
        height, width = 64, 128
        ab = np.zeros((height, width, 2), dtype=np.float32)
        ab[..., 0] = np.linspace(0, 50, width)
        if self.by_width:
            ab[..., 1] = photo.rgb.shape[1] / 100
        return type("Coloured", (), {"ab": ab})


def test_consistency_is_zero_for_the_same_colours_and_finds_the_worst_pair():
    photo = np.full((100, 100, 3), 120, dtype=np.uint8)
    same = measure_consistency(FixedColorizer(by_width=False), [photo])
    assert (same.worst_pair, same.mean_pair) == (0.0, 0.0)
    other = measure_consistency(FixedColorizer(by_width=True), [photo])
    assert other.worst_pair == pytest.approx(1.88 - 0.5, abs=0.01)  # 1.5 · 1.25 against 0.5
    assert other.worst_pair_versions == "scale 0.5, width × 1 against scale 1.5, width × 1.25"


def test_sheet_shows_the_pictures_in_their_columns(tmp_path):
    red, blue = (np.full((30, 60, 3), c, dtype=np.uint8) for c in ([200, 0, 0], [0, 0, 200]))
    lines = [SheetLine("bird", {"grey": red, "real": blue})] * 9
    sheet = np.asarray(draw_sheet(lines[:1]))
    middle = 26 + CELL // 2
    assert sheet[middle, 6 + CELL // 2].tolist() == [200, 0, 0]
    assert sheet[middle, 12 + CELL + CELL // 2].tolist() == [0, 0, 200]
    assert [file.name for file in write_sheets(lines, tmp_path)] == ["sheet-1.png", "sheet-2.png"]


def test_subjects_of_an_index_without_the_columns_are_refused(tmp_path):
    (tmp_path / "index.csv").write_text("file,class\na.png,bird\n")
    with pytest.raises(ValueError, match="path and subject"):
        read_subjects([tmp_path])
    assert read_subjects([tmp_path / "empty"]) == {}


def test_not_a_number_never_reaches_a_json_file(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "metrics.json", {"value": float("nan")})
