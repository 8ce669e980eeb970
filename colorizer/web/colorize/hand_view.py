"""Colours by hand: hints on the picture, and other versions of it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import gradio as gr

from colorizer.errors import ColorizerError
from colorizer.guide.files import hints_from_json
from colorizer.guide.guide import Hint
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.photo_colours import count_colours
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.colorize.choice import Choice, look_at
from colorizer.web.colorize.details import VERSIONS
from colorizer.web.colorize.hint_editor import Answer
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.stage_view import StageView
from colorizer.web.colorize.visits import Visits
from colorizer.web.gradio_internals import event_details

OWN_COLOURS = 6
OWN_SIDE = 160
"""Long side of the picture whose colours are offered again, pixels."""


class HandView:
    """Answers what a visitor does with a picture's colours beyond model and sliders."""

    def __init__(self, service: ColorizerService, visits: Visits) -> None:
        self._service = service
        self._visits = visits
        self._own_colours = lru_cache(maxsize=64)(self._count)

    @property
    def answers(self) -> dict[str, Answer]:
        """What the picture to click on asks for."""
        return {"take": self.take, "suggest": self.suggest}

    def wire(self, page: ColorizeLayout, stage: StageView) -> None:
        """Connect the picture to click on and the other versions with the stage."""
        look = stage.look(page)
        page.stage.hand.select(trigger_mode="always_last", **look)
        page.folded.version_grid.select(
            self.choose_version, page.visitor.token, None, queue=False,
            api_visibility="private", show_progress="hidden",
        ).success(**look)  # fmt: skip

    def take(self, data: object) -> dict[str, Any]:
        """The hints of the photo on the stage are these now, JSON as in a file."""
        fields = data if isinstance(data, Mapping) else {}
        try:
            hints = hints_from_json(_text(fields, "hints"))
            self._visits.of(fields.get("token")).adjust(lambda choice: choice.guided(hints=hints))
        except ColorizerError as error:
            return {"notice": i18n.told(error)}
        return {}

    def choose_version(self, token: str, event: gr.EventData) -> None:
        """The version whose picture was clicked; hints stay."""
        number = event_details(event).get("key")
        if isinstance(number, str) and number in map(str, range(VERSIONS + 1)):
            self._visits.of(token).adjust(lambda choice: choice.guided(variant=int(number)))

    def suggest(self, data: object) -> dict[str, Any]:
        """Colours for a place of the photo on the stage: likely ones, and the photo's own."""
        fields = data if isinstance(data, Mapping) else {}
        x, y = fields.get("x"), fields.get("y")
        choice = self._visits.of(fields.get("token")).choice
        try:
            if choice is None:
                return {}
            Hint(x, y).check(1)  # type: ignore[arg-type]
            likely = self._service.suggestions(choice.file, choice.model, x, y)  # type: ignore[arg-type]
            return {"likely": likely, "own": self._own_colours(choice.guided(hints=()))}
        except ColorizerError as error:
            return {"notice": i18n.told(error)}

    def _count(self, choice: Choice) -> tuple[str, ...]:
        """The photo's own colours before any hint, the most frequent first."""
        picture = look_at(self._service, choice, OWN_SIDE).after
        return kmeans_palette(count_colours(picture), OWN_COLOURS, space="ab").hex


def _text(fields: Mapping[Any, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
