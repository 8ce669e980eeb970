"""What programs can ask for: /colorize, /chroma_layer and /certainty. Arguments are not trusted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.colour.uncertainty import heat_map
from colorizer.photo import Photo, encode_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import endpoint_texts, i18n
from colorizer.web.colorize.choice import Choice, adjusted, look_at
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.fair_queue import Turns
from colorizer.web.validation import known_model


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
        result = gr.File(label="picture", visible=False)
        report = gr.JSON(label="report", visible=False)
        inputs = [file, model, vividness, warmth]
        for answer, name, given, outputs, description in (
            (self.colorize, "colorize", inputs, [result], endpoint_texts.COLORIZE),
            (self.chroma_layer, "chroma_layer", inputs, [result], endpoint_texts.CHROMA_LAYER),
            (
                self.certainty,
                "certainty",
                [file, model],
                [result, report],
                endpoint_texts.CERTAINTY,
            ),
        ):
            gr.Button(visible=False).click(
                answer,
                given,
                outputs,
                api_name=name,
                api_description=description,
                concurrency_id=queue,
            )

    def colorize(
        self,
        file: str | None,
        model: str,
        vividness: float = 1.0,
        warmth: float = 0.0,
        request: gr.Request | None = None,
    ) -> str:
        """Answer /colorize."""
        choice = self._checked(file, model, vividness, warmth)
        with errors_on_the_page(), self.turns.turn(self.turns.visitor(request)):
            return str(Downloads(self.service, self.download_folder).photo(choice, marked=True))

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
            return str(Downloads(self.service, self.download_folder).layer(choice, marked=True))

    def certainty(
        self, file: str | None, model: str, request: gr.Request | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Answer /certainty."""
        choice = self._checked(file, model, 1.0, 0.0)
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

    def _checked(self, file: str | None, model: str, vividness: float, warmth: float) -> Choice:
        """The request as a choice; an error on the page if there is something wrong with it."""
        if file is None or not Path(file).is_file():
            raise refusal(i18n.NO_PHOTO)
        known = known_model(model, self.models, offers=self.service.offers)
        return Choice(file, known, adjusted(vividness, warmth))
