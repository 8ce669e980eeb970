"""What a visitor looks at: one photo by one model, its colours adjusted."""

from dataclasses import dataclass

from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.web import i18n
from colorizer.web.colorize.batch import Batch, PhotoState
from colorizer.web.validation import is_number_in

MAX_VIVIDNESS = 3.0


@dataclass(frozen=True)
class Choice:
    """A photo, a model, and how its colours are adjusted, see `colorizer.pipeline`."""

    file: str
    model: str
    vividness: float = 1.0
    warmth: float = 0.0

    @property
    def problem(self) -> str:
        """The sentence that says what is wrong with adjustments that cannot be; "" if nothing."""
        if not is_number_in(self.vividness, 0.0, MAX_VIVIDNESS):
            return i18n.BAD_VIVIDNESS
        if not is_number_in(self.warmth, -1.0, 1.0):
            return i18n.BAD_WARMTH
        return ""


def chosen(batch: Batch, index: int, model: str, vividness: float, warmth: float) -> Choice | None:
    """The photo number `index` with these adjustments, or None while it cannot be shown."""
    if not 0 <= index < len(batch) or batch[index].state != PhotoState.DONE:
        return None
    choice = Choice(batch[index].file, model, vividness, warmth)
    return choice if isinstance(model, str) and not choice.problem else None


def look_at(service: ColorizerService, choice: Choice, long_side: int) -> Preview:
    """The chosen photo at screen size; raises PhotoError or CheckpointError."""
    return service.preview(
        choice.file,
        choice.model,
        long_side=long_side,
        vividness=choice.vividness,
        warmth=choice.warmth,
    )
