"""The palette tab: a photo in a few colours, and the colours to take away."""

from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import gradio as gr
import numpy as np

from colorizer.guide.guide import MAX_PALETTE, Palette
from colorizer.photo import Photo, encode_photo, save_photo
from colorizer.previews.palette import PalettePreview, elbow_curve, gamut_palette, kmeans_palette
from colorizer.previews.photo_colours import PhotoColours, Space, count_colours
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import endpoint_texts, i18n
from colorizer.web.before_after import before_after, pair_value
from colorizer.web.colorize.save_buttons import SAVE_SCRIPT
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.figures import SWATCH_SCRIPT, SWATCH_STYLE, curve_svg, swatches_html
from colorizer.web.previews.preview_photo import (
    PREVIEW_QUEUE,
    PREVIEW_SIDE,
    SAVED_SIDE,
    PreviewPhoto,
    PreviewSource,
    needed,
)
from colorizer.web.screen_pictures import exact_picture
from colorizer.web.validation import is_number_in

DEFAULT_COLOURS = 8
"""Few enough that everybody sees what a palette does."""

VISIBLE = 2.0
"""The mean ΔE that is just visible."""

CLASSIFIER = "classifier"
"""The third way beside the two spaces: the classifier's own bin centres."""


class PalettePage:
    """Builds the tab and answers its events; the colours of a photo are counted once."""

    def __init__(
        self, service: ColorizerService, download_folder: DownloadFolder, source: PreviewSource
    ) -> None:
        self.service = service
        self.download_folder = download_folder
        self._source = source
        self._colours = lru_cache(maxsize=12)(self._count)

    def build(self, tab: gr.Tab, token: gr.Textbox) -> tuple[gr.Button, gr.State]:
        """Lay out the components inside the current Blocks and wire them.

        token: of the visit whose photo is shown. Returns the button that takes the palette to
        another photo, and the palette.
        """
        gr.Markdown(i18n.PALETTE_LEAD)
        with gr.Row(elem_classes="preview-desk"):
            with gr.Column(scale=2, min_width=300):
                zone, photo = self._source.build("palette-photo")
                way = gr.Radio(
                    [(label, name) for name, label in i18n.PALETTE_WAYS.items()],
                    value="ab",
                    label=i18n.PALETTE_WAY,
                    elem_id="palette-way",
                )
                number = gr.Slider(
                    2,
                    256,
                    value=DEFAULT_COLOURS,
                    step=1,
                    label=i18n.PALETTE_NUMBER,
                    elem_id="palette-number",
                )
                elbow = gr.Button(i18n.ELBOW, elem_id="palette-elbow")
                answer = gr.Markdown(elem_id="palette-answer")
                curve = gr.HTML(elem_id="palette-curve")
            with gr.Column(scale=3, min_width=300):
                names = (i18n.PAIR_ORIGINAL, i18n.TAB_PALETTE)
                pair = before_after(i18n.PALETTE_BEFORE_AFTER, "palette-before-after", names=names)
                figures = gr.Markdown(elem_id="palette-figures")
                swatches = gr.HTML(
                    css_template=SWATCH_STYLE, js_on_load=SWATCH_SCRIPT, elem_id="palette-swatches"
                )
                another = gr.Button(i18n.LIKE_ANOTHER, visible=False, elem_id="palette-another")
                palette = gr.State(None)
                with gr.Row():
                    picture = gr.Button(i18n.SAVE_PICTURE, elem_id="palette-save")
                    ready = gr.DownloadButton(visible=False)
                    gpl = gr.DownloadButton(i18n.DOWNLOAD_GPL, visible=False)
                    css = gr.DownloadButton(i18n.DOWNLOAD_CSS, visible=False)
        look: dict[str, Any] = {
            "fn": self.look,
            "inputs": [photo, way, number],
            "outputs": [pair, figures, swatches, gpl, css, another, palette],
            "concurrency_id": PREVIEW_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        self._source.wire(zone, photo, tab, token, look)
        photo.change(lambda: ("", ""), None, [answer, curve], queue=False, api_visibility="private")
        gr.on([way.input, number.input], trigger_mode="always_last", **look)
        way.input(
            self.fit_controls, way, [number, elbow, answer, curve],
            queue=False, api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        elbow.click(
            self.elbow,
            [photo, way, number],
            [answer, curve, number],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
            show_progress_on=answer,
        ).success(**look)
        picture.click(
            self.save,
            [photo, way, number],
            [ready],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
            show_progress_on=figures,
        ).success(None, ready, None, js=SAVE_SCRIPT)
        self._build_endpoint()
        return another, palette

    def look(self, photo: PreviewPhoto | None, way: str, number: float) -> tuple[Any, ...]:
        """The photo in a palette, and the palette."""
        if photo is None:
            nothing = gr.DownloadButton(visible=False)
            return None, "", "", nothing, nothing, gr.Button(visible=False), None
        number = self._checked(way, number)
        with errors_on_the_page():
            colours = self._colours(photo)
            preview = self._palette(colours, way, number)
        before = colours.rgb[colours.index]
        files = self._files(preview, photo.name)
        return (
            pair_value((exact_picture(before), exact_picture(preview.rgb))),
            _figures(preview),
            swatches_html(preview),
            *(gr.DownloadButton(value=each, visible=True) for each in files),
            gr.Button(visible=True),
            _for_another_photo(preview),
        )

    def fit_controls(self, way: str) -> tuple[Any, ...]:
        """A palette that is there already has its number of colours; an answer is for one way."""
        counts = way != CLASSIFIER
        return gr.Slider(interactive=counts), gr.Button(interactive=counts), "", ""

    def save(self, photo: PreviewPhoto | None, way: str, number: float) -> str:
        """The picture in its palette, larger than on the screen, as a file."""
        photo, number = needed(photo), self._checked(way, number)
        with errors_on_the_page():
            colours = count_colours(self._source.open(photo, SAVED_SIDE))
            preview = self._palette(colours, way, number)
            path = self.download_folder.place(f"{photo.name}-{len(preview.hex)}-colours.png")
            return str(save_photo(Photo(rgb=preview.rgb), path))

    def elbow(self, photo: PreviewPhoto | None, way: str, number: float) -> tuple[Any, ...]:
        """How many colours are enough, in a sentence and as a curve of the mean ΔE."""
        photo = needed(photo)
        number = self._checked(way, number)
        with errors_on_the_page():
            colours = self._colours(photo)
        space: Space = "lab" if way == "lab" else "ab"
        curve = elbow_curve(colours, space=space)
        enough = np.flatnonzero(np.array(curve.delta_e_mean) <= VISIBLE)
        nearest = int(enough[0]) if enough.size else len(curve.n_colours) - 1
        colours_needed, distance = curve.n_colours[nearest], curve.delta_e_mean[nearest]
        said = i18n.ELBOW_ANSWER if enough.size else i18n.ELBOW_MORE
        svg = curve_svg(
            curve.n_colours,
            curve.delta_e_mean,
            chosen=nearest,
            title=i18n.ELBOW_Y,
            x_label=i18n.ELBOW_X,
            y_label=i18n.ELBOW_Y,
        )
        return said.format(colours=colours_needed, distance=distance), svg, colours_needed

    def palette_preview(
        self, file: str | None, way: str, number: float
    ) -> tuple[str, dict[str, Any]]:
        """Answer /palette_preview."""
        if file is None:
            raise refusal(i18n.NO_PHOTO)
        number = self._checked(way, number)
        with errors_on_the_page():
            preview = self._palette(self._colours(PreviewPhoto(file)), way, number)
            path = self.download_folder.place(f"{Path(file).stem}-palette.png")
            path.write_bytes(encode_photo(Photo(rgb=preview.rgb), "png"))
        return str(path), {
            "summary": preview.summary,
            "colours": preview.hex,
            "shares": preview.shares.tolist(),
            "delta_e_mean": preview.delta_e_mean,
            "delta_e_p95": preview.delta_e_p95,
            "psnr": preview.psnr if np.isfinite(preview.psnr) else None,
        }

    def _build_endpoint(self) -> None:
        file = gr.File(type="filepath", label="file", visible=False)
        way = gr.Textbox("ab", label="way", visible=False)
        number = gr.Number(50, label="number", visible=False)
        picture = gr.File(label="picture", visible=False)
        report = gr.JSON(label="report", visible=False)
        gr.Button(visible=False).click(
            self.palette_preview,
            [file, way, number],
            [picture, report],
            api_name="palette_preview",
            api_description=endpoint_texts.PALETTE,
            concurrency_id=PREVIEW_QUEUE,
        )

    def _checked(self, way: str, number: float) -> int:
        """The number of colours; an error on the page if the request cannot be meant."""
        if way not in (*get_args(Space), CLASSIFIER) or not is_number_in(number, 2, 256):
            raise refusal(i18n.PALETTE_BAD_REQUEST)
        return int(number)

    def _palette(self, colours: PhotoColours, way: str, number: int) -> PalettePreview:
        if way == CLASSIFIER:
            ab_bins = self.service.colorizer("classification").checkpoint.ab_bins
            if ab_bins is None:
                raise refusal(i18n.NO_CLASSIFIER)
            return gamut_palette(colours, ab_bins.centres)
        return kmeans_palette(colours, number, space="lab" if way == "lab" else "ab")

    def _files(self, preview: PalettePreview, stem: str) -> list[str]:
        contents = {"gpl": preview.to_gpl(stem), "css": preview.to_css()}
        paths = []
        for suffix, content in contents.items():
            path = self.download_folder.place(f"{stem}-{len(preview.hex)}-colours.{suffix}")
            path.write_text(content, encoding="utf-8")
            paths.append(str(path))
        return paths

    def _count(self, photo: PreviewPhoto) -> PhotoColours:
        return count_colours(self._source.open(photo, PREVIEW_SIDE))


def _for_another_photo(preview: PalettePreview) -> Palette:
    """The most frequent colours that a photo can be made of."""
    shares = dict(zip(preview.hex, preview.shares.tolist(), strict=True))
    colours = sorted((c for c in shares if shares[c] > 0), key=lambda c: -shares[c])[:MAX_PALETTE]
    return Palette(tuple(colours), tuple(shares[colour] for colour in colours))


def _figures(preview: PalettePreview) -> str:
    """How many colours, why not more, and how far off they are; Markdown."""
    used, asked = int(np.count_nonzero(preview.shares)), preview.n_requested
    if len(preview.shares) < asked:
        count = i18n.PALETTE_FEWER.format(used=used, asked=asked)
    elif used < asked:
        count = i18n.PALETTE_UNUSED.format(used=used, asked=asked)
    else:
        count = i18n.PALETTE_COLOURS.format(used=used)
    distance = i18n.PALETTE_DISTANCE.format(
        mean=preview.delta_e_mean, most=preview.delta_e_p95, psnr=preview.psnr
    )
    return f"**{count}: {distance if np.isfinite(preview.psnr) else i18n.IDENTICAL}.**"
