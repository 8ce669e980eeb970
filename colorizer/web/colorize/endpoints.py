"""What programs can ask for of one photo, such as /colorize. Arguments are not trusted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.adjustments import NO_GUIDE
from colorizer.colour.uncertainty import heat_map
from colorizer.errors import AdjustmentError
from colorizer.guide.files import hints_from_json, palette_from_text
from colorizer.guide.guide import MAX_VARIANT, Guide, Hint
from colorizer.photo import Photo, encode_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import endpoint_texts, i18n
from colorizer.web.colorize.choice import Choice, adjusted, look_at
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.fair_queue import Turns
from colorizer.web.validation import is_number_in, known_model


@dataclass(frozen=True)
class ColourEndpoints:
    """Builds the endpoints and answers them.

    models: the bundled ones, the first is the default. long_side: of the map of certainty, pixels.
    """

    service: ColorizerService
    turns: Turns
    download_folder: DownloadFolder
    models: list[str]
    long_side: int

    def build(self, queue: str) -> None:
        """Create the endpoints inside the current Blocks; they wait in the named queue."""
        file = gr.File(type="filepath", label="file", visible=False)
        model = gr.Textbox(self.models[0] if self.models else "", label="model", visible=False)
        vividness = gr.Number(1.0, label="vividness", visible=False)
        warmth = gr.Number(0.0, label="warmth", visible=False)
        hints = gr.Textbox("", label="hints", visible=False)
        palette = gr.Textbox("", label="palette", visible=False)
        reference = gr.File(type="filepath", label="reference", visible=False)
        strength = gr.Number(1.0, label="strength", visible=False)
        variant = gr.Number(0, label="variant", precision=0, visible=False)
        number = gr.Number(4, label="number", precision=0, visible=False)
        x, y = (gr.Number(0.5, label=label, visible=False) for label in "xy")
        result = gr.File(label="picture", visible=False)
        results = gr.File(label="pictures", file_count="multiple", visible=False)
        report = gr.JSON(label="report", visible=False)
        usual = [file, model, vividness, warmth]
        guide = [hints, palette, reference, strength, variant]
        for answer, given, outputs, description in (
            (self.colorize, [*usual, *guide], [result], endpoint_texts.COLORIZE),
            (self.variants, [*usual, hints, number], [results], endpoint_texts.VARIANTS),
            (self.suggestions, [file, model, x, y], [report], endpoint_texts.SUGGESTIONS),
            (self.chroma_layer, usual, [result], endpoint_texts.CHROMA_LAYER),
            (self.certainty, [file, model], [result, report], endpoint_texts.CERTAINTY),
        ):
            gr.Button(visible=False).click(
                answer,
                given,
                outputs,
                api_name=answer.__name__,
                api_description=description,
                concurrency_id=queue,
            )

    def colorize(
        self,
        file: str | None,
        model: str,
        vividness: float = 1.0,
        warmth: float = 0.0,
        hints: str = "",
        palette: str = "",
        reference: str | None = None,
        strength: float = 1.0,
        variant: int = 0,
        request: gr.Request | None = None,
    ) -> str:
        """Answer /colorize."""
        with errors_on_the_page():
            guide = Guide(
                hints_from_json(hints) if hints else (),
                palette_from_text(palette) if palette else None,
                strength=strength,
                variant=variant,
            )
            choice = self._checked(file, model, vividness, warmth, guide, reference)
            with self.turns.turn(self.turns.visitor(request)):
                return str(self._downloads.photo(choice, marked=True))

    def variants(
        self,
        file: str | None,
        model: str,
        vividness: float = 1.0,
        warmth: float = 0.0,
        hints: str = "",
        number: int = 4,
        request: gr.Request | None = None,
    ) -> list[str]:
        """Answer /variants; each picture is a turn of its own."""
        with errors_on_the_page():
            if not is_number_in(number, 1, MAX_VARIANT):
                raise AdjustmentError("bad_variant", most=MAX_VARIANT)
            guide = Guide(hints_from_json(hints) if hints else (), variant=1)
            choice = self._checked(file, model, vividness, warmth, guide)
            pictures = []
            for variant in range(1, int(number) + 1):
                with self.turns.turn(self.turns.visitor(request)):
                    other = choice.guided(variant=variant)
                    pictures.append(str(self._downloads.photo(other, marked=True)))
            return pictures

    def suggestions(
        self,
        file: str | None,
        model: str,
        x: float = 0.5,
        y: float = 0.5,
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Answer /suggestions."""
        with errors_on_the_page():
            Hint(x, y).check(1)
            choice = self._checked(file, model)
            with self.turns.turn(self.turns.visitor(request)):
                colours = self.service.suggestions(choice.file, choice.model, x, y)
            return {"colours": list(colours)}

    def chroma_layer(
        self,
        file: str | None,
        model: str,
        vividness: float = 1.0,
        warmth: float = 0.0,
        request: gr.Request | None = None,
    ) -> str:
        """Answer /chroma_layer."""
        choice = self._checked(file, model, vividness, warmth)
        with errors_on_the_page(), self.turns.turn(self.turns.visitor(request)):
            return str(self._downloads.layer(choice, marked=True))

    def certainty(
        self, file: str | None, model: str, request: gr.Request | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Answer /certainty."""
        choice = self._checked(file, model)
        with errors_on_the_page(), self.turns.turn(self.turns.visitor(request)):
            certainty = self.service.certainty(choice.file, model)
            if certainty is None:
                raise refusal(i18n.NO_CERTAINTY)
            before = look_at(self.service, choice, self.long_side).before
            path = self.download_folder.place(f"{Path(choice.file).stem}-certainty.png")
            picture = Photo(rgb=heat_map(certainty, *before.shape[:2]))
            path.write_bytes(encode_photo(picture, "png"))
        return str(path), {
            "colours_of_the_model": certainty.n_colours,
            "colours_at_typical_places": certainty.colours_at(50),
            "colours_at_surest_places": certainty.colours_at(5),
            "colours_at_least_sure_places": certainty.colours_at(95),
        }

    @property
    def _downloads(self) -> Downloads:
        return Downloads(self.service, self.download_folder)

    def _checked(
        self,
        file: str | None,
        model: str,
        vividness: float = 1.0,
        warmth: float = 0.0,
        guide: Guide = NO_GUIDE,
        reference: str | None = None,
    ) -> Choice:
        """The request as a choice; an error on the page if there is something wrong with it."""
        if file is None or not Path(file).is_file():
            raise refusal(i18n.NO_PHOTO)
        known = known_model(model, self.models, offers=self.service.offers)
        choice = Choice(file, known, adjusted(vividness, warmth, guide), reference or "")
        if choice.needs_classifier and not self.service.has_likely_colours(known):
            raise AdjustmentError("needs_classifier", model=known)
        return choice
