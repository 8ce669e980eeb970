"""What a visitor looks at: one photo by one model, its colours adjusted."""

from dataclasses import dataclass, replace

from colorizer.adjustments import NO_ADJUSTMENTS, NO_GUIDE, Adjustments
from colorizer.errors import AdjustmentError
from colorizer.guide.guide import Guide
from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.errors import refusal


@dataclass(frozen=True)
class Choice:
    """A photo, a model, and how its colours are adjusted: all that a picture depends on.

    reference: file of a photo whose colours are taken, or "". Each model sees it in its own way, so
    that the guide inside of `adjustments` has none before it is `asked`.
    """

    file: str
    model: str
    adjustments: Adjustments = NO_ADJUSTMENTS
    reference: str = ""

    @property
    def guide(self) -> Guide:
        """What a person has chosen for this photo, but for the reference."""
        return self.adjustments.guide

    def guided(self, **changes: object) -> "Choice":
        """With another guide; raises AdjustmentError where that cannot be."""
        guide = replace(self.guide, **changes)  # type: ignore[arg-type]
        return replace(self, adjustments=replace(self.adjustments, guide=guide))

    @property
    def needs_classifier(self) -> bool:
        """Whether it asks for what only a classifier can do."""
        return bool(self.reference) or self.guide.needs_distribution


def adjusted(vividness: float, warmth: float, guide: Guide = NO_GUIDE) -> Adjustments:
    """What the page or a program asks for; an error on the page if it cannot be."""
    try:
        return Adjustments(vividness, warmth, guide=guide)
    except AdjustmentError as error:
        raise refusal(i18n.told(error)) from error


def asked(service: ColorizerService, choice: Choice) -> Adjustments:
    """The adjustments as the model can follow them, with the reference as it sees it.

    A model that is no classifier follows hints alone: what else was chosen waits for the other one.
    Raises PhotoError, CheckpointError or AdjustmentError.
    """
    if not choice.needs_classifier:
        return choice.adjustments
    if not service.has_likely_colours(choice.model):
        return choice.guided(palette=None, variant=0).adjustments
    if not choice.reference:
        return choice.adjustments
    reference = service.reference(choice.reference, choice.model)
    return choice.guided(reference=reference).adjustments


def look_at(service: ColorizerService, choice: Choice, long_side: int) -> Preview:
    """The chosen photo at screen size; raises PhotoError, CheckpointError or AdjustmentError."""
    return service.preview(choice.file, choice.model, asked(service, choice), long_side=long_side)
