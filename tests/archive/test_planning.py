"""What an archive has, what of it is done, what results are called: all without Ray."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from colorizer.album.plan import UsageError
from colorizer.archive.manifest import DONE, FAILED, SCHEMA, Manifest
from colorizer.archive.plan import Plan, Settings, plan
from colorizer.archive.results import Results
from colorizer.archive.sources import Reader, Sources
from colorizer.archive.store import Store
from colorizer.photo import DEFAULT_LIMITS, PhotoError
from tests.support.archive_support import (
    make_parquet,
    make_photos,
    make_tar,
    photo_bytes,
    s3_server,
)

OURS = Settings("tiny", "abc", "{}")
NAMES = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]


def found(place: object, **options: str) -> list[str]:
    return Sources.at(str(place), **options).find().photos["source"].to_pylist()


def read_all(place: object, **options: str) -> list[bytes]:
    sources = Sources.at(str(place), **options)
    reader = Reader(sources, DEFAULT_LIMITS)
    photos = sources.find().photos.to_pylist()
    return [reader.read(row["source"], row["file"], row["start"]) for row in photos]


def test_a_folder_is_searched_with_what_is_no_photo_counted(tmp_path: Path) -> None:
    make_photos(tmp_path, 4)
    (tmp_path / ".hidden").mkdir()
    for name in (".hidden/x.jpg", "notes.txt", "out/y-colour.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    what = Sources.at(str(tmp_path)).find(not_in=Store.at(str(tmp_path / "out")))
    assert sorted(what.photos["source"].to_pylist()) == [
        "box 1/photo 0.jpg",
        "box 1/photo 2.jpg",
        "photo 1.jpg",
        "photo 3.jpg",
    ]
    assert what.left_out == {"hidden": 1, "TXT": 1}
    (tmp_path / "out" / "y-colour.jpg").unlink()
    assert sorted(read_all(tmp_path)) == sorted(map(photo_bytes, range(4)))


def test_a_name_that_is_no_utf_8_is_a_row_too(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(photo_bytes(0))
    (name,) = found(tmp_path)
    assert name == r"\udcff.jpg"
    with pytest.raises(PhotoError, match="cannot be opened"):
        Reader(Sources.at(str(tmp_path)), DEFAULT_LIMITS).read(name, None, 0)


def test_a_list_names_files_once_wherever_they_lie(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 3)
    other = tmp_path / "other.jpg"
    other.write_bytes(photo_bytes(9))
    lines = [
        "photo 1.jpg",
        "box 1/../photo 1.jpg",
        "",
        "box 1/photo 0.jpg",
        "../other.jpg",
        "gone.jpg",
    ]
    (tmp_path / "in" / "list.txt").write_text("\n".join(lines))
    names = found(tmp_path / "in" / "list.txt")
    assert names == ["photo 1.jpg", "box 1/photo 0.jpg", other.as_posix(), "gone.jpg"]
    sources = Sources.at(str(tmp_path / "in" / "list.txt"))
    reader = Reader(sources, DEFAULT_LIMITS)
    assert reader.read(other.as_posix(), None, 0) == photo_bytes(9)
    with pytest.raises(PhotoError, match="cannot be opened"):
        reader.read("gone.jpg", None, 0)


@pytest.mark.parametrize("as_struct", [True, False])
def test_rows_of_parquet_files_are_photos(tmp_path: Path, as_struct: bool) -> None:
    photos = [photo_bytes(number) for number in range(5)]
    make_parquet(tmp_path / "one.parquet", photos, as_struct=as_struct)
    assert found(tmp_path / "one.parquet")[-1] == "one.parquet/0000004"
    assert read_all(tmp_path / "one.parquet") == photos
    assert read_all(tmp_path, kind="parquet", column="image") == photos


def test_members_of_tar_files_are_photos(tmp_path: Path) -> None:
    photos = [photo_bytes(number) for number in range(3)]
    make_tar(tmp_path / "one.tar", photos)
    assert found(tmp_path / "one.tar")[0] == "one.tar/00000.jpg"
    assert read_all(tmp_path / "one.tar") == read_all(tmp_path, kind="webdataset") == photos


def test_an_object_store_is_read_and_written_like_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [photo_bytes(number) for number in range(3)]
    make_parquet(tmp_path / "one.parquet", photos)
    make_tar(tmp_path / "one.tar", photos)
    with s3_server(monkeypatch) as address:
        store = Store.at(address.format("in"))
        for number, photo in enumerate(photos):
            store.write(f"box/{number}.jpg", photo)
        for name in ("one.parquet", "one.tar"):
            Store.at(address.format("shards")).write(name, (tmp_path / name).read_bytes())
        assert found(address.format("in")) == ["box/0.jpg", "box/1.jpg", "box/2.jpg"]
        assert read_all(address.format("in")) == photos
        for kind in ("parquet", "webdataset"):
            assert read_all(address.format("shards"), kind=kind) == photos
        store.delete("box/0.jpg")
        store.delete("box/0.jpg")
        assert found(address.format("in")) == ["box/1.jpg", "box/2.jpg"]
        with pytest.raises(PhotoError, match="cannot be opened"):
            store.read("box/0.jpg", DEFAULT_LIMITS)
        with pytest.raises(UsageError, match="nothing at"):
            Sources.at(address.format("empty"))


def photos(names: list[str], version: str = "1") -> pa.Table:
    return pa.table({"source": names, "version": [version] * len(names)})


def rows(names: list[str], settings: Settings = OURS, **values: object) -> pa.Table:
    known = {"version": "1", "state": DONE} | vars(settings) | values
    return pa.Table.from_pylist([{"source": name} | known for name in names], SCHEMA)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """a and b are done, c failed for good."""
    manifest = Manifest(Store.at(str(tmp_path)))
    manifest.add(rows(["a.jpg", "b.jpg"], result="x"))
    manifest.add(rows(["c.jpg"], state=FAILED, reason="damaged"))
    manifest.flush()
    return manifest


def todo(plan: Plan) -> list[str]:
    return plan.todo["source"].to_pylist()


def test_only_what_has_no_row_is_to_do(manifest: Manifest) -> None:
    what = plan(photos(NAMES), manifest, OURS)
    assert todo(what) == ["d.jpg"]
    assert (what.total, what.done, what.failed, len(what.again)) == (4, 2, 1, 0)
    assert (what.changed, what.other_settings, what.vanished) == (0, 0, 0)


def test_changed_sources_are_done_again_and_those_that_are_gone_counted(manifest: Manifest) -> None:
    what = plan(pa.concat_tables([photos(["a.jpg"], "2"), photos(["c.jpg"])]), manifest, OURS)
    assert (todo(what), what.again.to_pylist()) == (["a.jpg"], ["a.jpg"])
    assert (what.changed, what.vanished, what.done, what.failed) == (1, 1, 0, 1)


def test_other_settings_are_noticed_and_done_again_only_on_demand(manifest: Manifest) -> None:
    other = Settings("tiny", "abc", '{"vividness": 2}')
    what = plan(photos(NAMES), manifest, other)
    assert (todo(what), what.other_settings) == (["d.jpg"], 2)
    what = plan(photos(NAMES), manifest, other, overwrite=True)
    assert (todo(what), what.other_settings) == (NAMES, 0)


def test_what_failed_is_tried_again_where_it_may_have_passed_or_on_demand(
    manifest: Manifest,
) -> None:
    manifest.add(rows(["d.jpg"], state=FAILED, reason="not_saved"))
    manifest.flush()
    assert todo(plan(photos(NAMES), manifest, OURS)) == ["d.jpg"]
    assert todo(plan(photos(NAMES), manifest, OURS, retry=True)) == ["c.jpg", "d.jpg"]


def test_a_shard_is_made_anew_as_a_whole(tmp_path: Path) -> None:
    manifest = Manifest(Store.at(str(tmp_path)))
    manifest.add(rows(["a.jpg", "b.jpg", "gone.jpg"], shard="shard-1.tar"))
    manifest.add(rows(["c.jpg", "d.jpg"], shard="shard-2.tar"))
    manifest.flush()
    what = plan(pa.concat_tables([photos(["a.jpg"], "2"), photos(NAMES[1:])]), manifest, OURS)
    assert todo(what) == ["a.jpg", "b.jpg"]
    assert sorted(what.again.to_pylist()) == ["a.jpg", "b.jpg", "gone.jpg"]
    assert what.changed == 1
    manifest.drop(what.again)
    results = Results(Store.at(str(tmp_path)), "webdataset")
    for name in ("shard-1.tar", "shard-2.tar", "other.tar"):
        (tmp_path / name).write_bytes(b"")
    assert results.remove_unfinished(manifest) == 1
    assert sorted(each.name for each in tmp_path.glob("*.tar")) == ["other.tar", "shard-2.tar"]


def test_parts_of_a_killed_run_become_one_file_and_no_row_is_there_twice(tmp_path: Path) -> None:
    for run in range(2):
        manifest = Manifest(Store.at(str(tmp_path)))
        for number in range(3):
            manifest.add(rows([f"{run}-{number}.jpg"]))
            manifest.flush()
    files = tmp_path / "manifest"
    assert len(list(files.iterdir())) == 6
    left_by_a_kill = (files / "000001-00000.parquet").read_bytes()
    manifest.recover()
    assert sorted(each.name for each in files.iterdir()) == ["000001.parquet", "000002.parquet"]
    (files / "000001-00000.parquet").write_bytes(left_by_a_kill)
    manifest.recover()
    names = manifest.read(["source"])["source"].to_pylist()
    assert sorted(names) == [f"{run}-{number}.jpg" for run in range(2) for number in range(3)]
    manifest.drop(pa.array(["0-1.jpg"]))
    assert sorted(manifest.read(["source"])["source"].to_pylist()) == sorted({*names} - {"0-1.jpg"})


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/b.jpg", "a/b.jpg-colour.jpg"),
        ("a/b.JPEG", "a/b.JPEG-colour.jpg"),
        ("b.bmp", "b.bmp-colour.png"),
        ("one.parquet/0000004", "one.parquet/0000004-colour.jpg"),
        ("b.tiff", "b.tiff-colour.tif"),
    ],
)
def test_a_result_is_named_after_its_source(tmp_path: Path, source: str, name: str) -> None:
    assert Results(Store.at(str(tmp_path))).name(source) == name


def test_no_name_leads_out_of_the_results_and_no_two_are_the_same(tmp_path: Path) -> None:
    results = Results(Store.at(str(tmp_path)), format="png")
    sources = ["a/x.jpg", "a/../x.jpg", "x.jpg", "../x.jpg", "../../x.jpg", "x.png", "/x.jpg"]
    names = [results.name(source) for source in sources]
    assert len(set(names)) == len(sources)
    assert not any({"..", "."} & set(name.split("/")) for name in names)
    assert all(name.endswith(".png") for name in names)
