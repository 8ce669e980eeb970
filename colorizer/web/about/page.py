"""Builds the tab about the models: its page is written anew, from the files, when it is opened."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import gradio as gr

from colorizer.bundled import bundled_checkpoints
from colorizer.study import FoolingRate, TrialError
from colorizer.web import texts
from colorizer.web.about.model_facts import ModelFacts, Rows, read_facts
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
        self._folders = [folders[name] for name in texts.MODEL_NAMES if name in folders]

    def build(self, tab: gr.Tab) -> None:
        """Lay out the tab inside the current Blocks and wire it."""
        gr.Markdown(texts.ABOUT_LEAD)
        models = gr.HTML(apply_default_css=False, elem_id="about-models")
        gr.Markdown(
            f"## {texts.ABOUT_NOT_FOR}\n\n{texts.ABOUT_NOT_FOR_THIS}", elem_id="about-not-for"
        )
        with gr.Accordion(texts.ABOUT_HOW, open=False, elem_id="about-how"):
            gr.Markdown(texts.ABOUT_HOW_IT_WORKS)
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
        except TrialError:
            return ()


def _model(facts: ModelFacts, rates: Sequence[FoolingRate]) -> str:
    own = [rate for rate in rates if rate.name == facts.name]
    return (
        f'<section class="about-model" id="about-{escape(facts.name)}">'
        f"<h2>{escape(texts.MODEL_NAMES[facts.name])}</h2>"
        f"<p>{escape(texts.ABOUT_WHAT[facts.name])}</p>"
        f"{_pictures(facts)}<dl>{_training(facts)}{_fooling(own)}</dl>{_metrics(facts)}"
        f"</section>"
    )


def _pictures(facts: ModelFacts) -> str:
    if facts.examples is None:
        return ""
    address = f"gradio_api/file={screen_file(facts.examples)}"
    return (
        f'<figure><img src="{escape(address)}" alt="{escape(texts.ABOUT_PICTURES_ALT)}" '
        f'loading="lazy"><figcaption>{escape(texts.ABOUT_PICTURES)}</figcaption></figure>'
    )


def _training(facts: ModelFacts) -> str:
    """Terms and descriptions; what the files do not say is said to be unknown."""
    time = texts.ABOUT_UNKNOWN
    if facts.minutes is not None:
        time = texts.ABOUT_MINUTES.format(minutes=facts.minutes, steps=facts.steps)
    trained = [escape(texts.ABOUT_PHOTOS.format(photos=facts.photos))] if facts.photos else []
    # As whoever trained the model wrote it, which the page cannot translate.
    told = escape(facts.about_photos or texts.ABOUT_UNKNOWN)
    trained.append(f'<span lang="en">{told}</span>' if facts.about_photos else told)
    return "".join(
        f"<dt>{escape(term)}</dt><dd>{description}</dd>"
        for term, description in (
            (texts.ABOUT_TRAINED_ON, " ".join(trained)),
            (texts.ABOUT_TIME, escape(", ".join(filter(None, (time, facts.machine))))),
            (texts.ABOUT_LICENCE, escape(f"{facts.licence}. {texts.ABOUT_LICENCE_NOTE}")),
            (texts.ABOUT_REVISION, f"<code>{escape(facts.revision)}</code>"),
        )
    )


def _fooling(rates: Sequence[FoolingRate]) -> str:
    said = [
        texts.ABOUT_FOOLED.format(
            rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high, votes=rate.trials
        )
        for rate in rates
    ]
    told = escape(" ".join(said) or texts.ABOUT_NO_VOTES)
    return f"<dt>{escape(texts.RESULTS_TITLE)}</dt><dd>{told}</dd>"


def _metrics(facts: ModelFacts) -> str:
    if not facts.rows:
        return f"<p>{escape(texts.ABOUT_NOT_MEASURED)}</p>"
    names = {**texts.ABOUT_ROWS, facts.own_row: texts.ABOUT_THIS_MODEL}
    rows = [(names.get(row, row), *_numbers(values)) for row, values in facts.rows.items()]
    real = _real_colourfulness(facts.rows)
    note = texts.ABOUT_MEASURED.format(photos=facts.evaluated_on, real=real)
    table = table_html(
        ("", *(texts.ABOUT_METRICS[key] for key in _DIGITS)),
        rows,
        caption=texts.ABOUT_MEASURED_TITLE,
    )
    return f'{table}<p class="study-small">{escape(note)}</p>'


def _numbers(values: Mapping[str, float]) -> list[str]:
    return [
        texts.ABOUT_NUMBER.format(value=values[key], digits=digits) if key in values else "–"
        for key, digits in _DIGITS.items()
    ]


def _real_colourfulness(rows: Rows) -> float:
    return next(iter(rows.values())).get("colorfulness_real", float("nan"))
