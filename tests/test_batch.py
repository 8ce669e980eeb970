from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import Adjustments, Colorizer, open_photo
from colorizer.batch import HANDFUL, Job, Outcome, SaveOptions, _in_handfuls, colour_album
from colorizer.photo import read_mark
from colorizer.threads import usable_threads, use_threads


@pytest.fixture(scope="module")
def colorizer(regression_folder: Path) -> Colorizer:
    return Colorizer.from_pretrained(regression_folder)


@pytest.fixture
def passes(colorizer: Colorizer, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of photos in each pass of the network, as they happen."""
    sizes: list[int] = []
    run = colorizer.network
    monkeypatch.setattr(colorizer, "network", lambda L: (sizes.append(len(L)), run(L))[1])
    return sizes


@pytest.fixture
def jobs(tmp_path: Path, colourful: np.ndarray) -> list[Job]:
    """Nine photos of one size, one of another and one that is none."""
    for number in range(9):
        Image.fromarray(np.roll(colourful, number, axis=0)).save(tmp_path / f"{number}.png")
    Image.fromarray(colourful[:40]).save(tmp_path / "slim.png")
    (tmp_path / "broken.png").write_bytes(b"not a photo")
    names = [*(str(number) for number in range(9)), "slim", "broken"]
    return [
        Job(tmp_path / f"{name}.png", tmp_path / "out" / f"{name}-colour.png") for name in names
    ]


def run(
    colorizer: Colorizer, jobs: list[Job], save_options: SaveOptions | None = None
) -> list[Outcome]:
    return list(colour_album(colorizer, jobs, save_options or SaveOptions()))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_every_photo_is_coloured_as_it_would_be_alone(
    threads: int, colorizer: Colorizer, jobs: list[Job]
) -> None:
    use_threads(threads)
    try:
        outcomes = run(colorizer, jobs)
        assert usable_threads() == threads
    finally:
        use_threads(0)
    written = {outcome.job: outcome.written for outcome in outcomes}
    assert set(written) == set(jobs)
    assert [job for job in jobs if written[job] is None] == jobs[-1:]
    for job in jobs[:-1]:
        alone = colorizer.colorize(open_photo(job.source)).photo.rgb
        together = open_photo(written[job] or "").rgb
        assert np.abs(alone.astype(int) - together).max() <= 1


def test_photos_of_one_size_share_a_pass(
    colorizer: Colorizer, jobs: list[Job], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colorizer.batch.usable_threads", lambda: 1)
    run(colorizer, jobs)
    assert passes == [HANDFUL, HANDFUL, 1, 1]


def test_large_photos_do_not_wait_for_each_other(
    colorizer: Colorizer, jobs: list[Job], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colorizer.batch._HANDFUL_BYTES", 1)
    run(colorizer, jobs)
    assert passes == [1] * 10


def test_two_photos_use_two_workers(
    colorizer: Colorizer, jobs: list[Job], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colorizer.batch.usable_threads", lambda: 2)
    run(colorizer, jobs[:2])
    assert passes == [1, 1]


def test_workers_end_with_single_photos() -> None:
    jobs = [Job(Path(str(number)), Path("out")) for number in range(40)]
    handfuls = _in_handfuls(jobs, 2)
    assert [job for handful in handfuls for job in handful] == jobs
    sizes = [len(handful) for handful in handfuls]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == HANDFUL
    assert sizes[-2:] == [1, 1]


def test_wishes_are_heard(colorizer: Colorizer, jobs: list[Job]) -> None:
    job = Job(jobs[0].source, jobs[0].target.with_suffix(".webp"))
    (outcome,) = run(colorizer, [job], SaveOptions(Adjustments(vividness=0.0), marked=False))
    assert outcome.written == job.target
    assert read_mark(outcome.written) is None
    assert open_photo(outcome.written).is_grey


@pytest.mark.parametrize(
    ("suffix", "deep", "bits"),
    [(".tif", True, 16), (".png", True, 16), (".jpg", True, 8), (".tif", False, 8)],
)
def test_grey_of_sixteen_bits_stays_so_where_the_format_holds_it(
    colorizer: Colorizer, tmp_path: Path, suffix: str, deep: bool, bits: int
) -> None:
    levels = np.arange(96 * 120, dtype=np.uint16).reshape(96, 120) * 5
    Image.fromarray(levels).save(tmp_path / "scan.tif")
    job = Job(tmp_path / "scan.tif", tmp_path / f"scan-colour{suffix}")
    (outcome,) = run(colorizer, [job], SaveOptions(sixteen_bits=deep))
    codes = [note.code for note in outcome.notes]
    assert codes == ([] if bits == 16 else ["sixteen_bits"])
    data = job.target.read_bytes()
    if suffix == ".tif":
        with Image.open(job.target) as image:
            assert image.tag_v2[258] == (bits,) * 3
    elif suffix == ".png":
        assert data[24] == bits


def test_a_folder_that_cannot_be_made_stops_nothing(
    colorizer: Colorizer, jobs: list[Job], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    bad = Job(jobs[0].source, tmp_path / "file" / "inner" / "0")
    refused, done = run(colorizer, [bad, jobs[1]])
    assert refused.reason is not None
    assert refused.reason.code == "no_folder"
    assert done.written is not None


def test_an_empty_album_is_done_at_once(colorizer: Colorizer) -> None:
    assert run(colorizer, []) == []
