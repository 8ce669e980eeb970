"""Warmer and cooler, as a photographer's white balance does it, for colours in Lab.

A photo gets warmer when its light turns from D65 towards a redder daylight. That multiplies X and
Z of every colour (von Kries in XYZ, CIELAB's own model of adaptation), hence the f(X) and f(Z) that
Lab is made of: a and b move towards yellow-orange or blue, most for light colours, and L stays.
"""

import math

from array_api_compat import array_namespace

from colorizer.colour.lab import Array

LIMIT = 1.0
"""Largest warmth: daylight D50 (5000 K). The other end, -1, is as many mired cooler (9300 K)."""

_D65_KELVIN = 6504.0
_MIRED = 1e6 / 5003.0 - 1e6 / _D65_KELVIN  # reciprocal megakelvin look even to the eye: 46 to D50


def balance(lab: Array, warmth: float) -> Array:
    """Lab float (..., 3) → the same L with a and b as under warmer (> 0) or cooler (< 0) daylight.

    warmth: -1…1; 0 changes nothing. Greys get a tint, as in any white balance: a = 1.6 and
    b = 11.6 for a middle grey of L = 60 at warmth 1. The result may lie outside sRGB. Raises
    ValueError beyond ±1.
    """
    if not -LIMIT <= warmth <= LIMIT:
        raise ValueError(f"Warmth is between -1 and 1, not {warmth}.")
    if warmth == 0:
        return lab
    xp = array_namespace(lab)
    gain_x, gain_z = _gains(warmth)
    f = (lab[..., 0] + 16.0) / 116.0
    a = gain_x * lab[..., 1] + 500.0 * (gain_x - 1.0) * f
    b = gain_z * lab[..., 2] + 200.0 * (1.0 - gain_z) * f
    return xp.stack([lab[..., 0], a, b], axis=-1)


def _gains(warmth: float) -> tuple[float, float]:
    """Factors on f(X) and f(Z): cube roots of the ratio of the two daylights' X and Z."""
    x, z = _daylight(1e6 / (1e6 / _D65_KELVIN + warmth * _MIRED))
    x65, z65 = _daylight(_D65_KELVIN)
    return math.cbrt(x / x65), math.cbrt(z / z65)


def _daylight(kelvin: float) -> tuple[float, float]:
    """X and Z of the CIE daylight of a colour temperature of 4000…25000 K, Y = 1 (CIE 15, 4.1)."""
    if kelvin <= 7000.0:
        cubic = (-4.6070e9, 2.9678e6, 0.09911e3, 0.244063)
    else:
        cubic = (-2.0064e9, 1.9018e6, 0.24748e3, 0.237040)
    x = sum(factor / kelvin**power for power, factor in zip((3, 2, 1, 0), cubic, strict=True))
    y = -3.0 * x * x + 2.870 * x - 0.275
    return x / y, (1.0 - x - y) / y
