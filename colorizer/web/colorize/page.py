"""The Colorize tab: photos in, coloured photos out.

`layout` lays it out; from the drop zone on, `run` colours the photos one after the other,
`stage_view` shows the chosen one and decodes it again whenever a control changes, `folded_view`
looks closer at it, `save_buttons` hands it over. Programs have `endpoints`.
"""

from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web import i18n
from colorizer.web.colorize.details import Details
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.endpoints import ColourEndpoints
from colorizer.web.colorize.examples import load_examples
from colorizer.web.colorize.folded_view import FoldedView
from colorizer.web.colorize.hub_choice import HubChoice
from colorizer.web.colorize.layout import lay_out
from colorizer.web.colorize.run import MODEL_QUEUE, ColourRun
from colorizer.web.colorize.save_buttons import SaveButtons
from colorizer.web.colorize.stage_view import StageView
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
        self._examples = load_examples()
        self._models = [name for name in i18n.MODELS if name in service.models]
        self._run = ColourRun(service, turns, long_side=side, max_photos=settings.max_photos)
        self._stage = StageView(service, self._examples, long_side=side)
        self._folded = FoldedView(Details(service, side), self._models)
        self._save = SaveButtons(Downloads(service, download_folder))
        self._hub = HubChoice(service, self._models)
        self._hub_models = settings.hub_models > 0
        self._endpoints = ColourEndpoints(service, turns, download_folder, self._models, side)

    def build(self) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        page = lay_out(
            self._models,
            self._examples,
            self._stage.first_batch,
            hub_models=self._hub_models,
        )
        self._run.wire(page)
        self._hub.wire(page)
        self._stage.wire(page)
        self._folded.wire(page)
        self._save.wire(page)
        self._endpoints.build(MODEL_QUEUE)
