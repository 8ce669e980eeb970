"""The figures of the study: drawing, tables, votes as CSV, and the endpoint for programs."""

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from colorizer.errors import StudyError
from colorizer.study import FoolingRate, PhotoRate, PoolProgress, PublishedRate, StudyResults
from colorizer.web import endpoint_texts, i18n
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page
from colorizer.web.study.figures import RateRow, day, model_name, rates_svg, table_html
from colorizer.web.study.host import StudyHost
from colorizer.web.study.links import OWNER_SCRIPT, study_input
from colorizer.web.study.trial import STUDY_LIMIT, STUDY_QUEUE

if TYPE_CHECKING:
    from colorizer.study import Study
    from colorizer.study.bradley_terry import ModelStrength
    from colorizer.study.store import StudyVotes

MIN_PHOTO_VOTES = 5
"""A photo with fewer votes would be first or last by accident."""

_MOST_AND_LEAST = 5
_WIRING: dict[str, Any] = {"concurrency_id": STUDY_QUEUE, "concurrency_limit": STUDY_LIMIT}


class ResultsPage:
    """Builds the tab and answers its events.

    Results open to those who have played a session to its end and to the owner, votes to the owner.
    """

    def __init__(self, host: StudyHost, download_folder: DownloadFolder) -> None:
        self._host = host
        self._downloads = download_folder

    def build(self, opened: Sequence[Any], token: gr.BrowserState) -> None:
        """Lay out the components and wire them; `opened` are the events that show the tab.

        token: the participant's.
        """
        studies = gr.Dropdown([], label=i18n.RESULTS_STUDY, visible=False, elem_id="study-studies")
        figures = gr.HTML(apply_default_css=False, elem_id="study-figures")
        gr.Markdown(i18n.RESULTS_HOW, elem_id="study-how")
        refresh = gr.Button(i18n.RESULTS_REFRESH, elem_id="study-refresh")
        with gr.Accordion(i18n.RESULTS_OWNER, open=False, elem_id="study-owner"):
            gr.Markdown(i18n.RESULTS_OWNER_HOW)
            key = gr.Textbox(label=i18n.RESULTS_KEY, type="password", elem_id="study-key")
            with gr.Row():
                unlock = gr.Button(i18n.RESULTS_OPEN, elem_id="study-unlock")
                make = gr.Button(i18n.RESULTS_CSV, elem_id="study-csv")
                download = gr.DownloadButton(
                    i18n.RESULTS_DOWNLOAD, interactive=False, elem_id="study-download"
                )
            delete = gr.Button(
                i18n.OWN_DELETE, variant="stop", visible=False, elem_id="study-delete"
            )
            sure = gr.Button(
                i18n.OWN_DELETE_SURE, variant="stop", visible=False, elem_id="study-delete-sure"
            )
        which = study_input()
        wiring: dict[str, Any] = {"js": OWNER_SCRIPT, "api_visibility": "private", **_WIRING}
        gr.on(
            [*opened, refresh.click, unlock.click, key.submit, studies.input],
            self.figures,
            [token, studies, key, which],
            [studies, figures, delete],
            show_progress="hidden",
            **wiring,
        )
        make.click(self.csv, [key, which], [download], **wiring)
        delete.click(
            partial(gr.Button, visible=True), None, sure, queue=False, api_visibility="private"
        )
        sure.click(self.delete, [key, which], [figures, delete, sure], **wiring)
        self._build_endpoint()

    def _build_endpoint(self) -> None:
        key = gr.Textbox("", visible=False, label="key")
        which = study_input()
        report = gr.JSON(visible=False, label="results")
        gr.Button(visible=False).click(
            self.study_results,
            [key, which],
            [report],
            api_name="study_results",
            api_description=endpoint_texts.STUDY_RESULTS,
            **_WIRING,
        )

    def figures(self, token: Any, chosen: Any, key: Any, which: Any = "") -> tuple[Any, str, Any]:
        """The studies to choose from, everything that is counted of one of them, as HTML, and a
        button for the owner of a visitor's study.
        """
        hidden = gr.update(visible=False)
        try:
            study = self._opened(token, key, which)
            known = study.studies()
            label = chosen if chosen in {each.study for each in known} else study.label
            results, status = study.results(label), study.status()
            strengths = _strengths(study.strengths()) if label == study.label else ""
            strengths += _thumbs(study.thumbs())
        except StudyError as error:
            return hidden, f"<p>{escape(i18n.told(error))}</p>", hidden
        choices = [(_study_name(each), each.study) for each in known]
        if label not in {each.study for each in known}:
            choices.insert(0, (label, label))
        choice = gr.update(choices=choices, value=label, visible=len(choices) > 1)
        saved = f'<p class="study-small">{escape(i18n.told(status.votes_saved))}</p>'
        delete = gr.update(visible=bool(which) and study.is_owner(key))
        about = self._about(which, status.pictures) if which else ""
        if not results.by_model:
            excluded = any(results.excluded.values())
            none = i18n.RESULTS_NONE_COUNTS if excluded else i18n.RESULTS_NONE
            told = f"<p>{escape(none)}</p>{_counts(results)}{strengths}{saved}"
            return choice, about + told, delete
        parts = (
            about,
            _drawing(results),
            _counts(results),
            _models(results.by_model),
            _revisions(results),
            _subjects(results.by_subject),
            _photos(results.by_photo),
            strengths,
            saved,
        )
        return choice, "".join(parts), delete

    def delete(self, key: Any, which: Any) -> tuple[str, Any, Any]:
        """Delete a visitor's study for its owner."""
        with errors_on_the_page():
            self._host.own.delete(which, key)
        hidden = gr.update(visible=False)
        return f"<p>{escape(i18n.OWN_DELETED)}</p>", hidden, hidden

    def csv(self, key: Any, which: Any = "") -> Any:
        """Write all votes, anonymous, as CSV files in a zip, and offer them to the owner."""
        with errors_on_the_page():
            study = self._host.of(which)
            if not study.is_owner(key):
                raise StudyError("votes_closed")
            archive = self._downloads.place("colorization-turing-test-votes.zip")
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
                for name, table in study.votes_csv().items():
                    out.writestr(name, table)
        return gr.DownloadButton(value=str(archive), interactive=True)

    def study_results(self, key: str = "", study: str = "") -> dict[str, Any]:
        """Answer /study_results; key: the owner's, or the token of somebody who has played."""
        with errors_on_the_page():
            opened = self._opened(key, key, study)
            return {
                **asdict(opened.results()),
                "preferred": [asdict(strength) for strength in opened.strengths()],
                "study": opened.label,
                "protocol": asdict(opened.settings),
                "demo_photos": self._host.demo and not study,
                "votes_saved": str(opened.status().votes_saved),
            }

    def _about(self, which: Any, pictures: PoolProgress) -> str:
        """Of a visitor's study: its name, how far its pictures are, how long it is kept."""
        about = self._host.own.about(which)
        told = i18n.OWN_STATE.format(
            ready=pictures.ready,
            found=pictures.found,
            skipped=pictures.skipped,
            until=day(about.expires_ms),
        )
        return f"<h3>{escape(about.name or i18n.OWN_UNNAMED)}</h3><p>{escape(told)}</p>"

    def _opened(self, token: Any, key: Any, which: Any) -> "Study":
        """The study, if its results are open to whoever asks."""
        study = self._host.of(which)
        if not (study.is_owner(key) or study.has_played(token)):
            raise StudyError("results_closed")
        return study


