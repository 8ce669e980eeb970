"""The stage of the Turing test: shows pairs, takes answers, with the truth kept on the server.

Answers come by Gradio's server functions, not by its queue: one short request each, which the page
can repeat without a sentence about errors, and which nobody who waits for a colouring can hold up.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from colorizer.errors import StudyError
from colorizer.study import TrialView
from colorizer.web import i18n
from colorizer.web.study.host import StudyHost
from colorizer.web.study.pictures import StudyPictures, half_width

if TYPE_CHECKING:
    from colorizer.study import Study

logger = logging.getLogger(__name__)

STUDY_QUEUE = "study"
STUDY_LIMIT = 10
"""Queued events of the study have places of their own, so that colouring never blocks them."""

_DAY_MS = 86_400_000
_HERE = Path(__file__).parent
_MARKUP = (_HERE / "trial.html").read_text(encoding="utf-8")
_SCRIPT = (_HERE / "trial.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Request:
    """What the browser sends; what cannot be meant is empty."""

    study: str
    token: str
    trial: str
    choice: str
    response_ms: float | None

    @classmethod
    def of(cls, data: object) -> "Request":
        """Read a request that anybody may have made up."""
        fields = data if isinstance(data, Mapping) else {}
        return cls(
            study=_text(fields, "study"),
            token=_text(fields, "token"),
            trial=_text(fields, "trial"),
            choice=_text(fields, "choice"),
            response_ms=_milliseconds(fields.get("response_ms")),
        )


class TrialStage:
    """An HTML component that plays a session; it triggers `stop` when there is nothing to show."""

    def __init__(self, host: StudyHost, pictures: StudyPictures) -> None:
        self._host = host
        self._pictures = pictures

    def build(self, elem_id: str, words: Mapping[str, str]) -> gr.HTML:
        """Create the component inside the current Blocks; `words` are those of `i18n.TRIAL`."""

        def vote(request: Any) -> dict[str, Any]:
            return self.vote(request)

        def next_pair(request: Any) -> dict[str, Any]:
            return self.next_pair(request)

        return gr.HTML(
            html_template=_MARKUP,
            js_on_load=_SCRIPT,
            apply_default_css=False,
            server_functions=[vote, next_pair],
            words=words,
            elem_id=elem_id,
        )

    def opening(self, token: str, which: Any = "") -> dict[str, Any]:
        """The component's value that starts or continues the session of `token`.

        which: the study, see `links`.
        """
        return {"token": token, "study": which, **self._reply(self._host.of(which), token)}

    def vote(self, data: object) -> dict[str, Any]:
        """Cast a vote; what comes next and, in practice, which side was real."""
        request = Request.of(data)
        try:
            study = self._host.of(request.study)
        except StudyError as error:
            return _nothing(i18n.told(error))
        try:
            turn = study.take_turn(
                request.trial, request.token, request.choice, request.response_ms
            )
        except StudyError as error:
            return self._reply(study, request.token, notice=i18n.told(error))
        reply = self._next(turn.trial, i18n.told(turn.notice) if turn.notice else None)
        if turn.receipt is not None:
            reply |= {"real": turn.receipt.real_side, "choice": turn.receipt.choice}
        return reply

    def next_pair(self, data: object) -> dict[str, Any]:
        """The pair that waits for an answer, else a new one."""
        request = Request.of(data)
        try:
            return self._reply(self._host.of(request.study), request.token)
        except StudyError as error:
            return _nothing(i18n.told(error))

    def _reply(self, study: "Study", token: str, *, notice: str = "") -> dict[str, Any]:
        try:
            view = study.next_trial(token)
        except StudyError as error:
            return _nothing(i18n.told(error))
        return self._next(view, notice)

    def _next(self, view: TrialView | None, notice: str | None) -> dict[str, Any]:
        """The pair to look at, if there is one and its picture finds a place."""
        try:
            return _nothing(notice) | {"trial": view and self._shown(view)}
        except OSError as error:  # the disk is full
            logger.error("a picture of the study could not be written: %s", error.strerror)
            return _nothing(i18n.NOT_STORED)

    def _shown(self, view: TrialView) -> dict[str, Any]:
        return {
            "id": view.id,
            "picture": self._pictures.address(view.picture, view.file_name),
            "width": view.width,
            "height": view.height,
            "half": half_width(view.width),
            "alt": i18n.TRIAL["pair"],
            "number": view.number,
            "total": view.total,
            "practice": view.phase == "practice",
            "exposure": view.exposure_seconds,
        }


def _nothing(notice: str | None) -> dict[str, Any]:
    return {"notice": notice or "", "real": None, "choice": None, "trial": None}


def _text(fields: Mapping[Any, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _milliseconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _DAY_MS:
        return value
    return None
