"""The buttons below the stage: a file is made when it is asked for, and saved by the same click."""

from collections.abc import Iterator

import gradio as gr

from colorizer.web import i18n
from colorizer.web.colorize.batch import Batch
from colorizer.web.colorize.choice import Choice, chosen
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.colorize.layout import ColorizeLayout
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


class SaveButtons:
    """Answers "Download photo", "All as zip" and "Colours as layer"."""

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads

    def wire(self, page: ColorizeLayout) -> None:
        """Connect the buttons."""
        save = page.save
        for button, make in (
            (save.photo, self.photo),
            (save.archive, self.archive),
            (save.layer, self.layer),
        ):
            button.click(
                make,
                [*page.choice, page.folded.marked],
                save.ready,
                concurrency_id=SAVE_QUEUE,
                api_visibility="private",
                show_progress_on=page.stage.caption,
            ).success(None, save.ready, None, js=SAVE_SCRIPT)

    def photo(
        self, batch: Batch, index: int, model: str, vividness: float, warmth: float, marked: bool
    ) -> str:
        """The photo on the stage at full size."""
        with errors_on_the_page():
            choice = _needed(chosen(batch, index, model, vividness, warmth))
            return str(self._downloads.photo(choice, marked=marked))

    def layer(
        self, batch: Batch, index: int, model: str, vividness: float, warmth: float, marked: bool
    ) -> str:
        """Its colours alone."""
        with errors_on_the_page():
            choice = _needed(chosen(batch, index, model, vividness, warmth))
            return str(self._downloads.layer(choice, marked=marked))

    def archive(
        self,
        batch: Batch,
        index: int,
        model: str,
        vividness: float,
        warmth: float,
        marked: bool,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio finds it by this default
    ) -> str:
        """All photos of the batch with the same model and adjustments."""
        wanted = (chosen(batch, at, model, vividness, warmth) for at in range(len(batch)))
        choices = [choice for choice in wanted if choice is not None]
        if not choices:
            raise refusal(i18n.NOTHING_TO_SAVE)
        with errors_on_the_page():
            archive = self._downloads.archive(_told(choices, progress), marked=marked)
        if archive.left_out:
            gr.Warning(i18n.LEFT_OUT.format(names=", ".join(archive.left_out)))
        return str(archive.file)


def _needed(choice: Choice | None) -> Choice:
    if choice is None:
        raise refusal(i18n.NOTHING_TO_SAVE)
    return choice


def _told(choices: list[Choice], progress: gr.Progress) -> Iterator[Choice]:
    """The choices one by one, each announced on the page."""
    for number, choice in enumerate(choices):
        said = i18n.PREPARING.format(number=number + 1, total=len(choices))
        progress((number, len(choices)), desc=said)
        yield choice
