"""The public figures of the study: drawing, tables, votes as CSV, and the endpoint for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

import gradio as gr

from colorizer.errors import StudyError
from colorizer.study import FoolingRate, PhotoRate, StudyResults
from colorizer.web import endpoint_texts, i18n
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page
from colorizer.web.study.figures import RateRow, rates_svg, table_html
from colorizer.web.study.host import StudyHost
from colorizer.web.study.trial import STUDY_LIMIT, STUDY_QUEUE

MIN_PHOTO_VOTES = 5
"""A photo with fewer votes would be first or last by accident."""

_MOST_AND_LEAST = 5
_WIRING: dict[str, Any] = {"concurrency_id": STUDY_QUEUE, "concurrency_limit": STUDY_LIMIT}


class ResultsPage:
    """Builds the tab and answers its events."""

    def __init__(self, host: StudyHost, download_folder: DownloadFolder) -> None:
        self._host = host
        self._outbox = download_folder

    def build(self, opened: Sequence[Any]) -> None:
        """Lay out the components and wire them; `opened` are the events that show the tab."""
        figures = gr.HTML(apply_default_css=False, elem_id="study-figures")
        gr.Markdown(i18n.RESULTS_HOW, elem_id="study-how")
        with gr.Row():
            refresh = gr.Button(i18n.RESULTS_REFRESH, elem_id="study-refresh")
            make = gr.Button(i18n.RESULTS_CSV, elem_id="study-csv")
            download = gr.DownloadButton(
                i18n.RESULTS_DOWNLOAD, interactive=False, elem_id="study-download"
            )
        gr.on(
            [*opened, refresh.click],
            self.figures,
            None,
            [figures],
            api_visibility="private",
            show_progress="hidden",
            **_WIRING,
        )
        make.click(self.csv, None, [download], api_visibility="private", **_WIRING)
        report = gr.JSON(visible=False, label="results")
        gr.Button(visible=False).click(
            self.study_results,
            None,
            [report],
            api_name="study_results",
            api_description=endpoint_texts.STUDY_RESULTS,
            **_WIRING,
        )

    def figures(self) -> str:
        """Everything that is counted, as HTML."""
        try:
            study = self._host.study
            results, status = study.results(), study.status()
        except StudyError as error:
            return f"<p>{escape(i18n.told(error))}</p>"
        saved = f'<p class="study-small">{escape(i18n.told(status.votes_saved))}</p>'
        if not results.by_model:
            return f"<p>{escape(i18n.RESULTS_NONE)}</p>{_counts(results)}{saved}"
        return "".join(
            (
                _drawing(results),
                _counts(results),
                _models(results.by_model),
                _revisions(results),
                _subjects(results.by_subject),
                _photos(results.by_photo),
                saved,
            )
        )

    def csv(self) -> Any:
        """Write all votes, anonymous, and offer them."""
        with errors_on_the_page():
            votes = self._host.study.votes_csv()
        file = self._outbox.place("colorization-turing-test-votes.csv")
        file.write_text(votes, encoding="utf-8")
        return gr.DownloadButton(value=str(file), interactive=True)

    def study_results(self) -> dict[str, Any]:
        """Answer /study_results."""
        with errors_on_the_page():
            study = self._host.study
            return {
                **asdict(study.results()),
                "protocol": asdict(study.settings),
                "demo_photos": self._host.demo,
                "votes_saved": str(study.status().votes_saved),
            }


def _drawing(results: StudyResults) -> str:
    ours = [
        RateRow(_full_name(rate), 100 * rate.rate, (100 * rate.low, 100 * rate.high))
        for rate in results.by_model
    ]
    published = [RateRow(rate.source, 100 * rate.rate, None) for rate in results.published]
    spoken = [
        i18n.RESULTS_SPOKEN.format(
            name=_full_name(rate), rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high
        )
        for rate in results.by_model
    ]
    spoken += [f"{i18n.RESULTS_PUBLISHED}: {row.name}: {row.rate:.1f} %" for row in published]
    figure = rates_svg(
        [*ours, *published],
        title=i18n.RESULTS_TITLE,
        chance=i18n.RESULTS_CHANCE,
        spoken=spoken,
    )
    caveat = escape(i18n.RESULTS_CAVEAT)
    return f'<h3>{escape(i18n.RESULTS_TITLE)}</h3>{figure}<p class="study-small">{caveat}</p>'


def _counts(results: StudyResults) -> str:
    catch = results.catch_pass_rate
    excluded = [
        i18n.RESULTS_EXCLUDED.format(votes=votes, reason=i18n.RESULTS_EXCLUSIONS[reason])
        for reason, votes in results.excluded.items()
        if votes
    ]
    said = i18n.RESULTS_COUNTS.format(
        participants=results.participants,
        counted=results.counted,
        excluded=", ".join(excluded) or "0",
        catch="–" if catch is None else f"{100 * catch:.0f} %",
    )
    return f"<p>{escape(said)}</p>"


def _models(rates: Sequence[FoolingRate]) -> str:
    rows = [
        (
            *_rate(rate),
            str(rate.participants),
            str(rate.trials),
            f"{100 * rate.left_choice_rate:.0f}",
            f"{rate.median_response_ms / 1000:.1f}",
            f"{rate.method}, {i18n.RESULTS_PROVISIONAL}" if rate.provisional else rate.method,
        )
        for rate in rates
    ]
    return table_html(i18n.RESULTS_COLUMNS, rows, caption=i18n.RESULTS_BY_MODEL)


def _revisions(results: StudyResults) -> str:
    """What the rates by model pool, where a model's checkpoint was replaced during the study."""
    if len(results.by_revision) == len(results.by_model):
        return ""
    rows = []
    for rate in results.by_revision:
        model, _, revision = rate.name.partition(" ")
        name = f"{i18n.MODEL_NAMES.get(model, model)} {revision}"
        rows.append((name, *_rate(rate)[1:], str(rate.participants), str(rate.trials)))
    return table_html(i18n.RESULTS_SUBJECT_COLUMNS, rows, caption=i18n.RESULTS_BY_REVISION)


