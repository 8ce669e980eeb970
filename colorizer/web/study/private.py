"""The private test: one's own colour photos, coloured anew and played at once."""

from functools import partial
from typing import Any

import gradio as gr

from colorizer.errors import Message, StudyError, attempt
from colorizer.photo import Photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.study import SessionSummary, StudyModel
from colorizer.study.pool import real_photo
from colorizer.study.protocol import MAX_PRIVATE_PAIRS
from colorizer.web import i18n
from colorizer.web.colorize.drop_zone import Arrival
from colorizer.web.colorize.run import MODEL_QUEUE
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.fair_queue import Turns
from colorizer.web.gradio_internals import event_details
from colorizer.web.photo_drop import dropped_photos, of_photo, photo_drop, shown_name
from colorizer.web.study.host import StudyHost, coloured, study_model
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.result import ResultPanel
from colorizer.web.study.trial import STUDY_LIMIT, STUDY_QUEUE, TrialStage
from colorizer.web.validation import known_model


class PrivatePage:
    """Builds the tab and answers its events."""

    def __init__(
        self,
        host: StudyHost,
        service: ColorizerService,
        turns: Turns,
        pictures: StudyPictures,
        *,
        max_megabytes: int,
    ) -> None:
        self._host = host
        self._max_megabytes = max_megabytes
        self._service = service
        self._turns = turns
        self._models = [name for name in i18n.MODELS if name in service.models]
        self._stage = TrialStage(host, pictures)
        self._result = ResultPanel(host, pictures)

    def build(self) -> None:
        """Lay out the components inside the current Blocks and wire them."""
        refused = gr.Markdown(visible=False, elem_id="private-refused")
        stage = self._stage.build("private-stage", i18n.TRIAL)
        token = gr.State("")  # of the test that has ended
        result = self._result.build("private-result", token)
        with gr.Column() as choice:
            gr.Markdown(i18n.PRIVATE_LEAD)
            photos = photo_drop(
                "private-photos",
                least=1,
                limit=MAX_PRIVATE_PAIRS,
                max_megabytes=self._max_megabytes,
            )
            model = gr.Radio(
                [(i18n.MODELS[name], name) for name in self._models],
                value=self._models[0] if self._models else None,
                label=i18n.MODEL,
                elem_id="private-model",
            )
            button = gr.Button(i18n.PRIVATE_START, variant="primary", elem_id="private-start")
        button.click(
            self.start,
            [photos, model],
            [stage, choice, refused, *result],
            concurrency_id=MODEL_QUEUE,
            api_visibility="private",
        )
        stage.stop(
            self.stop,
            None,
            [token, stage, choice, *result],
            concurrency_id=STUDY_QUEUE,
            concurrency_limit=STUDY_LIMIT,
            api_visibility="private",
            show_progress="hidden",
        )

    def start(
        self,
        photos: Any,
        model: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio finds it by this default
        request: gr.Request | None = None,
    ) -> tuple[Any, ...]:
        """Colour the photos and show the first pair; photos that cannot be used are named."""
        arrived, unused = dropped_photos(photos, MAX_PRIVATE_PAIRS)
        model = known_model(model, self._models)
        visitor = self._turns.visitor(request)
        with self._turns.run(visitor):
            with errors_on_the_page():
                shown = study_model(self._service, model)
            pairs, refused = self._pairs(arrived, shown, visitor, progress)
        if not pairs:
            raise refusal(" ".join([*unused, *refused]))
        with errors_on_the_page():
            session = self._host.study.start_private_session(pairs, shown, visitor)
            opening = self._stage.opening(session.token)
        said = [*unused, *refused]
        told = gr.update(value="  \n".join(said), visible=bool(said))
        return opening, gr.update(visible=False), told, *self._result.show(None)

    def stop(self, event: gr.EventData) -> tuple[Any, ...]:
        """The last pair has its answer, or the test is gone."""
        told = event_details(event)
        summary: SessionSummary | None = None
        try:
            summary = self._host.study.summary(str(told.get("token", "")))
        except StudyError as error:
            gr.Info(str(told.get("notice") or i18n.told(error)))
        token = str(told.get("token", ""))
        return token, None, gr.update(visible=True), *self._result.show(summary)

    def _pairs(
        self, photos: list[Arrival], model: StudyModel, visitor: str, progress: gr.Progress
    ) -> tuple[list[tuple[Photo, Photo]], list[str]]:
        """Each photo with its coloured version, and what is to be said about the others."""
        pairs, refused = [], []
        for number, photo in enumerate(photos):
            name = shown_name(photo.name)
            progress(number / len(photos), desc=i18n.PRIVATE_WORKING.format(name=name))
            with self._turns.turn(visitor):
                pair = attempt(partial(self._pair, photo.file, model))
            if isinstance(pair, Message):
                refused.append(of_photo(photo.name, i18n.told(pair)))
            else:
                pairs.append(pair)
        return pairs, refused

    def _pair(self, file: str, model: StudyModel) -> tuple[Photo, Photo]:
        photo = real_photo(self._service.open_photo(file))
        return photo, coloured(self._service, photo, model)
