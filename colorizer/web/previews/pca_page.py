"""The PCA tab: what is left of a photo when only its strongest components are kept."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from colorizer.photo import Photo, encode_photo, save_photo
from colorizer.previews.pca import (
    Compression,
    PcaFit,
    fit_patch_pca,
    fit_row_pca,
    percent_kept,
    percent_stored,
)
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import endpoint_texts, i18n
from colorizer.web.before_after import before_after, pair_value
from colorizer.web.colorize.save_buttons import SAVE_SCRIPT
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.figures import curve_svg, decimal
from colorizer.web.previews.preview_photo import (
    PREVIEW_QUEUE,
    PREVIEW_SIDE,
    PreviewPhoto,
    PreviewSource,
    needed,
)
from colorizer.web.screen_pictures import exact_picture
from colorizer.web.validation import is_number_in

FULL_SIZE_PIXELS = 16_000_000
"""Row PCA of more pixels takes minutes: its cost grows with the cube of the height."""

FULL_SIDE = 100_000
"""Larger than any photo: full size."""

LARGEST_SHARE = 99.9

_FITS = {"rows": fit_row_pca, "patches": fit_patch_pca}


class PcaPage:
    """Builds the tab and answers its events; fits are kept, only the reconstruction changes."""

    def __init__(
        self, service: ColorizerService, download_folder: DownloadFolder, source: PreviewSource
    ) -> None:
        self.service = service
        self.download_folder = download_folder
        self._source = source
        self._fit = lru_cache(maxsize=12)(self._fit_preview)

    def build(self, tab: gr.Tab, token: gr.Textbox) -> None:
        """Lay out the components inside the current Blocks and wire them.

        token: of the visit whose photo is shown.
        """
        gr.Markdown(i18n.PCA_LEAD)
        with gr.Row(elem_classes="preview-desk"):
            with gr.Column(scale=2, min_width=300):
                zone, photo = self._source.build("pca-photo")
                method = gr.Radio(
                    [(label, name) for name, label in i18n.PCA_METHODS.items()],
                    value="patches",
                    label=i18n.PCA_METHOD,
                    elem_id="pca-method",
                )
                variance = gr.Slider(
                    1, 99.9, value=98, step=0.1, label=i18n.PCA_VARIANCE, elem_id="pca-variance"
                )
                full = gr.Button(i18n.FULL_SIZE, elem_id="pca-full")
                ready = gr.DownloadButton(visible=False)
            with gr.Column(scale=3, min_width=300):
                names = (i18n.PAIR_ORIGINAL, i18n.PAIR_REBUILT)
                pair = before_after(i18n.PCA_BEFORE_AFTER, "pca-before-after", names=names)
                figures = gr.Markdown(elem_id="pca-figures")
                curve = gr.HTML(elem_id="pca-curve")
                with gr.Accordion(i18n.PCA_COMPONENTS, open=False):
                    components = gr.Image(
                        format="png",
                        interactive=False,
                        buttons=["fullscreen"],
                        show_label=False,
                        elem_id="pca-components",
                    )
        inputs = [photo, method, variance]
        look: dict[str, Any] = {
            "fn": self.look,
            "inputs": inputs,
            "outputs": [pair, figures, curve, components, variance],
            "concurrency_id": PREVIEW_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        self._source.wire(zone, photo, tab, token, look)
        gr.on([method.input, variance.input], trigger_mode="always_last", **look)
        full.click(
            self.full_size,
            inputs,
            [ready],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
            show_progress_on=figures,
        ).success(None, ready, None, js=SAVE_SCRIPT)
        self._build_endpoint()

    def look(self, photo: PreviewPhoto | None, method: str, variance: float) -> tuple[Any, ...]:
        """Rebuild the preview at another share of the variance.

        The slider begins at the share of the first component: less cannot be kept.
        """
        if photo is None:
            return None, "", "", None, gr.skip()
        _check(method, variance)
        with errors_on_the_page():
            fit = self._fit(photo, method)
        least = min(LARGEST_SHARE - 1, np.floor(1000 * fit.curve[0]) / 10)
        share = max(variance, least, 0.1)
        result = fit.at_variance(share / 100)
        return (
            pair_value((exact_picture(fit.original), exact_picture(result.rgb))),
            _figures(result),
            _curve(fit, result),
            fit.component_grid(),
            gr.Slider(minimum=float(least), value=float(share)),
        )

    def full_size(self, photo: PreviewPhoto | None, method: str, variance: float) -> str:
        """The same at the photo's own size, as a file."""
        photo = needed(photo)
        _check(method, variance)
        with errors_on_the_page():
            opened = self._source.open(photo, FULL_SIDE)
            if opened.shape[0] * opened.shape[1] > FULL_SIZE_PIXELS:
                raise refusal(i18n.PCA_TOO_LARGE.format(limit=FULL_SIZE_PIXELS // 10**6))
            result = _FITS[method](opened).at_variance(variance / 100)
            name = f"{photo.name}-pca-{result.n_components}.png"
            saved = save_photo(Photo(rgb=result.rgb), self.download_folder.place(name))
        return str(saved)

    def pca_preview(
        self, file: str | None, method: str, variance: float
    ) -> tuple[str, dict[str, Any]]:
        """Answer /pca_preview."""
        if file is None:
            raise refusal(i18n.NO_PHOTO)
        _check(method, variance)
        with errors_on_the_page():
            result = self._fit(PreviewPhoto(file), method).at_variance(variance / 100)
            path = self.download_folder.place(f"{Path(file).stem}-pca.png")
            path.write_bytes(encode_photo(Photo(rgb=result.rgb), "png"))
        return str(path), _report(result)

    def _build_endpoint(self) -> None:
        file = gr.File(type="filepath", label="file", visible=False)
        method = gr.Textbox("patches", label="method", visible=False)
        variance = gr.Number(98, label="variance", visible=False)
        picture = gr.File(label="picture", visible=False)
        report = gr.JSON(label="report", visible=False)
        gr.Button(visible=False).click(
            self.pca_preview,
            [file, method, variance],
            [picture, report],
            api_name="pca_preview",
            api_description=endpoint_texts.PCA,
            concurrency_id=PREVIEW_QUEUE,
        )

    def _fit_preview(self, photo: PreviewPhoto, method: str) -> PcaFit:
        return _FITS[method](self._source.open(photo, PREVIEW_SIDE))


def _figures(result: Compression) -> str:
    """What was kept and how close it is, in words and then in figures; Markdown."""
    near = i18n.DECIBELS.format(psnr=result.psnr)
    words = i18n.PCA_WORDS.format(
        components=result.n_components,
        total=result.n_total,
        numbers=decimal(percent_stored(result.size_ratio)),
        look=i18n.PCA_LOOKS[_look(result.psnr)],
    )
    figures = i18n.PCA_FIGURES.format(
        variance=decimal(percent_kept(result.retained_variance)),
        components=result.n_components,
        total=result.n_total,
        numbers=decimal(percent_stored(result.size_ratio)),
        fidelity=near if np.isfinite(result.psnr) else i18n.IDENTICAL,
        ssim=result.ssim,
    )
    return f"{words}\n\n{figures}"


def _look(psnr: float) -> str:
    """The key of the words for a distance in dB."""
    limits = {"same": 40.0, "near": 32.0, "soft": 26.0}
    return next((key for key, least in limits.items() if psnr >= least), "coarse")


def _check(method: str, variance: float) -> None:
    """An error on the page if the request cannot be meant."""
    if method not in _FITS or not is_number_in(variance, 0, 100) or not variance:
        raise refusal(i18n.PCA_BAD_REQUEST)


def _curve(fit: PcaFit, result: Compression) -> str:
    """The cumulative variance, thinned out where a thousand components would draw one line."""
    total = len(fit.curve)
    shown = np.unique(np.r_[np.geomspace(1, total, 160).astype(int), result.n_components])
    return curve_svg(
        [float(k) for k in shown],
        [float(fit.curve[k - 1] * 100) for k in shown],
        chosen=int(np.searchsorted(shown, result.n_components)),
        title=i18n.PCA_CURVE,
        x_label=i18n.PCA_CURVE_X,
        y_label=i18n.PCA_CURVE,
    )


def _report(result: Compression) -> dict[str, Any]:
    return {
        "summary": result.summary,
        "method": result.method,
        "retained_variance": result.retained_variance,
        "n_components": result.n_components,
        "n_total": result.n_total,
        "stored_numbers": result.stored_numbers,
        "size_ratio": result.size_ratio,
        "psnr": result.psnr if np.isfinite(result.psnr) else None,
        "ssim": result.ssim,
    }
