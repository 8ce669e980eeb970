"""A run: photos are coloured as they arrive, one after the other, shown as they are done."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from colorizer.errors import Message, attempt
from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.colorize.batch import PENDING, Batch, BatchPhoto, PhotoState, in_state, thumbnail
from colorizer.web.colorize.choice import Choice, look_at
from colorizer.web.colorize.drop_zone import arrival
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.photo_tiles import Tile, tiles_value
from colorizer.web.colorize.stage_view import CONTROLS, SHOWN, TO_ALL, StageView
from colorizer.web.colorize.visits import Visit, Visits, delete_files
from colorizer.web.errors import errors_on_the_page
from colorizer.web.fair_queue import Turns
from colorizer.web.gradio_internals import event_details

MODEL_QUEUE = "model"
MODEL_PLACES = 12
"""Runs at a time; their photos take turns."""

Updates = tuple[Any, ...]

LIST_OUTPUTS = 6
_NOTHING = (gr.skip(),) * (LIST_OUTPUTS + CONTROLS + SHOWN)

_DRAWN_SECONDS = 2.0
"""By then a browser has drawn what it was sent."""


def _sent_again(steps: Iterable[Updates]) -> Iterator[Updates]:
    """The steps of a run; what one of them says stands in those right after it, too.

    Gradio sends the difference to the step before, and the page changes the values that it waits to
    draw in place: a picture that the next step leaves alone would never be seen.
    """
    said = [(value, 0.0) for value in _NOTHING]
    for step in steps:
        now = time.monotonic()
        for place, value in enumerate(step):
            if value != _NOTHING[place]:
                said[place] = value, now
        yield tuple(
            value if now - at < _DRAWN_SECONDS else nothing
            for (value, at), nothing in zip(said, _NOTHING, strict=True)
        )


@dataclass
class _Pace:
    """How fast a run is: seconds since it began, photos that it has ended since."""

    started: float
    ended: int = 0

    def left(self, pending: int) -> float | None:
        """Seconds until all are done; None while that cannot be told or is soon."""
        if self.ended < 2:
            return None
        seconds = (time.monotonic() - self.started) / self.ended * pending
        return seconds if seconds >= 5 else None


class ColourRun:
    """Takes photos in, colours them, and answers "Colour", "Cancel", "To all" and "Delete"."""

    def __init__(
        self,
        service: ColorizerService,
        turns: Turns,
        visits: Visits,
        stage: StageView,
        *,
        long_side: int,
        max_photos: int,
    ) -> None:
        self._service = service
        self._turns = turns
        self._visits = visits
        self._stage = stage
        self._long_side = long_side
        self._max_photos = max_photos

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the drop zone and the buttons with the list of photos and the stage."""
        request, stage, token = page.request, page.stage, page.visitor.token
        everything = [*page.photo_list, *page.controls, *page.picture]
        instant: dict[str, Any] = {
            "queue": False, "api_visibility": "private", "show_progress": "hidden",
        }  # fmt: skip
        run: dict[str, Any] = {
            "inputs": [token],
            "outputs": everything,
            "concurrency_id": MODEL_QUEUE,
            "concurrency_limit": MODEL_PLACES,
            "api_visibility": "private",
            "show_progress": "minimal",  # its place in the queue
            "show_progress_on": request.progress,
        }
        listed: dict[str, Any] = {"inputs": [token], "outputs": page.photo_list, **instant}
        # One event a run, however many photos come: each would take a place in the queue.
        asked = request.ask.change(self.colour, trigger_mode="multiple", **run)
        asked.success(
            self.list_again, **listed
        )  # a photo that came while the run was ending asks for another
        asked.failure(self.settle, **listed)
        # Photos may come faster than events are answered: none of them may be dropped.
        request.drop.upload(
            self.take,
            [token, request.model],
            page.photo_list,
            trigger_mode="multiple",
            **instant,
        )
        for button, answer in (
            (request.run, self.go_on),
            (stage.apply_to_all, self.to_all),
            (request.cancel, self.stop),
        ):
            button.click(answer, [token], page.photo_list, **instant)
        removed = request.tiles.delete(
            self.remove, [token], [*page.photo_list, *page.controls], **instant
        )
        removed.success(**self._stage.look(page))
        request.forget.click(self.forget, [token], everything, **instant)
        restored = page.visitor.restore.click(
            self.restore,
            [token],
            [*page.photo_list, *page.controls],
            js="(token) => [window.colorizerToken?.() ?? token]",
            **instant,
        )
        again = restored.success(**self._stage.look(page)).then(self.colour_again, **run)
        again.success(self.list_again, **listed)
        again.failure(self.settle, **listed)

    def take(self, token: str, model: Any, event: gr.EventData) -> Updates:
        """One photo has arrived, or was refused before it was sent."""
        told, visit = arrival(event), self._visits.of(token)
        if told is None:
            return (gr.skip(),) * LIST_OUTPUTS
        if told.first:
            visit.shows_next, visit.left_out = True, told.left_out
            visit.arriving, visit.coming = visit.coming, None
        state = PhotoState.REFUSED if told.refused else PhotoState.WAITING
        choice = Choice(told.file, self._known(model, visit)).guided(palette=visit.arriving)
        visit.add(BatchPhoto(told.name, choice, state, told.refused), limit=self._max_photos)
        return self.photo_list(visit)

    def colour_again(self, token: str, request: gr.Request | None = None) -> Iterator[Updates]:
        """After a reload: colour what the run before it has left."""
        yield from self.colour(token, request, instead=True)

    def colour(
        self, token: str, request: gr.Request | None = None, *, instead: bool = False
    ) -> Iterator[Updates]:
        """Colour every waiting photo; the first that is done goes on the stage by itself."""
        yield from _sent_again(self._steps(token, request, instead))

    def _steps(self, token: str, request: gr.Request | None, instead: bool) -> Iterator[Updates]:
        visit, visitor = self._visits.of(token), self._turns.visitor(request)
        visit.answered()
        yield _NOTHING  # a generator without a step would empty its outputs
        pace = _Pace(time.monotonic())
        while visit.waiting:  # again, if one came while the run was ending
            with visit.leading(instead=instead) as leads:
                if not leads():
                    return
                with self._turns.run(visitor), errors_on_the_page():
                    while leads() and (index := visit.take_next()) is not None:
                        yield from self._one(visit, index, visitor, pace)
            yield self._step(visit, pace)

    def _one(self, visit: Visit, index: int, visitor: str, pace: _Pace) -> Iterator[Updates]:
        photo = visit.batch[index]
        loading = not self._service.is_loaded(photo.choice.model)
        yield self._step(visit, pace, said=i18n.LOADING if loading else None)
        coloured = attempt(partial(self._coloured, photo.choice, visitor))
        pace.ended += 1
        if isinstance(coloured, Message):
            visit.change(index, state=PhotoState.REFUSED, reason=coloured)
            yield self._step(visit, pace)
            return
        preview, small = coloured
        visit.change(index, state=PhotoState.DONE, thumbnail=small)
        front = _NOTHING[LIST_OUTPUTS:]
        if self._goes_on_stage(visit, index) and visit.look(index):
            front = *self._stage.controls(visit), *self._stage.shown(visit, preview)
        yield *self.photo_list(visit, pace), *front

    def _coloured(self, choice: Choice, visitor: str) -> tuple[Preview, bytes]:
        with self._turns.turn(visitor):
            preview = look_at(self._service, choice, self._long_side)
        return preview, thumbnail(preview)

    def _goes_on_stage(self, visit: Visit, index: int) -> bool:
        """Whether it is the first photo of those that came together, or is there already."""
        first, visit.shows_next = visit.shows_next, False
        return first or (visit.stage.example is None and visit.stage.index == index)

    def _step(self, visit: Visit, pace: _Pace, said: str | None = None) -> Updates:
        tiles, progress, *rest = self.photo_list(visit, pace)
        to_all = self._stage.controls(visit)[TO_ALL]
        controls = *_NOTHING[:TO_ALL], to_all, *_NOTHING[TO_ALL + 1 : CONTROLS]
        return tiles, said or progress, *rest, *controls, *_NOTHING[:SHOWN]

    def list_again(self, token: str) -> Updates:
        """The photos after a run; one that came while it was ending asks for another run."""
        return self.photo_list(self._visits.of(token))

    def settle(self, token: str) -> Updates:
        """A run failed, or found no place in the queue: what it left can be asked for again."""
        visit = self._visits.of(token)
        if not visit.led:
            visit.answered()
            visit.set_all(PENDING, PhotoState.STOPPED)
        return self.photo_list(visit)

    def go_on(self, token: str) -> Updates:
        """What was cancelled waits again."""
        visit = self._visits.of(token)
        visit.set_all([PhotoState.STOPPED], PhotoState.WAITING)
        return self.photo_list(visit)

    def to_all(self, token: str) -> Updates:
        """All photos wait for the settings of the one on the stage."""
        visit = self._visits.of(token)
        visit.apply_to_all()
        return self.photo_list(visit)

    def stop(self, token: str) -> Updates:
        """What has not begun will not; the photo in the network comes out of it."""
        visit = self._visits.of(token)
        visit.set_all([PhotoState.WAITING], PhotoState.STOPPED)
        return self.photo_list(visit)

    def restore(self, token: str) -> Updates:
        """What the visitor had before a reload, as far as the files are still there."""
        visit = self._visits.of(token)
        visit.drop_missing()
        return *self.photo_list(visit), *self._stage.controls(visit)

    def remove(self, token: str, event: gr.EventData) -> Updates:
        """Take one photo off the list and delete it."""
        index = event_details(event).get("index")
        file = self._visits.remove(token, index) if isinstance(index, int) else None
        if file is not None:
            self._service.forget(file)
            delete_files([file])
        visit = self._visits.of(token)
        return *self.photo_list(visit), *self._stage.controls(visit)

    def forget(self, token: str) -> Updates:
        """Delete everything of a visitor at once."""
        files = self._visits.forget(token)
        for file in files:
            self._service.forget(file)
        delete_files(files)
        visit = self._visits.of(token)
        front = *self._stage.controls(visit), *self._stage.first_picture()
        return *self.photo_list(visit), *front

    def photo_list(self, visit: Visit, pace: _Pace | None = None) -> Updates:
        """Updates of tiles, words, two buttons, the row about deleting, and the run asked for."""
        batch = visit.batch
        left = pace.left(len(in_state(batch, *PENDING))) if pace is not None else None
        stopped = bool(in_state(batch, PhotoState.STOPPED))
        said = progress(batch, left=left, left_out=visit.left_out, limit=self._max_photos)
        return (
            batch_tiles(batch, visit.stage.index, removable=not visit.busy),
            i18n.FORGOTTEN if visit.forgotten else said,
            gr.Button(visible=stopped and not visit.busy),
            gr.Button(visible=visit.busy),
            gr.Row(visible=bool(batch)),
            visit.ask() or gr.skip(),
        )

    def _known(self, model: object, visit: Visit) -> str:
        """The model on the page if it can be used; else the one that the visitor had last."""
        if isinstance(model, str) and self._service.offers(model):
            visit.model = model
        return visit.model


