"""The picture to click on: a place gets a colour, and what looks alike follows.

What a visitor does there is told as the JSON of `colorizer.guide.files`, the same as in a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from colorizer.guide.guide import Hint
from colorizer.web import i18n
from colorizer.web.before_after import Pair, pair_value

if TYPE_CHECKING:
    from colorizer.guide.guiding import HintResult

Answer = Callable[[Any], dict[str, Any]]

_HERE = Path(__file__).parent
_MARKUP = (_HERE / "hint_editor.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "hint_editor.js").read_text(encoding="utf-8")


def hint_editor(
    elem_id: str, answers: Mapping[str, Answer], *, value: dict[str, Any] | None = None
) -> gr.HTML:
    """The component; its `select` event tells that the hints are others now.

    answers: to `suggest` {"token", "x", "y"} and to `take` {"token", "hints"}, see `HandView`.
    """
    return gr.HTML(
        value=value,
        html_template=_MARKUP,
        js_on_load=_SCRIPT,
        apply_default_css=False,
        server_functions=[_named(name, answer) for name, answer in answers.items()],
        words=i18n.HAND,
        elem_id=elem_id,
    )


def _named(name: str, answer: Answer) -> Answer:
    """A function, as Gradio wants it, in place of a method."""

    def function(data: Any) -> dict[str, Any]:
        return answer(data)

    function.__name__ = name
    return function


def editor_value(
    pair: Pair,
    *,
    photo: object,
    name: str,
    hints: Sequence[Hint] = (),
    results: "Sequence[HintResult]" = (),
) -> dict[str, Any]:
    """The component's value. photo: what tells it from others. name: its file's, for the hints."""
    shown = pair_value(pair) or {}
    return {
        "photo": f"{photo} {shown['before']}",
        "name": name,
        "after": shown["after"],
        "ratio": shown["ratio"],
        "hints": [asdict(hint) for hint in hints],
        "possible": [result.in_gamut for result in results],
    }
