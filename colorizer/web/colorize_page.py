"""The first tab: photos in, coloured photos out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.darkroom import Darkroom, Preview
from colorizer.photo import PhotoError, save_photo
from colorizer.settings import Settings
from colorizer.web import texts
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.outbox import Outbox, plain_stem
from colorizer.web.photo_drop import Dropped, dropped_files, photo_drop, shown_name

MODEL_QUEUE = "model"
"""Events that run the network share one place: two at once would only slow each other down."""


@dataclass(frozen=True)
class Choice:
    """What a visitor asked for, for one photo: enough to colour it again at another vividness."""

    file: str
    model: str


class ColorizePage:
    """Builds the tab and answers its events."""

    def __init__(self, darkroom: Darkroom, settings: Settings, outbox: Outbox) -> None:
        self.darkroom = darkroom
        self.settings = settings
        self.outbox = outbox
        self.models = [name for name in texts.MODELS if name in darkroom.models]

    def build(self) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        choices = gr.State([])
        chosen = gr.State(0)
        with gr.Row():
            with gr.Column(scale=2, min_width=300):
                photos = photo_drop(texts.DROP, "photos")
                model = gr.Radio(
                    [(texts.MODELS[name], name) for name in self.models],
                    value=self.models[0] if self.models else None,
                    label=texts.MODEL,
                    elem_id="model",
                )
                vividness = gr.Slider(
                    0,
                    2,
                    value=1,
                    step=0.05,
                    label=texts.VIVIDNESS,
                    info=texts.VIVIDNESS_HINT,
                    elem_id="vividness",
                )
                button = gr.Button(texts.COLORIZE, variant="primary", elem_id="colorize")
            with gr.Column(scale=3, min_width=300):
                slider = gr.ImageSlider(
                    label=texts.BEFORE_AFTER,
                    format="png",
                    interactive=False,
                    buttons=["fullscreen"],
                    elem_id="before-after",
                )
                strip = gr.Gallery(
                    label=texts.RESULTS,
                    format="png",
                    columns=6,
                    height=150,
                    interactive=False,
                    allow_preview=False,
                    buttons=[],
                    visible=False,
                    elem_id="results",
                )
                status = gr.Markdown(elem_id="status")
                download = gr.DownloadButton(texts.DOWNLOAD, interactive=False, elem_id="download")
                marked = gr.Checkbox(True, label=texts.MARK, elem_id="mark")
        shown = [slider, status]
        run = button.click(
            self.colour_photos,
            [photos, model, vividness],
            [choices, chosen, strip, *shown, download],
            concurrency_id=MODEL_QUEUE,
            concurrency_limit=1,
            api_visibility="private",
        )
        save: dict[str, Any] = {
            "fn": self.save,
            "inputs": [choices, chosen, vividness, marked],
            "outputs": [download],
            "concurrency_id": MODEL_QUEUE,
            "api_visibility": "private",
        }
        run.success(**save)
        look: dict[str, Any] = {
            "fn": self.look,
            "inputs": [choices, chosen, vividness],
            "outputs": [*shown, download],
            "concurrency_id": MODEL_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        vividness.change(**look, trigger_mode="always_last").success(**save)
        marked.change(**save)
        strip.select(self.choose, None, [chosen], api_visibility="private", queue=False).success(
            **look
        ).success(**save)
        self._build_endpoint()

    def colour_photos(
        self,
        photos: Dropped,
        model: str,
        vividness: float,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio finds it by this default
    ) -> tuple[Any, ...]:
        """Colour every photo once; shows the first, lists those that were refused and why."""
        files = dropped_files(photos)
        if len(files) > self.settings.max_photos:
            raise refusal(texts.TOO_MANY.format(limit=self.settings.max_photos))
        pictures, choices, refused = [], [], []
        for number, file in enumerate(files):
            name = shown_name(file)
            progress(number / len(files), desc=texts.WORKING.format(name=name))
            try:
                preview = self._preview(Choice(file, model), vividness)
            except PhotoError as error:
                refused.append(f"**{name}**: {error}")
                continue
            pictures.append((preview.after, name))
            choices.append(Choice(file, model))
        if not choices:
            raise refusal(" ".join(refused))
        slider, status = self._shown(choices[0], vividness, refused)
        if len(files) > 1:
            counted = texts.DONE_MANY.format(done=len(choices), total=len(files))
            status = f"{counted} {status}"
        strip = gr.Gallery(pictures, visible=len(pictures) > 1)
        return choices, 0, strip, slider, status, gr.DownloadButton(interactive=False)

    def look(self, choices: list[Choice], chosen: int, vividness: float) -> tuple[Any, ...]:
        """Decode the chosen photo again for the screen; the network does not run."""
        if not choices:
            return gr.skip(), gr.skip(), gr.skip()
        slider, status = self._shown(choices[chosen], vividness, [])
        return slider, status, gr.DownloadButton(interactive=False)

    def choose(self, event: gr.SelectData) -> int:
        """The photo that was clicked in the strip of results."""
        return int(event.index)

    def save(self, choices: list[Choice], chosen: int, vividness: float, marked: bool) -> Any:
        """Write the chosen photo at full size and offer it."""
        if not choices:
            return gr.skip()
        file = self._write(choices[chosen], vividness, marked=marked)
        return gr.DownloadButton(value=str(file), interactive=True)

    def endpoint(self, file: str | None, model: str, vividness: float) -> str:
        """Answer /colorize."""
        if file is None:
            raise refusal(texts.NO_PHOTO)
        if model not in self.models:
            raise refusal(texts.UNKNOWN_MODEL.format(model=model, known=", ".join(self.models)))
        if not 0 <= vividness <= 3:
            raise refusal(texts.BAD_VIVIDNESS)
        return str(self._write(Choice(file, model), vividness, marked=True))

    def _build_endpoint(self) -> None:
        """A file, a model and a vividness, for programs: none of these components is shown."""
        file = gr.File(type="filepath", label="file", visible=False)
        model = gr.Textbox(self.models[0] if self.models else "", label="model", visible=False)
        vividness = gr.Number(1.0, label="vividness", visible=False)
        result = gr.File(label="coloured photo", visible=False)
        gr.Button(visible=False).click(
            self.endpoint,
            [file, model, vividness],
            [result],
            api_name="colorize",
            api_description=texts.API_COLORIZE,
            concurrency_id=MODEL_QUEUE,
        )

    def _preview(self, choice: Choice, vividness: float) -> Preview:
        return self.darkroom.preview(
            choice.file,
            choice.model,
            long_side=self.settings.preview_side,
            vividness=vividness,
        )

    def _shown(self, choice: Choice, vividness: float, refused: list[str]) -> tuple[Any, str]:
        with errors_on_the_page():
            preview = self._preview(choice, vividness)
        said = [
            texts.DONE_ONE.format(
                width=preview.photo.width, height=preview.photo.height, seconds=preview.seconds
            ),
            *preview.photo.notes,
            *([] if preview.photo.is_grey else [texts.WAS_COLOUR]),
            *refused,
        ]
        return (preview.before, preview.after), "  \n".join(said)

    def _write(self, choice: Choice, vividness: float, *, marked: bool) -> Path:
        with errors_on_the_page():
            result = self.darkroom.colorize(choice.file, choice.model, vividness=vividness)
            name = f"{plain_stem(choice.file)}-{choice.model}{result.photo.suffix}"
            mark = result.mark if marked else None
            return save_photo(result.photo, self.outbox.place(name), mark=mark)
