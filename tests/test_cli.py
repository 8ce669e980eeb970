import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import cli, open_photo
from colorizer.photo import read_mark


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
    assert "1 of 3" in said


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


def test_nothing_to_do_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == cli.EXIT_NOTHING_DONE
    assert "No photos" in capsys.readouterr().err


def test_an_unknown_model_is_said(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(album, "--model", "nothing-here") == cli.EXIT_NOTHING_DONE
    assert "nothing-here" in capsys.readouterr().err


def test_a_missing_file_is_said(tmp_path: Path, regression_folder: Path) -> None:
    assert run(tmp_path / "no.jpg", "--model", regression_folder) == cli.EXIT_NOTHING_DONE


@pytest.mark.parametrize(
    "flag", [("--vividness", "9"), ("--warmth", "2"), ("--temperature", "2"), ("--format", "gif")]
)
def test_impossible_flags_are_refused(flag: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("photo.jpg", *flag)
    assert stopped.value.code == 2


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys\nfrom colorizer.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(sorted(m for m in sys.modules if m in ('torch', 'timm', 'gradio')) != [])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "album/" in done.stdout


def test_the_module_runs_as_a_program(album: Path, regression_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "colorizer", album / "one.jpg", "--model", regression_folder],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == cli.EXIT_DONE, done.stderr
    assert done.stdout.strip().endswith("one-colour.jpg")
