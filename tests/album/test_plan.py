"""Targets are unique and known before the first pixel is read; nothing that is there is lost."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.album.plan import Plan, PlanOptions, UsageError, plan_album
from colorizer.batch import State
from colorizer.photo import Photo, save_photo
from colorizer.photo.kept_metadata import read_metadata
from tests.support.photo_bytes import encoded, picture, pixels

MARK = "Colours invented by Colorizer 0.1.0"


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put photos of these names into the folder of the test, which is the working folder."""
    monkeypatch.chdir(tmp_path)

    def put(*names: str, format: str = "JPEG") -> None:
        for name in names:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(encoded(picture(), format))

    return put


def plan(*arguments: str, **options: object) -> Plan:
    return plan_album(arguments, PlanOptions(**options), lambda: b"")  # type: ignore[arg-type]


def targets(plan: Plan) -> dict[str, str]:
    return {str(job.source): str(job.target) for job in plan.jobs}


def test_a_result_is_named_after_its_photo(put: Callable[..., None]) -> None:
    put("a.jpg", "b.jpeg")
    put("c.gif", format="GIF")
    put("named-wrongly.jpg", format="PNG")
    put("d.tiff", format="TIFF")
    assert targets(plan(".")) == {
        "a.jpg": "a-colour.jpg",
        "b.jpeg": "b-colour.jpg",
        "c.gif": "c-colour.png",
        "d.tiff": "d-colour.tif",
        "named-wrongly.jpg": "named-wrongly-colour.png",
    }


def test_photos_of_one_name_get_all_of_it(put: Callable[..., None]) -> None:
    put("a.jpg", "a.jpeg", "b.jpg")
    put("a.png", format="PNG")
    assert targets(plan(".", out=Path("x"))) == {
        "a.jpeg": "x/a.jpeg-colour.jpg",
        "a.jpg": "x/a.jpg-colour.jpg",
        "a.png": "x/a.png-colour.png",
        "b.jpg": "x/b-colour.jpg",
    }


def test_two_folders_stay_two_folders(put: Callable[..., None]) -> None:
    put("1950/p.jpg", "1951/p.jpg", "1951/inner/q.jpg")
    assert targets(plan("1950", "1951", out=Path("x"))) == {
        "1950/p.jpg": "x/1950/p-colour.jpg",
        "1951/p.jpg": "x/1951/p-colour.jpg",
        "1951/inner/q.jpg": "x/1951/inner/q-colour.jpg",
    }
    assert targets(plan("1951", out=Path("x")))["1951/inner/q.jpg"] == "x/inner/q-colour.jpg"


def test_folders_of_one_name_are_told_apart(put: Callable[..., None]) -> None:
    put("anna/photos/p.jpg", "otto/photos/p.jpg")
    assert set(targets(plan("anna/photos", "otto/photos", out=Path("x"))).values()) == {
        "x/anna-photos/p-colour.jpg",
        "x/otto-photos/p-colour.jpg",
    }


def test_files_of_one_name_get_their_folder(put: Callable[..., None]) -> None:
    put("1950/p.jpg", "1951/p.jpg")
    assert set(targets(plan("1950/p.jpg", "1951/p.jpg", out=Path("x"))).values()) == {
        "x/1950-p-colour.jpg",
        "x/1951-p-colour.jpg",
    }


def test_capital_letters_make_no_other_name(put: Callable[..., None]) -> None:
    put("A.jpg", "a.jpg", "ä.jpg", "a\u0308.jpg")
    if len(list(Path().iterdir())) < 4:
        pytest.skip("this disk does not tell such names")
    planned = targets(plan(".", layer=True))
    assert len({target.lower() for target in planned.values()}) == 4
    assert targets(plan(".")) == planned
    assert targets(plan(*sorted(planned, reverse=True))) == planned


@pytest.mark.parametrize("layer", [False, True])
def test_no_two_outputs_are_alike_whatever_the_names(put: Callable[..., None], layer: bool) -> None:
    put("d/a.jpg", "d/a.jpeg", "d/a.jpeg.jpg", "d/d-a.jpg", "d/a-1.jpg", "d/A.jpg", "e/a.jpg")
    put("d/a-colour-layer-1.jpg", "d/d-a.jpeg.jpg")
    files = [str(path) for path in Path().glob("*/*")]
    jobs = plan(*files, out=Path("x"), layer=layer).jobs
    outputs = [str(path).lower() for job in jobs for path in (job.target, job.layer) if path]
    assert len(jobs) == len(files)
    assert len(set(outputs)) == len(outputs)


def test_a_photo_is_done_once_however_often_it_is_named(put: Callable[..., None]) -> None:
    put("a/p.jpg")
    assert len(plan("a/p.jpg", "a", "./a/../a/p.jpg", "a/*.jpg").jobs) == 1


def test_a_file_for_one_photo(put: Callable[..., None]) -> None:
    put("a.jpg", "b.jpg")
    (job,) = plan("a.jpg", out=Path("result.png"), layer=True).jobs
    assert (job.target, job.layer) == (Path("result.png"), Path("result-layer.png"))
    with pytest.raises(UsageError, match="one file"):
        plan("a.jpg", "b.jpg", out=Path("result.png"))
    with pytest.raises(UsageError, match="one file"):
        plan(".", out=Path("result.png"))
    with pytest.raises(UsageError, match="--format"):
        plan("a.jpg", out=Path("result.png"), format="jpg")
    Path("folder.png").mkdir()
    assert plan("a.jpg", out=Path("folder.png")).jobs[0].target == Path("folder.png/a-colour.jpg")


