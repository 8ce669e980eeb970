"""What a photo can be made of, side by side: a click on a picture chooses its model or version."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from colorizer.web import i18n
from colorizer.web.before_after import picture_address

_HERE = Path(__file__).parent
_MARKUP = (_HERE / "compare_grid.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "compare_grid.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Compared:
    """One picture of the comparison; key: what is chosen by it, "" where there is nothing."""

    file: str
    caption: str
    key: str = ""


def compare_grid(elem_id: str) -> gr.HTML:
    """The component; its `select` event tells the key that was chosen."""
    return gr.HTML(
        value=compare_value([], ""),
        html_template=_MARKUP,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        elem_id=elem_id,
    )


def compare_value(pictures: Sequence[Compared], chosen: str) -> dict[str, Any]:
    """The component's value; chosen: the key of the picture that is on the stage and is saved."""
    ratio = _ratio(pictures[0].file) if pictures else 1.5
    return {
        "pictures": [
            {
                "address": picture_address(picture.file),
                "caption": picture.caption,
                "key": picture.key,
                "chosen": "true" if picture.key == chosen else "false",
                "note": _note(picture, chosen),
                "ratio": f"{ratio:.4f}",
            }
            for picture in pictures
        ],
        "tall": ratio < 1.0,
        "count": len(pictures),
    }


def _note(picture: Compared, chosen: str) -> str:
    if not picture.key:
        return ""
    return i18n.COMPARE_CHOSEN if picture.key == chosen else i18n.COMPARE_CHOOSE


def _ratio(file: str) -> float:
    with Image.open(file) as picture:  # reads its header only
        return picture.width / picture.height
