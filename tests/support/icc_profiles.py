"""Small ICC profiles made by hand (ICC.1:2001-04), so that no test needs a profile of others."""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = np.array([0.95047, 1.0, 1.08883])
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

# CIE xy of red, green and blue; all three have the white point D65.
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
DISPLAY_P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_GAMMA = 563 / 256


def rgb_to_xyz(primaries: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Return the matrix (3, 3) from linear RGB to XYZ under D65."""
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    return columns * np.linalg.solve(columns, D65)


def d65_to_d50() -> np.ndarray:
    gain = (BRADFORD @ D50) / (BRADFORD @ D65)
    return np.linalg.inv(BRADFORD) @ np.diag(gain) @ BRADFORD


def srgb_decoded(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb_encoded(values: np.ndarray) -> np.ndarray:
    values = np.clip(values, 0, 1)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def rgb_profile(primaries: tuple[tuple[float, float], ...], gamma: float | None) -> bytes:
    """Return a matrix profile; gamma None is the curve of sRGB."""
    colorants = d65_to_d50() @ rgb_to_xyz(primaries)
    tags = {
        tag: b"XYZ \0\0\0\0" + _fixed(column)
        for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants.T, strict=True)
    }
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(gamma))
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _curve(gamma)})


def cmyk_profile(corners: np.ndarray) -> bytes:
    """Return a printer profile that interpolates between the corners of the CMYK cube.

    Args:
        corners: CIELAB D50 (2, 2, 2, 2, 3), indexed by cyan, magenta, yellow, black.
    """
    lab = corners.reshape(-1, 3) * (2.55, 1, 1) + (0, 128, 128)
    grid = np.clip(np.rint(lab), 0, 255).astype(np.uint8).tobytes()
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + _fixed(np.eye(3).ravel())
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table + ramp * 4 + grid + ramp * 3})


def lab_d50(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB under D50 of sRGB levels (..., 3), as ICC profiles count it."""
    linear = srgb_decoded(np.asarray(rgb) / 255)
    xyz = linear @ (d65_to_d50() @ rgb_to_xyz(SRGB)).T / D50
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    difference = 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])
    return np.stack((116 * f[..., 1] - 16, *difference), axis=-1)


def _fixed(values: np.ndarray) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65_536)) for value in values)


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">LH", 1, round(gamma * 256)) + b"\0\0"
    table = np.rint(srgb_decoded(np.linspace(0, 1, 1_024)) * 65_535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">L", len(table)) + table.tobytes()


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"made for a test\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">L", len(text)) + text + bytes(78),
        b"cprt": b"text\0\0\0\0" + text,
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(D50),
        **tags,
    }
    position = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">L", len(tags)), b""
    for tag, value in tags.items():
        table += tag + struct.pack(">LL", position + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    header = struct.pack(
        ">L4sL4s4s4s12s4s", 0, b"", 0x02400000, kind, space, connection, b"", b"acsp"
    )
    header += bytes(28) + _fixed(D50)
    header = struct.pack(">L", position + len(body)) + header[4:].ljust(124, b"\0")
    return header + table + body
