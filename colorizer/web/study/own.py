"""A study of one's own: photos in, two links out, one for friends and one for its owner."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from colorizer.errors import Message, StudyError, attempt
from colorizer.photo import Photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.study import StudyModel
from colorizer.study.dataset_photos import dataset_photos
from colorizer.study.own_studies import (
    DAYS,
    LENGTHS,
    MAX_NAME,
    MAX_PHOTOS,
    MIN_PHOTOS,
    OwnStudy,
)
from colorizer.study.pool import real_photo
from colorizer.web import i18n
from colorizer.web.colorize.drop_zone import Arrival
from colorizer.web.colorize.hub_choice import HUB_QUEUE
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.fair_queue import Turns
from colorizer.web.photo_drop import dropped_photos, of_photo, photo_drop, shown_name
from colorizer.web.study.figures import day
from colorizer.web.study.host import StudyHost, study_model
from colorizer.web.study.links import friends_link, owners_link
from colorizer.web.validation import is_number_in, known_model

_STRENGTHS = {"paler": 0.7, "meant": 1.0, "stronger": 1.3}
_EXPOSURES = (0, 1, 3)
"""Seconds; 0 is as long as one likes."""


class OwnStudyPage:
    """Builds the tab and answers its events."""

    def __init__(
        self, host: StudyHost, service: ColorizerService, turns: Turns, *, max_megabytes: int
    ) -> None:
        """max_megabytes: of a photo."""
        self._host = host
        self._service = service
        self._turns = turns
        self._max_megabytes = max_megabytes
        self._models = [name for name in i18n.MODELS if name in service.models]

    def build(self, *, hub: bool) -> None:
        """Lay out the components inside the current Blocks and wire them.

        hub: whether models and datasets of the Hub may be named.
        """
        gr.Markdown(i18n.OWN_LEAD)
        photos = photo_drop(
            "own-photos",
            least=MIN_PHOTOS,
            limit=MAX_PHOTOS,
            max_megabytes=self._max_megabytes,
        )
        dataset = _hub_name(i18n.OWN_DATASET, i18n.OWN_DATASET_HINT, "own-dataset", visible=hub)
        name = gr.Textbox(label=i18n.OWN_NAME, max_length=MAX_NAME, elem_id="own-name")
        models = gr.CheckboxGroup(
            [(i18n.MODEL_NAMES[model], model) for model in self._models],
            value=self._models,
            label=i18n.OWN_MODELS,
            elem_id="own-models",
        )
        hub_model = _hub_name(
            i18n.HUB_MODEL_NAME, i18n.HUB_MODEL_HINT, "own-hub-model", visible=hub
        )
        strengths = gr.CheckboxGroup(
            [(i18n.OWN_STRENGTHS[name], each) for name, each in _STRENGTHS.items()],
            value=[1.0],
            label=i18n.OWN_STRENGTH,
            elem_id="own-strengths",
        )
        with gr.Row():
            length = gr.Radio(
                [(str(each.trials), key) for key, each in LENGTHS.items()],
                value="usual",
                label=i18n.OWN_LENGTH,
                elem_id="own-length",
            )
            exposure = gr.Radio(
                [(f"{each} s" if each else i18n.RESULTS_UNLIMITED, each) for each in _EXPOSURES],
                value=0,
                label=i18n.OWN_EXPOSURE,
                elem_id="own-exposure",
            )
            days = gr.Radio(
                [(i18n.OWN_KEPT[str(each)], each) for each in DAYS],
                value=7,
                label=i18n.OWN_DAYS,
                elem_id="own-days",
            )
        button = gr.Button(i18n.OWN_CREATE, variant="primary", elem_id="own-create")
        told = gr.Markdown(elem_id="own-told")
        links = [
            gr.Textbox(label=label, buttons=["copy"], visible=False, elem_id=elem_id)
            for label, elem_id in ((i18n.OWN_FRIENDS, "own-friends"), (i18n.OWN_OWNER, "own-owner"))
        ]
        button.click(
            self.create,
            [photos, dataset, name, models, hub_model, strengths, length, exposure, days],
            [told, *links],
            concurrency_id=HUB_QUEUE,  # a model may have to be downloaded
            api_visibility="private",
        )

    def create(
        self,
        photos: Any,
        dataset: Any,
        name: Any,
        models: Any,
        hub_model: Any,
        strengths: Any,
        length: Any,
        exposure: Any,
        days: Any,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio finds it by this default
        request: gr.Request | None = None,
    ) -> tuple[Any, ...]:
        """Set the study up; photos that cannot be used are named."""
        dataset = _text(dataset).strip()
        if dataset and not self._service.offers(dataset):
            raise refusal(i18n.OWN_DATASET_BAD_NAME)
        arrived, unused = dropped_photos(photos, MAX_PHOTOS, needed=not dataset)
        visitor = self._turns.visitor(request)
        with self._turns.run(visitor), errors_on_the_page():
            own = self._host.own
            own.check_room(visitor)
            asked = OwnStudy(
                name=_text(name).strip(),
                models=self._chosen(models, _text(hub_model).strip(), strengths),
                length=_text(length),
                exposure_seconds=_seconds(exposure),
                days=days if isinstance(days, int) else 0,
            )
            files = self._files(arrived, dataset)
            real, refused = self._real(files, visitor, progress)
            refused = [*unused, *refused]
            if len(real) < MIN_PHOTOS and refused:
                raise refusal(" ".join(refused))
            study_id, key = own.create(asked, real, visitor)
            until = day(own.about(study_id).expires_ms)
        told = [i18n.OWN_READY.format(photos=len(real), until=until), *refused]
        return (
            "  \n".join(told),
            gr.update(value=friends_link(request, study_id), visible=True),
            gr.update(value=owners_link(request, study_id, key), visible=True),
        )

    def _chosen(self, models: Any, hub_model: str, strengths: Any) -> tuple[StudyModel, ...]:
        """The models, each at every vividness; StudyError or CheckpointError if that cannot be."""
        names = [*models] if isinstance(models, list) else []
        known = [known_model(name, self._models) for name in names]
        if hub_model:
            if not self._service.offers(hub_model):
                raise refusal(i18n.HUB_MODEL_BAD_NAME)
            known.append(hub_model)
        asked = strengths if isinstance(strengths, list) else []
        if not all(is_number_in(each, 0, 3) for each in asked):
            raise StudyError("own_plan")
        return tuple(
            study_model(self._service, name, float(strength))
            for name in dict.fromkeys(known)
            for strength in dict.fromkeys(asked)
        )

    def _files(self, arrived: list[Arrival], dataset: str) -> Iterator[tuple[str, str]]:
        """Name and file of each photo, the dataset's after the uploaded ones."""
        yield from ((photo.name, photo.file) for photo in arrived)
        room = MAX_PHOTOS - len(arrived)
        if dataset and room:
            found = dataset_photos(dataset, limit=room, max_bytes=self._max_megabytes << 20)
            yield from ((file.name, str(file)) for file in found)

    def _real(
        self, files: Iterator[tuple[str, str]], visitor: str, progress: gr.Progress
    ) -> tuple[list[Photo], list[str]]:
        """The photos at study size, decoded apart, and what is to be said about the others."""
        real, refused = [], []
        for number, (name, file) in enumerate(files):
            progress(number / MAX_PHOTOS, desc=shown_name(name))
            with self._turns.turn(visitor):
                photo = attempt(partial(self._real_photo, file))
            if isinstance(photo, Message):
                refused.append(of_photo(name, i18n.told(photo)))
            else:
                real.append(photo)
        return real, refused

    def _real_photo(self, file: str) -> Photo:
        return real_photo(self._service.open_photo(file))


def _hub_name(label: str, hint: str, elem_id: str, *, visible: bool) -> gr.Textbox:
    """Where something on the Hub is named."""
    return gr.Textbox(
        label=label,
        info=hint,
        placeholder="owner/name",
        max_length=200,
        visible=visible,
        elem_id=elem_id,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(exposure: Any) -> float | None:
    """None is as long as one likes; StudyError for what is no time."""
    if not is_number_in(exposure, 0, 60):
        raise StudyError("own_plan")
    return float(exposure) or None
