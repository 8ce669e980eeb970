"""The app's settings: environment → one frozen object. The only reader of os.environ.

Every variable is optional; `python -c "from colorizer.settings import describe; print(describe())"`
prints the table of docs/settings.md.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from colorizer.photo import DEFAULT_LIMITS, PhotoLimits

PREFIX = "COLORIZER_"


def _setting(
    default: str,
    purpose: str,
    *,
    choices: tuple[str, ...] = (),
    variable: str | None = None,
    hidden: bool = False,
) -> str:
    metadata = {"purpose": purpose, "choices": choices, "variable": variable}
    setting: str = field(default=default, repr=not hidden, metadata=metadata)
    return setting


def _number(default: int, purpose: str) -> int:
    setting: int = field(default=default, metadata={"purpose": purpose})
    return setting


def _seconds(purpose: str) -> float | None:
    setting: float | None = field(default=None, metadata={"purpose": purpose})
    return setting


@dataclass(frozen=True)
class Settings:
    """What the app can be told; each field is read from COLORIZER_<FIELD> (or its `variable`)."""

    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 on a Space")
    device: str = _setting("cpu", "cpu or cuda")
    max_megabytes: int = _number(DEFAULT_LIMITS.max_bytes >> 20, "largest file accepted, MiB")
    max_megapixels: int = _number(
        DEFAULT_LIMITS.max_pixels // 10**6, "largest photo accepted, megapixels"
    )
    max_side: int = _number(DEFAULT_LIMITS.max_side, "longest side accepted, pixels")
    max_photos: int = _number(50, "photos coloured in one go")
    address_runs: int = _number(
        4, "runs at a time for visitors of one address together; raise it for a classroom"
    )
    queue_size: int = _number(32, "people waiting before the page says that it is busy")
    hub_models: int = _number(
        2, "models of the Hub, named by visitors, kept in memory at a time; 0: none are offered"
    )
    preview_side: int = _number(1280, "long side of the pictures on the page, pixels")
    study_photos: str = _setting(
        "", "photos of the Turing test, a folder or a Hub dataset; empty: a small demo set"
    )
    study_protocol: str = _setting(
        "short",
        "short: 5 practice, 20 scored, 2 catch pairs; published: 10, 36 and 4 after Zhang et al.",
        choices=("short", "published"),
    )
    study_exposure: float | None = _seconds(
        "how long a pair is shown, seconds, 0 without limit; empty: 0 for short, 1 for published"
    )
    study_address_pairs: int = _number(
        600, "pairs an hour for visitors of one address together; raise it for a classroom"
    )
    study_secret: str = _setting(
        "",
        "signs participants; empty: made once and kept in `study-secret` beside the votes",
        hidden=True,
    )
    database_url: str = _setting(
        "", "votes, `sqlite:///…` or `postgresql://…`; empty: `~/.colorizer/votes.db`", hidden=True
    )
    votes_dataset: str = _setting("", "Hub dataset that gets a copy of all votes; empty: none")
    hub_token: str = _setting("", "may write to that dataset", variable="HF_TOKEN", hidden=True)
    proxy: int = _number(
        0, "1 behind a proxy that tells visitors' addresses in `x-forwarded-for`; 1 on a Space"
    )

    mcp: int = _number(
        0, "1 offers the endpoints to agents as MCP tools; needs `pip install 'gradio[mcp]'`"
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment (os.environ by default); raises ValueError naming a bad variable."""
        environment = os.environ if environment is None else environment
        values: dict[str, str | int | float] = {}
        for each in fields(cls):
            name = _variable(each)
            if environment.get(name):
                values[each.name] = _parsed(each, environment[name])
        if "SPACE_ID" in environment:
            values.setdefault("host", "0.0.0.0")
            values.setdefault("proxy", 1)
        return cls(**values)  # type: ignore[arg-type]

    @property
    def limits(self) -> PhotoLimits:
        """The limits for photos, the same for uploads, programs and the command line."""
        max_pixels = self.max_megapixels * 10**6
        return PhotoLimits(
            max_bytes=self.max_megabytes << 20,
            max_pixels=max_pixels,
            max_side=self.max_side,
            max_memory=max_pixels * DEFAULT_LIMITS.max_memory // DEFAULT_LIMITS.max_pixels,
        )


def describe() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{_variable(each)}` | {'' if each.default is None else each.default} "
        f"| {each.metadata['purpose']} |"
        for each in fields(Settings)
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _variable(each: Field[Any]) -> str:
    return each.metadata.get("variable") or PREFIX + each.name.upper()


def _parsed(each: Field[Any], text: str) -> str | int | float:
    choices = each.metadata.get("choices")
    if choices and text not in choices:
        raise ValueError(f"{_variable(each)} must be {' or '.join(choices)}, not {text!r}.")
    if each.type is str:
        return text
    if each.type is int:
        if not text.isdigit():
            raise ValueError(f"{_variable(each)} must be a whole number, not {text!r}.")
        return int(text)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{_variable(each)} must be a number, not {text!r}.") from None
