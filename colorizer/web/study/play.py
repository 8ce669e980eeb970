"""Playing the public study: the card before a session, the session, the personal result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from colorizer.errors import StudyError
from colorizer.settings import Settings
from colorizer.study import SessionSummary, Standing
from colorizer.web import i18n
from colorizer.web.callers import address_of
from colorizer.web.gradio_internals import event_details
from colorizer.web.photo_drop import markdown_name
from colorizer.web.study.figures import day
from colorizer.web.study.host import StudyHost
from colorizer.web.study.links import STUDY_SCRIPT, friends_link, study_input
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.result import ResultPanel
from colorizer.web.study.trial import TrialStage

if TYPE_CHECKING:
    from colorizer.study import Study

ENOUGH_PHOTOS = 6
"""A session may start with so many photos; the others are ready before it gets there."""

_POLL_SECONDS = 3.0


class PlayPage:
    """Builds the tab and answers its events."""

    def __init__(self, host: StudyHost, settings: Settings, pictures: StudyPictures) -> None:
        self._host = host
        self._settings = settings
        self._stage = TrialStage(host, pictures)
        self._result = ResultPanel(host, pictures)

    def build(self, opened: Sequence[Any], token: gr.BrowserState) -> tuple[gr.Button, gr.Button]:
        """Lay out the components and wire them; `opened` are the events that show the tab.

        token: the participant's. Returns the buttons at the end of a session that lead on: to the
        results, and to a test with one's own photos.
        """
        lead = gr.Markdown(i18n.STUDY_LEAD, elem_id="study-lead")
        which = study_input()
        result = self._result.build("study-result", token, which)
        card = gr.Markdown(i18n.STUDY_OPENING, elem_id="study-card")
        start = gr.Button(
            i18n.STUDY_START, variant="primary", interactive=False, elem_id="study-start"
        )
        with gr.Row(visible=False, elem_id="study-onward") as onward:
            to_results = gr.Button(i18n.RESULT_TO_RESULTS, elem_id="study-to-results")
            to_private = gr.Button(i18n.RESULT_TO_PRIVATE, elem_id="study-to-private")
        stage = self._stage.build("study-stage", i18n.TRIAL)
        timer = gr.Timer(_POLL_SECONDS, active=False)
        lobby = [lead, card, start, timer, onward, *result]
        # Not by the queue, like votes: a class that arrives at once would fill it, and who is in
        # it waits for its pace.
        wiring: dict[str, Any] = {
            "queue": False,
            "api_visibility": "private",
            "show_progress": "hidden",
            "js": STUDY_SCRIPT,
        }
        gr.on([*opened, timer.tick], self.arrive, [token, stage, which], lobby, **wiring)
        start.click(self.start, [token, which], [token, stage, *lobby], **wiring)
        stage.stop(self.stop, [token, which], [stage, *lobby], **wiring)
        self._outputs = len(lobby)
        return to_results, to_private

    def arrive(
        self, token: Any, playing: Any, which: Any, request: gr.Request | None = None
    ) -> tuple[Any, ...]:
        """The tab is opened, or looked at while the study is being prepared."""
        if playing:
            return tuple(gr.skip() for _ in range(self._outputs))
        return self._lobby(token, which, "", request)

    def start(self, token: Any, which: Any, request: gr.Request) -> tuple[Any, ...]:
        """Begin a session or go on with it."""
        try:
            session = self._host.of(which).start_session(_text(token), self._address(request))
            opening = self._stage.opening(session.token, which)
        except StudyError as error:
            return gr.skip(), None, *self._lobby(token, which, i18n.told(error), request)
        if opening["trial"] is None:
            notice = opening["notice"]
            return session.token, None, *self._lobby(session.token, which, notice, request)
        hidden = gr.update(visible=False)
        quiet = gr.Timer(active=False)
        lobby = hidden, hidden, hidden, quiet, hidden, *self._result.show(None)
        return session.token, opening, *lobby

    def stop(
        self, token: Any, which: Any, event: gr.EventData, request: gr.Request | None = None
    ) -> tuple[Any, ...]:
        """The stage has nothing more to show: the session is over, or something is in the way."""
        notice = str(event_details(event).get("notice", ""))
        return None, *self._lobby(token, which, notice, request)

    def _lobby(
        self, token: Any, which: Any, notice: str, request: gr.Request | None
    ) -> tuple[Any, ...]:
        """What there is before or after a session: lead, card, button, timer, ways on, result."""
        try:
            study = self._host.of(which)
            standing = study.standing(_text(token))
            summary = _summary(study, token) if standing and standing.finished else None
        except StudyError as error:
            return self._closed(i18n.told(error))
        pictures = study.status().pictures
        if standing is None and pictures.ready < ENOUGH_PHOTOS and not pictures.finished:
            return self._closed(i18n.STUDY_PREPARING.format(ready=pictures.ready))
        if standing is None and not pictures.ready:
            return self._closed(i18n.STUDY_EMPTY)
        over = standing is not None and standing.finished
        label = i18n.STUDY_AGAIN if over else i18n.STUDY_CONTINUE if standing else i18n.STUDY_START
        can_play = not over or (standing is not None and standing.unseen > 0)
        sentences = [notice, *self._sentences(study, standing, which)]
        return (
            gr.update(visible=summary is None),
            gr.update(value="\n\n".join(filter(None, sentences)), visible=True),
            gr.update(value=label, interactive=True, visible=can_play),
            gr.Timer(active=False),
            gr.update(visible=summary is not None),
            *self._result.show(summary, friends_link(request, which)),
        )

    def _closed(self, sentence: str) -> tuple[Any, ...]:
        return (
            gr.update(visible=True),
            gr.update(value=sentence, visible=True),
            gr.update(interactive=False, visible=True),
            gr.Timer(active=True),
            gr.update(visible=False),
            *self._result.show(None),
        )

    def _sentences(self, study: "Study", standing: Standing | None, which: Any) -> list[str]:
        """The card, apart from what went wrong."""
        if standing is not None and standing.finished:
            return [] if standing.unseen else [i18n.STUDY_SEEN_ALL]
        if standing is not None and standing.progress.done:
            done, total = standing.progress.done, standing.progress.total
            return [i18n.STUDY_GO_ON.format(done=done, total=total)]
        pictures = study.status().pictures
        session = study.settings.fitted(pictures.ready) if pictures.finished else study.settings
        said = [
            i18n.STUDY_SESSION.format(
                trials=session.trials,
                practice=session.practice,
                counted=session.scored + session.catch,
            )
        ]
        if session.trials < study.settings.trials:
            usual = study.settings.trials
            said.append(i18n.STUDY_SHORTENED.format(trials=usual, photos=pictures.ready))
        if study.settings.exposure_seconds is not None:
            said.append(i18n.STUDY_EXPOSURE.format(seconds=study.settings.exposure_seconds))
        if which:
            about = self._host.own.about(which)
            name = markdown_name(about.name) or i18n.OWN_UNNAMED
            said.insert(0, i18n.OWN_PLAYED.format(name=name, until=day(about.expires_ms)))
        elif self._host.demo:
            said.append(i18n.STUDY_DEMO)
        return [" ".join(said), i18n.STUDY_ANONYMOUS]

    def _address(self, request: gr.Request) -> str | None:
        """The visitor's address, which only the study's rate limits get to know, hashed."""
        return address_of(request) or None


def _summary(study: "Study", token: Any) -> SessionSummary:
    return study.summary(_text(token))


def _text(token: Any) -> str:
    """The token as a string; whatever else a browser sends is nobody's."""
    return token if isinstance(token, str) else ""