def _study_name(votes: "StudyVotes") -> str:
    first, last = day(votes.first_ms), day(votes.last_ms)
    name = votes.study or i18n.RESULTS_UNNAMED
    return i18n.RESULTS_STUDY_NAME.format(name=name, votes=votes.votes, first=first, last=last)


def _drawing(results: StudyResults) -> str:
    ours = [
        RateRow(_full_name(rate), 100 * rate.rate, (100 * rate.low, 100 * rate.high))
        for rate in results.by_model
    ]
    published = [RateRow(_source(rate), 100 * rate.rate, None) for rate in results.published]
    spoken = [
        i18n.RESULTS_SPOKEN.format(
            name=_full_name(rate), rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high
        )
        for rate in results.by_model
    ]
    spoken += [
        f"{i18n.RESULTS_PUBLISHED}: "
        + i18n.RESULTS_PUBLISHED_RATE.format(name=row.name, rate=row.rate)
        for row in published
    ]
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
            i18n.RESULTS_NUMBER.format(value=rate.median_response_ms / 1000),
            _method(rate),
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
        model, _, revision = rate.name.rpartition(" ")
        name = f"{model_name(model, i18n.MODEL_NAMES)} {revision}"
        rows.append((name, *_rate(rate)[1:], str(rate.participants), str(rate.trials)))
    return table_html(i18n.RESULTS_SUBJECT_COLUMNS, rows, caption=i18n.RESULTS_BY_REVISION)


