"""Every sentence of the library that a visitor may read has its place in every language."""

import ast
import time
from pathlib import Path
from string import Formatter

import httpx
import pytest

from colorizer.photo import PhotoError, PhotoLimits, open_photo
from colorizer.photo.color_profile import _DAMAGED_PROFILE
from colorizer.photo.isolation import CRASHED, TOO_LONG
from colorizer.study.study import NO_MIRROR
from colorizer.web.i18n import LANGUAGES, en
from colorizer.web.i18n.library_sentences import in_their_language
from tests.support.source_tree import ROOT

ERRORS = ("PhotoError", "TrialError")
COMMAND_LINE_ONLY = ("album.py",)
FOR_WHOEVER_RUNS_THE_PAGE = (
    "The study cannot start", "The study photos", "The study's database was written",
    "The study's database cannot", "A photo and its coloured version",
)  # fmt: skip
PASSED_ON = {  # other calls' sentences, texts of the page, or those below
    "str(answer['error'])",
    "reason",
    "next(iter(left_out.values()), 'There is no photo to save.')",
    "self._problem or self._waiting",
    "self._no_photos_left()",
}
FROM_ELSEWHERE = {TOO_LONG, CRASHED, _DAMAGED_PROFILE, NO_MIRROR, "There is no photo to save."}
MODULES = [
    ast.parse(file.read_text())
    for file in (ROOT / "colorizer").rglob("*.py")
    if file.name not in COMMAND_LINE_ONLY
]


def constants() -> dict[str, set[str]]:
    """The sentences that modules give a name."""
    found: dict[str, set[str]] = {}
    for node in (node for module in MODULES for node in module.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            (name,) = node.targets
            found.setdefault(ast.unparse(name), set()).add(str(node.value.value))
    return found


NAMED = constants()


def said_by(argument: ast.expr) -> set[str]:
    """The sentences of an error's argument with {} for their fields; none where it is passed on."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    if isinstance(argument, ast.JoinedStr):
        parts = (str(p.value) if isinstance(p, ast.Constant) else "{}" for p in argument.values)
        return {"".join(parts)}
    if ast.unparse(argument) in PASSED_ON:
        return set()
    assert ast.unparse(argument) in NAMED, f"where does it come from: {ast.unparse(argument)}"
    return NAMED[ast.unparse(argument)]


def returned_by(function: ast.FunctionDef) -> set[str]:
    """The sentences that a function returns, inside of what it returns too."""
    inside = (n for r in ast.walk(function) if isinstance(r, ast.Return) for n in ast.walk(r))
    values = {n.value for n in inside if isinstance(n, ast.Constant)}
    return {value for value in values if isinstance(value, str)}


def sentences() -> set[str]:
    """What the library can tell visitors: errors, notes about a photo, and some more."""
    said = set(FROM_ELSEWHERE)
    for node in (node for module in MODULES for node in ast.walk(module)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ERRORS and isinstance(node, ast.Call):
            said |= said_by(node.args[0])
        elif isinstance(node, ast.FunctionDef) and node.name.startswith(("_note_", "_no_photos")):
            said |= returned_by(node)
    return {each for each in said if not each.startswith(FOR_WHOEVER_RUNS_THE_PAGE)}


def without_names(template: str) -> str:
    parts = Formatter().parse(template)
    return "".join(before + ("" if field is None else "{}") for before, field, _, _ in parts)


def test_the_languages_know_what_the_library_says_and_nothing_else() -> None:
    said = sentences()
    assert len(said) > 40
    assert {without_names(template) for template in en.LIBRARY.values()} == said


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_one_of_them_is_translated(language: str) -> None:
    translated = LANGUAGES[language].LIBRARY
    assert translated.keys() == en.LIBRARY.keys()
    assert not set(translated.values()) & set(en.LIBRARY.values())


@pytest.mark.parametrize("key", en.LIBRARY)
def test_english_visitors_read_what_the_library_said(key: str) -> None:
    fields = [field for _, field, _, _ in Formatter().parse(en.LIBRARY[key]) if field]
    sentence = en.LIBRARY[key].format(**{field: f"{n}.5" for n, field in enumerate(fields)})
    assert in_their_language(sentence) == sentence


@pytest.mark.usefixtures("german_visitor")
def test_a_refusal_with_numbers_is_told_in_german() -> None:
    with pytest.raises(PhotoError) as refused:
        PhotoLimits(max_bytes=3 << 19).check_bytes(5 << 20)
    assert in_their_language(str(refused.value)) == (
        "Die Datei ist größer als 1,5 MB: Speichere das Foto kleiner oder stärker komprimiert."
    )


@pytest.mark.usefixtures("german_visitor")
def test_a_real_refusal_is_told_in_german(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_bytes(b"%PDF-1.7 and so on")
    with pytest.raises(PhotoError) as refused:
        open_photo(tmp_path / "letter.jpg")
    said = in_their_language(str(refused.value))
    assert said == ("Das ist kein Foto (PDF document): Speichere es zuerst als JPEG oder PNG.")


@pytest.mark.usefixtures("german_visitor")
@pytest.mark.parametrize("sentence", ["", "Something else.", "{width}", "The file is larger than"])
def test_other_sentences_stay_as_they_are(sentence: str) -> None:
    assert in_their_language(sentence) == sentence


@pytest.mark.parametrize(
    ("language", "notice"),
    [
        ("de", "Diese Runde gilt nicht mehr: Bitte fang eine neue an."),
        ("en", "This session is not valid any more: please start a new one."),
    ],
)
def test_the_stage_of_the_study_speaks_the_visitors_language(
    page_url: str, language: str, notice: str
) -> None:
    with httpx.Client(base_url=page_url, headers={"accept-language": language}) as visitor:
        components = visitor.get("config").json()["components"]
        (stage,) = (c["id"] for c in components if c["props"].get("elem_id") == "study-stage")
        asked = {
            "data": {"token": "made up"}, "component_id": stage, "fn_name": "next_pair",
            "session_hash": "tests",
        }  # fmt: skip
        for _ in range(600):  # until the study is there
            said = visitor.post("gradio_api/component_server/", json=asked).json()["notice"]
            if said not in (en.STUDY_OPENING, LANGUAGES["de"].STUDY_OPENING):
                break
            time.sleep(0.1)
    assert said == notice
