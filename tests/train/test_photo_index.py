from pathlib import Path

import numpy as np
import pytest

from train.photo_index import IndexLine, balancing_weights, read_index


def write(folder: Path, *lines: str) -> list[Path]:
    (folder / "index.csv").write_text("\n".join(lines))
    return [folder]


def test_lines_are_found_by_the_photos_path(tmp_path: Path) -> None:
    folders = write(
        tmp_path, "path,subject,source,split", "a/1.png,bird,cub,validation", "2.png,,,"
    )
    assert read_index([*folders, tmp_path / "none"]) == {
        tmp_path.resolve() / "a" / "1.png": IndexLine("bird", "cub", "validation"),
        tmp_path.resolve() / "2.png": IndexLine(),
    }


def test_what_no_index_may_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="test"):
        read_index(write(tmp_path, "path,split", "1.png,test"))
    with pytest.raises(ValueError, match="column path"):
        read_index(write(tmp_path, "file", "1.png"))


def test_no_source_and_no_subject_dominates() -> None:
    many = [IndexLine("dog", "large")] * 400
    few = [IndexLine("cat", "small")] * 100
    weights = balancing_weights([*many, *few], 0.5)
    assert weights.sum() == pytest.approx(1.0)
    # Source and subject each halve what 400 photos weigh against 100.
    assert weights[-1] / weights[0] == pytest.approx(4.0, rel=0.1)
    np.testing.assert_allclose(balancing_weights([*many, *few], 0.0), 1 / 500)


def test_a_single_odd_photo_does_not_come_all_the_time() -> None:
    many = [IndexLine("dog", f"source {number % 20}") for number in range(2000)]
    weights = balancing_weights([*many, IndexLine("cat", "one")], 0.5)
    assert weights[-1] / np.median(weights) < 5
