"""The palette tab: a photo in a few colours, and the colours to take away."""

from functools import lru_cache
from typing import Any, get_args

import gradio as gr
import numpy as np

from colorizer.photo import Photo, encode_photo
from colorizer.previews.palette import PalettePreview, elbow_curve, gamut_palette, kmeans_palette
from colorizer.previews.photo_colours import PhotoColours, Space, count_colours
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import endpoint_texts, i18n
from colorizer.web.download_folder import DownloadFolder, plain_stem
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.figures import SWATCH_SCRIPT, SWATCH_STYLE, curve_svg, swatches_html
from colorizer.web.photo_drop import Dropped, dropped_files, photo_drop
from colorizer.web.previews.preview_photo import PREVIEW_QUEUE, open_preview
from colorizer.web.validation import is_number_in

CLASSIFIER = "classifier"
"""The third way beside the two spaces: the classifier's own bin centres."""


class PalettePage:
    """Builds the tab and answers its events; the colours of a photo are counted once."""

    def __init__(self, service: ColorizerService, download_folder: DownloadFolder) -> None:
        self.service = service
        self.download_folder = download_folder
        self._colours = lru_cache(maxsize=12)(self._count)

    def build(self) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        gr.Markdown(i18n.PALETTE_LEAD)
        with gr.Row(elem_classes="preview-desk"):
            with gr.Column(scale=2, min_width=300):
                photo = photo_drop(i18n.PREVIEW_DROP, "palette-photo", columns=1, height=220)
                way = gr.Radio(
                    [(label, name) for name, label in i18n.PALETTE_WAYS.items()],
                    value="ab",
                    label=i18n.PALETTE_WAY,
                    elem_id="palette-way",
                )
                number = gr.Slider(
                    2, 256, value=50, step=1, label=i18n.PALETTE_NUMBER, elem_id="palette-number"
                )
                elbow = gr.Button(i18n.ELBOW, elem_id="palette-elbow")
                curve = gr.HTML(elem_id="palette-curve")
            with gr.Column(scale=3, min_width=300):
                slider = gr.ImageSlider(
                    label=i18n.PALETTE_BEFORE_AFTER,
                    format="png",
                    interactive=False,
                    buttons=["fullscreen"],
                    elem_id="palette-before-after",
                )
                figures = gr.Markdown(elem_id="palette-figures")
                swatches = gr.HTML(
                    css_template=SWATCH_STYLE, js_on_load=SWATCH_SCRIPT, elem_id="palette-swatches"
                )
                with gr.Row():
                    gpl = gr.DownloadButton(i18n.DOWNLOAD_GPL, interactive=False)
                    css = gr.DownloadButton(i18n.DOWNLOAD_CSS, interactive=False)
        gr.on(
            [photo.change, way.change, number.change],
            self.look,
            [photo, way, number],
            [slider, figures, swatches, gpl, css],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
        )
        elbow.click(
            self.elbow,
            [photo, way, number],
            [curve],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
        )
        self._build_endpoint()

    def look(self, photo: Dropped, way: str, number: float) -> tuple[Any, ...]:
        """The photo in a palette, and the palette."""
        if not photo:
            nothing = gr.DownloadButton(interactive=False)
            return None, "", "", nothing, nothing
        file = dropped_files(photo)[0]
        number = self._checked(way, number)
        with errors_on_the_page():
            colours = self._colours(file)
            preview = self._palette(colours, way, number)
        before = colours.rgb[colours.index]
        files = self._files(preview, plain_stem(file))
        return (
            (before, preview.rgb),
            _figures(preview),
            swatches_html(preview),
            *(gr.DownloadButton(value=each, interactive=True) for each in files),
        )

    def elbow(self, photo: Dropped, way: str, number: float) -> str:
        """Mean ΔE over the number of colours."""
        number = self._checked(way, number)
        with errors_on_the_page():
            colours = self._colours(dropped_files(photo)[0])
        space: Space = "lab" if way == "lab" else "ab"
        curve = elbow_curve(colours, space=space)
        nearest = int(np.abs(np.log(np.array(curve.n_colours) / number)).argmin())
        return curve_svg(
            curve.n_colours,
            curve.delta_e_mean,
            chosen=nearest,
            title=i18n.ELBOW_Y,
            x_label=i18n.ELBOW_X,
            y_label=i18n.ELBOW_Y,
        )

    def palette_preview(
        self, file: str | None, way: str, number: float
    ) -> tuple[str, dict[str, Any]]:
        """Answer /palette_preview."""
        if file is None:
            raise refusal(i18n.NO_PHOTO)
        number = self._checked(way, number)
        with errors_on_the_page():
            preview = self._palette(self._colours(file), way, number)
            path = self.download_folder.place(f"{plain_stem(file)}-palette.png")
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

    def _count(self, file: str) -> PhotoColours:
        return count_colours(open_preview(file, self.service))


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
