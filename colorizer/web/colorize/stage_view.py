"""The stage: the chosen photo before and after, decoded again whenever a control changes."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.colorize.batch import Batch, BatchPhoto, PhotoState
from colorizer.web.colorize.choice import Choice, chosen, look_at
from colorizer.web.colorize.examples import MODEL as EXAMPLES_MODEL
from colorizer.web.colorize.examples import Example, example_caption
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.photo_tiles import chosen_tile, tiles_value
from colorizer.web.errors import errors_on_the_page
from colorizer.web.photo_drop import shown_name
from colorizer.web.screen_pictures import screen_file, screen_picture

LOOK_QUEUE = "look"
"""Decoding for the screen has places of its own: photos are looked at while others are coloured."""

Shown = tuple[Any, Any, Any]
"""Updates of the slider, the caption and the tab with the real colours."""


class StageView:
    """Answers the controls around the pictures, the list of photos and the examples."""

    def __init__(
        self, service: ColorizerService, examples: list[Example], *, long_side: int
    ) -> None:
        self._service = service
        self._examples = examples
        self._long_side = long_side

    @property
    def first_batch(self) -> Batch:
        """What is on the stage before anybody has dropped a photo."""
        return tuple(BatchPhoto(str(e.grey), PhotoState.DONE) for e in self._examples[:1])

    def wire(self, page: ColorizeLayout) -> None:
        """Connect controls, photos and examples with the pictures."""
        visit, request, stage = page.visit, page.request, page.stage
        instant: dict[str, Any] = {"queue": False, "api_visibility": "private"}
        look: dict[str, Any] = {
            "fn": self.show,
            "inputs": page.choice,
            "outputs": [stage.slider, stage.caption, stage.real_tab],
            "concurrency_id": LOOK_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        gr.on(
            [stage.vividness.change, stage.warmth.change, request.model.change],
            trigger_mode="always_last",
            **look,
        )
        request.tiles.select(self.choose, [visit.batch], [visit.chosen], **instant).success(**look)
        request.examples.select(
            self.choose_example,
            None,
            [visit.batch, visit.chosen, request.tiles, request.progress],
            **instant,
        ).success(**look)

    def choose(self, batch: Batch, event: gr.EventData) -> Any:
        """The photo that was clicked in the list."""
        index = chosen_tile(event, len(batch))
        return gr.skip() if index is None else index

    def choose_example(self, event: gr.EventData) -> tuple[Any, ...]:
        """The example that was clicked takes the place of the photos."""
        index = chosen_tile(event, len(self._examples))
        if index is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        batch = (BatchPhoto(str(self._examples[index].grey), PhotoState.DONE),)
        return batch, 0, tiles_value([], label=i18n.PHOTOS_LABEL), ""

    def show(
        self, batch: Batch, index: int, model: str, vividness: float, warmth: float
    ) -> Iterator[Shown]:
        """Decode the chosen photo for the screen; the network runs for a new model only."""
        choice = chosen(batch, index, model, vividness, warmth)
        if choice is None:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        example = next((e for e in self._examples if str(e.grey) == choice.file), None)
        caption = example_caption(example.name) if example else None
        if example and choice == Choice(choice.file, EXAMPLES_MODEL):
            pair = screen_file(example.grey), screen_file(example.coloured)
            yield pair, caption, gr.Tab(visible=False)
            return
        if not self._service.is_loaded(model):
            yield gr.skip(), i18n.LOADING, gr.skip()
        with errors_on_the_page():
            preview = look_at(self._service, choice, self._long_side)
        yield shown(preview, caption or photo_caption(preview, shown_name(choice.file)))


def shown(preview: Preview, caption: str) -> Shown:
    """The updates that put a coloured photo on the stage."""
    pair = screen_picture(preview.before), screen_picture(preview.after)
    return pair, caption, gr.Tab(visible=preview.real is not None)


def photo_caption(preview: Preview, name: str) -> str:
    """What is said below a photo: name, size, time, and what was special about it."""
    photo = preview.photo
    said = i18n.DONE_ONE.format(
        name=name, width=photo.width, height=photo.height, seconds=preview.seconds
    )
    had_colour = [] if preview.real is None else [i18n.WAS_COLOUR]
    notes = map(i18n.told, photo.notes)
    return "  \n".join([said, *notes, *had_colour])
