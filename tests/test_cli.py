import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from colorizer import Colorizer, Photo, cli, open_photo
from colorizer.photo import read_mark
from colorizer.pipeline import Prediction
from tests.support.photo_bytes import ASCII, EXIF_PREFIX, encoded, exif, picture


@pytest.fixture
def album(tmp_path: Path, colourful: np.ndarray) -> Path:
    folder = tmp_path / "album"
    (folder / "inner").mkdir(parents=True)
    Image.fromarray(colourful).save(folder / "one.jpg")
    Image.fromarray(colourful[:50]).convert("L").save(folder / "inner" / "two.png")
    (folder / "broken.jpg").write_bytes(b"not a photo")
    (folder / "notes.txt").write_text("no photo")
    return folder


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_photo_lands_beside_itself_in_its_own_format(
    album: Path, regression_folder: Path
) -> None:
    assert run(album / "one.jpg", "--model", regression_folder) == cli.EXIT_DONE
    result = open_photo(album / "one-colour.jpg")
    assert (result.width, result.height, result.format) == (180, 120, "JPEG")
    assert "tiny-regression" in (read_mark(album / "one-colour.jpg") or "")


def test_folders_keep_their_structure_and_one_bad_file_stops_nothing(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(album, "-o", out, "--model", regression_folder) == cli.EXIT_SOME_FAILED
    written = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    assert written == ["inner/two-colour.png", "one-colour.jpg"]
    said = capsys.readouterr().err
    assert "broken.jpg" in said
    assert "Coloured: 2 of 3 photos." in said
    assert "Could not be coloured: 1." in said
    assert "Left out: 1 TXT." in said


def test_results_are_not_coloured_again(album: Path, regression_folder: Path) -> None:
    run(album, "--model", regression_folder, "-q")
    before = sorted(album.rglob("*"))
    run(album, "--model", regression_folder, "-q")
    assert sorted(album.rglob("*")) == before


def test_the_mark_can_be_switched_off(album: Path, regression_folder: Path) -> None:
    run(album / "one.jpg", "--model", regression_folder, "--no-mark", "--format", "png")
    assert read_mark(album / "one-colour.png") is None


def test_warmth_makes_the_photo_warmer(
    album: Path, tmp_path: Path, regression_folder: Path
) -> None:
    blue = []
    for warmth in ("-1", "1"):
        out = tmp_path / warmth
        run(album / "one.jpg", "-o", out, "--model", regression_folder, "--warmth", warmth)
        blue.append(open_photo(out / "one-colour.jpg").rgb[..., 2].mean())
    assert blue[1] < blue[0] - 5


def test_the_layer_is_written_beside_the_photo_and_not_coloured_again(
    album: Path, regression_folder: Path
) -> None:
    run(album / "one.jpg", "--model", regression_folder, "--layer")
    layer = open_photo(album / "one-colour-layer.png")
    assert layer.alpha is not None
    assert (layer.width, layer.height) == (180, 120)
    before = sorted(album.iterdir())
    run(album, "--model", regression_folder, "-q")
    assert not [p for p in album.iterdir() if p not in before and "layer" in p.name]


def test_an_album_is_done_once(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (album, "-o", tmp_path / "out", "--model", regression_folder)
    (album / "broken.jpg").unlink()
    assert run(*arguments) == cli.EXIT_DONE
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*")}
    capsys.readouterr()
    assert run(*arguments) == cli.EXIT_DONE
    assert "Already coloured earlier: 2 (--overwrite" in capsys.readouterr().err
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.*")} == written
    assert run(*arguments, "--overwrite") == cli.EXIT_DONE
    assert all(path.stat().st_mtime_ns > before for path, before in written.items())


def test_a_resume_with_other_settings_is_noticed(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.csv"
    arguments = (album / "one.jpg", album / "inner", "--model", regression_folder)
    run(*arguments, "--vividness", "1.2")
    capsys.readouterr()
    assert run(*arguments, "--vividness", "1.2") == cli.EXIT_DONE
    assert "Already coloured earlier: 2 (--overwrite" in capsys.readouterr().err
    assert run(*arguments, "--warmth", "0.5", "--report", report) == cli.EXIT_DONE
    assert "earlier: 2, 2 of them with other settings (--overwrite" in capsys.readouterr().err
    (row, _) = csv.DictReader(report.read_text(encoding="utf-8").splitlines())
    folder = regression_folder.name
    assert row["notes"] == f"It was coloured with other settings (model {folder}, vividness 1.2)."
    assert str(regression_folder.parent) not in row["notes"]


def test_hints_that_changed_are_other_settings(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def hints(colour: str) -> None:
        hint = {"x": 0.5, "y": 0.5, "colour": colour}
        file.write_text(json.dumps({"hints": [hint]}), encoding="utf-8")

    file = album / "one.hints.json"
    hints("#aa3322")
    arguments = (album / "one.jpg", "--model", regression_folder)
    for _ in range(2):
        assert run(*arguments) == cli.EXIT_DONE
        assert "other settings" not in capsys.readouterr().err
    hints("#2233aa")
    assert run(*arguments) == cli.EXIT_DONE
    assert "1 of them with other settings" in capsys.readouterr().err


def test_results_without_a_mark_are_not_called_somebody_elses(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (album / "one.jpg", "--model", regression_folder, "--no-mark")
    assert run(*arguments) == cli.EXIT_DONE
    before = (album / "one-colour.jpg").read_bytes()
    assert run(*arguments) == cli.EXIT_NOTHING_DONE
    said = capsys.readouterr().err
    assert "does not say that Colorizer made it (results of --no-mark do not)" in said
    assert (album / "one-colour.jpg").read_bytes() == before


def test_a_persons_own_file_is_kept_and_said(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = album / "one-colour.jpg"
    Image.new("RGB", (20, 20), "red").save(own)
    before = own.read_bytes()
    assert run(album / "one.jpg", "--model", regression_folder) == cli.EXIT_NOTHING_DONE
    assert own.read_bytes() == before
    assert "one-colour.jpg is already there" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(album.rglob("*"))
    assert run(album, "--dry-run", "--model", "not-even-loaded") == cli.EXIT_DONE
    assert sorted(album.rglob("*")) == before
    said = capsys.readouterr()
    assert f"{album / 'one.jpg'} -> {album / 'one-colour.jpg'}" in said.out
    assert "To colour: 3 of 3 photos." in said.err


def test_a_report_has_a_row_for_each_photo(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.csv"
    arguments = (album, "--model", regression_folder, "--report", report)
    run(*arguments)
    with report.open(newline="", encoding="utf-8") as stream:
        rows = {Path(row["source"]).name: row for row in csv.DictReader(stream)}
    assert set(rows) == {"one.jpg", "two.png", "broken.jpg"}
    assert rows["one.jpg"]["result"] == str(album / "one-colour.jpg")
    assert rows["one.jpg"]["state"] == "done"
    assert rows["one.jpg"]["model"] == "tiny-regression"
    assert float(rows["one.jpg"]["seconds"]) > 0
    assert "already had colours" in rows["one.jpg"]["notes"]
    assert rows["broken.jpg"]["state"] == "failed"
    assert "not a photo" in rows["broken.jpg"]["reason"]
    run(*arguments)
    assert report.read_text(encoding="utf-8").count("already there") == 2
    report.write_text("my own table")
    assert run(*arguments) == cli.EXIT_NOTHING_DONE
    assert report.read_text() == "my own table"
    assert "no report" in capsys.readouterr().err


def test_notes_are_said_and_warnings_are_not(
    tmp_path: Path, regression_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    frames = [Image.new("L", (40, 30), level) for level in (50, 99)]
    frames[0].save(tmp_path / "pages.tif", save_all=True, append_images=frames[1:])
    broken = EXIF_PREFIX + exif([(271, ASCII, 1_000, 0xFFFFFF)])
    (tmp_path / "odd.jpg").write_bytes(encoded(picture(), "JPEG", exif=broken))
    assert run(tmp_path, "--model", regression_folder) == cli.EXIT_DONE
    said = capfd.readouterr().err
    assert "pages.tif: The file holds several pictures" in said
    assert "odd.jpg: The photo already had colours" in said
    assert "orrupt" not in said
    assert "Truncated" not in said


@pytest.mark.parametrize(
    ("option", "limit"), [("--max-megabytes", "0.001"), ("--max-megapixels", "0.01")]
)
def test_a_limit_names_the_option_that_raises_it(
    option: str,
    limit: str,
    album: Path,
    regression_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = (album / "one.jpg", "--model", regression_folder, option)
    assert run(*arguments, limit) == cli.EXIT_NOTHING_DONE
    assert option in capsys.readouterr().err
    assert run(*arguments, "500") == cli.EXIT_DONE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--device", "cuda"], "no graphics card"),
        (["--revision", "main"], "models on the Hub"),
        (["--temperature", "0.5"], "classify"),
        (["-o", ""], "empty"),
        (["--", ""], "empty"),
        (["--report", "/nowhere/report.csv"], "report"),
    ],
)
def test_what_makes_no_sense_is_said(
    arguments: list[str],
    says: str,
    album: Path,
    regression_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "cuda" in arguments and torch.cuda.is_available():
        pytest.skip("there is a graphics card here")
    before = sorted(album.rglob("*"))
    done = run(album / "one.jpg", "--model", regression_folder, *arguments)
    assert done == cli.EXIT_NOTHING_DONE
    assert says in capsys.readouterr().err
    assert sorted(album.rglob("*")) == before


def test_metadata_stays_unless_it_is_not_wanted(
    tmp_path: Path, colourful: np.ndarray, regression_folder: Path
) -> None:
    fields = Image.Exif()
    fields[270] = "Grandmother"
    fields[0x8769] = {36867: "1950:01:02 03:04:05"}
    fields[0x8825] = {1: "N", 2: (52.0, 31.0, 6.0)}
    Image.fromarray(colourful).save(tmp_path / "a.jpg", exif=fields, dpi=(300, 300))

    def made(*arguments: str) -> Image.Image:
        out = tmp_path / "result.jpg"
        run(tmp_path / "a.jpg", "-o", out, "--overwrite", "--model", regression_folder, *arguments)
        return Image.open(out)

    kept = made().getexif()
    assert kept[270].startswith("Grandmother\n\nColours invented")
    assert kept.get_ifd(0x8769)[36867] == "1950:01:02 03:04:05"
    assert not kept.get_ifd(0x8825)
    assert made().info["dpi"] == (300, 300)
    assert made("--keep-gps").getexif().get_ifd(0x8825)[2] == (52.0, 31.0, 6.0)
    stripped = made("--no-metadata")
    assert stripped.getexif()[270].startswith("Colours invented")
    assert not stripped.getexif().get_ifd(0x8769)
    assert "icc_profile" not in stripped.info


def test_one_photo_that_fails_in_the_network_fails_alone(
    tmp_path: Path,
    colourful: np.ndarray,
    regression_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(4):
        Image.fromarray(np.roll(colourful, 20 * number)).save(tmp_path / f"{number}.png")
    predict_batch = Colorizer.predict_batch

    def short_of_memory(self: Colorizer, photos: Sequence[Photo]) -> list[Prediction]:
        if any(np.array_equal(photo.rgb, np.roll(colourful, 40)) for photo in photos):
            raise MemoryError
        return predict_batch(self, photos)

    monkeypatch.setattr(Colorizer, "predict_batch", short_of_memory)
    assert run(tmp_path, "--model", regression_folder) == cli.EXIT_SOME_FAILED
    assert len(list(tmp_path.glob("*-colour.png"))) == 3
    assert "2.png: There is not enough memory" in capsys.readouterr().err


def test_nothing_to_do_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == cli.EXIT_NOTHING_DONE
    assert "No photos" in capsys.readouterr().err


def test_an_unknown_model_is_said(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(album, "--model", "nothing-here") == cli.EXIT_NOTHING_DONE
    assert "nothing-here" in capsys.readouterr().err


def test_a_missing_file_is_said(tmp_path: Path, regression_folder: Path) -> None:
    assert run(tmp_path / "no.jpg", "--model", regression_folder) == cli.EXIT_NOTHING_DONE


@pytest.mark.parametrize(
    "flag",
    [
        ("--vividness", "9"), ("--vividness", "much"), ("--warmth", "2"), ("--temperature", "2"),
        ("--format", "gif"), ("--device", "gpu"), ("--max-megapixels", "0"),
    ],
)  # fmt: skip
def test_impossible_flags_are_refused(
    flag: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("photo.jpg", *flag)
    assert stopped.value.code == 2
    assert "_" not in capsys.readouterr().err.split("error:")[1]


def test_variants_are_written_beside_the_result_and_skipped_the_next_time(
    tmp_path: Path, album: Path
) -> None:
    command = [str(album / "one.jpg"), "-o", str(tmp_path / "out"), "--variants", "2"]
    assert cli.main(command) == cli.EXIT_DONE
    written = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert len(written) == 3
    assert len(set(written.values())) == 3
    assert cli.main(command) == cli.EXIT_DONE
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == written
