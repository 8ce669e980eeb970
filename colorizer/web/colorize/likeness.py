"""Colours like those of something else: a photo that is dropped, or a palette; how much of them."""

import base64
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any

import gradio as gr

from colorizer.errors import PhotoError
from colorizer.guide.files import palette_from_text
from colorizer.guide.guide import Palette
from colorizer.photo import Photo, encode_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.drop_zone import arrival, drop_zone
from colorizer.web.colorize.visits import Visit, Visits
from colorizer.web.errors import errors_on_the_page, refusal

REFERENCE_SIDE = 160
"""Long side of the picture of a reference, pixels."""

OPEN_COLORIZE = "() => { document.getElementById('tab-colorize-button')?.click(); }"


@dataclass(frozen=True)
class LikenessLayout:
    """The fold below the picture; `said` shows what is taken at the moment."""

    reference: gr.HTML
    colours: gr.Textbox
    use: gr.Button
    said: gr.HTML
    strength: gr.Slider
    remove: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What follows the photo on the stage."""
        return [self.colours, self.strength, self.said, self.remove]


def lay_out_likeness(max_megabytes: int) -> LikenessLayout:
    """The components, inside the current Blocks."""
    with gr.Accordion(i18n.LIKE, open=False, elem_id="like"):
        reference = drop_zone(
            "reference", label=i18n.LIKE_DROP, limit=1, max_megabytes=max_megabytes
        )
        colours = gr.Textbox(
            label=i18n.LIKE_COLOURS,
            info=i18n.LIKE_COLOURS_HINT,
            max_lines=1,
            elem_id="like-colours",
        )
        use = gr.Button(i18n.LIKE_USE, size="sm", elem_id="like-use")
        said = gr.HTML(elem_id="like-said")
        strength = gr.Slider(
            0, 1, value=1, step=0.05, label=i18n.LIKE_STRENGTH, elem_id="like-strength"
        )
        remove = gr.Button(i18n.LIKE_REMOVE, size="sm", visible=False, elem_id="like-remove")
    return LikenessLayout(reference, colours, use, said, strength, remove)


class Likeness:
    """Answers the fold, and "Colour another photo with these" of the Palette tab."""

    def __init__(self, service: ColorizerService, visits: Visits) -> None:
        self._service = service
        self._visits = visits
        self._picture = lru_cache(maxsize=64)(self._small)

    def wire(self, page: Any, look: dict[str, Any]) -> None:
        """Connect the fold with the stage. page: its `ColorizeLayout`. look: shows the stage."""
        like, token = page.like, page.visitor.token
        # Through the queue: only there an error is shown.
        changes: dict[str, Any] = {
            "outputs": like.outputs,
            "concurrency_id": look["concurrency_id"],
            "api_visibility": "private",
            "show_progress": "hidden",
        }
        like.reference.upload(self.take, token, **changes).success(**look)
        written = [token, like.colours]
        gr.on([like.use.click, like.colours.submit], self.use, written, **changes).success(**look)
        like.remove.click(self.remove, token, **changes).success(**look)
        like.strength.input(
            self.note_strength, [token, like.strength], None, queue=False,
            trigger_mode="always_last", api_visibility="private", show_progress="hidden",
        ).success(trigger_mode="always_last", **look)  # fmt: skip

    def wire_palette(self, page: Any, use: gr.Button, palette: gr.State) -> None:
        """Connect the Palette tab's button with the Colorize tab."""
        use.click(
            self.offer, [page.visitor.token, palette], [page.request.progress, page.like.colours],
            queue=False, api_visibility="private", show_progress="hidden",
        ).success(None, None, None, js=OPEN_COLORIZE, api_visibility="private")  # fmt: skip

    def take(self, token: str, event: gr.EventData) -> tuple[Any, ...]:
        """A colour photo was dropped, whose colours the photo on the stage is to have."""
        told, visit = arrival(event), self._visits.of(token)
        if told is None:
            return (gr.skip(),) * 4
        if told.refused is not None:
            raise refusal(i18n.told(told.refused))
        with errors_on_the_page():
            self._service.reference(told.file, _choice(visit).model)
        visit.own(told.file)
        return self._changed(visit, None, told.file)

    def use(self, token: str, colours: str) -> tuple[Any, ...]:
        """The photo on the stage is to have the colours that were written."""
        with errors_on_the_page():
            palette = palette_from_text(colours or "")
        return self._changed(self._visits.of(token), palette)

    def remove(self, token: str) -> tuple[Any, ...]:
        """The photo on the stage has its own colours again."""
        return self._changed(self._visits.of(token), None)

    def note_strength(self, token: str, strength: float) -> None:
        """The slider was moved."""
        with errors_on_the_page():
            self._visits.of(token).adjust(lambda choice: choice.guided(strength=strength))

    def offer(self, token: str, palette: Palette | None) -> tuple[Any, ...]:
        """Keep a palette for the photos that are dropped next, and write it down for this one."""
        if palette is None:
            raise refusal(i18n.NO_PHOTO)
        self._visits.of(token).coming = palette
        return i18n.LIKE_COMING, palette_text(palette)

    def updates(self, visit: Visit) -> tuple[Any, ...]:
        """Updates of the list of colours, the strength, what is taken, and the way back."""
        choice = visit.choice
        if choice is None:
            return (gr.skip(),) * 4
        palette = choice.guide.palette
        return (
            palette_text(palette or visit.coming),
            gr.Slider(value=choice.guide.strength),
            self._picture(choice.reference) if choice.reference else _swatches(palette),
            gr.Button(visible=palette is not None or bool(choice.reference)),
        )

    def _changed(
        self, visit: Visit, palette: Palette | None, reference: str = ""
    ) -> tuple[Any, ...]:
        """These colours in place of those that were taken before."""
        _choice(visit)
        visit.adjust(lambda old: replace(old.guided(palette=palette), reference=reference))
        return self.updates(visit)

    def _small(self, file: str) -> str:
        from colorizer.colour.resizing import shrink

        try:
            rgb = shrink(self._service.open_photo(file).rgb, REFERENCE_SIDE)
        except PhotoError:  # swept away meanwhile
            return ""
        jpeg = base64.b64encode(encode_photo(Photo(rgb=rgb), "jpg")).decode()
        return f'<img src="data:image/jpeg;base64,{jpeg}" alt="{escape(i18n.LIKE_PHOTO)}">'


def palette_text(palette: Palette | None) -> str:
    """As `palette_from_text` reads it; empty for None."""
    if palette is None:
        return ""
    if not palette.weights:
        return ", ".join(palette.colours)
    shares = zip(palette.colours, palette.shares, strict=True)
    return ", ".join(f"{colour} {share:.1%}" for colour, share in shares)


def _swatches(palette: Palette | None) -> str:
    colours = palette.colours if palette else ()
    inside = "".join(f'<i style="background:{colour}"></i>' for colour in colours)
    return f'<div class="like-swatches">{inside}</div>' if inside else ""


def _choice(visit: Visit) -> Choice:
    if visit.choice is None:
        raise refusal(i18n.NO_PHOTO)
    return visit.choice
