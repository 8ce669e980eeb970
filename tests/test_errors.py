"""Errors: every code that is raised has its text in every language, and crosses processes."""

import ast
import errno
import json
import pickle
import time
from pathlib import Path
from string import Formatter

import httpx
import pytest

from colorizer.errors import (
    MESSAGES,
    CheckpointError,
    ColorizerError,
    Message,
    PhotoError,
    attempt,
)
from colorizer.photo import PhotoLimits, open_photo
from colorizer.web import i18n
from colorizer.web.i18n import LANGUAGES
from tests.support.source_tree import ROOT

KINDS = {cls.__name__ for cls in ColorizerError.__subclasses__()} | {"Message"}


def raised() -> set[str]:
    """The codes that the library names where it makes an error or a message."""
    calls = (
        node
        for file in (ROOT / "colorizer").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in KINDS and node.args
    )
    return {
        constant.value
        for call in calls
        for constant in ast.walk(call.args[0])
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_every_code_has_a_text() -> None:
    assert len(raised()) > 60
    assert raised() <= MESSAGES.keys()


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_other_languages_say_the_same_with_the_same_fields(language: str) -> None:
    texts = LANGUAGES[language].MESSAGES
    assert texts.keys() == MESSAGES.keys()
    assert not set(texts.values()) & set(MESSAGES.values())
    for code, text in texts.items():
        assert fields(text) == fields(MESSAGES[code]), code


def test_an_error_survives_the_way_through_another_process() -> None:
    error = PhotoError("too_large", megabytes=1.5)
    for copy in (
        pickle.loads(pickle.dumps(error)),
        PhotoError.of(Message.from_json(json.loads(json.dumps(error.message.as_json())))),
    ):
        assert isinstance(copy, PhotoError)
        assert (copy.code, str(copy)) == ("too_large", str(error))
    assert "1.5 MB" in str(error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PhotoError("empty"), "empty"),
        (CheckpointError("model_overflows", model="x"), "model_overflows"),
        (MemoryError(), "no_memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "no_memory"),
        (OSError(errno.ENOSPC, "No space left on device", "/secret/place"), "system_refused"),
        (OverflowError("int too large"), "failed"),
        (KeyError("name"), "failed"),
    ],
)
def test_whatever_fails_costs_one_photo_and_tells_no_place(error: Exception, code: str) -> None:
    def fail() -> None:
        raise error

    said = attempt(fail)
    assert isinstance(said, Message)
    assert said.code == code
    assert "secret" not in str(said)
    assert attempt(lambda: 7) == 7


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_program_is_no_failure_of_a_photo(end: type[BaseException]) -> None:
    def stop() -> None:
        raise end

    with pytest.raises(end):
        attempt(stop)


@pytest.mark.parametrize("content", [{}, {"code": "made up", "fields": {}}])
def test_a_message_that_nobody_knows_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        Message.from_json(content)


@pytest.mark.usefixtures("german_visitor")
def test_a_refusal_with_numbers_is_told_in_german() -> None:
    with pytest.raises(PhotoError) as refused:
        PhotoLimits(max_bytes=3 << 19).check_bytes(5 << 20)
    assert i18n.told(refused.value) == (
        "Die Datei ist größer als 1,5 MB: Speichere das Foto kleiner oder stärker komprimiert."
    )


@pytest.mark.usefixtures("german_visitor")
def test_a_real_refusal_is_told_in_german(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_bytes(b"%PDF-1.7 and so on")
    with pytest.raises(PhotoError) as refused:
        open_photo(tmp_path / "letter.jpg")
    said = i18n.told(refused.value)
    assert said == "Das ist kein Foto (PDF document): Speichere es zuerst als JPEG oder PNG."


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
    opening = {LANGUAGES[code].MESSAGES["study_opening"] for code in LANGUAGES}
    with httpx.Client(base_url=page_url, headers={"accept-language": language}) as visitor:
        components = visitor.get("config").json()["components"]
        (stage,) = (c["id"] for c in components if c["props"].get("elem_id") == "study-stage")
        asked = {
            "data": {"token": "made up"}, "component_id": stage, "fn_name": "next_pair",
            "session_hash": "tests",
        }  # fmt: skip
        for _ in range(600):  # until the study is there
            said = visitor.post("gradio_api/component_server/", json=asked).json()["notice"]
            if said not in opening:
                break
            time.sleep(0.1)
    assert said == notice
