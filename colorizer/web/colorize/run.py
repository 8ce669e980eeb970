"""A run: the dropped photos are coloured one after the other, shown as they are done, cancelled."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.colorize.batch import Batch, PhotoState, colour_batch, in_state, stopped
from colorizer.web.colorize.choice import Choice, adjusted, look_at
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.photo_tiles import Tile, tiles_value
from colorizer.web.colorize.stage_view import photo_caption, shown
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.fair_queue import Turns
from colorizer.web.photo_drop import Dropped, dropped_files, shown_name
from colorizer.web.validation import known_model

MODEL_QUEUE = "model"
MODEL_PLACES = 12
"""Runs at a time; their photos take turns."""


class ColourRun:
    """Answers the buttons "Colour" and "Cancel"."""

    def __init__(
        self, service: ColorizerService, turns: Turns, *, long_side: int, max_photos: int
    ) -> None:
        self._service = service
        self._turns = turns
        self._long_side = long_side
        self._max_photos = max_photos

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the buttons with the list of photos, the stage and the visitor's state."""
        visit, request, stage = page.visit, page.request, page.stage
        buttons = [request.run, request.cancel]
        instant: dict[str, Any] = {
            "queue": False, "api_visibility": "private", "show_progress": "hidden",
        }  # fmt: skip
        state = [visit.batch, request.tiles, request.progress]
        checked = request.run.click(  # in the queue, where an error is a sentence on the page
            self.check, [request.photos], buttons, concurrency_limit=None,
            api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        run = checked.success(
            self.colour,
            [request.photos, request.model, stage.vividness, stage.warmth],
            [*state, visit.chosen, stage.slider, stage.caption, stage.real_tab],
            concurrency_id=MODEL_QUEUE,
            concurrency_limit=MODEL_PLACES,
            api_visibility="private",
            show_progress_on=request.progress,
        )
        # Also after a cancellation: once the photo that was in the network is out of it.
        run.then(self.idle, None, buttons, **instant)
        # The first step travels with the cancellation, the second one comes after it: no photo that
        # was being finished can overwrite the last word.
        request.cancel.click(self.stopping, None, request.cancel, cancels=[run], **instant).then(
            self.stop, [visit.batch], state, **instant
        )

    def check(self, photos: Dropped) -> tuple[gr.Button, gr.Button]:
        """Refuse what cannot work before it waits in a queue; else swap the buttons."""
        if len(dropped_files(photos)) > self._max_photos:
            raise refusal(i18n.TOO_MANY.format(limit=self._max_photos))
        return gr.Button(interactive=False), gr.Button(interactive=True)

    def idle(self) -> tuple[gr.Button, gr.Button]:
        """The buttons when nothing is being coloured."""
        return gr.Button(interactive=True), gr.Button(interactive=False)

    def colour(
        self,
        photos: Dropped,
        model: str,
        vividness: float,
        warmth: float,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Colour every photo once; the first that is done goes on the stage by itself."""
        self.check(photos)
        service = self._service
        known = known_model(model, service.models, offers=service.offers)
        choice = Choice("", known, adjusted(vividness, warmth))
        visitor = self._turns.visitor(request)

        def colour_one(file: str) -> Preview:
            with self._turns.turn(visitor):
                return look_at(self._service, replace(choice, file=file), self._long_side)

        unchanged = (gr.skip(), gr.skip(), gr.skip(), gr.skip())
        if not self._service.is_loaded(model):
            yield gr.skip(), gr.skip(), i18n.LOADING, *unchanged
        with self._turns.run(visitor), errors_on_the_page():
            self._service.colorizer(model)
            on_stage = False
            for step in colour_batch(dropped_files(photos), colour_one):
                front: tuple[Any, ...] = unchanged
                if step.preview is not None and not on_stage:
                    on_stage = True
                    name = shown_name(step.batch[step.index].file)
                    front = step.index, *shown(step.preview, photo_caption(step.preview, name))
                current = step.index if front is not unchanged else None
                yield step.batch, batch_tiles(step.batch, current), progress(step.batch), *front

    def stopping(self) -> gr.Button:
        """Take the click at once."""
        return gr.Button(interactive=False)

    def stop(self, batch: Batch) -> tuple[Any, ...]:
        """Say what was done before the visitor cancelled; while queueing, nothing was begun."""
        ended = stopped(batch)
        said = i18n.STOPPED_WAITING if ended == batch else progress(ended)
        return ended, batch_tiles(ended), said


def batch_tiles(batch: Batch, current: int | None = None) -> dict[str, Any]:
    """The list of a batch with its states; a single photo needs no list."""
    tiles = [
        Tile(
            title=Path(photo.file).name,
            note=i18n.STATES[photo.state],
            state=photo.state,
            picture=photo.thumbnail,
            open=photo.state == PhotoState.DONE,
        )
        for photo in batch
    ]
    return tiles_value(tiles if len(tiles) > 1 else [], label=i18n.PHOTOS_LABEL, current=current)


def progress(batch: Batch) -> str:
    """How far a batch is, and which photos were refused and why; Markdown."""
    count, total = {state: len(in_state(batch, state)) for state in PhotoState}, len(batch)
    if count[PhotoState.STOPPED]:
        said = i18n.STOPPED.format(done=count[PhotoState.DONE], total=total)
    elif count[PhotoState.WORKING] or count[PhotoState.WAITING]:
        ended = count[PhotoState.DONE] + count[PhotoState.REFUSED]
        said = i18n.WORKING.format(number=min(ended + 1, total), total=total)
    elif total == 1:
        said = i18n.DONE_SINGLE if count[PhotoState.DONE] else ""
    else:
        said = i18n.DONE_MANY.format(done=count[PhotoState.DONE], total=total)
    refused = in_state(batch, PhotoState.REFUSED)
    reasons = [
        f"- **{shown_name(photo.file)}**: {i18n.told(photo.reason)}"
        for photo in refused
        if photo.reason
    ]
    return "\n".join([said, *([i18n.REFUSED, "", *reasons] if reasons else [])]).strip()
