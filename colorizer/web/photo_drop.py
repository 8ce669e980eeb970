"""Photos for a test of one's own: a zone that lists them, and how their files are called."""

from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.web import i18n
from colorizer.web.colorize.drop_zone import Arrival, arrivals, drop_zone
from colorizer.web.errors import refusal


def photo_drop(elem_id: str, *, least: int, limit: int, max_megabytes: int) -> gr.HTML:
    """Drop, paste or pick `least` to `limit` photos; its value is for `dropped_photos`."""
    label = f"{i18n.PRIVATE_DROP} ({least} – {limit})"
    return drop_zone(elem_id, label=label, limit=limit, max_megabytes=max_megabytes, keeps=True)


def dropped_photos(
    value: Any, limit: int, *, needed: bool = True
) -> tuple[list[Arrival], list[str]]:
    """The photos that were uploaded, in order, and what is to be said of the others; Markdown.

    An error on the page when there is none at all and one is needed.
    """
    arrived = arrivals(value, limit)
    refused = [of_photo(each.name, i18n.told(each.refused)) for each in arrived if each.refused]
    photos = [each for each in arrived if each.file]
    if needed and not photos:
        raise refusal(" ".join(refused) or i18n.NO_PHOTO)
    left_out = arrived[0].left_out if arrived else 0
    more = [i18n.PRIVATE_LEFT_OUT.format(limit=limit, left_out=left_out)] if left_out else []
    return photos, [*more, *refused]


def of_photo(name: str, said: str) -> str:
    """What is said of one photo; Markdown."""
    return f"**{shown_name(name)}**: {said}"


def markdown_name(name: str) -> str:
    """A file's name as Markdown that shows it as it is."""
    return "".join(c if c.isalnum() or c in " .-" else f"&#{ord(c)};" for c in name[:120])


def shown_name(file: str | Path) -> str:
    """A file's name that cannot be taken for Markdown or HTML."""
    name = Path(file).name
    return "".join(c if c.isalnum() or c in " ._-" else "·" for c in name)[:60]
