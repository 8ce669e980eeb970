"""A picture before and after, with a line to drag: `before` left of it, `after` right of it.

Gradio's ImageSlider cannot be reached by the keyboard and has no height until its pictures are
there, so that the page jumps.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
from PIL import Image

from colorizer.web import i18n

_HERE = Path(__file__).parent
_MARKUP = (_HERE / "before_after.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "before_after.js").read_text(encoding="utf-8")

Pair = tuple[str, str]
"""Paths of two pictures of the same size, in the folder that Gradio serves."""


def before_after(
    label: str, elem_id: str, *, value: Pair | None = None, names: tuple[str, str] | None = None
) -> gr.HTML:
    """The component; its value is what `pair_value` makes. names: what the two pictures are."""
    before, after = names or (i18n.COMPARE_BEFORE, i18n.PAIR_AFTER)
    return gr.HTML(
        value=pair_value(value),
        html_template=_MARKUP,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        label=label,
        before=before,
        after=after,
        enlarge=i18n.ENLARGE,
        shrink=i18n.SHRINK,
        elem_id=elem_id,
        elem_classes=["before-after"],
    )


def pair_value(pair: Pair | None) -> dict[str, Any] | None:
    """The component's value for two pictures; None hides it."""
    if pair is None:
        return None
    before, after = pair
    with Image.open(before) as picture:  # reads its header only
        width, height = picture.size
    return {
        "before": picture_address(before),
        "after": picture_address(after),
        "ratio": f"{width / height:.4f}",
        "height": height,
    }


def picture_address(path: str | Path) -> str:
    """Where the browser finds a picture in the folder that Gradio serves."""
    return f"gradio_api/file={quote(str(path))}"
