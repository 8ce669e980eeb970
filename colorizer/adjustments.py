"""How a person wants a photo's colours: checked once, carried from every front end to `decode`."""

from dataclasses import dataclass

MAX_VIVIDNESS = 3.0
MAX_WARMTH = 1.0


class AdjustmentError(ValueError):
    """An adjustment that cannot be; its text is the sentence that people see.

    field: the name of the adjustment.
    """

    def __init__(self, field: str, low: float, high: float) -> None:
        super().__init__(f"{field.capitalize()} must be between {low:g} and {high:g}.")
        self.field = field


@dataclass(frozen=True)
class Adjustments:
    """Changes to a prediction that need no second run of the network.

    vividness: factor on the colours, 0…3; 0 is grey, 1 is as the model means them. warmth: white
    balance, -1 (cooler) … 1 (warmer), see `colorizer.colour.white_balance`. temperature: of the
    annealed mean, 0…1, for classifiers; None is the checkpoint's default. Raises AdjustmentError
    for anything else, whatever its type: front ends pass on what they were given.
    """

    vividness: float = 1.0
    warmth: float = 0.0
    temperature: float | None = None

    def __post_init__(self) -> None:
        _check("vividness", self.vividness, 0.0, MAX_VIVIDNESS)
        _check("warmth", self.warmth, -MAX_WARMTH, MAX_WARMTH)
        if self.temperature is not None:
            _check("temperature", self.temperature, 0.0, 1.0)


def _check(field: str, value: object, low: float, high: float) -> None:
    """NaN is between nothing, and True is no number here."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise AdjustmentError(field, low, high)


NO_ADJUSTMENTS = Adjustments()
"""As the model means it."""
