import csv
from pathlib import Path

import numpy as np
import pytest

from colorizer.photo import open_photo
from tests.train.test_dataset import write_photos
from train.pack import PackOptions, main, pack, unpack


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    write_photos(tmp_path / "photos", 9)
    lines = ["path,subject,source,split"]
    lines += [f"{n:02}.png,bird,cub,{'validation' if n % 3 == 0 else 'train'}" for n in range(9)]
    (tmp_path / "photos" / "index.csv").write_text("\n".join(lines))
    return tmp_path / "photos"


def test_packs_are_small_and_unpack_to_a_folder_with_an_index(photos: Path, tmp_path: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 no photo")
    options = PackOptions(photos=[photos], out=tmp_path / "packs", side=64, max_mib=0.01)
    packs = pack(options)
    assert len(packs) > 1
    assert all(file.stat().st_size <= 0.01 * 2**20 for file in packs)
    unpack(packs, tmp_path / "again")
    with (tmp_path / "again" / "index.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert sorted(row["split"] for row in rows) == ["train"] * 6 + ["validation"] * 3
    for row in rows:
        assert min(open_photo(tmp_path / "again" / row["path"]).rgb.shape[:2]) == 64


def test_a_pack_shows_the_photos(photos: Path, tmp_path: Path) -> None:
    (file,) = pack(PackOptions(photos=[photos], out=tmp_path / "packs", limit=4, quality=90))
    unpack([file], tmp_path / "again")
    found = sorted((tmp_path / "again").glob("*.webp"))
    assert len(found) == 4
    means = [open_photo(file).rgb.mean() for file in sorted(photos.glob("*.png"))]
    for each in found:
        assert np.abs(np.array(means) - open_photo(each).rgb.mean()).min() < 3


def test_the_command_packs_or_unpacks(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--photos", str(photos), "--out", str(tmp_path / "packs"), "--limit", "2"])
    assert "photos-00.zip" in capsys.readouterr().out
    main(["--unpack", str(tmp_path / "packs" / "photos-00.zip"), "--out", str(tmp_path / "again")])
    assert (tmp_path / "again" / "index.csv").exists()
    with pytest.raises(SystemExit, match="either"):
        PackOptions(out=tmp_path)
