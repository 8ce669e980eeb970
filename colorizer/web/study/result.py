"""The personal result at the end of a session: score, chance, mistakes, words to share."""

from html import escape
from typing import Any

import gradio as gr

from colorizer.study import Mistake, SessionSummary
from colorizer.study.trials import SIDES
from colorizer.web import i18n
from colorizer.web.study.figures import chance_of, score_svg
from colorizer.web.study.pictures import StudyPictures, half_width, pair_html


class ResultPanel:
    """Two components, hidden until there is a result."""

    def __init__(self, pictures: StudyPictures) -> None:
        self._pictures = pictures

    def build(self, elem_id: str) -> list[Any]:
        """Create the components inside the current Blocks; they are the outputs of `show`."""
        html = gr.HTML(visible=False, apply_default_css=False, elem_id=elem_id)
        share = gr.Textbox(
            label=i18n.SHARE,
            lines=2,
            interactive=False,
            buttons=["copy"],
            visible=False,
            elem_id=f"{elem_id}-share",
        )
        return [html, share]

    def show(self, summary: SessionSummary | None) -> tuple[Any, Any]:
        """The updates that show the result, or hide it when there is none."""
        if summary is None:
            return gr.update(value="", visible=False), gr.update(visible=False)
        text = gr.update(value=_to_share(summary), visible=True)
        return gr.update(value=self._result(summary), visible=True), text

    def _result(self, summary: SessionSummary) -> str:
        share = summary.correct / summary.scored if summary.scored else 0.0
        scale = score_svg(
            100 * share,
            title=i18n.RESULT_SCALE.format(percent=100 * share),
            chance=i18n.RESULT_SCALE_CHANCE,
            you=i18n.RESULT_SCALE_YOU,
        )
        said = [_chance(summary)]
        if summary.median_response_ms is not None:
            seconds = summary.median_response_ms / 1000
            said.append(i18n.RESULT_SPEED.format(seconds=seconds))
        if summary.private:
            said.append(i18n.RESULT_PRIVATE)
        score = i18n.RESULT.format(correct=summary.correct, scored=summary.scored)
        return (
            f'<section class="study-result"><h2>{escape(score)}</h2>{scale}'
            f"<p>{escape(' '.join(said))}</p>{self._mistakes(summary)}</section>"
        )

    def _mistakes(self, summary: SessionSummary) -> str:
        if not summary.mistakes:
            return f"<h3>{escape(i18n.RESULT_FOOLED_NONE)}</h3>"
        figures = "".join(self._mistake(mistake) for mistake in summary.mistakes)
        title = escape(i18n.RESULT_FOOLED)
        return f'<h3>{title}</h3><div class="study-mistakes">{figures}</div>'

    def _mistake(self, mistake: Mistake) -> str:
        width, height = mistake.width, mistake.height
        picture = pair_html(
            self._pictures.address(mistake.picture, mistake.file_name),
            ratio=half_width(width) / height,
            stretch=width / half_width(width),
            real_side=mistake.real_side,
            real=i18n.RESULT_REAL,
        )
        caption = i18n.RESULT_MISTAKE.format(
            number=SIDES.index(mistake.real_side) + 1,
            model=i18n.MODEL_SHORT.get(mistake.model, mistake.model),
        )
        return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _to_share(summary: SessionSummary) -> str:
    """Two sentences, without a link."""
    said = i18n.SHARED_PRIVATE if summary.private else i18n.SHARED
    return said.format(
        correct=summary.correct,
        scored=summary.scored,
        expected=summary.scored * summary.chance,
    )


def _chance(summary: SessionSummary) -> str:
    by_guessing = chance_of(summary.correct, summary.scored)
    share = i18n.RESULT_RARE if by_guessing < 0.01 else f"{100 * by_guessing:.0f} %"
    return i18n.RESULT_CHANCE.format(expected=summary.scored * summary.chance, share=share)
