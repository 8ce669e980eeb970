"""The components of the Colorize tab, laid out; what they do is in the modules that wire them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from colorizer.settings import Settings
from colorizer.web import i18n
from colorizer.web.before_after import before_after
from colorizer.web.colorize.compare_grid import compare_grid
from colorizer.web.colorize.drop_zone import drop_zone
from colorizer.web.colorize.examples import Example, example_caption
from colorizer.web.colorize.hint_editor import Answer, editor_value, hint_editor
from colorizer.web.colorize.likeness import LikenessLayout, lay_out_likeness
from colorizer.web.colorize.photo_tiles import Tile, photo_steps, photo_tiles
from colorizer.web.colorize.thumbs import ThumbRow, thumb_row
from colorizer.web.figures import SWATCH_SCRIPT, SWATCH_STYLE
from colorizer.web.screen_pictures import screen_file

COPY_SCRIPT = """
async () => {
  const picture = document.querySelector('#before-after .pair-after');
  const button = document.querySelector('#copy-picture');
  const said = button.textContent;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  canvas.getContext('2d').drawImage(picture, 0, 0);
  const png = new Promise((done) => canvas.toBlob(done, 'image/png'));
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    button.textContent = '✓';
  } catch {
    button.textContent = '✗';
  }
  setTimeout(() => { button.textContent = said; }, 1500);
}
"""


@dataclass(frozen=True)
class Visitor:
    """Who it is, see `colorizer.web.colorize.visits`; `restore` is clicked by a reloaded page."""

    token: gr.Textbox
    opened: gr.State
    restore: gr.Button


@dataclass(frozen=True)
class Request:
    """The left side: photos, how far they are, the model, examples.

    ask: its value changes when a run is to begin.
    """

    drop: gr.HTML
    run: gr.Button
    cancel: gr.Button
    progress: gr.Markdown
    tiles: gr.HTML
    kept: gr.Row
    ask: gr.HTML
    forget: gr.Button
    model: gr.Radio
    hub_model: gr.Textbox
    use_hub_model: gr.Button
    examples: gr.HTML


@dataclass(frozen=True)
class Stage:
    """The pictures, what is said of them, and what changes their colours at once.

    hand: the picture to click on.
    """

    back: gr.Button
    pair: gr.HTML
    caption: gr.Markdown
    front_tab: gr.Tab
    hand: gr.HTML
    compare_tab: gr.Tab
    compare: gr.HTML
    real_tab: gr.Tab
    real: gr.HTML
    real_figures: gr.Markdown
    vividness: gr.Slider
    warmth: gr.Slider
    apply_to_all: gr.Button


@dataclass(frozen=True)
class SaveRow:
    """Buttons that make a file; `ready` holds it for the browser, `status` says how far it is."""

    photo: gr.Button
    archive: gr.Button
    layer: gr.Button
    both: gr.Button
    status: gr.Markdown
    ready: gr.DownloadButton


@dataclass(frozen=True)
class Folded:
    """What is shown when it is unfolded."""

    versions: gr.Accordion
    version_grid: gr.HTML
    version_note: gr.Markdown
    certainty: gr.Accordion
    certainty_map: gr.HTML
    legend: gr.HTML
    palette: gr.Accordion
    swatches: gr.HTML
    marked: gr.Checkbox


@dataclass(frozen=True)
class ColorizeLayout:
    """All of the tab."""

    visitor: Visitor
    request: Request
    stage: Stage
    like: LikenessLayout
    save: SaveRow
    thumbs: ThumbRow
    folded: Folded

    @property
    def settings(self) -> list[Any]:
        """The inputs that say who looks, and with which settings."""
        stage = self.stage
        return [self.visitor.token, self.request.model, stage.vividness, stage.warmth]

    @property
    def picture(self) -> list[Any]:
        """The outputs that show what is on the stage."""
        return [self.stage.pair, self.stage.caption, self.stage.real_tab, self.stage.hand]

    @property
    def controls(self) -> list[Any]:
        """The outputs that follow what is on the stage: its settings, and the ways from there."""
        stage = self.stage
        return [
            self.request.model, stage.vividness, stage.warmth, stage.back, stage.apply_to_all,
            *self.like.outputs,
        ]  # fmt: skip

    @property
    def photo_list(self) -> list[Any]:
        """The outputs that show the visitor's photos: tiles, words, and what can be done."""
        request = self.request
        return [
            request.tiles, request.progress, request.run, request.cancel, request.kept, request.ask,
        ]  # fmt: skip


