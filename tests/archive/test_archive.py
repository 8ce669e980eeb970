"""Archives end to end: the command, on a Ray cluster of two nodes, with S3 over real HTTP."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import ray
from PIL import Image

from colorizer import Colorizer
from colorizer.archive.__main__ import settings_of
from colorizer.archive.results import Results
from colorizer.archive.sources import Sources
from colorizer.archive.store import Store
from colorizer.archive.worker import MAX_DEATHS, Attempts, Task, Worker
from colorizer.batch import SaveOptions
from colorizer.photo import DEFAULT_LIMITS, read_mark
from tests.support.archive_support import (
    colour,
    make_parquet,
    make_photos,
    make_tar,
    photo_bytes,
    rows_of,
    s3_server,
    said,
    two_nodes,
)
from tests.support.hub_state import Hub
from tests.support.loopback_hub import serve_hub
from tests.support.source_tree import ROOT


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, s3_server(patch) as address:
        yield address


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with pytest.MonkeyPatch.context() as patch, serve_hub() as hub:
        patch.setenv("HF_ENDPOINT", hub.endpoint)  # read when a program starts
        yield hub


@pytest.fixture(scope="module")
def cluster(s3: str, hub: Hub) -> Iterator[str]:
    """Started after S3 and the Hub, whose variables its workers need."""
    with two_nodes() as cluster:
        yield cluster.address


@pytest.fixture
def flags(cluster: str, regression_folder: Path) -> list[str]:
    return ["--model", str(regression_folder), "--address", cluster, "--batch", "4"]


def test_a_folder_is_coloured_resumed_and_verified(
    tmp_path: Path, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    source, dest = tmp_path / "scans", tmp_path / "coloured"
    make_photos(source, 8)
    (source / "broken.jpg").write_bytes(b"no photo")
    assert colour(source, dest, *flags, "--dry-run") == 0
    assert "9 to do" in said(capsys)
    assert not dest.exists()

    assert colour(source, dest, *flags, "--limit", 6) in (0, 1)
    assert "3 left to do" in said(capsys)
    first = rows_of(dest)
    assert len(first) == 6
    changed, damaged, missing, same = [n for n, row in first.items() if row["state"] == "done"][:4]
    assert colour(source, dest, "--verify") == 0
    os.utime(source / changed)  # as if it had been
    (dest / f"{damaged}-colour.jpg").write_bytes(b"something else")
    (dest / f"{missing}-colour.jpg").unlink()
    before = (dest / f"{same}-colour.jpg").stat().st_mtime_ns
    assert colour(source, dest, "--verify") == 1
    assert "1 missing, 1 damaged" in said(capsys)

    assert colour(source, dest, *flags) == 1
    assert "Changed since they were coloured, and done again: 1." in (summary := said(capsys))
    assert "1 could not be done, 0 left to do" in summary
    rows = rows_of(dest)
    assert len(rows) == 9
    assert rows.pop("broken.jpg")["reason"] == "no_photo"
    for name, row in rows.items():
        assert (row["state"], row["result"], row["width"]) == ("done", f"{name}-colour.jpg", 64)
        assert "tiny-regression" in (read_mark(dest / str(row["result"])) or "")
    assert len(list(dest.rglob("*.jpg"))) == 8
    assert (dest / f"{same}-colour.jpg").stat().st_mtime_ns == before
    assert colour(source, dest, *flags) == 1
    assert "0 coloured, 8 done earlier" in said(capsys)
    assert colour(source, dest, "--verify") == 0


def test_from_tar_on_s3_to_parquet_on_s3_to_tar_to_files_on_s3(
    tmp_path: Path, flags: list[str], s3: str
) -> None:
    """Each step reads the shards that the one before has written."""
    unmarked = [*flags, "--workers", "1", "--no-mark"]  # a marked result is not coloured again
    make_tar(tmp_path / "one.tar", [*(photo_bytes(number) for number in range(6)), b"no photo"])
    Store.at(s3.format("in")).write("one.tar", (tmp_path / "one.tar").read_bytes())
    first, second, third = s3.format("first"), tmp_path / "second", s3.format("third")

    assert colour(s3.format("in/one.tar"), first, *unmarked, "--to", "parquet") == 1
    rows = rows_of(first)
    assert [row["state"] for row in rows.values()].count("done") == 6
    assert rows["one.tar/00006.jpg"]["reason"] == "no_photo"
    shards = {row["shard"] for row in rows.values()} - {None}
    stored = {Store.at(first).name(info) for info in Store.at(first).files()}
    assert {name for name in stored if name.startswith("shard-")} == shards
    assert colour(s3.format("in/one.tar"), first, "--to", "parquet", "--verify") == 0

    for name in shards:
        path = tmp_path / "shards" / str(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(Store.at(first).read(str(name), DEFAULT_LIMITS))
    images = pq.read_table(tmp_path / "shards")["image"].to_pylist()
    assert {Image.open(io.BytesIO(image["bytes"])).mode for image in images} == {"RGB"}

    arguments = ["--from", "parquet", "--to", "webdataset", "--format", "png"]
    assert colour(tmp_path / "shards", second, *unmarked, *arguments) == 0
    names = [
        name
        for shard in second.glob("*.tar")
        for name in tarfile.open(shard).getnames()  # noqa: SIM115
    ]
    assert sorted(name.partition(".")[2] for name in names) == ["json"] * 6 + ["png"] * 6

    assert colour(second, third, *unmarked, "--from", "webdataset") == 0
    results = [info.path for info in Store.at(third).files() if info.extension == "png"]
    assert len(results) == len(rows_of(third)) == 6
    assert colour(second, third, "--from", "webdataset", "--verify") == 0


def test_a_dataset_of_the_hub_is_coloured(tmp_path: Path, flags: list[str], hub: Hub) -> None:
    make_parquet(tmp_path / "one.parquet", [photo_bytes(number) for number in range(4)])
    parquet = (tmp_path / "one.parquet").read_bytes()
    hub.add("museum/tables", {"data/one.parquet": parquet}, kind="dataset")
    photos = {f"box {number}/{number}.jpg": photo_bytes(number) for number in range(3)}
    hub.add("museum/photos", {"README.md": b"# Photos", **photos}, kind="dataset")

    for name, place, more in (("tables", "first", ["--from", "parquet"]), ("photos", "second", [])):
        command = [sys.executable, "-m", "colorizer.archive", f"hf://datasets/museum/{name}"]
        subprocess.run([*command, str(tmp_path / place), *flags, *more], cwd=ROOT, check=True)
    assert len(rows_of(tmp_path / "first")) == 4
    assert set(rows_of(tmp_path / "second")) == set(photos)
    results = list((tmp_path / "second").rglob("*.jpg"))
    assert len(results) == 3
    assert all(read_mark(file) for file in results)


def test_a_result_is_not_coloured_again_and_a_wrong_place_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert colour(tmp_path / "nowhere", tmp_path / "out") == 2
    assert "There is nothing at" in said(capsys)
    assert colour(tmp_path, tmp_path) == 2
    assert "the same place" in said(capsys)
    assert colour("other://place", tmp_path) == 2
    assert "cannot be reached" in said(capsys)


def test_a_photo_that_ends_its_worker_again_and_again_is_given_up_alone(
    tmp_path: Path, cluster: str, regression_folder: Path
) -> None:
    make_photos(tmp_path / "in", 4)
    colorizer = Colorizer.from_pretrained(regression_folder)
    places, options = Results(Store.at(str(tmp_path / "out"))), SaveOptions()
    archive = Sources.at(str(tmp_path / "in"))
    task = Task(archive, places, options, DEFAULT_LIMITS, settings_of(colorizer, options, places))
    photos = archive.find().photos
    ray.init(address=cluster, log_to_driver=False)
    try:
        attempts = ray.remote(Attempts).options(num_cpus=0).remote()
        seen: list[list[str]] = []

        class Dying(Worker):
            """Ends as often as it is at photo 2.jpg, like a library in C that crashes on it."""

            def _colour(self, read):  # type: ignore[no-untyped-def]
                seen.append([each.source for each in read])
                if "box 1/photo 2.jpg" in seen[-1]:
                    raise SystemExit
                return super()._colour(read)

        for _ in range(MAX_DEATHS):
            with pytest.raises(SystemExit):
                Dying(task, colorizer.checkpoint, attempts)(photos)
        rows = Dying(task, colorizer.checkpoint, attempts)(photos)
    finally:
        ray.shutdown()
    states = {row["source"]: (row["state"], row["reason"]) for row in rows.to_pylist()}
    assert states.pop("box 1/photo 2.jpg") == ("failed", "worker_died")
    assert set(states.values()) == {("done", None)}
    assert len(states) == 3
    assert len(seen[0]) == 4
    assert all(len(each) == 1 for each in seen[1:])
    coloured = [path.name for path in (tmp_path / "out").rglob("*.jpg")]
    assert len(coloured) == 3
