"""How a person wants a photo's colours: checked once, carried from every front end to `decode`."""

from dataclasses import dataclass

from colorizer.errors import AdjustmentError
from colorizer.guide.guide import Guide, is_number

MAX_VIVIDNESS = 3.0
MAX_WARMTH = 1.0

NO_GUIDE = Guide()


@dataclass(frozen=True)
class Adjustments:
    """Changes to a prediction that need no second run of the network.

    vividness: factor on the colours, 0…3; 0 is grey, 1 is as the model means them. warmth: white
    balance, -1 (cooler) … 1 (warmer), see `colorizer.colour.white_balance`. temperature: of the
    annealed mean, 0…1, for classifiers; None is the checkpoint's default. guide: what a person has
    chosen for this photo. Raises AdjustmentError for anything else, whatever its type: front ends
    pass on what they were given.
    """

    vividness: float = 1.0
    warmth: float = 0.0
    temperature: float | None = None
    guide: Guide = NO_GUIDE

    def __post_init__(self) -> None:
        if not is_number(self.vividness, 0.0, MAX_VIVIDNESS):
            raise AdjustmentError("bad_vividness", most=MAX_VIVIDNESS)
        if not is_number(self.warmth, -MAX_WARMTH, MAX_WARMTH):
            raise AdjustmentError("bad_warmth", most=MAX_WARMTH)
        if self.temperature is not None and not is_number(self.temperature, 0.0, 1.0):
            raise AdjustmentError("bad_temperature", most=1.0)


NO_ADJUSTMENTS = Adjustments()
"""As the model means it."""
