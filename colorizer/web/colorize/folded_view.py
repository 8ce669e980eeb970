"""What lies behind tabs and folds is made when it is opened, and follows the stage while it is."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from colorizer.web.colorize.details import Details
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.stage_view import LOOK_QUEUE
from colorizer.web.colorize.visits import Visits
from colorizer.web.errors import errors_on_the_page

COMPARE, REAL, CERTAINTY, PALETTE = "compare", "real", "certainty", "palette"
VERSIONS = "versions"

Opened = tuple[str, ...]


class FoldedView:
    """Answers the tabs beside the stage and the folds below it."""

    def __init__(self, details: Details, visits: Visits, models: list[str]) -> None:
        self._details = details
        self._visits = visits
        self._models = models

    def wire(self, page: ColorizeLayout) -> None:
        """Note what is open; fill it when it opens and when the picture on the stage changes."""
        stage, folded = page.stage, page.folded
        fill: dict[str, Any] = {
            "fn": self.fill,
            "inputs": [page.visitor.opened, page.visitor.token],
            "outputs": [
                stage.compare,
                stage.real,
                stage.real_figures,
                folded.certainty_map,
                folded.legend,
                folded.swatches,
                folded.version_grid,
                folded.version_note,
            ],
            "concurrency_id": LOOK_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
            "trigger_mode": "always_last",
        }
        stage.pair.change(**fill)
        for trigger, opens, closes in (
            (stage.front_tab.select, (), (COMPARE, REAL)),
            (stage.compare_tab.select, (COMPARE,), (REAL,)),
            (stage.real_tab.select, (REAL,), (COMPARE,)),
            (folded.certainty.expand, (CERTAINTY,), ()),
            (folded.certainty.collapse, (), (CERTAINTY,)),
            (folded.palette.expand, (PALETTE,), ()),
            (folded.palette.collapse, (), (PALETTE,)),
            (folded.versions.expand, (VERSIONS,), ()),
            (folded.versions.collapse, (), (VERSIONS,)),
        ):
            noted = trigger(
                _note(opens, closes),
                page.visitor.opened,
                page.visitor.opened,
                queue=False,
                api_visibility="private",
                show_progress="hidden",
            )
            if opens:
                noted.success(**fill)

    def fill(self, opened: Opened, token: str) -> tuple[Any, ...]:
        """Compare, real colours, figures, map, legend, swatches, versions; closed ones wait."""
        visit = self._visits.of(token)
        choice, own = visit.choice, visit.own
        compare = real = figures = certainty = legend = swatches = versions = note = gr.skip()
        if choice is not None:
            with errors_on_the_page():
                if COMPARE in opened:
                    compare = self._details.compare(choice, self._models, own)
                if REAL in opened:
                    real, figures = self._details.real(choice, own)
                if CERTAINTY in opened:
                    certainty, legend = self._details.certainty(choice, own)
                if PALETTE in opened:
                    swatches = self._details.palette(choice)
                if VERSIONS in opened:
                    versions, note = self._details.versions(choice, own)
        return compare, real, figures, certainty, legend, swatches, versions, note


def _note(opens: Opened, closes: Opened) -> Callable[[Opened], Opened]:
    """What answers a tab or a fold: from what was open to what is open then."""

    def note(opened: Opened) -> Opened:
        return tuple(sorted({*opened, *opens} - {*closes}))

    return note
