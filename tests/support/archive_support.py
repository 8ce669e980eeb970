"""Small archives, an S3 server over real HTTP, and a Ray cluster of two nodes on loopback."""

import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from colorizer.archive.__main__ import main
from colorizer.archive.manifest import Manifest
from colorizer.archive.store import Store

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

BUCKET = "museum"


def photo_bytes(number: int, *, width: int = 64, height: int = 48) -> bytes:
    """A grey photo, another one for each number."""
    coarse = np.random.default_rng(number).integers(0, 256, (6, 8), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(stream, "JPEG")
    return stream.getvalue()


def make_photos(folder: Path, count: int) -> None:
    """photo 0.jpg and so on, every other one in a folder below."""
    for number in range(count):
        place = folder / ("" if number % 2 else "box 1")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"photo {number}.jpg").write_bytes(photo_bytes(number))


def make_parquet(file: Path, photos: list[bytes], *, as_struct: bool = True) -> None:
    """Photos as on the Hub, a struct of bytes and path, or as plain bytes; two a group of rows."""
    images = [{"bytes": each, "path": None} for each in photos] if as_struct else photos
    table = pa.table({"caption": ["one"] * len(photos), "image": images})
    pq.write_table(table, file, row_group_size=2)


def make_tar(file: Path, photos: list[bytes]) -> None:
    """A WebDataset: each photo and its text."""
    with tarfile.open(file, "w") as tar:
        for number, photo in enumerate(photos):
            for name, data in ((f"{number:05d}.jpg", photo), (f"{number:05d}.txt", b"one")):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))


def rows_of(dest: str | Path) -> dict[str, dict[str, object]]:
    """The manifest by source; no source has two rows."""
    columns = ["source", "state", "reason", "shard", "result", "sha256", "width", "model"]
    rows = Manifest(Store.at(str(dest))).read(columns).to_pylist()
    by_source = {row["source"]: row for row in rows}
    assert len(by_source) == len(rows)
    return by_source


def colour(*arguments: object) -> int:
    """The command's exit status."""
    return main([str(each) for each in arguments])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@contextmanager
def s3_server(
    patch: pytest.MonkeyPatch, wrap: Callable[[Any], Any] = lambda app: app
) -> Iterator[str]:
    """An S3 server with an empty bucket: its address, with {} for a prefix.

    The keys for it are in the environment, also of what Ray starts meanwhile. wrap: changes the
    server's WSGI application once the bucket is there.
    """
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "museum",
        "AWS_SECRET_ACCESS_KEY": "museum",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        patch.setenv(name, value)
    options = f"endpoint_override=127.0.0.1:{server.port}&scheme=http"
    Store.at(f"s3://{BUCKET}?{options}&allow_bucket_creation=true").system.create_dir(BUCKET)
    server.app = wrap(server.app)
    yield f"s3://{BUCKET}/{{}}?{options}"
    server.shutdown()


@contextmanager
def two_nodes() -> "Iterator[Cluster]":
    """A Ray cluster of two nodes on loopback: two cores, and one."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    memory = 128 * 2**20
    cluster = Cluster(initialize_head=True, head_node_args={
        "num_cpus": 2, "object_store_memory": memory, "include_dashboard": False,
    })  # fmt: skip
    cluster.add_node(num_cpus=1, object_store_memory=memory)
    cluster.wait_for_nodes()
    try:
        yield cluster
    finally:
        cluster.shutdown()
