"""Small drawings for the page, as SVG and HTML: they follow dark mode and need no script."""

from collections.abc import Sequence

import numpy as np

from colorizer.colour.uncertainty import Certainty, colour_scale, scale_colours
from colorizer.previews.palette import PalettePreview
from colorizer.previews.palette_files import hex_codes
from colorizer.web import i18n

_WIDTH, _HEIGHT, _MARGIN = 480, 220, 40


def curve_svg(
    x: Sequence[float], y: Sequence[float], *, chosen: int, title: str, x_label: str, y_label: str
) -> str:
    """A line through the points (x, y) with the point number `chosen` marked.

    Both axes run from 0 (y: from the lowest value) to their largest value.
    """
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    low, high = float(min(ys.min(), 0.0)), float(max(ys.max(), 1e-9))
    right = max(float(xs.max()), 1e-9)
    across = _MARGIN + xs / right * (_WIDTH - 2 * _MARGIN)
    down = _HEIGHT - _MARGIN - (ys - low) / (high - low) * (_HEIGHT - 2 * _MARGIN)
    points = " ".join(f"{a:.1f},{d:.1f}" for a, d in zip(across, down, strict=True))
    cx, cy = across[chosen], down[chosen]
    ticks = "".join(
        [*(_x_tick(_MARGIN + at / right * (_WIDTH - 2 * _MARGIN), at) for at in _round(right))]
        + [
            _y_tick(_HEIGHT - _MARGIN - (at - low) / (high - low) * (_HEIGHT - 2 * _MARGIN), at)
            for at in _round(high)
        ]
    )
    bottom, left = _HEIGHT - _MARGIN, _MARGIN
    return (
        f'<svg role="img" aria-label="{title}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'style="width:100%;max-width:560px;font:12px system-ui" fill="currentColor">'
        f'<path d="M{left},{_MARGIN / 2} V{bottom} H{_WIDTH - _MARGIN}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.4"/>'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'
        f'<path d="M{cx:.1f},{bottom} V{cy:.1f} H{left}" fill="none" stroke="#f59e0b" '
        'stroke-dasharray="4 3"/>'
        f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="5" fill="#f59e0b"/>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 8}" text-anchor="end">{x_label}</text>'
        f'<text x="{left}" y="12">{y_label}</text>'
        f"{ticks}"
        f'<text x="{min(cx + 9, _WIDTH - 60):.1f}" y="{min(cy + 18, bottom - 6):.1f}" '
        f'font-weight="600">{decimal(f"{xs[chosen]:g}")}: {decimal(f"{ys[chosen]:.3g}")}</text>'
        "</svg>"
    )


def decimal(written: str) -> str:
    """A number as the visitor's language writes it."""
    return written.replace(".", i18n.DECIMAL_MARK)


def _round(most: float) -> list[float]:
    """Some three to six round numbers from 0 to `most`."""
    step = 10.0 ** np.floor(np.log10(most))
    step = next((step * part for part in (0.2, 0.25, 0.5, 1.0) if most / (step * part) <= 5), step)
    return [float(at) for at in np.arange(0.0, most * 1.0001, step)]


def _x_tick(x: float, value: float) -> str:
    return (
        f'<path d="M{x:.1f},{_HEIGHT - _MARGIN} v4" stroke="currentColor" stroke-opacity="0.4"/>'
        f'<text x="{x:.1f}" y="{_HEIGHT - _MARGIN + 15}" text-anchor="middle" '
        f'fill-opacity="0.75">{decimal(f"{value:g}")}</text>'
    )


def _y_tick(y: float, value: float) -> str:
    return (
        f'<path d="M{_MARGIN},{y:.1f} h-4" stroke="currentColor" stroke-opacity="0.4"/>'
        f'<text x="{_MARGIN - 7}" y="{y + 4:.1f}" text-anchor="end" '
        f'fill-opacity="0.75">{decimal(f"{value:g}")}</text>'
    )


SWATCH_STYLE = """
.swatches { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 6px; }
.swatches button { margin: 0; padding: 0; overflow: hidden; border: 1px solid rgba(128,128,128,.4);
  border-radius: 6px; font: 12px ui-monospace, monospace; background: none; color: inherit;
  cursor: pointer; text-align: left; }
.swatches i { display: block; height: 34px; }
.swatches span { display: block; padding: 2px 6px; }
@media (max-width: 700px) {
  .swatches { grid-template-columns: repeat(auto-fill, minmax(56px, 1fr)); gap: 4px; }
  .swatches button { font-size: 11px; }
  .swatches i { height: 26px; }
  .swatches span { padding: 1px 4px; }
  .swatches .share { display: none; }
}
"""

SWATCH_SCRIPT = """
element.addEventListener('click', (event) => {
  const swatch = event.target.closest('button[data-hex]');
  if (!swatch) return;
  const label = swatch.querySelector('span');
  navigator.clipboard.writeText(swatch.dataset.hex).then(() => {
    const before = label.textContent;
    label.textContent = '✓';
    setTimeout(() => { label.textContent = before; }, 900);
  });
});
"""


def swatches_html(preview: PalettePreview) -> str:
    """One button for each colour: its hex code, copied by a click, and its share of the photo."""
    buttons = [
        f'<button type="button" data-hex="{code}" aria-label="{code}, {decimal(f"{share:.1%}")}">'
        f'<i style="background:{code}"></i><span>{code}</span>'
        f'<span class="share">{decimal(f"{share:.1%}")}</span></button>'
        for code, share in zip(preview.hex, preview.shares, strict=True)
    ]
    return f'<div class="swatches">{"".join(buttons)}</div>'


def certainty_legend(certainty: Certainty) -> str:
    """What the map of certainty says in words, and its scale; sure and a guess are its thirds."""
    colours = ", ".join(hex_codes(colour_scale(9)))
    _, sure, guess, _ = np.log(scale_colours(certainty.n_colours, 4)) / np.log(certainty.n_colours)
    sentence = i18n.CERTAINTY_FIGURES.format(
        sure=100 * float((certainty.entropy < sure).mean()),
        guess=100 * float((certainty.entropy > guess).mean()),
    )
    return (
        f"<p>{sentence}</p>"
        f'<div class="certainty-ends"><span>{i18n.CERTAINTY_SURE}</span>'
        f"<span>{i18n.CERTAINTY_GUESS}</span></div>"
        f'<div class="certainty-scale" style="background:linear-gradient(90deg, {colours})"></div>'
    )
