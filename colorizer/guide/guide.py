"""A guide: everything that a person asks of one photo's colours, checked when it is made."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.lab import rgb_to_lab
from colorizer.errors import AdjustmentError

MAX_HINTS = 200
MAX_PALETTE = 32
MAX_VARIANT = 11

NEUTRAL = "neutral"
"""The colour of a hint that takes colour away."""

Reach = Literal["small", "normal", "large"]
"""How far a hint goes: what is alike and near; what is alike; also the mood of the whole photo."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Hint:
    """A place and its colour. x, y: 0…1 from the left and top. colour: #rrggbb or neutral.

    The photo keeps its lightness: the hint gives hue and chroma. Checked by its `Guide`.
    """

    x: float
    y: float
    colour: str = NEUTRAL
    reach: Reach = "normal"

    @property
    def ab(self) -> NDArray[np.float32]:
        """Float32 (2,), ab units."""
        return np.zeros(2, np.float32) if self.colour == NEUTRAL else hex_to_lab(self.colour)[1:]

    def check(self, number: int) -> None:
        """Raise AdjustmentError, which calls this hint by its number, where it cannot be."""
        if not (is_number(self.x, 0.0, 1.0) and is_number(self.y, 0.0, 1.0)):
            raise AdjustmentError("bad_hint_place", number=number)
        if self.colour != NEUTRAL and not is_hex(self.colour):
            raise AdjustmentError("bad_hint_colour", number=number)
        if self.reach not in get_args(Reach):
            raise AdjustmentError("bad_hint_reach", number=number)


@dataclass(frozen=True)
class Palette:
    """Colours that the photo should be made of: 1 to 32 of #rrggbb.

    weights: how much of the photo each has, or none where all have as much.
    """

    colours: tuple[str, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        enough = 1 <= len(self.colours) <= MAX_PALETTE and all(map(is_hex, self.colours))
        weighed = all(is_number(weight, 0.0, np.inf) for weight in self.weights)
        if not enough or not weighed or len(self.weights) not in (0, len(self.colours)):
            raise AdjustmentError("bad_palette", most=MAX_PALETTE)
        if self.weights and not sum(self.weights) > 0:
            raise AdjustmentError("bad_palette", most=MAX_PALETTE)

    @property
    def ab(self) -> NDArray[np.float32]:
        """Float32 (K, 2), ab units."""
        return np.stack([hex_to_lab(colour)[1:] for colour in self.colours])

    @property
    def shares(self) -> NDArray[np.float32]:
        """Float32 (K,), sum 1."""
        weights = np.array(self.weights or [1.0] * len(self.colours), np.float32)
        return weights / weights.sum()


@dataclass(frozen=True, eq=False)
class Reference:
    """A photo whose colours are to be taken, as the network saw it.

    L: float32 (N,), 0…100. features: float32 (N, C). ab: float32 (N, 2), its own colours. N
    places.
    """

    L: NDArray[np.float32]
    features: NDArray[np.float32]
    ab: NDArray[np.float32]


@dataclass(frozen=True)
class Guide:
    """hints: in any order. palette, reference: what shifts the likely colours.

    strength: of palette and reference, 0 (nothing) … 1. variant: 0 is what the model likes best, 1
    to 11 are other pictures that it holds for likely. Raises AdjustmentError.
    """

    hints: tuple[Hint, ...] = ()
    palette: Palette | None = None
    reference: Reference | None = None
    strength: float = 1.0
    variant: int = 0

    def __post_init__(self) -> None:
        if len(self.hints) > MAX_HINTS:
            raise AdjustmentError("too_many_hints", most=MAX_HINTS)
        for number, hint in enumerate(self.hints, start=1):
            hint.check(number)
        if not is_number(self.strength, 0.0, 1.0):
            raise AdjustmentError("bad_strength", most=1.0)
        if not isinstance(self.variant, int) or not is_number(self.variant, 0, MAX_VARIANT):
            raise AdjustmentError("bad_variant", most=MAX_VARIANT)

    @property
    def needs_distribution(self) -> bool:
        """Whether it asks for what only a classifier can tell."""
        return self.palette is not None or self.reference is not None or self.variant > 0

    @property
    def chosen_by_a_person(self) -> bool:
        """Whether it says anything at all."""
        return bool(self.hints) or self.needs_distribution


def is_number(value: object, low: float, high: float) -> bool:
    """Whether `value` is a number in low … high; NaN is in nothing, True is no number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return bool(low <= value <= high)


def is_hex(colour: object) -> bool:
    """Whether it is written as #rrggbb."""
    return isinstance(colour, str) and _HEX.fullmatch(colour) is not None


def hex_to_lab(colour: str) -> NDArray[np.float32]:
    """Colour written as #rrggbb → Lab float32 (3,)."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
    lab: NDArray[np.float32] = rgb_to_lab(rgb / 255.0)
    return lab
