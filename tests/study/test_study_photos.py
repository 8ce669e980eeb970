from pathlib import Path

import pytest

from colorizer.errors import StudyError
from colorizer.study import photos_folder
from colorizer.study.photos import find_photos
from tests.support.study_support import make_folder


def test_subjects_are_the_names_of_subfolders(tmp_path: Path) -> None:
    found = list(find_photos(make_folder(tmp_path, 4)))
    assert [file.photo.subject for file in found] == ["bird", "bird", "plant", "plant"]
    assert len({file.photo.id for file in found}) == 4


def test_an_index_names_the_subjects(tmp_path: Path) -> None:
    make_folder(tmp_path, 3)
    (tmp_path / "index.csv").write_text(
        "path,width,subject\nbird/001.png,128,owl\nplant/000.png,1,\n"
    )
    subjects = {file.path.name: file.photo.subject for file in find_photos(tmp_path)}
    assert subjects == {"001.png": "owl", "000.png": "", "002.png": "plant"}


def test_an_index_of_another_kind_is_not_used(tmp_path: Path) -> None:
    make_folder(tmp_path, 1)
    (tmp_path / "index.csv").write_text("a,b\n1,2\n")
    assert [file.photo.subject for file in find_photos(tmp_path)] == ["plant"]


def test_the_same_content_counts_once_and_other_files_not_at_all(tmp_path: Path) -> None:
    make_folder(tmp_path, 2)
    (tmp_path / "copy.PNG").write_bytes((tmp_path / "plant" / "000.png").read_bytes())
    (tmp_path / "LICENSE.txt").write_text("CC0")
    assert len(list(find_photos(tmp_path))) == 2


def test_a_photo_keeps_its_id_when_it_moves(tmp_path: Path) -> None:
    make_folder(tmp_path, 1)
    before = next(find_photos(tmp_path)).photo.id
    (tmp_path / "plant" / "000.png").rename(tmp_path / "renamed.png")
    after = next(find_photos(tmp_path)).photo
    assert (after.id, after.subject) == (before, "")


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert photos_folder(str(tmp_path)) == tmp_path


def test_neither_folder_nor_dataset_is_refused() -> None:
    with pytest.raises(StudyError, match="neither a folder nor"):
        photos_folder("/nowhere/at/all")


def test_a_dataset_that_cannot_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> str:
        raise OSError("no network")

    monkeypatch.setattr("colorizer.study.photos.snapshot_download", fail)
    with pytest.raises(StudyError, match="could not be downloaded"):
        photos_folder("owner/photos")
