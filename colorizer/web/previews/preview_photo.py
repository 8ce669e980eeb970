"""What the PCA and palette tabs share: which photo they show, and their place in the queue.

They take what is on the stage of the Colorize tab, coloured if it had no colours of its own, until
a photo is dropped on them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.colorize.choice import Choice, look_at
from colorizer.web.colorize.drop_zone import arrival, drop_zone
from colorizer.web.colorize.visits import Visits
from colorizer.web.errors import refusal

PREVIEW_SIDE = 512
"""Long side of the photos in these tabs, pixels."""

SAVED_SIDE = 1600
"""Long side of the pictures that are saved from these tabs, pixels."""

PREVIEW_QUEUE = "previews"
"""Their events take turns with each other, not with the network."""


@dataclass(frozen=True)
class PreviewPhoto:
    """A photo in these tabs. choice: how it is coloured if it has no colours of its own.

    dropped: whether it was dropped on the tab itself.
    """

    file: str
    choice: Choice | None = None
    dropped: bool = False

    @property
    def name(self) -> str:
        """Its file's name without the suffix."""
        return Path(self.file).stem


class PreviewSource:
    """The photo of one tab: a drop zone, and what comes from the Colorize tab."""

    def __init__(self, service: ColorizerService, visits: Visits, *, max_megabytes: int) -> None:
        self._service = service
        self._visits = visits
        self._max_megabytes = max_megabytes

    def build(self, elem_id: str) -> tuple[gr.HTML, gr.State]:
        """The drop zone and the state that holds the photo, inside the current Blocks."""
        zone = drop_zone(
            elem_id, label=i18n.PREVIEW_DROP, limit=1, max_megabytes=self._max_megabytes
        )
        return zone, gr.State(None)

    def wire(
        self, zone: gr.HTML, photo: gr.State, tab: gr.Tab, token: gr.Textbox, look: dict[str, Any]
    ) -> None:
        """Fill the state when a photo is dropped or the tab is opened, then show it by `look`."""
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        zone.upload(self.take, None, photo, concurrency_id=PREVIEW_QUEUE, **quiet).success(**look)
        tab.select(self.follow, [token, photo], photo, queue=False, **quiet).success(**look)

    def take(self, event: gr.EventData) -> Any:
        """The photo that was dropped here; a sentence on the page when it is none."""
        told = arrival(event)
        if told is None:
            return gr.skip()
        if told.refused is not None:
            raise refusal(i18n.told(told.refused))
        return PreviewPhoto(told.file, dropped=True)

    def follow(self, token: str, photo: PreviewPhoto | None) -> PreviewPhoto | None:
        """What is on the stage of the Colorize tab, unless a photo was dropped here."""
        choice = self._visits.of(token).choice
        if (photo is not None and photo.dropped) or choice is None:
            return photo
        return PreviewPhoto(choice.file, choice)

    def open(self, photo: PreviewPhoto, long_side: int) -> NDArray[np.uint8]:
        """The photo uint8 (H, W, 3) with its own or our colours; raises PhotoError."""
        from colorizer.colour.resizing import shrink

        opened = self._service.open_photo(photo.file)
        if photo.choice is not None and opened.is_grey:
            return look_at(self._service, photo.choice, long_side).after
        return shrink(opened.rgb, long_side)


def needed(photo: PreviewPhoto | None) -> PreviewPhoto:
    """The photo; an error on the page when there is none."""
    if photo is None:
        raise refusal(i18n.NO_PHOTO)
    return photo
