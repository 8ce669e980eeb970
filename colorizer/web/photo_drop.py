"""The place to drop photos: uploads reach our own decoder, nothing else opens them before."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from colorizer.web import i18n
from colorizer.web.errors import refusal

Dropped = Sequence[tuple[str, str | None]] | None
"""What Gradio hands over: (file, caption) pairs, or None."""


def photo_drop(label: str, elem_id: str, *, columns: int = 3, height: int = 260) -> gr.Gallery:
    """Drop, paste or pick photos; its value is a list of uploaded files, undecoded."""
    return gr.Gallery(
        label=label,
        type="filepath",
        format="png",
        file_types=["image"],
        sources=["upload", "clipboard"],
        interactive=True,
        columns=columns,
        fit_columns=columns == 1,
        height=height,
        object_fit="contain",
        buttons=[],
        elem_id=elem_id,
        elem_classes=["photo-drop", "single"] if columns == 1 else ["photo-drop"],
    )


def dropped_files(dropped: Dropped, limit: int) -> tuple[list[str], list[str]]:
    """The first uploaded files, in order, and what is to be said of the others, if there are any.

    An error on the page when there is none at all.
    """
    if not dropped:
        raise refusal(i18n.NO_PHOTO)
    files, more = [file for file, _ in dropped], len(dropped) - limit
    said = [i18n.PRIVATE_LEFT_OUT.format(limit=limit, left_out=more)] if more > 0 else []
    return files[:limit], said


def markdown_name(name: str) -> str:
    """A file's name as Markdown that shows it as it is."""
    return "".join(c if c.isalnum() or c in " .-" else f"&#{ord(c)};" for c in name[:120])


def shown_name(file: str | Path) -> str:
    """A file's name that cannot be taken for Markdown or HTML."""
    name = Path(file).name
    return "".join(c if c.isalnum() or c in " ._-" else "·" for c in name)[:60]
