"""Another model than the bundled ones: a visitor names a checkpoint on the Hub."""

from dataclasses import replace
from typing import Any

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.stage_view import StageView
from colorizer.web.colorize.visits import Visits
from colorizer.web.errors import errors_on_the_page, refusal

HUB_QUEUE = "hub"
"""A queue of its own, one at a time: photos do not wait for somebody's download."""


class HubChoice:
    """Answers "Use this model": loads it, and puts it beside the bundled ones for this visitor."""

    def __init__(
        self, service: ColorizerService, visits: Visits, stage: StageView, models: list[str]
    ) -> None:
        """models: the bundled ones that the page offers."""
        self._service = service
        self._visits = visits
        self._stage = stage
        self._models = models

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the field and its button with the choice of the model and the stage."""
        request = page.request
        gr.on(
            [request.use_hub_model.click, request.hub_model.submit],
            self.use,
            [page.visitor.token, request.hub_model],
            page.controls,
            concurrency_id=HUB_QUEUE,
            concurrency_limit=1,
            api_visibility="private",
            show_progress_on=request.progress,  # on the field, an error would cover what was typed
        ).success(**self._stage.look(page))

    def use(self, token: str, name: str | None) -> tuple[Any, ...]:
        """The named model for what is on the stage; a sentence if it cannot be used."""
        name = (name or "").strip()
        if name in self._models or not self._service.offers(name):
            raise refusal(i18n.HUB_MODEL_BAD_NAME)
        with errors_on_the_page():
            self._service.colorizer(name)
        visit = self._visits.of(token)
        visit.adjust(lambda choice: replace(choice, model=name))
        return self._stage.controls(visit)