def lay_out(
    models: Sequence[str],
    examples: Sequence[Example],
    settings: Settings,
    answers: Mapping[str, Answer],
) -> ColorizeLayout:
    """The tab, inside the current Blocks; the first example is on the stage.

    answers: see `hint_editor`.
    """
    visitor = Visitor(
        token=gr.Textbox(visible=False),
        opened=gr.State(()),
        restore=gr.Button(visible="hidden", elem_id="restore"),
    )
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=2, min_width=300):
            request = _request(models, examples, settings)
        with gr.Column(scale=3, min_width=300):
            stage = _stage(examples, answers)
            versions = _versions()
            like = lay_out_likeness(settings.max_megabytes)
            save = _save_row()
            thumbs = thumb_row()
            folded = _folded(versions)
    return ColorizeLayout(visitor, request, stage, like, save, thumbs, folded)


def model_choice(models: Sequence[str], value: str | None) -> dict[str, Any]:
    """Choices and value of the radio: the bundled models, and the one of the Hub that is used."""
    choices = [(i18n.MODELS[name], name) for name in models]
    if value is not None and value not in models:
        choices.append((value, value))
    return {"choices": choices, "value": value}


def _request(models: Sequence[str], examples: Sequence[Example], settings: Settings) -> Request:
    drop = drop_zone(
        "photos", label=i18n.DROP, limit=settings.max_photos, max_megabytes=settings.max_megabytes
    )
    with gr.Row(elem_id="run-row"):
        run = gr.Button(i18n.COLORIZE, visible=False, scale=3, elem_id="colorize")
        cancel = gr.Button(i18n.CANCEL, visible=False, scale=1, min_width=90, elem_id="cancel")
    progress = gr.Markdown(elem_id="progress")
    tiles = photo_tiles([], label=i18n.PHOTOS_LABEL, elem_id="tiles")
    with gr.Row(visible=False, elem_id="kept") as kept:
        gr.Markdown(i18n.KEPT)
        forget = gr.Button(i18n.FORGET, size="sm", min_width=120, scale=0, elem_id="forget")
    ask = gr.HTML(visible="hidden", js_on_load=None, elem_id="ask")
    model = gr.Radio(
        **model_choice(models, models[0] if models else None), label=i18n.MODEL, elem_id="model"
    )
    hub_model, use_hub_model = _hub_model(offered=settings.hub_models > 0)
    gr.Markdown(i18n.EXAMPLES_LABEL, visible=bool(examples), elem_id="examples-label")
    example_tiles = photo_tiles(
        [Tile(*i18n.EXAMPLES[e.name], picture=e.thumbnail.read_bytes()) for e in examples],
        label=i18n.EXAMPLES_LABEL,
        elem_id="examples",
        marks=False,
    )
    return Request(
        drop, run, cancel, progress, tiles, kept, ask, forget, model, hub_model, use_hub_model,
        example_tiles,
    )  # fmt: skip


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


