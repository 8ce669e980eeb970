"""The whole way once: photos → palette → training → checkpoint → colour photo of the right size."""

from pathlib import Path

import numpy as np
from PIL import Image
from skimage import color, data

from colorizer import cli, open_photo
from colorizer.photo import read_mark
from tests.train.test_dataset import write_photos
from train import fit_palette, train


def test_from_a_folder_of_photos_to_a_coloured_photo(tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "run"
    write_photos(photos, 8)
    Image.fromarray(data.coffee()).save(photos / "coffee.jpg")
    cache = ["--cache", str(tmp_path / "cache"), "--side", "96", "--photos", str(photos)]
    palette = str(tmp_path / "palette.safetensors")
    fit_palette.main([*cache, "--classes", "12", "--out", palette])
    flags = (
        f"--head classification --palette {palette} --out {out} --backbone tf_efficientnet_lite0 "
        "--random-backbone --steps 3 --frozen-steps 1 --batch 4 --crop 64 --crop-from 96 "
        "--evaluate-every 3 --validation-photos 4 --decoder 16 16 16"
    )
    train.main([*cache, *flags.split()])
    grey = tmp_path / "old.jpg"
    Image.fromarray(data.astronaut()[:301, :455]).convert("L").save(grey, quality=95)
    status = cli.main([str(grey), "-q", "--model", str(out / "checkpoint")])
    assert status == cli.EXIT_DONE
    before, after = open_photo(grey), open_photo(tmp_path / "old-colour.jpg")
    assert (after.width, after.height, after.format) == (455, 301, "JPEG")
    lightness = [color.rgb2lab(photo.rgb)[..., 0] for photo in (before, after)]
    assert np.abs(lightness[0] - lightness[1]).mean() <= 1.0
    assert "classification" in (read_mark(tmp_path / "old-colour.jpg") or "")
