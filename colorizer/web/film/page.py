"""The Film tab: a short film in, the same in colour out, to be watched and saved.

A film is read and written in a process of its own (`colorizer.film.isolation`), for a few visitors
at a time. Its key frames take turns in the network with everybody's photos.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from colorizer.album.search import coloured_name
from colorizer.errors import ColorizerError, FilmError
from colorizer.film.guess import Guess, guess_of
from colorizer.film.isolation import FilmLimits, FilmProgress, IsolatedFilm
from colorizer.photo import Photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web import i18n
from colorizer.web.before_after import picture_address
from colorizer.web.colorize.choice import adjusted
from colorizer.web.colorize.drop_zone import arrival, drop_zone
from colorizer.web.colorize.run import time_left
from colorizer.web.colorize.visits import Visit, Visits, delete_files
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import errors_on_the_page
from colorizer.web.fair_queue import Turns
from colorizer.web.validation import known_model

FILM_QUEUE = "films"
FILM_PLACES = 2
"""Films at a time, a process each; the others wait in the queue."""

_MARKUP = (Path(__file__).parent / "film_player.html").read_text(encoding="utf-8")
_SOON, _SURE = 5, 2  # seconds: what takes less need not be told; by then the pace is known

Updates = tuple[Any, ...]


@dataclass(eq=False)
class _Job:
    """A visitor's film. file: as it was sent. running: what colours it. result: in colour."""

    name: str
    file: Path
    running: IsolatedFilm | None = None
    result: Path | None = None

    def files(self) -> list[Path]:
        return [self.file, *([self.result] if self.result else [])]