def _subjects(rates: Sequence[FoolingRate]) -> str:
    rows = [(*_rate(rate), str(rate.participants), str(rate.trials)) for rate in rates]
    return table_html(i18n.RESULTS_SUBJECT_COLUMNS, rows, caption=i18n.RESULTS_BY_SUBJECT)


def _photos(rates: Sequence[PhotoRate]) -> str:
    """The extremes by number: a picture here would show the answer to those who come later."""
    enough = [rate for rate in rates if rate.trials >= MIN_PHOTO_VOTES]
    if len(enough) > 2 * _MOST_AND_LEAST:
        enough = [*enough[:_MOST_AND_LEAST], *enough[-_MOST_AND_LEAST:]]
    if not enough:
        return ""
    rows = [
        (f"{rate.photo_id[:6]} {rate.subject}", *_rate(rate)[1:], str(rate.trials))
        for rate in enough
    ]
    said = escape(i18n.RESULTS_PHOTOS.format(votes=MIN_PHOTO_VOTES))
    table = table_html(i18n.RESULTS_PHOTO_COLUMNS, rows, caption=i18n.RESULTS_BY_PHOTO)
    return f'{table}<p class="study-small">{said}</p>'


def _rate(rate: FoolingRate | PhotoRate) -> tuple[str, str, str, str]:
    """Name, exposure, rate and interval in words."""
    name = rate.name if isinstance(rate, FoolingRate) else rate.photo_id
    return (
        i18n.MODEL_NAMES.get(name, name),
        _exposure(rate.exposure_seconds),
        f"{100 * rate.rate:.1f}",
        f"{100 * rate.low:.1f} – {100 * rate.high:.1f}",
    )


def _full_name(rate: FoolingRate) -> str:
    name = i18n.MODEL_NAMES.get(rate.name, rate.name)
    return f"{name}, {_exposure(rate.exposure_seconds)}, n = {rate.trials}"


def _exposure(seconds: float | None) -> str:
    if seconds is None:
        return i18n.RESULTS_UNLIMITED
    return i18n.RESULTS_EXPOSURE.format(seconds=seconds)