def test_standard_input_is_a_photo(put: Callable[..., None]) -> None:
    (job,) = plan_album(["-"], PlanOptions(), lambda: encoded(picture(), "PNG")).jobs
    assert job.target == Path("stdin-colour.png")
    assert job.data


def test_patterns_are_expanded_where_no_shell_does(put: Callable[..., None]) -> None:
    put("a.jpg", "b.jpg", "sub/c.jpg", "[odd].jpg")
    assert set(targets(plan("?.jpg", "**/c.jpg", "[odd].jpg"))) == {
        "a.jpg", "b.jpg", "sub/c.jpg", "[odd].jpg",
    }  # fmt: skip
    assert targets(plan("nothing*.jpg")) == {"nothing*.jpg": "nothing*-colour.png"}


def test_a_name_that_no_disk_takes_stops_nothing(put: Callable[..., None]) -> None:
    put("a.jpg")
    long = "x" * 300 + ".jpg"
    assert set(targets(plan(long, "a.jpg"))) == {long, "a.jpg"}
    assert plan("a.jpg", out=Path(long)).jobs[0].target == Path(long)  # and is refused in its turn


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        plan("a.jpg", "")


class TestWhatIsThere:
    """Existing files."""

    def save(self, source: str, target: str) -> None:
        metadata, _ = read_metadata(Path(source).read_bytes())
        save_photo(Photo(pixels()), target, mark=MARK, metadata=metadata)

    def test_a_result_is_skipped_and_is_no_photo(self, put: Callable[..., None]) -> None:
        put("a.jpg", "b.jpg")
        self.save("a.jpg", "a-colour.jpg")
        for planned in (plan("."), plan("a.jpg", "a-colour.jpg", "b.jpg")):
            assert [job.source.name for job in planned.jobs] == ["b.jpg"]
            assert [outcome.state for outcome in planned.settled] == [State.SKIPPED]
            assert planned.left_out == {"result of ours": 1}
        assert len(plan(".", overwrite=True).jobs) == 2

    def test_a_missing_layer_is_made(self, put: Callable[..., None]) -> None:
        put("a.jpg")
        self.save("a.jpg", "a-colour.jpg")
        assert len(plan(".", layer=True).jobs) == 1
        self.save("a.jpg", "a-colour-layer.png")
        assert not plan(".", layer=True).jobs

    def test_a_persons_own_file_is_kept(self, put: Callable[..., None]) -> None:
        put("smith.jpg", "smith-colour.jpg")
        planned = plan(".")
        assert not planned.jobs
        (outcome,) = planned.settled
        assert (outcome.state, outcome.reason and outcome.reason.code) == (
            State.FAILED,
            "already_there",
        )
        assert plan(".", overwrite=True).jobs[0].target == Path("smith-colour.jpg")

    def test_the_result_of_another_photo_is_kept(self, put: Callable[..., None]) -> None:
        put("1950/p.jpg")
        Image.new("L", (40, 30), 90).save("p.jpg")
        plan("p.jpg", out=Path("x"))
        Path("x").mkdir()
        self.save("p.jpg", "x/p-colour.jpg")
        assert plan("p.jpg", out=Path("x")).settled[0].state == State.SKIPPED
        (outcome,) = plan("1950/p.jpg", out=Path("x")).settled
        assert outcome.reason
        assert outcome.reason.code == "other_result"

    def test_no_photo_is_replaced_by_a_result(self, put: Callable[..., None]) -> None:
        put("a.jpg")
        (outcome,) = plan("a.jpg", out=Path("a.jpg"), overwrite=True).settled
        assert outcome.reason
        assert outcome.reason.code == "target_is_source"

    @pytest.mark.parametrize(
        "name", ["a-colour", "a-colour-2", "a-colour-layer", "a-colour-2-layer"]
    )
    def test_a_result_without_a_mark_is_known_by_the_photo_beside_it(
        self, put: Callable[..., None], name: str
    ) -> None:
        put("a.jpg", f"{name}.png")
        assert list(targets(plan(".", out=Path("x")))) == ["a.jpg"]

    def test_a_name_like_a_results_is_no_result_without_its_photo(
        self, put: Callable[..., None]
    ) -> None:
        put("sky-colour.jpg")
        assert targets(plan(".")) == {"sky-colour.jpg": "sky-colour-colour.jpg"}

    @pytest.mark.parametrize("format", ["jpg", "png", "webp", "tif"])
    def test_a_result_is_known_by_itself_in_every_format(
        self, put: Callable[..., None], format: str
    ) -> None:
        put("a.jpg")
        large = Image.effect_noise((900, 700), 90).convert("RGB")  # more than both ends of a file
        data = io.BytesIO()
        large.save(data, "PNG")
        metadata, _ = read_metadata(data.getvalue())
        save_photo(Photo(np.asarray(large)), f"other.{format}", mark=MARK, metadata=metadata)
        assert plan(".").left_out == {"result of ours": 1}


def test_results_inside_the_album_are_not_searched(put: Callable[..., None]) -> None:
    put("album/a.jpg", "album/coloured/b.jpg")
    assert list(targets(plan("album", out=Path("album/coloured")))) == ["album/a.jpg"]