class FilmPage:
    """Builds the tab and answers its events."""

    def __init__(
        self,
        service: ColorizerService,
        turns: Turns,
        visits: Visits,
        settings: Settings,
        download_folder: DownloadFolder,
    ) -> None:
        self._service = service
        self._turns = turns
        self._visits = visits
        self._folder = download_folder
        self._max_megabytes = settings.max_megabytes
        self._limits = FilmLimits(settings.film_seconds, settings.film_megapixels * 10**6)
        self._models = [name for name in i18n.MODELS if name in service.models]
        self._jobs: WeakKeyDictionary[Visit, _Job] = WeakKeyDictionary()

    def build(self, token: gr.Textbox) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        gr.Markdown(i18n.FILM_LEAD)
        with gr.Row(elem_id="film-desk"):
            with gr.Column(scale=2, min_width=300):
                zone = drop_zone(
                    "film", label=i18n.FILM_DROP, limit=1, max_megabytes=self._max_megabytes,
                    film_seconds=self._limits.seconds,
                )  # fmt: skip
                with gr.Row(elem_id="film-row"):
                    again = gr.Button(i18n.FILM_AGAIN, visible=False, elem_id="film-again")
                    cancel = gr.Button(i18n.CANCEL, visible=False, elem_id="film-cancel")
                progress = gr.Markdown(elem_id="film-progress")
                model = gr.Radio(
                    [(i18n.MODELS[name], name) for name in self._models],
                    value=self._models[0] if self._models else None,
                    label=i18n.FILM_MODEL,
                    elem_id="film-model",
                )
                vividness = gr.Slider(
                    0, 2, value=1, step=0.05, label=i18n.VIVIDNESS, info=i18n.VIVIDNESS_HINT,
                    elem_id="film-vividness",
                )  # fmt: skip
                warmth = gr.Slider(
                    -1, 1, value=0, step=0.05, label=i18n.WARMTH, info=i18n.WARMTH_HINT,
                    elem_id="film-warmth",
                )  # fmt: skip
                with gr.Row(visible=False, elem_id="film-kept") as kept:
                    gr.Markdown(i18n.FILM_KEPT)
                    forget = gr.Button(
                        i18n.FILM_FORGET, size="sm", min_width=120, scale=0, elem_id="film-forget"
                    )
            with gr.Column(scale=3, min_width=300):
                player = gr.HTML(
                    html_template=_MARKUP, apply_default_css=False, label=i18n.FILM_RESULT,
                    save=i18n.FILM_DOWNLOAD, elem_id="film-player",
                )  # fmt: skip
        seen = [player, progress, again, cancel, kept]
        run: dict[str, Any] = {
            "inputs": [token, model, vividness, warmth],
            "outputs": seen,
            "concurrency_id": FILM_QUEUE,
            "concurrency_limit": FILM_PLACES,
            "api_visibility": "private",
            "show_progress": "minimal",  # its place in the queue
            "show_progress_on": progress,
        }
        instant: dict[str, Any] = {
            "queue": False, "api_visibility": "private", "show_progress": "hidden",
        }  # fmt: skip
        for asked in (
            zone.upload(self.take, trigger_mode="multiple", **run),
            again.click(self.again, **run),
        ):
            asked.failure(self.settle, [token], seen, **instant)
        cancel.click(self.stop, [token], None, **instant)
        forget.click(self.forget, [token], seen, **instant)

    def take(
        self,
        token: str,
        model: Any,
        vividness: float,
        warmth: float,
        event: gr.EventData,
        request: gr.Request | None = None,
    ) -> Iterator[Updates]:
        """A film has arrived, or was refused before it was sent: colour it, or say why not."""
        told, visit = arrival(event), self._visits.of(token)
        if told is None:
            yield self._view(self._jobs.get(visit))
            return
        if told.refused is not None:
            yield self._view(self._jobs.get(visit), i18n.told(told.refused))
            return
        visit.own(told.file)
        job = _Job(told.name, Path(told.file))
        self._leave(token, visit, job)
        self._jobs[visit] = job
        yield from self._colour(token, job, model, vividness, warmth, request)

    def again(
        self,
        token: str,
        model: Any,
        vividness: float,
        warmth: float,
        request: gr.Request | None = None,
    ) -> Iterator[Updates]:
        """Colour the film that is there with the settings as they are now."""
        job = self._jobs.get(self._visits.of(token))
        if job is None or job.running is not None:
            yield self._view(job)
            return
        yield from self._colour(token, job, model, vividness, warmth, request)

    def stop(self, token: str) -> None:
        """The film's process ends; the run says so."""
        job = self._jobs.get(self._visits.of(token))
        if job is not None and job.running is not None:
            job.running.stop()

    def settle(self, token: str) -> Updates:
        """A run failed, or found no place in the queue."""
        return self._view(self._jobs.get(self._visits.of(token)), "")

    def forget(self, token: str) -> Updates:
        """Delete the film and what was made of it at once."""
        visit = self._visits.of(token)
        self._leave(token, visit)
        return self._view(None, i18n.FILM_GONE)

    def _colour(
        self, token: str, job: _Job, model: Any, vividness: float, warmth: float,
        request: gr.Request | None,
    ) -> Iterator[Updates]:  # fmt: skip
        visit, visitor = self._visits.of(token), self._turns.visitor(request)
        name = known_model(model, self._models)
        adjustments = adjusted(vividness, warmth)
        film = job.running = IsolatedFilm(self._limits)
        before, said = job.result, ""
        try:
            yield self._view(job, i18n.FILM_BEGINS)
            with self._turns.run(visitor), errors_on_the_page():
                colorizer = self._service.colorizer(name)

                def look(picture: NDArray[np.uint8]) -> Guess:
                    with self._turns.turn(visitor):
                        prediction = self._service.predict(Photo(picture), name)
                        return guess_of(colorizer, prediction, adjustments)

                try:
                    yield from self._steps(film, job, look, name)
                    job.result = film.file
                    said = "  \n".join((i18n.FILM_DONE, *map(i18n.told, film.notes)))
                except ColorizerError as error:
                    said = i18n.told(error)
        finally:
            job.running = None
        visit.own(job.result)
        if before is not None and before != job.result:
            delete_files(self._visits.release(token, before))
        if self._visits.of(token) is visit and self._jobs.get(visit) is job:
            yield self._view(job, said)
            return
        delete_files(job.files()[1:])  # deleted meanwhile, or another film came
        yield (gr.skip(),) * 5

    def _steps(self, film: IsolatedFilm, job: _Job, look: Any, model: str) -> Iterator[Updates]:
        from colorizer.pipeline import honest_mark

        checkpoint = self._service.colorizer(model).checkpoint
        stem = coloured_name(Path(job.name).stem)
        try:
            data = job.file.read_bytes()
        except FileNotFoundError:
            raise FilmError("film_gone") from None
        pace = _Pace()
        steps = film.colour(
            data,
            lambda suffix: self._folder.place(f"{stem}{suffix}"),
            look,
            side=checkpoint.config.decoding.side,
            mark=honest_mark(checkpoint.config.name, checkpoint.revision, by_hand=False),
        )
        with closing(steps):
            for progress in steps:
                yield self._view(job, _told(progress, pace.left(progress)))

    def _leave(self, token: str, visit: Visit, instead: _Job | None = None) -> None:
        """Let go of a visitor's film; another one may be the same file."""
        job = self._jobs.pop(visit, None)
        if job is None:
            return
        if job.running is not None:
            job.running.stop()
        gone = [each for each in job.files() if instead is None or each != instead.file]
        delete_files(self._visits.release(token, *gone))

    def _view(self, job: _Job | None, said: str | None = None) -> Updates:
        """Updates of the player, what is said, the two buttons and the row about deleting."""
        shown = job.result if job is not None and job.result and job.result.is_file() else None
        running = job is not None and job.running is not None
        value = {"src": picture_address(shown), "name": shown.name} if shown else None
        return (
            value,
            gr.skip() if said is None else said,
            gr.Button(visible=job is not None and not running),
            gr.Button(visible=running),
            gr.Row(visible=job is not None and not running),
        )


@dataclass
class _Pace:
    """How fast a film goes since its first frames, which wait for libraries and models."""

    first: tuple[float, int] | None = None

    def left(self, progress: FilmProgress) -> float:
        """Seconds until all frames are coloured; 0 while that cannot be told."""
        now = time.monotonic()
        if self.first is None:
            self.first = now, progress.frames
        began, before = self.first
        frames = progress.frames - before
        seconds = (now - began) / frames * (progress.total - progress.frames) if frames else 0.0
        return seconds if now - began >= _SURE else 0.0


def _told(progress: FilmProgress, left: float) -> str:
    """How far a film is, with so many seconds left; Markdown."""
    frames, total = progress.frames, progress.total
    if not total:
        return i18n.FILM_WORKING.format(frames=frames)
    said = i18n.FILM_WORKING_OF.format(frames=min(frames, total), total=total)
    return f"{said} {time_left(left)}" if left >= _SOON else said
