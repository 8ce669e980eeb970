"""What a visitor looks at: one photo by one model, its colours adjusted."""

from dataclasses import dataclass

from colorizer.darkroom import Darkroom, Preview
from colorizer.web.colorize.batch import Batch, PhotoState


@dataclass(frozen=True)
class Choice:
    """A photo, a model, and how its colours are adjusted, see `colorizer.pipeline`."""

    file: str
    model: str
    vividness: float = 1.0
    warmth: float = 0.0


def chosen(batch: Batch, index: int, model: str, vividness: float, warmth: float) -> Choice | None:
    """The photo number `index` with these adjustments, or None while it is not coloured."""
    if not 0 <= index < len(batch) or batch[index].state != PhotoState.DONE:
        return None
    return Choice(batch[index].file, model, vividness, warmth)


def look_at(darkroom: Darkroom, choice: Choice, long_side: int) -> Preview:
    """The chosen photo at screen size; raises PhotoError or CheckpointError."""
    return darkroom.preview(
        choice.file,
        choice.model,
        long_side=long_side,
        vividness=choice.vividness,
        warmth=choice.warmth,
    )
