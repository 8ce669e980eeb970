import json
import shutil
from pathlib import Path

import pytest
import yaml
from PIL import Image

from colorizer.model.checkpoint import CARD_FILE, CONFIG_FILE, load_checkpoint
from colorizer.model.checkpoint_identity import EXAMPLES_FILE, METRICS_FILE
from train.evaluation.row_scores import METRICS
from train.model_card import main, own_metrics


def row(value: float) -> dict[str, dict[str, float]]:
    return {key: {"value": value, "low": value - 1, "high": value + 1} for key in METRICS}


def write_metrics(folder: Path) -> None:
    """A metrics.json as train.evaluate would write it for this checkpoint."""
    checkpoint = load_checkpoint(folder)
    measured = {"revision": checkpoint.revision}
    if checkpoint.ab_bins:
        measured["temperature"] = checkpoint.config.decoding.temperature
    protocol = {
        "photos": 7,
        "side": 99,
        "feature_network": "lite0",
        "checkpoints": {"mine": measured},
    }
    rows = {"grey": row(1.5), "mine, T = 1": row(3.5), "mine": row(2.25)}
    (folder / METRICS_FILE).write_text(json.dumps({"protocol": protocol, "rows": rows}))


@pytest.fixture
def folder(classification_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(classification_folder, tmp_path / "copy"))


def test_the_card_states_the_measured_numbers_with_intervals(folder: Path) -> None:
    write_metrics(folder)
    main([str(folder)])
    card = (folder / CARD_FILE).read_text()
    assert "| mine | 2.25<br><sub>1.25 … 3.25</sub> |" in card
    assert "| grey | 1.50<br>" in card
    assert "7 photos that were not trained on" in card


def test_the_hub_reads_the_numbers_from_the_front_matter(folder: Path) -> None:
    write_metrics(folder)
    main([str(folder)])
    front_matter = yaml.safe_load((folder / CARD_FILE).read_text().split("---\n")[1])
    (model,) = front_matter["model-index"]
    found = {m["type"]: m["value"] for result in model["results"] for m in result["metrics"]}
    assert found["psnr"] == found["auc_rebalanced"] == 2.25
    assert model["name"] == "tiny"
    assert front_matter["license"] == "apache-2.0"


def test_metrics_of_other_weights_or_another_decoding_are_not_its_own(folder: Path) -> None:
    write_metrics(folder)
    assert own_metrics(load_checkpoint(folder))
    file = folder / CONFIG_FILE
    config = json.loads(file.read_text())
    config["decoding"]["temperature"] = 0.9
    file.write_text(json.dumps(config))
    assert not own_metrics(load_checkpoint(folder))
    write_metrics(folder)
    content = (folder / METRICS_FILE).read_text()
    revision = load_checkpoint(folder).revision
    (folder / METRICS_FILE).write_text(content.replace(revision, "0123456789ab"))
    assert not own_metrics(load_checkpoint(folder))


def test_a_checkpoint_without_metrics_says_so(regression_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(regression_folder, tmp_path / "copy"))
    main([str(folder)])
    card = (folder / CARD_FILE).read_text()
    assert "Not evaluated yet" in card
    assert "model-index" not in card


def test_what_was_told_about_the_photos_stays_with_the_checkpoint(folder: Path) -> None:
    main([str(folder)])
    assert "has not said where they come from" in (folder / CARD_FILE).read_text()
    main([str(folder), "--about-photos", "Two beaches.", "--licence", "cc-by-4.0"])
    main([str(folder)])
    card = (folder / CARD_FILE).read_text()
    assert "The photos: Two beaches." in card
    assert "license: cc-by-4.0" in card


def test_the_pictures_show_free_photos_grey_coloured_and_real(folder: Path) -> None:
    main([str(folder)])
    with Image.open(folder / EXAMPLES_FILE) as sheet:
        assert sheet.width > 3 * 200
        assert sheet.height > 4 * 200
    assert f"]({EXAMPLES_FILE})" in (folder / CARD_FILE).read_text()


@pytest.mark.parametrize("name", ["classification", "regression"])
def test_the_bundled_metrics_belong_to_the_bundled_checkpoints(name: str) -> None:
    assert own_metrics(load_checkpoint(name))