def _stage(examples: Sequence[Example], answers: Mapping[str, Answer]) -> Stage:
    first = examples[0] if examples else None
    with gr.Row(elem_id="stage-head"):
        back = gr.Button(i18n.BACK, visible=False, size="sm", min_width=120, elem_id="back")
        photo_steps("steps")
    with gr.Tabs(elem_id="views", overflow_behavior="wrap"):
        with gr.Tab(i18n.VIEW_BEFORE_AFTER, elem_id="front-view") as front_tab:
            value = (screen_file(first.grey), screen_file(first.coloured)) if first else None
            pair = before_after(i18n.BEFORE_AFTER, "before-after", value=value)
            shown = editor_value(value, photo="", name=first.name) if value and first else None
            hand = hint_editor("hand", answers, value=shown)
        with gr.Tab(i18n.VIEW_COMPARE) as compare_tab:
            compare = compare_grid("compare")
        with gr.Tab(i18n.VIEW_REAL, visible=False) as real_tab:
            names = (i18n.COMPARE_REAL, i18n.PAIR_AFTER)
            real = before_after(i18n.REAL_LABEL, "real", names=names)
            real_figures = gr.Markdown(elem_id="real-figures")
    caption = gr.Markdown(example_caption(first.name) if first else "", elem_id="status")
    with gr.Row(elem_id="adjust-row"):
        vividness = _adjustment(i18n.VIVIDNESS, i18n.VIVIDNESS_HINT, (0, 2, 1), "vividness")
        warmth = _adjustment(i18n.WARMTH, i18n.WARMTH_HINT, (-1, 1, 0), "warmth")
    apply_to_all = gr.Button(i18n.APPLY_TO_ALL, visible=False, size="sm", elem_id="apply-to-all")
    return Stage(
        back, pair, caption, front_tab, hand, compare_tab, compare, real_tab, real,
        real_figures, vividness, warmth, apply_to_all,
    )  # fmt: skip


def _save_row() -> SaveRow:
    with gr.Row(elem_id="save-row"):
        photo = gr.Button(i18n.DOWNLOAD, variant="primary", min_width=110, elem_id="save-photo")
        archive = gr.Button(i18n.DOWNLOAD_ALL, min_width=110, elem_id="save-all")
        layer = gr.Button(i18n.DOWNLOAD_LAYER, min_width=110, elem_id="save-layer")
        both = gr.Button(i18n.DOWNLOAD_BOTH, min_width=110, elem_id="save-both")
        copy = gr.Button(i18n.COPY, min_width=110, elem_id="copy-picture")
    copy.click(None, None, None, js=COPY_SCRIPT, api_visibility="private")
    status = gr.Markdown(elem_id="save-status")
    return SaveRow(photo, archive, layer, both, status, gr.DownloadButton(visible=False))


def _versions() -> tuple[gr.Accordion, gr.HTML, gr.Markdown]:
    with gr.Accordion(i18n.VERSIONS, open=False, elem_id="versions") as versions:
        note = gr.Markdown()
        grid = compare_grid("version-grid")
    return versions, grid, note


def _folded(versions: tuple[gr.Accordion, gr.HTML, gr.Markdown]) -> Folded:
    with gr.Accordion(i18n.CERTAINTY, open=False, elem_id="certainty") as certainty:
        legend = gr.HTML(elem_id="certainty-legend")
        names = (i18n.COMPARE_BEFORE, i18n.CERTAINTY)
        certainty_map = before_after(i18n.CERTAINTY_LABEL, "certainty-map", names=names)
    with gr.Accordion(i18n.USED_COLOURS, open=False, elem_id="palette") as palette:
        swatches = gr.HTML(
            css_template=SWATCH_STYLE, js_on_load=SWATCH_SCRIPT, elem_id="used-colours"
        )
    with gr.Accordion(i18n.SAVING, open=False, elem_id="saving"):
        marked = gr.Checkbox(True, label=i18n.MARK, elem_id="mark")
        gr.Markdown(i18n.SAVING_HINT)
    return Folded(*versions, certainty, certainty_map, legend, palette, swatches, marked)


def _adjustment(
    label: str, hint: str, scale: tuple[float, float, float], elem_id: str
) -> gr.Slider:
    """A slider; scale: lowest, highest and normal value."""
    low, high, normal = scale
    return gr.Slider(
        low, high, value=normal, step=0.05, label=label, info=hint, min_width=200, elem_id=elem_id
    )
