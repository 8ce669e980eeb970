"""The tab of preference votes: two models' colours of one photo, again and again."""

from typing import Any

import gradio as gr

from colorizer.errors import StudyError
from colorizer.web import i18n
from colorizer.web.callers import address_of
from colorizer.web.gradio_internals import event_details
from colorizer.web.study.host import StudyHost
from colorizer.web.study.links import STUDY_SCRIPT, study_input
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.trial import TrialStage


class PreferencePage:
    """Builds the tab and answers its events."""

    def __init__(self, host: StudyHost, pictures: StudyPictures) -> None:
        self._host = host
        self._stage = TrialStage(host, pictures)

    def build(self, token: gr.BrowserState) -> None:
        """Lay out the components and wire them; token: the participant's."""
        card = gr.Markdown(i18n.PREFER_LEAD, elem_id="prefer-card")
        start = gr.Button(i18n.PREFER_START, variant="primary", elem_id="prefer-start")
        stage = self._stage.build("prefer-stage", i18n.PREFER)
        wiring: dict[str, Any] = {
            "queue": False,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        start.click(
            self.start, [token, study_input()], [token, stage, card, start], js=STUDY_SCRIPT,
            **wiring,
        )  # fmt: skip
        stage.stop(self.stop, None, [stage, card, start], **wiring)

    def start(self, token: Any, which: Any, request: gr.Request) -> tuple[Any, ...]:
        """Begin a round."""
        known = token if isinstance(token, str) else None
        address = address_of(request) or None
        try:
            token, session = self._host.of(which).start_preferences(known, address)
            opening = self._stage.opening(session.token, which)
        except StudyError as error:
            told = gr.update(value=i18n.told(error), visible=True)
            return gr.skip(), None, told, gr.update(visible=True)
        if opening["trial"] is None:
            told = gr.update(value=opening["notice"], visible=True)
            return token, None, told, gr.update(visible=True)
        hidden = gr.update(visible=False)
        return token, opening, hidden, hidden

    def stop(self, event: gr.EventData) -> tuple[Any, ...]:
        """The round is over, or something is in the way."""
        notice = str(event_details(event).get("notice", "")) or i18n.PREFER_THANKS
        return None, gr.update(value=notice, visible=True), gr.update(visible=True)
