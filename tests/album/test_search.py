"""What a folder leaves out is counted, and what cannot be read is said."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from colorizer.album.search import search
from tests.support.photo_bytes import encoded, picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photo = encoded(picture(), "JPEG")
    for name in (
        "a.jpg", "inner/b.PNG", "._a.jpg", ".hidden.jpg", ".thumbnails/t.jpg", "@eaDir/a.jpg",
        "phone.heif-like", "notes.txt", "list.TXT", "README",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(photo)
    return tmp_path


def test_only_photos_are_taken_and_the_rest_is_counted(folder: Path) -> None:
    found = search(folder)
    assert found.photos == [folder / "a.jpg", folder / "inner/b.PNG"]
    assert found.left_out == {
        "hidden": 4, "HEIF-LIKE": 1, "TXT": 2, "without an ending": 1,
    }  # fmt: skip
    assert found.unreadable == []


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    found = search(folder)
    assert len(found.photos) == 2
    assert found.left_out["linked folder"] == 1


def test_a_pipe_does_not_hold_the_search_up(folder: Path) -> None:
    os.mkfifo(folder / "pipe.jpg")
    assert folder / "pipe.jpg" in search(folder).photos  # and is refused when its turn comes


@pytest.fixture
def somebody() -> Iterator[Path]:
    """A folder of somebody who is not the superuser, to whom every folder is open."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, 65_534, -1)
        os.seteuid(65_534)
    try:
        yield folder
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_read_is_said(somebody: Path) -> None:
    (somebody / "locked").mkdir()
    (somebody / "locked").chmod(0)
    ((path, why),) = search(somebody).unreadable
    assert path == somebody / "locked"
    assert "denied" in why
