"""The app's settings: environment → one frozen object. The only reader of os.environ.

Every variable is optional; `python -c "from colorizer.settings import describe; print(describe())"`
prints the table that README shows.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from colorizer.photo import DEFAULT_LIMITS, PhotoLimits

PREFIX = "COLORIZER_"


def _setting(default: str, purpose: str) -> str:
    setting: str = field(default=default, metadata={"purpose": purpose})
    return setting


def _number(default: int, purpose: str) -> int:
    setting: int = field(default=default, metadata={"purpose": purpose})
    return setting


@dataclass(frozen=True)
class Settings:
    """What the app can be told; each field is read from COLORIZER_<FIELD>."""

    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 on a Space")
    device: str = _setting("cpu", "cpu or cuda")
    max_megabytes: int = _number(DEFAULT_LIMITS.max_bytes >> 20, "largest file accepted, MiB")
    max_megapixels: int = _number(
        DEFAULT_LIMITS.max_pixels // 10**6, "largest photo accepted, megapixels"
    )
    max_photos: int = _number(50, "photos coloured in one go")
    queue_size: int = _number(32, "people waiting before the page says that it is busy")
    preview_side: int = _number(1280, "long side of the pictures on the page, pixels")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment (os.environ by default); raises ValueError naming a bad variable."""
        environment = os.environ if environment is None else environment
        values: dict[str, str | int] = {}
        for each in fields(cls):
            name = PREFIX + each.name.upper()
            if name not in environment:
                continue
            text = environment[name]
            if each.type is int and not text.isdigit():
                raise ValueError(f"{name} must be a whole number, not {text!r}.")
            values[each.name] = int(text) if each.type is int else text
        if "SPACE_ID" in environment:
            values.setdefault("host", "0.0.0.0")
        return cls(**values)  # type: ignore[arg-type]

    @property
    def limits(self) -> PhotoLimits:
        """The limits for photos from the page."""
        return PhotoLimits(
            max_bytes=self.max_megabytes << 20, max_pixels=self.max_megapixels * 10**6
        )


def describe() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{PREFIX}{each.name.upper()}` | {each.default} | {each.metadata['purpose']} |"
        for each in fields(Settings)
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
