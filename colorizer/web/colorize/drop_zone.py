"""Where photos come in: dropped anywhere on the page, pasted, or picked; they are sent at once.

Gradio's own Gallery drops what is no photo without a word and cannot say why a file is too large.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.errors import Message
from colorizer.web import i18n
from colorizer.web.errors import refusal
from colorizer.web.gradio_internals import event_details
from colorizer.web.temporary_files import temporary_folder

_HERE = Path(__file__).parent
_MARKUP = (_HERE / "drop_zone.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "drop_zone.js").read_text(encoding="utf-8")


REFUSALS = {
    "kind": "not_sent_kind",
    "no_film": "not_sent_no_film",
    "size": "not_sent_size",
    "sending": "not_sent",
}
"""The zone's reasons → codes of `colorizer.errors.MESSAGES`."""


@dataclass(frozen=True)
class Arrival:
    """What the zone tells of one photo.

    file: "" where there is none. refused: why. first: of those that were dropped together.
    left_out: how many of those were beyond the limit; told with the first.
    """

    name: str
    file: str = ""
    refused: Message | None = None
    first: bool = False
    left_out: int = 0


def drop_zone(
    elem_id: str,
    *,
    label: str,
    limit: int,
    max_megabytes: int,
    keeps: bool = False,
    film_seconds: int = 0,
) -> gr.HTML:
    """The component; its `upload` event tells of one photo, see `arrival`.

    limit: photos taken from one drop; the rest are counted. keeps: it lists the photos itself and
    its value tells of all of them, see `arrivals`; no more than `limit` stay. film_seconds: if it
    is for a film instead, how much of it is coloured.
    """
    before, between = i18n.FILM_LIMIT if film_seconds else i18n.DROP_LIMIT
    number = film_seconds or limit
    choose = i18n.DROP_CHOOSE if limit > 1 else i18n.DROP_CHOOSE_ONE
    return gr.HTML(
        html_template=_MARKUP,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        label=label,
        choose=i18n.FILM_CHOOSE if film_seconds else choose,
        hint=f"{before} {number} {between} {max_megabytes} MB." if number > 1 else "",
        accept="video/*,.mkv" if film_seconds else "image/*",
        kind="video/" if film_seconds else "image/",
        wrong_kind="no_film" if film_seconds else "kind",
        hint_id=f"{elem_id}-hint",
        multiple="multiple" if limit > 1 else "",
        sending=i18n.FILM_SENDING if film_seconds else i18n.DROP_SENDING,
        limit=limit,
        max_bytes=max_megabytes << 20,
        keeps=keeps,
        listed=label,
        remove=i18n.REMOVE,
        reasons={reason: i18n.MESSAGES[code] for reason, code in REFUSALS.items()},
        elem_id=elem_id,
        elem_classes=["photo-drop"] if keeps else None,
    )


def arrival(event: gr.EventData) -> Arrival | None:
    """What an `upload` event tells; None when it is nothing that the zone would tell."""
    told = event_details(event)
    arrived = _arrived(told.get("photo"))
    if arrived is None:
        return None
    return replace(arrived, first=told.get("first") is True, left_out=_count(told.get("left_out")))


def arrivals(value: Any, limit: int) -> list[Arrival]:
    """The photos of a zone that keeps them; the first says how many were too many.

    An error on the page while some are still being sent.
    """
    told = value if isinstance(value, dict) else {}
    if _count(told.get("sending")):
        raise refusal(i18n.STILL_SENDING)
    photos = told.get("photos")
    arrived = [_arrived(each) for each in (photos[:limit] if isinstance(photos, list) else ())]
    known = [each for each in arrived if each is not None]
    return [replace(known[0], left_out=_count(told.get("left_out"))), *known[1:]] if known else []


def plain_name(name: str) -> str:
    """A file's name without folders and without what could be taken for a template or markup."""
    kept = "".join(c for c in Path(name).name if c.isprintable() and c not in '<>`$\\{}"|')
    return kept[-120:] or "photo"


def _arrived(photo: Any) -> Arrival | None:
    """What is told of one photo."""
    if not isinstance(photo, dict) or not isinstance(photo.get("name"), str):
        return None
    name = plain_name(photo["name"])
    if (refused := photo.get("refused")) is not None:
        known = isinstance(refused, str) and refused in REFUSALS
        return Arrival(name, refused=Message(REFUSALS[refused])) if known else None
    file = _uploaded(photo.get("path"))
    return None if file is None else Arrival(name, file)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**6 else 0


def _uploaded(path: Any) -> str | None:
    """The path when it is that of an uploaded file."""
    if not isinstance(path, str) or len(path) > 1000 or "\0" in path:
        return None
    file, folder = Path(path).resolve(), temporary_folder().resolve()
    return str(file) if file.is_relative_to(folder) and file.is_file() else None
