"""Drawings of the Turing test, as SVG and HTML: a personal score, and rates with intervals.

They take their colours from the page, so they follow dark mode, and each says in words what it
shows. Drawn 360 units wide, which is a phone's width: text stays readable there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from math import comb

from colorizer.study import StudyModel
from colorizer.web import i18n

_WIDTH = 360
_LEFT, _RIGHT = 14, 346
_ROW = 40
_TOP = 30
_ACCENT = "var(--color-accent)"


@dataclass(frozen=True)
class RateRow:
    """A rate to draw, all in percent. An interval of None is a rate from the literature."""

    name: str
    rate: float
    interval: tuple[float, float] | None


def day(ms: int) -> str:
    """The day of a time in Unix milliseconds, UTC, as 2026-01-31."""
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC):%Y-%m-%d}"


def model_name(name: str, names: Mapping[str, str]) -> str:
    """What a study's model is called on the page. names: texts by the names of models."""
    own, vividness = StudyModel(name).asked
    if vividness == 1.0:
        return names.get(own, own)
    return i18n.MODEL_AT.format(model=names.get(own, own), vividness=vividness)


def chance_of(correct: int, scored: int) -> float:
    """How likely somebody who guesses gets `correct` or more of `scored` pairs right, 0…1."""
    return sum(comb(scored, right) for right in range(correct, scored + 1)) / 2**scored


def score_svg(percent: float, *, title: str, chance: str, you: str) -> str:
    """A scale from 0 to 100 % with a mark for guessing and one for the participant."""
    x, middle = _x(percent), _x(50.0)
    anchor = "start" if percent < 15 else "end" if percent > 85 else "middle"
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} 66" '
        'class="study-figure" fill="currentColor">'
        f'<path d="M{_LEFT},34 H{_RIGHT}" stroke="currentColor" stroke-opacity="0.25" '
        'stroke-width="6" stroke-linecap="round"/>'
        f'<path d="M{_LEFT},34 H{x:.1f}" stroke="{_ACCENT}" stroke-width="6" '
        'stroke-linecap="round"/>'
        f'<path d="M{middle},22 V46" stroke="currentColor" stroke-dasharray="3 3"/>'
        f'<text x="{middle}" y="61" text-anchor="middle" fill-opacity="0.7">{escape(chance)}</text>'
        f'<circle cx="{x:.1f}" cy="34" r="8" fill="{_ACCENT}"/>'
        f'<text x="{x:.1f}" y="16" text-anchor="{anchor}">{escape(you)}</text></svg>'
    )


def rates_svg(rows: Sequence[RateRow], *, title: str, chance: str, spoken: Sequence[str]) -> str:
    """One line for each rate with its interval, over a common axis from 0 to 100 %.

    spoken: the rows in words, for those who cannot see the drawing.
    """
    bottom = _TOP + _ROW * len(rows)
    middle = _x(50.0)
    label = escape(f"{title}. {'; '.join(spoken)}.")
    ticks = "".join(
        f'<text x="{_x(at)}" y="{bottom + 16}" text-anchor="middle" fill-opacity="0.7">{at}</text>'
        for at in (0, 25, 50, 75, 100)
    )
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {bottom + 22}" '
        'class="study-figure" fill="currentColor">'
        f'<text x="{middle}" y="14" text-anchor="middle" fill-opacity="0.7">{escape(chance)}</text>'
        f'<path d="M{middle},20 V{bottom}" stroke="currentColor" stroke-dasharray="3 3"/>'
        f'<path d="M{_LEFT},{bottom} H{_RIGHT}" stroke="currentColor" stroke-opacity="0.4"/>'
        f"{''.join(_rate(row, _TOP + _ROW * number) for number, row in enumerate(rows))}"
        f"{ticks}</svg>"
    )


def table_html(columns: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> str:
    """A table that becomes a list of cards on a phone; the first column names the row."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + f'<th scope="row">{escape(row[0])}</th>'
        + "".join(
            f'<td data-label="{escape(column)}">{escape(cell)}</td>'
            for column, cell in zip(columns[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="study-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _x(percent: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * percent / 100


def _rate(row: RateRow, top: int) -> str:
    line = top + 27
    name = f'<text x="{_LEFT}" y="{top + 14}">{escape(row.name)}</text>'
    x = _x(row.rate)
    if row.interval is None:
        mark = f"M{x:.1f},{line - 6} l6,6 l-6,6 l-6,-6 z"
        return f'{name}<path d="{mark}" fill="none" stroke="currentColor" stroke-opacity="0.7"/>'
    low, high = (_x(end) for end in row.interval)
    return (
        f'{name}<path d="M{low:.1f},{line} H{high:.1f} M{low:.1f},{line - 4} v8 '
        f'M{high:.1f},{line - 4} v8" stroke="{_ACCENT}" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{line}" r="5" fill="{_ACCENT}"/>'
    )
