from pathlib import Path

import pytest
import torch

from colorizer.colour.ab_bins import AbBins
from tests.conftest import small_network
from tests.train.test_dataset import write_photos
from tests.train.test_heads import slim_network
from train.dataset import PhotoCache, open_cache
from train.heads import Heads
from train.options import TrainingOptions
from train.validation import validate


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> PhotoCache:
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder, 4)
    lines = ["path,split", *(f"{number:02}.png,validation" for number in range(4))]
    (folder / "index.csv").write_text("\n".join(lines))
    return open_cache([folder], folder / "cache", side=64)


def options(**changes: object) -> TrainingOptions:
    settings: dict[str, object] = {
        "head": "regression", "photos": [], "out": Path(), "crop": 32, "crop_from": 64,
        "validation_photos": 4, "temperature": 0.5, **changes,
    }  # fmt: skip
    return TrainingOptions(**settings)  # type: ignore[arg-type]


def test_networks_of_any_stride_meet_the_same_truth(cache: PhotoCache) -> None:
    coarse = slim_network()
    ab_bins = AbBins((torch.randn(5, 2) * 20).numpy(), torch.full((5,), 0.2).numpy())
    both = validate(Heads(coarse, with_regression=True), ab_bins, cache, options())
    fine = validate(
        Heads(small_network("regression", 0), with_regression=False), None, cache, options()
    )
    assert both["grey"] == fine["grey"] > 0
    assert both["chroma_real"] == fine["chroma_real"]
    assert {"ab_rmse", "neutral_vivid", "saturated_regression", "bias_b_vivid"} <= both.keys()
    assert not [key for key in fine if "vivid" in key or "_regression" in key]


def test_the_factor_on_chroma_is_for_the_vivid_decoding_only(cache: PhotoCache) -> None:
    ab_bins = AbBins((torch.randn(5, 2) * 20).numpy(), torch.full((5,), 0.2).numpy())
    heads = Heads(slim_network(), with_regression=False)
    plain = validate(heads, ab_bins, cache, options())
    vivid = validate(heads, ab_bins, cache, options(), chroma=1.5)
    assert vivid["chroma"] == plain["chroma"]
    assert vivid["chroma_vivid"] == pytest.approx(1.5 * plain["chroma_vivid"], rel=1e-3)
