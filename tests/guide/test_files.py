import json
from pathlib import Path

import pytest

from colorizer import AdjustmentError
from colorizer.guide.files import (
    hints_file,
    hints_from_json,
    hints_to_json,
    palette_from_text,
    palette_named,
    read_hints,
)
from colorizer.guide.guide import MAX_HINTS, Guide, Hint, Palette

HINTS = (Hint(0.25, 0.5, "#aa3322"), Hint(0.0, 1.0, "neutral", "small"))


def test_hints_come_back_from_their_file(tmp_path: Path) -> None:
    file = hints_file(tmp_path / "grandmother.jpg")
    assert file.name == "grandmother.hints.json"
    file.write_text(hints_to_json(HINTS))
    assert read_hints(file) == HINTS


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("nonsense", "bad_hints"),
        ("[" * 100_000, "bad_hints"),
        ("[1, 2]", "bad_hints"),
        ('{"hints": {"x": 1}}', "bad_hints"),
        ('{"hints": [7]}', "bad_hints"),
        ('{"hints": [{"x": 0.5, "y": 0.5}]}', "bad_hints"),
        ('{"hints": [{"x": 1.5, "y": 0.5, "colour": "neutral"}]}', "bad_hint_place"),
        ('{"hints": [{"x": NaN, "y": 0.5, "colour": "neutral"}]}', "bad_hint_place"),
        ('{"hints": [{"x": "0", "y": 0.5, "colour": "neutral"}]}', "bad_hint_place"),
        ('{"hints": [{"x": 0.5, "y": 0.5, "colour": "red"}]}', "bad_hint_colour"),
        ('{"hints": [{"x": 0.5, "y": 0.5, "colour": [1]}]}', "bad_hint_colour"),
        ('{"hints": [{"x": 0.5, "y": 0, "colour": "#fff000", "reach": "huge"}]}', "bad_hint_reach"),
        ('{"hints": [{"x": 0.5, "y": 0, "colour": "#fff000", "reach": []}]}', "bad_hint_reach"),
    ],
)
def test_what_is_no_hints_gets_one_message(content: str, code: str) -> None:
    with pytest.raises(AdjustmentError) as refused:
        hints_from_json(content)
    assert refused.value.code == code


def test_too_many_hints_are_refused() -> None:
    many = [{"x": 0, "y": 0, "colour": "neutral"}] * (MAX_HINTS + 1)
    for make in (lambda: hints_from_json(json.dumps({"hints": many})), lambda: Guide(HINTS * 101)):
        with pytest.raises(AdjustmentError) as refused:
            make()
        assert refused.value.code == "too_many_hints"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b" " * 300_000])
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.gpl").write_bytes(content)
    for read, code in (
        (lambda: read_hints(tmp_path / "a.gpl"), "hints_unreadable"),
        (lambda: palette_named(str(tmp_path / "a.gpl")), "bad_palette"),
    ):
        with pytest.raises(AdjustmentError) as refused:
            read()
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "palette"),
    [
        ("#AA3322, #e0c080", Palette(("#aa3322", "#e0c080"))),
        ("#a32 60% #e0c080 40%", Palette(("#aa3322", "#e0c080"), (60.0, 40.0))),
        (
            "GIMP Palette\nName: colours\n#\n170  51  34\t#aa3322 60.5%\n0 0 9\tblue",
            Palette(("#aa3322", "#000009")),
        ),
        (
            ":root {\n  --colour-1: #aa3322; /* 60.0% */\n  --colour-2: #e0c080; /* 40.0% */\n}",
            Palette(("#aa3322", "#e0c080"), (60.0, 40.0)),
        ),
    ],
)
def test_palettes_of_every_kind_are_read(text: str, palette: Palette) -> None:
    assert palette_from_text(text) == palette


@pytest.mark.parametrize(
    "text", ["", "nonsense", "red, #aa3322", "GIMP Palette\n", "GIMP Palette\n999 0 0", "#aa33220",
             "#aa3322 " * 33, "#aa3322 0%"]
)  # fmt: skip
def test_nonsense_is_no_palette(text: str) -> None:
    with pytest.raises(AdjustmentError) as refused:
        palette_from_text(text)
    assert refused.value.code == "bad_palette"
