"""One thumb up or down under a result, stored only with consent, and without the photo."""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService
from colorizer.study.trials import Thumb
from colorizer.web import i18n
from colorizer.web.callers import address_of
from colorizer.web.colorize.visits import Visits
from colorizer.web.errors import errors_on_the_page, refusal
from colorizer.web.study.host import StudyHost


@dataclass(frozen=True)
class ThumbRow:
    """The components: a box to agree to, two buttons that come when it is ticked, an answer."""

    consent: gr.Checkbox
    buttons: gr.Row
    up: gr.Button
    down: gr.Button
    told: gr.Markdown


def thumb_row() -> ThumbRow:
    """The components, inside the current Blocks."""
    with gr.Column(elem_id="thumb-row"):
        consent = gr.Checkbox(False, label=i18n.THUMB_CONSENT, elem_id="thumb-consent")
        with gr.Row(visible=False) as buttons:
            up = gr.Button(i18n.THUMB_UP, size="sm", elem_id="thumb-up")
            down = gr.Button(i18n.THUMB_DOWN, size="sm", elem_id="thumb-down")
        told = gr.Markdown(elem_id="thumb-told")
    return ThumbRow(consent, buttons, up, down, told)


class ThumbVotes:
    """Answers the buttons; the votes are kept beside those of the study."""

    def __init__(self, host: StudyHost, service: ColorizerService, visits: Visits) -> None:
        self._host = host
        self._service = service
        self._visits = visits

    def wire(self, row: ThumbRow, token: gr.Textbox) -> None:
        """Connect the components; token: the visitor's."""
        quiet: dict[str, Any] = {
            "queue": False,
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        row.consent.change(_shown, row.consent, [row.buttons, row.told], **quiet)
        kinds: tuple[tuple[gr.Button, Literal["up", "down"]], ...] = (
            (row.up, "up"),
            (row.down, "down"),
        )
        for button, thumb in kinds:
            button.click(partial(self.vote, thumb), [row.consent, token], row.told, **quiet)

    def vote(
        self,
        thumb: Literal["up", "down"],
        consent: Any,
        token: str,
        request: gr.Request | None = None,
    ) -> str:
        """Store a thumb for what is looked at; once for each picture and its settings."""
        choice = self._visits.of(token).choice
        if consent is not True or choice is None:
            raise refusal(i18n.THUMB_NOT_STORED)
        adjustments = choice.adjustments
        with errors_on_the_page():
            identity = self._service.identity(choice.model)
            # The token is random and the browser's alone: the id leads back to no photo.
            seen = f"{token}|{choice.file}|{identity.revision}|{adjustments}"
            vote = Thumb(
                id=hashlib.sha256(seen.encode()).hexdigest()[:32],
                model=choice.model,
                revision=identity.revision,
                vividness=float(adjustments.vividness),
                warmth=float(adjustments.warmth),
                thumb=thumb,
                cast_ms=0,
            )
            new = self._host.study.add_thumb(vote, address_of(request))
        return i18n.THUMB_THANKS if new else i18n.THUMB_AGAIN


def _shown(consent: Any) -> tuple[Any, str]:
    return gr.update(visible=consent is True), ""
