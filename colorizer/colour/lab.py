"""sRGB ↔ CIELAB (D65, 2° observer) in float32, one definition for numpy arrays and torch tensors.

Every function takes and returns arrays of the caller's own kind with the channels last, so that a
uint8 photo, a strip of one and a training batch go through the same few lines.
Agrees with scikit-image's float64 conversion to 1e-3 (IEC 61966-2-1 for sRGB, CIE 15 for Lab).
"""

from typing import Any, TypeVar

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import NDArray

Array = TypeVar("Array", bound=Any)

RGB_TO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)
D65_WHITE = np.array([0.95047, 1.0, 1.08883])

AB_LIMIT = 110.0
"""Largest |a| or |b| that the sRGB gamut reaches, rounded up; the unit of the networks' ab."""

_EPSILON = 0.008856  # below it Lab's cube root is replaced by a line, CIE 15
CURVE_SLOPE = 7.787
CURVE_OFFSET = 16.0 / 116.0
"""Slope of that line, and where it begins."""
CURVE_KNEE = _EPSILON ** (1 / 3)
"""Where the line meets the cube root, on the side of the root."""


def rgb_to_lab(rgb: Array) -> Array:
    """sRGB float (..., 3) in 0…1 → Lab float32 (..., 3): L in 0…100, a and b in about −110…110."""
    xp = array_namespace(rgb)
    linear = decode_gamma(_float32(xp, rgb))
    f = lab_curve(linear @ _matrix(xp, rgb, RGB_TO_XYZ / D65_WHITE[:, None]))
    fx, fy, fz = f[..., 0], f[..., 1], f[..., 2]
    return xp.stack([116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)], axis=-1)


def rgb_to_lightness(rgb: Array) -> Array:
    """sRGB float (..., 3) in 0…1 → L float32 (...) in 0…100, a third of `rgb_to_lab`'s work."""
    xp = array_namespace(rgb)
    luminance = decode_gamma(_float32(xp, rgb)) @ _matrix(xp, rgb, RGB_TO_XYZ[1:2])
    return 116.0 * lab_curve(luminance[..., 0]) - 16.0


def lab_to_rgb(lab: Array) -> Array:
    """Lab float (..., 3) → sRGB float32 (..., 3), clipped to 0…1.

    Colours outside sRGB are clipped channel by channel, which shifts their lightness: bring them
    inside with `clip_chroma` first where L must survive.
    """
    xp = array_namespace(lab)
    return encode_gamma(xp.clip(lab_to_linear_rgb(lab), 0.0, 1.0))


def rgb_to_ab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB uint8 (..., 3) → ab float32 (..., 2)."""
    lab: NDArray[np.float32] = rgb_to_lab(rgb.astype(np.float32) / 255.0)
    return lab[..., 1:]


def lab_to_linear_rgb(lab: Array) -> Array:
    """Lab float (..., 3) → linear-light sRGB float32 (..., 3); outside 0…1 = out of gamut."""
    xp = array_namespace(lab)
    lab = _float32(xp, lab)
    fy = (lab[..., 0] + 16.0) / 116.0
    f = xp.stack([fy + lab[..., 1] / 500.0, fy, fy - lab[..., 2] / 200.0], axis=-1)
    return inverse_lab_curve(f) @ _matrix(xp, lab, XYZ_TO_RGB * D65_WHITE[None, :])


def decode_gamma(rgb: Array) -> Array:
    """sRGB float in 0…1 → linear light in 0…1, element by element (IEC 61966-2-1)."""
    xp = array_namespace(rgb)
    return xp.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)


def encode_gamma(linear: Array) -> Array:
    """Linear light in 0…1, already clipped to it, → sRGB in 0…1, element by element."""
    xp = array_namespace(linear)
    return xp.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, linear * 12.92)


def lab_curve(xyz: Array) -> Array:
    """f(t) of XYZ over the white point's, element by element: what L, a and b are made of."""
    xp = array_namespace(xyz)
    safe = xp.clip(xyz, 0.0, None)
    return xp.where(safe > _EPSILON, safe ** (1 / 3), CURVE_SLOPE * safe + CURVE_OFFSET)


def inverse_lab_curve(f: Array) -> Array:
    """`lab_curve` the other way round, element by element."""
    cube = f * f * f
    return array_namespace(f).where(cube > _EPSILON, cube, (f - CURVE_OFFSET) / CURVE_SLOPE)


def clip_chroma(lab: Array, *, steps: int = 7) -> Array:
    """Lab (..., 3) → the same L and hue with chroma reduced until the colour lies inside sRGB.

    Bisects the chroma of the offending colours only (`steps` halvings: 1/128 of the chroma).
    """
    xp = array_namespace(lab)
    lab = _float32(xp, lab)
    outside = _out_of_gamut(xp, lab)
    if not bool(xp.any(outside)):
        return lab
    colours = lab[outside]
    low = xp.zeros_like(colours[:, 0])
    high = xp.ones_like(low)
    for _ in range(steps):
        middle = (low + high) / 2
        too_much = _out_of_gamut(xp, _with_chroma(xp, colours, middle))
        low, high = xp.where(too_much, low, middle), xp.where(too_much, middle, high)
    clipped = xp.asarray(lab, copy=True)
    clipped[outside] = _with_chroma(xp, colours, low)
    return clipped


def _with_chroma(xp: Any, lab: Array, share: Array) -> Array:
    return xp.stack([lab[..., 0], lab[..., 1] * share, lab[..., 2] * share], axis=-1)


def _out_of_gamut(xp: Any, lab: Array) -> Array:
    linear = lab_to_linear_rgb(lab)
    tolerance = 1e-3  # a third of one 8-bit level near black in linear light
    return xp.any((linear < -tolerance) | (linear > 1 + tolerance), axis=-1)


def _float32(xp: Any, array: Array) -> Array:
    return xp.asarray(array, dtype=xp.float32)


def _matrix(xp: Any, like: Array, matrix: np.ndarray) -> Array:
    """`matrix` transposed for `array @ matrix`, on the device of `like`."""
    device = {} if xp.__name__.endswith("numpy") else {"device": like.device}
    return xp.asarray(np.ascontiguousarray(matrix.T, dtype=np.float32), **device)
