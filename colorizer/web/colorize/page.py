"""The Colorize tab: photos in, coloured photos out.

`layout` lays it out. `run` takes photos in and colours them one after the other, `stage_view` shows
the chosen one and decodes it again whenever a control changes, `hand_view` changes its colours by
hand, `likeness` by a palette or another photo, `folded_view` looks closer at it, `save_buttons`
hands it over. `visits` keeps what belongs to a visitor. Programs have `endpoints`.
"""

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web import i18n
from colorizer.web.colorize.details import Details
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.endpoints import ColourEndpoints
from colorizer.web.colorize.examples import load_examples
from colorizer.web.colorize.folded_view import FoldedView
from colorizer.web.colorize.hand_view import HandView
from colorizer.web.colorize.hub_choice import HubChoice
from colorizer.web.colorize.layout import ColorizeLayout, lay_out
from colorizer.web.colorize.run import MODEL_QUEUE, ColourRun
from colorizer.web.colorize.save_buttons import SaveButtons
from colorizer.web.colorize.stage_view import StageView, example_choice
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.fair_queue import Turns


class ColorizePage:
    """Builds the tab and connects its parts."""

    def __init__(
        self,
        service: ColorizerService,
        turns: Turns,
        settings: Settings,
        download_folder: DownloadFolder,
    ) -> None:
        side = settings.preview_side
        self._settings = settings
        self._examples = load_examples()
        self._models = [name for name in i18n.MODELS if name in service.models]
        self.visits = Visits(self._new_visit)
        self._stage = StageView(service, self.visits, self._examples, self._models, long_side=side)
        self._run = ColourRun(
            service, turns, self.visits, self._stage,
            long_side=side, max_photos=settings.max_photos,
        )  # fmt: skip
        self._folded = FoldedView(Details(service, side), self.visits, self._models)
        downloads = Downloads(service, download_folder)
        self._save = SaveButtons(downloads, self.visits, self._stage)
        self._hand = HandView(service, self.visits)
        self._hub = HubChoice(service, self.visits, self._stage, self._models)
        self._endpoints = ColourEndpoints(service, turns, download_folder, self._models, side)

    def build(self) -> ColorizeLayout:
        """Lay out the components inside the current Blocks and wire them.

        The token is for whoever loads the page, see TOKEN_SCRIPT.
        """
        page = lay_out(self._models, self._examples, self._settings, self._hand.answers)
        self._run.wire(page)
        self._hub.wire(page)
        self._stage.wire(page)
        self._hand.wire(page, self._stage)
        self._stage.likeness.wire(page, self._stage.look(page))
        self._folded.wire(page)
        self._save.wire(page)
        self._endpoints.build(MODEL_QUEUE)
        return page

    def take_palettes(self, page: ColorizeLayout, use: gr.Button, palette: gr.State) -> None:
        """Let a click on `use`, elsewhere on the page, bring a palette for other photos."""
        self._stage.likeness.wire_palette(page, use, palette)

    def _new_visit(self) -> Visit:
        first = example_choice(self._examples[0]) if self._examples else None
        return Visit(self._models[0] if self._models else "", first)


TOKEN_SCRIPT = """
async () => {
  while (!window.colorizerToken) await new Promise((done) => setTimeout(done, 20));
  return window.colorizerToken();
}
"""
"""The page's own script keeps the token for as long as the browser's tab is open."""
