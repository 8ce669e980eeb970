"""Builds the tab about the models: its page is written anew, from the files, when it is opened."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import gradio as gr

from colorizer.errors import StudyError
from colorizer.model.bundled import bundled_checkpoints
from colorizer.study import FoolingRate
from colorizer.web import i18n
from colorizer.web.about.model_facts import ModelFacts, Rows, read_facts
from colorizer.web.i18n import en
from colorizer.web.screen_pictures import screen_file
from colorizer.web.study.figures import table_html
from colorizer.web.study.host import StudyHost

_DIGITS = {"ab_rmse": 1, "psnr": 1, "colorfulness": 0, "auc_rebalanced": 1, "probe": 0}
"""The metrics that the page shows, of all in metrics.json, with their decimals."""


class AboutPage:
    """Builds the tab and answers its events."""

    def __init__(self, host: StudyHost, checkpoints: Mapping[str, Path] | None = None) -> None:
        """checkpoints: folders by name, by default those that came with the package."""
        self._host = host
        folders = bundled_checkpoints() if checkpoints is None else checkpoints
        self._folders = [folders[name] for name in i18n.MODEL_NAMES if name in folders]

    def build(self, tab: gr.Tab) -> None:
        """Lay out the tab inside the current Blocks and wire it."""
        gr.Markdown(i18n.ABOUT_LEAD)
        models = gr.HTML(apply_default_css=False, elem_id="about-models")
        gr.Markdown(
            f"## {i18n.ABOUT_NOT_FOR}\n\n{i18n.ABOUT_NOT_FOR_THIS}", elem_id="about-not-for"
        )
        with gr.Accordion(i18n.ABOUT_HOW, open=False, elem_id="about-how"):
            gr.Markdown(i18n.ABOUT_HOW_IT_WORKS)
        tab.select(
            self.models, None, models, queue=False, api_visibility="private",
            show_progress="hidden",
        )  # fmt: skip

    def models(self) -> str:
        """Everything about every model, as HTML."""
        rates = self._rates()
        return "".join(_model(read_facts(folder), rates) for folder in self._folders)

    def _rates(self) -> Sequence[FoolingRate]:
        try:
            return self._host.study.results().by_model
        except StudyError:
            return ()


def _model(facts: ModelFacts, rates: Sequence[FoolingRate]) -> str:
    own = [rate for rate in rates if rate.name == facts.name]
    return (
        f'<section class="about-model" id="about-{escape(facts.name)}">'
        f"<h2>{escape(i18n.MODEL_NAMES.get(facts.name, facts.name))}</h2>"
        f"<p>{escape(i18n.ABOUT_WHAT.get(facts.name, ''))}</p>"
        f"{_pictures(facts)}<dl>{_training(facts)}{_fooling(own)}</dl>{_metrics(facts)}"
        f"</section>"
    )


def _pictures(facts: ModelFacts) -> str:
    if facts.examples is None:
        return ""
    address = f"gradio_api/file={screen_file(facts.examples)}"
    return (
        f"<details><summary>{escape(i18n.ABOUT_PICTURES_FOLDED)}</summary>"
        f'<figure><img src="{escape(address)}" alt="{escape(i18n.ABOUT_PICTURES_ALT)}" '
        f'loading="lazy"><figcaption>{escape(i18n.ABOUT_PICTURES)}</figcaption></figure></details>'
    )


def _training(facts: ModelFacts) -> str:
    """Terms and descriptions; what the files do not say is said to be unknown."""
    time = i18n.ABOUT_UNKNOWN
    if facts.minutes is not None:
        time = i18n.ABOUT_MINUTES.format(minutes=facts.minutes, steps=facts.steps)
    trained = [escape(i18n.ABOUT_PHOTOS.format(photos=facts.photos))] if facts.photos else []
    if facts.about_photos == en.ABOUT_TOLD:  # the bundled models'
        trained.append(escape(i18n.ABOUT_TOLD))
    else:  # as whoever trained the model wrote it, which the page cannot translate
        told = escape(facts.about_photos or i18n.ABOUT_UNKNOWN)
        trained.append(f'<span lang="en">{told}</span>' if facts.about_photos else told)
    return "".join(
        f"<dt>{escape(term)}</dt><dd>{description}</dd>"
        for term, description in (
            (i18n.ABOUT_TRAINED_ON, " ".join(trained)),
            (i18n.ABOUT_TIME, escape(", ".join(filter(None, (time, _machine(facts)))))),
            (i18n.ABOUT_LICENCE, escape(f"{facts.licence}. {i18n.ABOUT_LICENCE_NOTE}")),
            (i18n.ABOUT_REVISION, f"<code>{escape(facts.revision)}</code>"),
        )
    )


def _machine(facts: ModelFacts) -> str:
    """What it was trained on: the name of a graphics card, or how much of a processor."""
    threads = re.fullmatch(r"(\d+) CPU threads", facts.machine)
    return i18n.ABOUT_THREADS.format(threads=int(threads[1])) if threads else facts.machine


def _fooling(rates: Sequence[FoolingRate]) -> str:
    said = [
        i18n.ABOUT_FOOLED.format(
            rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high, votes=rate.trials
        )
        for rate in rates
    ]
    told = escape(" ".join(said) or i18n.ABOUT_NO_VOTES)
    return f"<dt>{escape(i18n.RESULTS_TITLE)}</dt><dd>{told}</dd>"


def _metrics(facts: ModelFacts) -> str:
    if not facts.rows:
        return f"<p>{escape(i18n.ABOUT_NOT_MEASURED)}</p>"
    names = {**i18n.ABOUT_ROWS, facts.own_row: i18n.ABOUT_THIS_MODEL}
    rows = [(names.get(row, row), *_numbers(values)) for row, values in facts.rows.items()]
    real = _real_colourfulness(facts.rows)
    note = i18n.ABOUT_MEASURED.format(photos=facts.evaluated_on, real=real)
    table = table_html(
        ("", *(i18n.ABOUT_METRICS[key] for key in _DIGITS)),
        rows,
        caption=i18n.ABOUT_MEASURED_TITLE,
    )
    return f'{table}<p class="study-small">{escape(note)}</p>'


def _numbers(values: Mapping[str, float]) -> list[str]:
    return [
        i18n.ABOUT_NUMBER.format(value=values[key], digits=digits) if key in values else "–"
        for key, digits in _DIGITS.items()
    ]


def _real_colourfulness(rows: Rows) -> float:
    return next(iter(rows.values())).get("colorfulness_real", float("nan"))
