"""Another model than the bundled ones: a visitor names a checkpoint on the Hub."""

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.errors import errors_on_the_page, refusal

HUB_QUEUE = "hub"
"""A queue of its own, one at a time: photos do not wait for somebody's download."""


class HubChoice:
    """Answers "Use this model": loads it, and puts it beside the bundled ones for this visitor."""

    def __init__(self, service: ColorizerService, models: list[str]) -> None:
        """models: the bundled ones that the page offers."""
        self._service = service
        self._models = models

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the field and its button with the choice of the model."""
        request = page.request
        gr.on(
            [request.use_hub_model.click, request.hub_model.submit],
            self.use,
            [request.hub_model],
            [request.model],
            concurrency_id=HUB_QUEUE,
            concurrency_limit=1,
            api_visibility="private",
            show_progress_on=request.progress,  # on the field, an error would cover what was typed
        )

    def use(self, name: str | None) -> gr.Radio:
        """The choice with the named model chosen; refused with a sentence if it cannot be used."""
        name = (name or "").strip()
        if name in self._models or not self._service.offers(name):
            raise refusal(i18n.HUB_MODEL_BAD_NAME)
        with errors_on_the_page():
            self._service.colorizer(name)
        bundled = [(i18n.MODELS[model], model) for model in self._models]
        return gr.Radio(choices=[*bundled, (name, name)], value=name)
