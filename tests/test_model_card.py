import json
import shutil
from pathlib import Path

from colorizer.checkpoint import METRICS_FILE
from train.model_card import CARD_FILE, main, metrics_table


def row(value: float) -> dict[str, dict[str, float]]:
    keys = "ab_rmse psnr colorfulness colorfulness_real auc auc_rebalanced frechet probe"
    return {key: {"value": value} for key in (*keys.split(), "top1_agreement")}


def test_the_card_states_the_measured_numbers(classification_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(classification_folder, tmp_path / "copy"))
    protocol = {"photos": 7, "side": 99, "crop": "none", "feature_network": "lite0"}
    metrics = {"protocol": protocol, "rows": {"grey": row(1.5), "tiny": row(2.25)}}
    (folder / METRICS_FILE).write_text(json.dumps(metrics))
    main([str(folder)])
    card = (folder / CARD_FILE).read_text()
    assert card.startswith("---\nlicense: apache-2.0")
    assert "| tiny | 2.25 |" in card
    assert "7 photos that were not trained on" in card


def test_a_checkpoint_without_metrics_says_so(regression_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(regression_folder, tmp_path / "copy"))
    main([str(folder)])
    assert "Not evaluated yet" in (folder / CARD_FILE).read_text()


def test_the_table_has_a_column_for_each_number() -> None:
    lines = metrics_table({"grey": row(1.0)}).splitlines()
    assert len({line.count("|") for line in lines}) == 1
