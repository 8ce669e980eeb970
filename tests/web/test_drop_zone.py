"""What the drop zone tells is made up by a browser: only uploaded files and known reasons count."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from colorizer.web.colorize.drop_zone import Arrival, arrival, arrivals, plain_name
from colorizer.web.temporary_files import temporary_folder
from tests.support.colorize_support import dropped


def told(data: Any) -> Arrival | None:
    return arrival(gr.EventData(None, data))


def test_an_uploaded_photo_arrives() -> None:
    folder = temporary_folder() / "drop-zone-test"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "Album 01.jpg"
    file.touch()
    arrived = told({"photo": {"name": "Album 01.jpg", "path": str(file)}})
    assert arrived == Arrival("Album 01.jpg", file=str(file.resolve()))


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x",
        {},
        {"photo": None},
        {"photo": {"name": "a.jpg"}},
        {"photo": {"name": 7, "path": "/etc/passwd"}},
        {"photo": {"name": "a.jpg", "path": "/etc/passwd"}},
        {"photo": {"name": "a.jpg", "path": "../../etc/passwd"}},
        {"photo": {"name": "a.jpg", "path": "\0"}},
        {"photo": {"name": "a.jpg", "refused": "made up"}},
        {"photo": {"name": "a.jpg", "refused": ["kind"]}},
    ],
)
def test_nothing_else_arrives(data: Any) -> None:
    assert told(data) is None


@pytest.mark.parametrize("reason", ["kind", "size", "sending"])
def test_a_refused_file_has_a_reason_in_words(reason: str) -> None:
    arrived = told({"photo": {"name": "bill.pdf", "refused": reason}})
    assert arrived is not None
    assert arrived.refused is not None
    assert len(str(arrived.refused)) > 20


def test_photos_beyond_the_limit_are_counted() -> None:
    told_first = {"photo": {"name": "a.pdf", "refused": "kind"}, "first": True, "left_out": 5}
    first = told(told_first)
    assert first is not None
    assert (first.first, first.left_out) == (True, 5)
    for made_up in (-3, "many", None, 10**9):
        after = told(told_first | {"left_out": made_up})
        assert after is not None
        assert after.left_out == 0


def test_names_are_kept_but_cannot_be_code() -> None:
    assert plain_name("Album 01 (b&w) #3.jpg") == "Album 01 (b&w) #3.jpg"
    assert plain_name("../../${alert(1)}`<b>.jpg") == "alert(1)b.jpg"
    assert plain_name("\u202e{{x}}\n") == "x"
    assert plain_name("") == "photo"


def test_a_zone_that_keeps_its_photos_tells_of_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    value = dropped([tmp_path / "a.png"])
    value["photos"] += [{"name": "bill.pdf", "refused": "kind"}, {"name": "x"}, 7, None]
    photo, bill = arrivals(value | {"left_out": 3}, limit=9)
    assert (photo.name, photo.left_out, bool(photo.file)) == ("a.png", 3, True)
    assert bill.refused is not None
    assert bill.refused.code == "not_sent_kind"
    assert len(arrivals(value, limit=1)) == 1
    assert [arrivals(made_up, 9) for made_up in (None, "", 7, {}, {"photos": "x"})] == [[]] * 5
    with pytest.raises(gr.Error, match="still being sent"):
        arrivals(value | {"sending": 2}, limit=9)
