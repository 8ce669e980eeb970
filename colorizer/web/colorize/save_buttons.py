"""The buttons below the stage: a file is made when it is asked for, and saved by the same click."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from colorizer.web import i18n
from colorizer.web.colorize.batch import PhotoState, in_state
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.layout import ColorizeLayout
from colorizer.web.colorize.stage_view import StageView
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.errors import errors_on_the_page, refusal

SAVE_QUEUE = "save"

SAVE_SCRIPT = """
(file) => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  document.body.append(link);
  link.click();
  link.remove();
}
"""

Step = tuple[Any, str]
"""The file for the browser once it is there, and what is said meanwhile."""


class SaveButtons:
    """Answers "Download photo", "All as zip", "Colours as layer" and "Side by side"."""

    def __init__(self, downloads: Downloads, visits: Visits, stage: StageView) -> None:
        self._downloads = downloads
        self._visits = visits
        self._stage = stage

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the buttons."""
        save = page.save
        for button, make in (
            (save.photo, self.photo),
            (save.archive, self.archive),
            (save.layer, self.layer),
            (save.both, self.side_by_side),
        ):
            made = button.click(
                make,
                [*page.settings, page.folded.marked],
                [save.ready, save.status],
                concurrency_id=SAVE_QUEUE,
                api_visibility="private",
                show_progress="hidden",
            )
            made.success(None, save.ready, None, js=SAVE_SCRIPT)
            made.failure(
                lambda: "", None, save.status, queue=False, api_visibility="private",
                show_progress="hidden",
            )  # fmt: skip

    def photo(
        self, token: str, model: str, vividness: float, warmth: float, marked: bool
    ) -> Iterator[Step]:
        """The photo on the stage at full size."""
        visit = self._looked_at(token, model, vividness, warmth)
        yield from self._made(visit, lambda choice: self._downloads.photo(choice, marked=marked))

    def layer(
        self, token: str, model: str, vividness: float, warmth: float, marked: bool
    ) -> Iterator[Step]:
        """Its colours alone."""
        visit = self._looked_at(token, model, vividness, warmth)
        yield from self._made(visit, lambda choice: self._downloads.layer(choice, marked=marked))

    def side_by_side(
        self, token: str, model: str, vividness: float, warmth: float, marked: bool
    ) -> Iterator[Step]:
        """The photo in black and white beside the same in colour."""
        visit = self._looked_at(token, model, vividness, warmth)
        yield from self._made(
            visit, lambda choice: self._downloads.side_by_side(choice, marked=marked)
        )

    def archive(
        self, token: str, model: str, vividness: float, warmth: float, marked: bool
    ) -> Iterator[Step]:
        """All coloured photos, each with its own model and settings."""
        visit = self._looked_at(token, model, vividness, warmth)
        choices = [photo.choice for photo in in_state(visit.batch, PhotoState.DONE)]
        if not choices:
            raise refusal(i18n.NOTHING_TO_SAVE)
        with errors_on_the_page():
            steps = self._downloads.archive(choices, marked=marked)
            for number, archive in enumerate(steps, start=1):
                if archive.file is None:
                    said = i18n.PREPARING.format(number=number, total=len(choices))
                    yield gr.skip(), said
        if archive.left_out:
            gr.Warning(i18n.LEFT_OUT.format(names=", ".join(archive.left_out)), title=i18n.NOTE)
        yield _handed_over(visit, archive.file), ""

    def _looked_at(self, token: str, model: str, vividness: float, warmth: float) -> Visit:
        """The visit, with the settings that are on the page at the moment of the click."""
        return self._stage.adjust(token, model, vividness, warmth)

    def _made(self, visit: Visit, make: Callable[[Choice], Path]) -> Iterator[Step]:
        choice = visit.choice
        if choice is None:
            raise refusal(i18n.NOTHING_TO_SAVE)
        yield gr.skip(), i18n.MAKING
        with errors_on_the_page():
            file = make(choice)
        yield _handed_over(visit, file), ""


def _handed_over(visit: Visit, file: Path | None) -> str:
    visit.own(file)
    return str(file)
