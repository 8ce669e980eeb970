"""Small archives of MIR-FLICKR's layout, made in memory, and hostile ones."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from train.dataset import open_cache
from train.prepare_mirflickr import MAX_PHOTO_BYTES, PreparationOptions, main, prepare, split

BIRDS = (2, 3, 5, 40, 999)
PLANTS = (3, 8, 9)


def jpeg(number: int, *, width: int = 300, height: int = 260, grey: bool = False) -> bytes:
    random = np.random.default_rng(number)
    rgb = random.integers(0, 256, (1, 1, 3)) + random.integers(-30, 30, (height, width, 3))
    if grey:
        rgb = np.repeat(rgb[..., :1], 3, axis=2)
    content = io.BytesIO()
    Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(content, "JPEG", quality=80)
    return content.getvalue()


def photos() -> dict[str, bytes]:
    """Thirty photos: im4 too small, im6 grey, im7 broken, the others as they should be."""
    odd = {4: jpeg(4, height=255), 6: jpeg(6, grey=True), 7: b"\xff\xd8\xff broken"}
    return {f"mirflickr/im{n}.jpg": odd.get(n) or jpeg(n) for n in range(1, 31)}


def lists() -> dict[str, bytes]:
    """One number in a line, with the line ends of the original files."""
    return {
        f"{name}.txt": "".join(f"{n}\r\n" for n in numbers).encode()
        for name, numbers in (("bird", BIRDS), ("plant_life", PLANTS), ("bird_r1", (2,)))
    }


def archive(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as content:
        for name, data in members.items():
            content.writestr(name, data)
    return file


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("archives")
    extra = {"mirflickr/doc/readme.html": b"<p>", "mirflickr/meta/tags/tags1.txt": b"sky"}
    return (
        archive(folder / "photos.zip", {**photos(), **extra}),
        archive(folder / "annotations.zip", lists()),
    )


@pytest.fixture(scope="module")
def prepared(sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared") / "out"
    main([*map(str, sources), "--out", str(out)])
    return out


def numbers(folder: Path) -> set[int]:
    return {int(file.stem[2:]) for file in folder.rglob("*.jpg")}


def test_photos_are_squares_of_256_pixels_in_three_parts_that_share_nothing(
    prepared: Path,
) -> None:
    parts = [numbers(prepared / "all" / part) for part in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [21, 3, 3]
    assert set.union(*parts) == set(range(1, 31)) - {4, 6, 7}
    for file in (prepared / "all").rglob("*.jpg"):
        with Image.open(file) as image:
            assert image.size == (256, 256)


def test_small_grey_and_broken_photos_are_left_out_with_the_reason(prepared: Path) -> None:
    record = json.loads((prepared / "prepared.json").read_text())
    assert set(record["left_out"]) == {"4", "6", "7"}
    assert record["left_out"]["4"] == "a side below 256 pixels"
    assert record["left_out"]["6"] == "grey"
    assert record["photos"]["all"] == {"train": 21, "validation": 3, "test": 3}


def test_subsets_follow_the_annotation_lists_and_the_split_of_the_whole(prepared: Path) -> None:
    assert numbers(prepared / "bird") == {2, 3, 5}
    assert numbers(prepared / "plant_life") == {3, 8, 9}
    for subset in ("bird", "plant_life"):
        for part in ("train", "validation", "test"):
            assert numbers(prepared / subset / part) <= numbers(prepared / "all" / part)


def test_colours_survive(prepared: Path) -> None:
    (file,) = (prepared / "all").rglob("im1.jpg")
    before = np.asarray(Image.open(io.BytesIO(jpeg(1)))).reshape(-1, 3).mean(axis=0)
    assert np.abs(np.asarray(Image.open(file)).reshape(-1, 3).mean(axis=0) - before).max() < 2


def test_the_result_is_a_folder_that_training_takes(prepared: Path, tmp_path: Path) -> None:
    cache = open_cache([prepared / "all" / "train"], tmp_path, side=192)
    assert len(cache.photos) == 21
    assert not cache.left_out


def test_the_same_seed_gives_the_same_parts() -> None:
    known = list(range(742))
    parts = split(known, 3)
    assert [len(part) for part in parts.values()] == [593, 74, 75]
    assert split(known, 3) == parts
    assert split(known, 4) != parts
    assert sorted(n for part in parts.values() for n in part) == known


def test_folders_are_as_good_as_archives(
    sources: tuple[Path, Path], prepared: Path, tmp_path: Path
) -> None:
    for source in sources:
        zipfile.ZipFile(source).extractall(tmp_path / "unpacked")
    prepare(PreparationOptions(sources=(tmp_path / "unpacked",), out=tmp_path / "out"))
    for part in ("train", "validation", "test"):
        assert numbers(tmp_path / "out" / "all" / part) == numbers(prepared / "all" / part)


def test_a_hostile_archive_writes_only_our_own_names(tmp_path: Path) -> None:
    members = {
        "../../im1.jpg": jpeg(1),
        "/etc/im2.jpg": jpeg(2),
        "a/../../../im3.jpg": jpeg(3),
        "..\\..\\im4.jpg": jpeg(4),
        "im5.jpg/../evil.txt": b"x",
        "im6.jpg": bytes(MAX_PHOTO_BYTES + 1),  # 20 MiB that came as 20 KiB
        "im123456789012.jpg": jpeg(7),
    }
    source = archive(tmp_path / "hostile.zip", members)
    out = tmp_path / "a" / "b" / "out"
    prepare(PreparationOptions(sources=(source,), out=out, subsets=()))
    assert numbers(out) == {1, 2, 3}
    written = {file for file in tmp_path.rglob("*") if file.is_file()}
    assert all(file.is_relative_to(out) for file in written - {source})
    record = json.loads((out / "prepared.json").read_text())
    assert record["left_out"]["6"].startswith("The file is larger than 20 MB")


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    source = archive(tmp_path / "photos.zip", {f"im{n}.jpg": jpeg(n) for n in (1, 2, 3)})
    content = bytearray(source.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    source.write_bytes(content)
    prepare(PreparationOptions(sources=(source,), out=tmp_path / "out", subsets=()))
    assert numbers(tmp_path / "out") == {1, 3}


REFUSED = {
    "no zip": (b"nothing", {}, "neither a folder nor a readable zip"),
    "no photos": (None, {"a.txt": b""}, "no photos im1.jpg"),
    "no list": (None, {"im1.jpg": b""}, "no bird.txt"),
    "strange list": (None, {"bird.txt": b"robin"}, "no list of photo numbers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_prepared_is_a_sentence(tmp_path: Path, name: str) -> None:
    content, members, sentence = REFUSED[name]
    source = tmp_path / "source.zip"
    if content is None:
        archive(source, members)
    else:
        source.write_bytes(content)
    subsets = () if name == "no photos" else ("bird",)
    with pytest.raises(SystemExit, match=sentence):
        prepare(PreparationOptions(sources=(source,), out=tmp_path / "out", subsets=subsets))


def test_an_existing_folder_is_not_touched(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="exists already"):
        prepare(PreparationOptions(sources=(tmp_path,), out=tmp_path))
