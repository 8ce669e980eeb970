"""The stage: the chosen photo before and after, decoded again whenever a control changes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.before_after import Pair, pair_value
from colorizer.web.colorize.batch import PhotoState, in_state, thumbnail
from colorizer.web.colorize.choice import Choice, adjusted, look_at
from colorizer.web.colorize.examples import MODEL as EXAMPLES_MODEL
from colorizer.web.colorize.examples import Example, example_caption
from colorizer.web.colorize.hint_editor import editor_value
from colorizer.web.colorize.layout import ColorizeLayout, model_choice
from colorizer.web.colorize.likeness import Likeness
from colorizer.web.colorize.photo_tiles import chosen_tile
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.errors import errors_on_the_page
from colorizer.web.gradio_internals import event_details
from colorizer.web.photo_drop import markdown_name
from colorizer.web.screen_pictures import screen_file, screen_picture
from colorizer.web.validation import known_model

LOOK_QUEUE = "look"
"""Decoding for the screen has places of its own: photos are looked at while others are coloured."""

Shown = tuple[Any, ...]
"""Updates of the pictures, the caption, the tab with the real colours, the picture to click on."""

SHOWN, CONTROLS = 4, 9
"""How many updates a picture takes, and the controls around it."""

TO_ALL = 4
"""The place of "to all" among the controls."""


class StageView:
    """Answers the controls around the pictures, the list of photos and the examples."""

    def __init__(
        self,
        service: ColorizerService,
        visits: Visits,
        examples: list[Example],
        models: list[str],
        *,
        long_side: int,
    ) -> None:
        self._service = service
        self._visits = visits
        self._examples = examples
        self._models = models
        self._likeness = Likeness(service, visits)
        self._long_side = long_side

    def wire(self, page: ColorizeLayout) -> None:
        """Connect controls, photos and examples with the pictures."""
        request, stage, token = page.request, page.stage, page.visitor.token
        instant: dict[str, Any] = {
            "queue": False, "api_visibility": "private", "show_progress": "hidden",
        }  # fmt: skip
        look = self.look(page)
        # `input`, not `change`: what this page sets itself asks for nothing. Settings are noted at
        # once: in the queue, they could come to the photo that is chosen next.
        gr.on(
            [stage.vividness.input, stage.warmth.input, request.model.input],
            self.note,
            page.settings,
            None,
            trigger_mode="always_last",
            **instant,
        ).success(trigger_mode="always_last", **look)
        for event, answer in (
            (request.tiles.select, self.choose),
            (request.examples.select, self.choose_example),
            (stage.back.click, self.back),
            (stage.compare.select, self.choose_model),
        ):
            event(answer, [token], page.controls, **instant).success(**look)

    @property
    def likeness(self) -> Likeness:
        """What "Colours like…" shows."""
        return self._likeness

    def look(self, page: ColorizeLayout) -> dict[str, Any]:
        """The event that shows what is on the stage, as keywords."""
        return {
            "fn": self.show,
            "inputs": [page.visitor.token],
            "outputs": page.picture,
            "concurrency_id": LOOK_QUEUE,
            "api_visibility": "private",
            "show_progress": "hidden",
        }

    def choose(self, token: str, event: gr.EventData) -> tuple[Any, ...]:
        """The photo that was clicked in the list."""
        visit = self._visits.of(token)
        index = chosen_tile(event, len(visit.batch))
        if index is None or not visit.look(index):
            return _NOTHING
        return self.controls(visit)

    def choose_example(self, token: str, event: gr.EventData) -> tuple[Any, ...]:
        """The example that was clicked, with settings of its own; the photo stays behind it."""
        visit = self._visits.of(token)
        index = chosen_tile(event, len(self._examples))
        if index is None:
            return _NOTHING
        visit.look_at_example(example_choice(self._examples[index]))
        return self.controls(visit)

    def back(self, token: str) -> tuple[Any, ...]:
        """From an example to the visitor's own photo, as it was left."""
        visit = self._visits.of(token)
        visit.back()
        return self.controls(visit)

    def choose_model(self, token: str, event: gr.EventData) -> tuple[Any, ...]:
        """The model whose picture was clicked in the comparison."""
        visit = self._visits.of(token)
        wanted = event_details(event).get("key")
        model = known_model(wanted, self._models, offers=self._service.offers)
        visit.adjust(lambda choice: replace(choice, model=model))
        return self.controls(visit)

    def note(self, token: str, model: str, vividness: float, warmth: float) -> None:
        """A control was moved."""
        self.adjust(token, model, vividness, warmth)

    def adjust(self, token: str, model: str, vividness: float, warmth: float) -> Visit:
        """What the controls say holds for what is on the stage; returns the visit."""
        visit = self._visits.of(token)
        known = known_model(model, self._models, offers=self._service.offers)
        adjustments = adjusted(vividness, warmth)
        visit.adjust(
            lambda choice: replace(
                choice,
                model=known,
                adjustments=replace(
                    choice.adjustments,
                    vividness=adjustments.vividness,
                    warmth=adjustments.warmth,
                ),
            )
        )
        return visit

    def show(self, token: str) -> Iterator[Shown]:
        """Decode what is on the stage for the screen."""
        yield from self._show(self._visits.of(token))

    def _show(self, visit: Visit) -> Iterator[Shown]:
        choice = visit.choice
        if choice is None:
            yield (gr.skip(),) * SHOWN
            return
        example = self._example(choice)
        if example is not None and choice == example_choice(example):
            yield _pictures_of(example)
            return
        if not self._service.is_loaded(choice.model):
            yield gr.skip(), i18n.LOADING, gr.skip(), gr.skip()
        with errors_on_the_page():
            preview = look_at(self._service, choice, self._long_side)
        if example is None and visit.stage.index is not None and visit.choice == choice:
            visit.change(visit.stage.index, thumbnail=thumbnail(preview))
        yield self.shown(visit, preview)

    def controls(self, visit: Visit) -> tuple[Any, ...]:
        """Updates of the model, the two sliders, the way back, "to all" and the likeness."""
        choice = visit.choice
        if choice is None:
            return _NOTHING
        example = visit.stage.example is not None
        several = len(in_state(visit.batch, PhotoState.DONE)) > 1
        return (
            gr.Radio(**model_choice(self._models, choice.model)),
            gr.Slider(value=choice.adjustments.vividness),
            gr.Slider(value=choice.adjustments.warmth),
            gr.Button(visible=example and visit.photo is not None),
            gr.Button(visible=several and not example),
            *self._likeness.updates(visit),
        )

    def shown(self, visit: Visit, preview: Preview) -> Shown:
        """The updates that put a coloured photo on the stage."""
        pair = screen_picture(preview.before), screen_picture(preview.after)
        choice = visit.choice
        example = self._example(choice) if choice is not None else None
        if example is not None:
            name, caption = example.name, example_caption(example.name)
        else:
            name = visit.photo.name if visit.photo else ""
            caption = photo_caption(preview, name)
        if (
            choice
            and choice.needs_classifier
            and not self._service.has_likely_colours(choice.model)
        ):
            caption += f"  \n{i18n.HAND_WAITS}"
        visit.own(*pair, choice.file if choice and example is None else None)
        editor = editor_value(
            pair,
            photo="" if example else visit.stage.index,
            name=Path(name).stem,
            hints=choice.guide.hints if choice else (),
            results=preview.hints,
        )
        return pair_value(pair), caption, gr.Tab(visible=preview.real is not None), editor

    def first_picture(self) -> Shown:
        """What is on the stage before there is a photo."""
        if not self._examples:
            return None, "", gr.Tab(visible=False), None
        return _pictures_of(self._examples[0])

    def _example(self, choice: Choice) -> Example | None:
        return next((e for e in self._examples if str(e.grey) == choice.file), None)


_NOTHING = (gr.skip(),) * CONTROLS


def example_choice(example: Example) -> Choice:
    """An example as it comes with the package."""
    return Choice(str(example.grey), EXAMPLES_MODEL)


def _pictures_of(example: Example) -> Shown:
    pair: Pair = screen_file(example.grey), screen_file(example.coloured)
    editor = editor_value(pair, photo="", name=example.name)
    return pair_value(pair), example_caption(example.name), gr.Tab(visible=False), editor


def photo_caption(preview: Preview, name: str) -> str:
    """What is said below a photo: name, size, time, and what was special about it."""
    photo = preview.photo
    said = i18n.DONE_ONE.format(
        name=markdown_name(name), width=photo.width, height=photo.height, seconds=preview.seconds
    )
    had_colour = [] if preview.real is None else [i18n.WAS_COLOUR]
    notes = map(i18n.told, photo.notes)
    return "  \n".join([said, *notes, *had_colour])
