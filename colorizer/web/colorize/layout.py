"""The components of the Colorize tab, laid out; what they do is in the modules that wire them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from colorizer.web import i18n
from colorizer.web.colorize.batch import Batch
from colorizer.web.colorize.examples import Example, example_caption
from colorizer.web.colorize.photo_tiles import Tile, photo_tiles
from colorizer.web.figures import SWATCH_SCRIPT, SWATCH_STYLE
from colorizer.web.photo_drop import photo_drop
from colorizer.web.screen_pictures import screen_file


@dataclass(frozen=True)
class Visit:
    """What the page knows of one visitor: the photos, which is looked at, what is unfolded."""

    batch: gr.State
    chosen: gr.State
    opened: gr.State


@dataclass(frozen=True)
class Request:
    """The left side: photos, the model, buttons, how far the photos are, examples."""

    photos: gr.Gallery
    model: gr.Radio
    hub_model: gr.Textbox
    use_hub_model: gr.Button
    run: gr.Button
    cancel: gr.Button
    progress: gr.Markdown
    tiles: gr.HTML
    examples: gr.HTML


@dataclass(frozen=True)
class Stage:
    """The pictures, what is said of them, and what changes their colours at once."""

    slider: gr.ImageSlider
    caption: gr.Markdown
    front_tab: gr.Tab
    compare_tab: gr.Tab
    compare: gr.Gallery
    real_tab: gr.Tab
    real: gr.ImageSlider
    real_figures: gr.Markdown
    vividness: gr.Slider
    warmth: gr.Slider


@dataclass(frozen=True)
class SaveRow:
    """Buttons that make a file; `ready` holds it for the browser."""

    photo: gr.Button
    archive: gr.Button
    layer: gr.Button
    ready: gr.DownloadButton


@dataclass(frozen=True)
class Folded:
    """What is shown when it is unfolded."""

    certainty: gr.Accordion
    certainty_map: gr.ImageSlider
    legend: gr.HTML
    palette: gr.Accordion
    swatches: gr.HTML
    marked: gr.Checkbox


@dataclass(frozen=True)
class ColorizeLayout:
    """All of the tab."""

    visit: Visit
    request: Request
    stage: Stage
    save: SaveRow
    folded: Folded

    @property
    def choice(self) -> list[Any]:
        """The inputs that say what is looked at and how, see `colour_choice.chosen`."""
        visit, stage = self.visit, self.stage
        return [visit.batch, visit.chosen, self.request.model, stage.vividness, stage.warmth]


def lay_out(
    models: Sequence[str], examples: Sequence[Example], first: Batch, *, hub_models: bool
) -> ColorizeLayout:
    """The tab, inside the current Blocks; the first example is on the stage.

    hub_models: whether visitors may name a model on the Hub.
    """
    visit = Visit(batch=gr.State(first), chosen=gr.State(0), opened=gr.State(()))
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=2, min_width=300):
            request = _request(models, examples, hub_models=hub_models)
        with gr.Column(scale=3, min_width=300):
            stage = _stage(examples)
            save = _save_row()
            folded = _folded()
    return ColorizeLayout(visit, request, stage, save, folded)


def _request(models: Sequence[str], examples: Sequence[Example], *, hub_models: bool) -> Request:
    photos = photo_drop(i18n.DROP, "photos", columns=4, height=190)
    model = gr.Radio(
        [(i18n.MODELS[name], name) for name in models],
        value=models[0] if models else None,
        label=i18n.MODEL,
        elem_id="model",
    )
    hub_model, use_hub_model = _hub_model(offered=hub_models)
    with gr.Row(elem_id="run-row"):
        run = gr.Button(i18n.COLORIZE, variant="primary", scale=3, elem_id="colorize")
        cancel = gr.Button(i18n.CANCEL, interactive=False, scale=1, min_width=90, elem_id="cancel")
    progress = gr.Markdown(elem_id="progress")
    tiles = photo_tiles([], label=i18n.PHOTOS_LABEL, elem_id="tiles")
    gr.Markdown(i18n.EXAMPLES_LABEL, visible=bool(examples), elem_id="examples-label")
    example_tiles = photo_tiles(
        [Tile(*i18n.EXAMPLES[e.name], picture=e.thumbnail.read_bytes()) for e in examples],
        label=i18n.EXAMPLES_LABEL,
        elem_id="examples",
        marks=False,
    )
    return Request(
        photos, model, hub_model, use_hub_model, run, cancel, progress, tiles, example_tiles
    )


def _hub_model(*, offered: bool) -> tuple[gr.Textbox, gr.Button]:
    with gr.Accordion(i18n.HUB_MODEL, open=False, visible=offered, elem_id="other-model"):
        name = gr.Textbox(
            label=i18n.HUB_MODEL_NAME,
            info=i18n.HUB_MODEL_HINT,
            placeholder="owner/name",
            max_lines=1,
            max_length=200,
            elem_id="hub-model",
        )
        use = gr.Button(i18n.HUB_MODEL_USE, size="sm", elem_id="use-hub-model")
    return name, use


def _stage(examples: Sequence[Example]) -> Stage:
    first = examples[0] if examples else None
    with gr.Tabs(elem_id="views", overflow_behavior="wrap"):
        with gr.Tab(i18n.VIEW_BEFORE_AFTER) as front_tab:
            pair = (screen_file(first.grey), screen_file(first.coloured)) if first else None
            slider = _before_after(i18n.BEFORE_AFTER, "before-after", value=pair)
        with gr.Tab(i18n.VIEW_COMPARE) as compare_tab:
            compare = gr.Gallery(
                format="png",
                columns=2,
                height=470,
                object_fit="contain",
                show_label=False,
                interactive=False,
                buttons=["fullscreen"],
                elem_id="compare",
            )
        with gr.Tab(i18n.VIEW_REAL, visible=False) as real_tab:
            real = _before_after(i18n.REAL_LABEL, "real")
            real_figures = gr.Markdown(elem_id="real-figures")
    caption = gr.Markdown(example_caption(first.name) if first else "", elem_id="status")
    with gr.Row(elem_id="adjust-row"):
        vividness = _adjustment(i18n.VIVIDNESS, i18n.VIVIDNESS_HINT, (0, 2, 1), "vividness")
        warmth = _adjustment(i18n.WARMTH, i18n.WARMTH_HINT, (-1, 1, 0), "warmth")
    return Stage(
        slider, caption, front_tab, compare_tab, compare, real_tab, real, real_figures,
        vividness, warmth,
    )  # fmt: skip


def _save_row() -> SaveRow:
    with gr.Row(elem_id="save-row"):
        photo = gr.Button(i18n.DOWNLOAD, min_width=110, elem_id="save-photo")
        archive = gr.Button(i18n.DOWNLOAD_ALL, min_width=110, elem_id="save-all")
        layer = gr.Button(i18n.DOWNLOAD_LAYER, min_width=110, elem_id="save-layer")
    return SaveRow(photo, archive, layer, gr.DownloadButton(visible=False))


def _folded() -> Folded:
    with gr.Accordion(i18n.CERTAINTY, open=False, elem_id="certainty") as certainty:
        certainty_map = _before_after(i18n.CERTAINTY_LABEL, "certainty-map")
        legend = gr.HTML(elem_id="certainty-legend")
    with gr.Accordion(i18n.USED_COLOURS, open=False, elem_id="palette") as palette:
        swatches = gr.HTML(
            css_template=SWATCH_STYLE, js_on_load=SWATCH_SCRIPT, elem_id="used-colours"
        )
    with gr.Accordion(i18n.SAVING, open=False, elem_id="saving"):
        marked = gr.Checkbox(True, label=i18n.MARK, elem_id="mark")
        gr.Markdown(i18n.SAVING_HINT)
    return Folded(certainty, certainty_map, legend, palette, swatches, marked)


def _before_after(
    label: str, elem_id: str, *, value: tuple[str, str] | None = None
) -> gr.ImageSlider:
    return gr.ImageSlider(
        value=value,
        label=label,
        format="png",
        interactive=False,
        buttons=["fullscreen"],
        elem_id=elem_id,
    )


def _adjustment(
    label: str, hint: str, scale: tuple[float, float, float], elem_id: str
) -> gr.Slider:
    """A slider; scale: lowest, highest and normal value."""
    low, high, normal = scale
    return gr.Slider(
        low, high, value=normal, step=0.05, label=label, info=hint, min_width=200, elem_id=elem_id
    )
