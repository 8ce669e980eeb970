"""What a visitor looks at: one photo by one model, its colours adjusted."""

from dataclasses import dataclass

from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.errors import AdjustmentError
from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.errors import refusal


@dataclass(frozen=True)
class Choice:
    """A photo, a model, and how its colours are adjusted: all that a picture depends on."""

    file: str
    model: str
    adjustments: Adjustments = NO_ADJUSTMENTS


def adjusted(vividness: float, warmth: float) -> Adjustments:
    """What the page or a program asks for; an error on the page if it cannot be."""
    try:
        return Adjustments(vividness, warmth)
    except AdjustmentError as error:
        raise refusal(i18n.told(error)) from error


def look_at(service: ColorizerService, choice: Choice, long_side: int) -> Preview:
    """The chosen photo at screen size; raises PhotoError or CheckpointError."""
    return service.preview(choice.file, choice.model, choice.adjustments, long_side=long_side)
