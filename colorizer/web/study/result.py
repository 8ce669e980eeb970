"""The personal result at the end of a session: score, chance, mistakes, words to share."""

from html import escape
from typing import Any

import gradio as gr

from colorizer.study import AnsweredPair, SessionSummary
from colorizer.study.trials import SIDES
from colorizer.web import i18n
from colorizer.web.errors import errors_on_the_page
from colorizer.web.study.figures import chance_of, model_name, score_svg
from colorizer.web.study.host import StudyHost
from colorizer.web.study.links import STUDY_SCRIPT
from colorizer.web.study.pictures import StudyPictures, half_width, pair_html
from colorizer.web.study.trial import STUDY_LIMIT, STUDY_QUEUE


class ResultPanel:
    """The result, words to share and all answers; hidden until there is a result."""

    def __init__(self, host: StudyHost, pictures: StudyPictures) -> None:
        self._host = host
        self._pictures = pictures

    def build(
        self,
        elem_id: str,
        token: gr.State | gr.BrowserState,
        which: gr.Textbox | None = None,
    ) -> list[Any]:
        """Create the components inside the current Blocks; they are the outputs of `show`.

        token: names the session whose answers are shown. which: the study, see `links`; by default
        the page's own.
        """
        html = gr.HTML(visible=False, apply_default_css=False, elem_id=elem_id)
        share = gr.Textbox(
            label=i18n.SHARE,
            lines=2,
            interactive=False,
            buttons=["copy"],
            visible=False,
            elem_id=f"{elem_id}-share",
        )
        button = gr.Button(i18n.RESULT_ALL, visible=False, elem_id=f"{elem_id}-all")
        answers = gr.HTML(visible=False, apply_default_css=False, elem_id=f"{elem_id}-answers")
        button.click(
            self.answers,
            [token] if which is None else [token, which],
            [answers],
            js=None if which is None else STUDY_SCRIPT,
            concurrency_id=STUDY_QUEUE,
            concurrency_limit=STUDY_LIMIT,
            api_visibility="private",
        )
        return [html, share, button, answers]

    def show(self, summary: SessionSummary | None, link: str = "") -> tuple[Any, ...]:
        """The updates that show the result, or hide it when there is none.

        link: where others find the page, for the words to share.
        """
        empty = gr.update(value="", visible=False)
        if summary is None:
            return empty, gr.update(visible=False), gr.update(visible=False), empty
        text = gr.update(value=f"{_to_share(summary)} {link}".strip(), visible=True)
        button = gr.update(visible=summary.scored > 0)
        return gr.update(value=self._result(summary), visible=True), text, button, empty

    def answers(self, token: Any, which: Any = "") -> Any:
        """All pairs of the session, right and wrong."""
        with errors_on_the_page():
            pairs = self._host.of(which).answers(token if isinstance(token, str) else "")
            figures = "".join(self._pair(pair, verdict=True) for pair in pairs)
        title = escape(i18n.RESULT_ALL_TITLE)
        return gr.update(
            value=f'<section class="study-result"><h3>{title}</h3>'
            f'<div class="study-mistakes">{figures}</div></section>',
            visible=True,
        )

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
        if summary.others is not None:
            others = summary.others
            told = i18n.RESULT_OTHERS.format(
                participants=others.participants, percent=100 * others.right, below=others.below
            )
            said.append(told)
        excluded = i18n.RESULT_NOT_COUNTED.get(summary.exclusion or "", "")
        score = i18n.RESULT.format(correct=summary.correct, scored=summary.scored)
        return (
            f'<section class="study-result"><h2>{escape(score)}</h2>{scale}'
            f"<p>{escape(' '.join(said))}</p>"
            f"{f'<p><strong>{escape(excluded)}</strong></p>' if excluded else ''}"
            f"{self._mistakes(summary)}</section>"
        )

    def _mistakes(self, summary: SessionSummary) -> str:
        if not summary.mistakes:
            return f"<h3>{escape(i18n.RESULT_FOOLED_NONE)}</h3>"
        figures = "".join(self._pair(mistake, verdict=False) for mistake in summary.mistakes)
        title = escape(i18n.RESULT_FOOLED)
        return f'<h3>{title}</h3><div class="study-mistakes">{figures}</div>'

    def _pair(self, pair: AnsweredPair, *, verdict: bool) -> str:
        """The pair with what was real; verdict: also whether that was found."""
        width, height = pair.width, pair.height
        picture = pair_html(
            self._pictures.address(pair.picture, pair.file_name),
            ratio=half_width(width) / height,
            stretch=width / half_width(width),
            real_side=pair.real_side,
            real=i18n.RESULT_REAL,
        )
        caption = i18n.RESULT_MISTAKE.format(
            number=SIDES.index(pair.real_side) + 1,
            model=model_name(pair.model, i18n.MODEL_SHORT),
        )
        if verdict:
            found = i18n.RESULT_WRONG if pair.fooled else i18n.RESULT_RIGHT
            caption = f"{found[:1].upper()}{found[1:]}. {caption}"
        return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _to_share(summary: SessionSummary) -> str:
    """Two sentences."""
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
