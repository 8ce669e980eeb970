"""Hints and palettes as files: JSON beside the photo; hex lists, GIMP palettes and CSS."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from colorizer.errors import AdjustmentError
from colorizer.guide.guide import MAX_HINTS, MAX_PALETTE, Hint, Palette

VERSION = 1
MAX_BYTES = 256 * 1024

MAX_PALETTE_TEXT = 8192
"""Characters; 32 colours with their shares take a quarter of it."""

_SHARE = r"(?:\s*(?:;\s*/\*\s*)?(\d+(?:\.\d+)?)\s*%)?"
_HEX = re.compile(r"(?<![\w&#])#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b" + _SHARE)
_GPL_LINE = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?!\S)(?:.*?(\d+(?:\.\d+)?)\s*%)?")
_LIST = re.compile(r"(?:\s|,|;|#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|\d+(?:\.\d+)?%)*")


def hints_file(photo: Path) -> Path:
    """Where the hints of a photo lie: grandmother.jpg → grandmother.hints.json beside it."""
    return photo.with_name(f"{photo.stem}.hints.json")


def read_hints(source: Path) -> tuple[Hint, ...]:
    """The hints of a file; raises AdjustmentError."""
    return hints_from_json(file_text(source))


def hints_from_json(text: str) -> tuple[Hint, ...]:
    """The hints of {"hints": [{"x": …, "y": …, "colour": …, "reach": …}]}.

    Other keys are passed over. Raises AdjustmentError for anything that is no hints.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AdjustmentError("bad_hints") from error
    given = content.get("hints") if isinstance(content, dict) else None
    if not isinstance(given, list):
        raise AdjustmentError("bad_hints")
    if len(given) > MAX_HINTS:
        raise AdjustmentError("too_many_hints", most=MAX_HINTS)
    return tuple(_hint(each, number) for number, each in enumerate(given, start=1))


def _hint(content: Any, number: int) -> Hint:
    if not isinstance(content, dict) or not {"x", "y", "colour"} <= content.keys():
        raise AdjustmentError("bad_hints")
    reach = content.get("reach", "normal")
    reach = reach if isinstance(reach, str) else ""
    hint = Hint(content["x"], content["y"], content["colour"], reach)  # type: ignore[arg-type]
    hint.check(number)
    return hint


def hints_to_json(hints: Sequence[Hint]) -> str:
    """What `hints_from_json` reads."""
    content = {"version": VERSION, "hints": [asdict(hint) for hint in hints]}
    return json.dumps(content, indent=1) + "\n"


def palette_named(text: str) -> Palette:
    """What a person wrote after --palette: a .gpl or .css file, or colours as #rrggbb.

    Raises AdjustmentError.
    """
    if Path(text).suffix.lower() in (".gpl", ".css", ".txt"):
        return palette_from_text(file_text(Path(text), "bad_palette"))
    return palette_from_text(text)


def palette_from_text(text: str) -> Palette:
    """A GIMP palette, CSS, or a list such as "#aa3322, #e0c080 30%"; raises AdjustmentError.

    Shares in per cent, as the files of the Palette tab have them, are weights; else all colours
    weigh as much. Colours beyond the first 32 are an error, so is no colour at all.
    """
    if len(text) > MAX_PALETTE_TEXT:
        raise AdjustmentError("bad_palette", most=MAX_PALETTE)
    if text.lstrip().startswith("GIMP Palette"):
        found = [match.groups() for line in text.splitlines() if (match := _GPL_LINE.match(line))]
        numbers = [[int(value) for value in (r, g, b)] for r, g, b, _ in found]
        if any(max(rgb) > 255 for rgb in numbers):
            raise AdjustmentError("bad_palette", most=MAX_PALETTE)
        colours = ["#{:02x}{:02x}{:02x}".format(*rgb) for rgb in numbers]
        shares = [share for *_, share in found]
    else:
        if "{" not in text and not _LIST.fullmatch(text):
            raise AdjustmentError("bad_palette", most=MAX_PALETTE)
        colours = [_long(match[1]) for match in _HEX.finditer(text)]
        shares = [match[2] for match in _HEX.finditer(text)]
    weights = tuple(float(share) for share in shares) if all(shares) else ()
    return Palette(tuple(colours), weights)


def _long(digits: str) -> str:
    """The digits of #rgb or #rrggbb → #rrggbb."""
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits)).lower()


def file_text(source: Path, code: str = "hints_unreadable") -> str:
    """What stands in a file of hints or of a palette; AdjustmentError of that code."""
    try:
        with source.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) <= MAX_BYTES:
            return data.decode("utf-8-sig")
    except (OSError, ValueError):
        pass
    fields = {"most": MAX_PALETTE} if code == "bad_palette" else {"kilobytes": MAX_BYTES // 1024}
    raise AdjustmentError(code, **fields)