def _subjects(rates: Sequence[FoolingRate]) -> str:
    rows = [
        (_subject(rate.name), *_rate(rate)[1:], str(rate.participants), str(rate.trials))
        for rate in rates
    ]
    return table_html(i18n.RESULTS_SUBJECT_COLUMNS, rows, caption=i18n.RESULTS_BY_SUBJECT)


def _photos(rates: Sequence[PhotoRate]) -> str:
    """The extremes by number: a picture here would show the answer to those who come later."""
    enough = [rate for rate in rates if rate.trials >= MIN_PHOTO_VOTES]
    if len(enough) > 2 * _MOST_AND_LEAST:
        enough = [*enough[:_MOST_AND_LEAST], *enough[-_MOST_AND_LEAST:]]
    if not enough:
        return ""
    rows = [
        (f"{rate.photo_id[:6]} {_subject(rate.subject)}", *_rate(rate)[1:], str(rate.trials))
        for rate in enough
    ]
    said = escape(i18n.RESULTS_PHOTOS.format(votes=MIN_PHOTO_VOTES))
    table = table_html(i18n.RESULTS_PHOTO_COLUMNS, rows, caption=i18n.RESULTS_BY_PHOTO)
    return f'{table}<p class="study-small">{said}</p>'


def _strengths(models: Sequence["ModelStrength"]) -> str:
    if not models:
        return ""
    rows = [
        (
            model_name(model.name, i18n.MODEL_NAMES),
            f"{100 * model.won / model.comparisons:.0f}",
            i18n.RESULTS_STRENGTH.format(value=model.strength),
            "–"
            if model.low is None or model.high is None
            else i18n.RESULTS_STRENGTH_RANGE.format(low=model.low, high=model.high)
            + (f" ({i18n.RESULTS_PROVISIONAL})" if model.provisional else ""),
            str(model.participants),
            str(model.comparisons),
        )
        for model in models
    ]
    table = table_html(i18n.RESULTS_STRENGTH_COLUMNS, rows, caption=i18n.RESULTS_STRENGTHS)
    return f'{table}<p class="study-small">{escape(i18n.RESULTS_STRENGTHS_HOW)}</p>'


def _thumbs(thumbs: Mapping[str, Counter[str]]) -> str:
    if not thumbs:
        return ""
    rows = [
        (model_name(model, i18n.MODEL_NAMES), str(given["up"]), str(given["down"]))
        for model, given in sorted(thumbs.items())
    ]
    return table_html(i18n.RESULTS_THUMB_COLUMNS, rows, caption=i18n.RESULTS_THUMBS)


def _rate(rate: FoolingRate | PhotoRate) -> tuple[str, str, str, str]:
    """Name, exposure, rate and interval in words."""
    name = rate.name if isinstance(rate, FoolingRate) else rate.photo_id
    return (
        model_name(name, i18n.MODEL_NAMES),
        _exposure(rate.exposure_seconds),
        i18n.RESULTS_NUMBER.format(value=100 * rate.rate),
        i18n.RESULTS_RANGE.format(low=100 * rate.low, high=100 * rate.high),
    )


def _method(rate: FoolingRate) -> str:
    method: str = i18n.RESULTS_METHODS[rate.method]
    return f"{method}, {i18n.RESULTS_PROVISIONAL}" if rate.provisional else method


def _subject(name: str) -> str:
    """The subject in the visitor's language, where it is one that we know."""
    known: str = i18n.RESULTS_SUBJECTS.get(name, name)
    return known


def _source(rate: PublishedRate) -> str:
    if rate.exposure_seconds is None:
        return rate.source
    return i18n.RESULTS_SHOWN.format(source=rate.source, seconds=rate.exposure_seconds)


def _full_name(rate: FoolingRate) -> str:
    name = model_name(rate.name, i18n.MODEL_NAMES)
    return f"{name}, {_exposure(rate.exposure_seconds)}, n = {rate.trials}"


def _exposure(seconds: float | None) -> str:
    if seconds is None:
        return i18n.RESULTS_UNLIMITED
    return i18n.RESULTS_EXPOSURE.format(seconds=seconds)
