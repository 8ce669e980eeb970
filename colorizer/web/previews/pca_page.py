"""The PCA tab: what is left of a photo when only its strongest components are kept."""

from functools import lru_cache
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
from colorizer.web.download_folder import DownloadFolder, plain_stem
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.figures import curve_svg
from colorizer.web.photo_drop import Dropped, dropped_files, photo_drop
from colorizer.web.previews.preview_photo import PREVIEW_QUEUE, open_preview
from colorizer.web.validation import is_number_in

FULL_SIZE_PIXELS = 16_000_000
"""Row PCA of more pixels takes minutes: its cost grows with the cube of the height."""

_FITS = {"rows": fit_row_pca, "patches": fit_patch_pca}


class PcaPage:
    """Builds the tab and answers its events; fits are kept, only the reconstruction changes."""

    def __init__(self, service: ColorizerService, download_folder: DownloadFolder) -> None:
        self.service = service
        self.download_folder = download_folder
        self._fit = lru_cache(maxsize=12)(self._fit_preview)

    def build(self) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        gr.Markdown(i18n.PCA_LEAD)
        with gr.Row(elem_classes="preview-desk"):
            with gr.Column(scale=2, min_width=300):
                photo = photo_drop(i18n.PREVIEW_DROP, "pca-photo", columns=1, height=220)
                method = gr.Radio(
                    [(label, name) for name, label in i18n.PCA_METHODS.items()],
                    value="patches",
                    label=i18n.PCA_METHOD,
                    elem_id="pca-method",
                )
                variance = gr.Slider(
                    50, 99.9, value=98, step=0.1, label=i18n.PCA_VARIANCE, elem_id="pca-variance"
                )
                full = gr.Button(i18n.FULL_SIZE, elem_id="pca-full")
                download = gr.DownloadButton(
                    i18n.DOWNLOAD_RESULT, interactive=False, elem_id="pca-download"
                )
            with gr.Column(scale=3, min_width=300):
                slider = gr.ImageSlider(
                    label=i18n.PCA_BEFORE_AFTER,
                    format="png",
                    interactive=False,
                    buttons=["fullscreen"],
                    elem_id="pca-before-after",
                )
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
        gr.on(
            [photo.change, method.change, variance.change],
            self.look,
            inputs,
            [slider, figures, curve, components],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
        )
        full.click(
            self.full_size,
            inputs,
            [download],
            concurrency_id=PREVIEW_QUEUE,
            api_visibility="private",
        )
        self._build_endpoint()

    def look(self, photo: Dropped, method: str, variance: float) -> tuple[Any, ...]:
        """Rebuild the preview at another share of the variance."""
        if not photo:
            return None, "", "", None
        _check(method, variance)
        with errors_on_the_page():
            fit = self._fit(dropped_files(photo)[0], method)
        result = fit.at_variance(variance / 100)
        return (
            (fit.original, result.rgb),
            _figures(result),
            _curve(fit, result),
            fit.component_grid(),
        )

    def full_size(self, photo: Dropped, method: str, variance: float) -> Any:
        """The same at the photo's own size, as a file."""
        file = dropped_files(photo)[0]
        _check(method, variance)
        with errors_on_the_page():
            opened = self.service.open_photo(file)
            if opened.width * opened.height > FULL_SIZE_PIXELS:
                raise refusal(i18n.PCA_TOO_LARGE.format(limit=FULL_SIZE_PIXELS // 10**6))
            result = _FITS[method](opened.rgb).at_variance(variance / 100)
            name = f"{plain_stem(file)}-pca-{result.n_components}.png"
            saved = save_photo(Photo(rgb=result.rgb), self.download_folder.place(name))
        return gr.DownloadButton(value=str(saved), interactive=True)

    def pca_preview(
        self, file: str | None, method: str, variance: float
    ) -> tuple[str, dict[str, Any]]:
        """Answer /pca_preview."""
        if file is None:
            raise refusal(i18n.NO_PHOTO)
        _check(method, variance)
        with errors_on_the_page():
            result = self._fit(file, method).at_variance(variance / 100)
            path = self.download_folder.place(f"{plain_stem(file)}-pca.png")
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

    def _fit_preview(self, file: str, method: str) -> PcaFit:
        return _FITS[method](open_preview(file, self.service))


def _figures(result: Compression) -> str:
    """What was kept and how close it is; Markdown."""
    near = i18n.DECIBELS.format(psnr=result.psnr)
    return i18n.PCA_FIGURES.format(
        variance=percent_kept(result.retained_variance),
        components=result.n_components,
        total=result.n_total,
        numbers=percent_stored(result.size_ratio),
        fidelity=near if np.isfinite(result.psnr) else i18n.IDENTICAL,
        ssim=result.ssim,
    )


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