def batch_tiles(
    batch: Batch, current: int | None = None, *, removable: bool = False
) -> dict[str, Any]:
    """The list of photos with their states; what was refused says why."""
    tiles = [
        Tile(
            title=photo.name,
            note=i18n.told(photo.reason) if photo.reason else i18n.STATES[photo.state],
            state=photo.state,
            picture=photo.thumbnail,
            open=photo.state == PhotoState.DONE,
        )
        for photo in batch
    ]
    remove = i18n.REMOVE if removable else ""
    return tiles_value(tiles, label=i18n.PHOTOS_LABEL, current=current, remove=remove)


def progress(batch: Batch, *, left: float | None = None, left_out: int = 0, limit: int = 0) -> str:
    """How far the photos are, and how many were refused; Markdown.

    left: seconds until they are done. left_out: photos beyond the limit.
    """
    count, total = {state: len(in_state(batch, state)) for state in PhotoState}, len(batch)
    done, refused = count[PhotoState.DONE], in_state(batch, PhotoState.REFUSED)
    if count[PhotoState.WORKING] or count[PhotoState.WAITING]:
        number = min(done + len(refused) + 1, total)
        said = i18n.WORKING.format(number=number, total=total)
        said += f" {time_left(left)}" if left is not None else ""
    elif count[PhotoState.STOPPED]:
        said = i18n.STOPPED.format(done=done, total=total)
    elif total == 1:
        said = i18n.DONE_SINGLE if done else ""
    else:
        said = i18n.DONE_MANY.format(done=done, total=total) if batch else ""
    lines = [said, i18n.REFUSED.format(refused=len(refused)) if refused else ""]
    if left_out:
        lines.append(i18n.LEFT_OUT_PHOTOS.format(limit=limit, left_out=left_out))
    return "  \n".join(filter(None, lines))


def time_left(seconds: float) -> str:
    """About how long it takes from now, in words."""
    if seconds < 90:
        return i18n.SECONDS_LEFT.format(seconds=5 * round(seconds / 5))
    return i18n.MINUTES_LEFT.format(minutes=round(seconds / 60))
