"""A list of photos as small tiles: a picture, a name and a word about each; some can be chosen."""

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.web import i18n
from colorizer.web.gradio_internals import event_details

_HERE = Path(__file__).parent
_MARKUP = (_HERE / "photo_tiles.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "photo_tiles.js").read_text(encoding="utf-8")
_STEPS_MARKUP = (_HERE / "photo_steps.html").read_text(encoding="utf-8")
_STEPS_SCRIPT = (_HERE / "photo_steps.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Tile:
    """One photo of the list.

    title, note: plain text. state: a CSS class. picture: JPEG bytes or None. open: can be chosen.
    """

    title: str
    note: str
    state: str = ""
    picture: bytes | None = None
    open: bool = True


def photo_tiles(tiles: Sequence[Tile], *, label: str, elem_id: str, marks: bool = True) -> gr.HTML:
    """The component; its `select` event tells the index of the tile that was chosen.

    marks: whether the chosen tile stays marked. A click brings the stage into view.
    """
    return gr.HTML(
        value=tiles_value(tiles, label=label),
        html_template=_MARKUP,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        marks=marks,
        stages=["#stage-head", "#views"],
        elem_id=elem_id,
    )


def photo_steps(elem_id: str) -> gr.HTML:
    """Buttons to the previous and the next of the visitor's photos, which press its tile."""
    return gr.HTML(
        html_template=_STEPS_MARKUP,
        js_on_load=_STEPS_SCRIPT,
        apply_default_css=False,
        previous=i18n.PREVIOUS,
        next=i18n.NEXT,
        elem_id=elem_id,
    )


def tiles_value(
    tiles: Sequence[Tile], *, label: str, current: int | None = None, remove: str = ""
) -> dict[str, Any]:
    """The component's value: `current` is the tile to mark, None leaves the marked one.

    remove: what its button says that takes a tile off the list, told by a `delete` event; "" where
    none can be.
    """
    return {
        "label": label,
        "tiles": [
            {
                "title": tile.title,
                "note": tile.note,
                "state": tile.state,
                "picture": _data_address(tile.picture),
                "open": tile.open,
                "remove": remove and f"{remove}: {tile.title}",
            }
            for tile in tiles
        ],
        "current": current,
        "made": round(time.monotonic() * 1e6),
    }


def chosen_tile(event: gr.EventData, n_tiles: int) -> int | None:
    """The index that a `select` event tells; None when it is not one of the tiles."""
    index = event_details(event).get("index")
    return index if isinstance(index, int) and 0 <= index < n_tiles else None


def _data_address(jpeg: bytes | None) -> str:
    """Thumbnails are a few kilobytes: inside the page they need no file that could be swept out."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""
