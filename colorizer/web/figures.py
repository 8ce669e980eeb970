"""Small drawings for the page, as SVG and HTML: they follow dark mode and need no script."""

from collections.abc import Sequence

import numpy as np

from colorizer.colour.uncertainty import Certainty, colour_scale, scale_colours
from colorizer.previews.palette import PalettePreview
from colorizer.previews.palette_files import hex_codes
from colorizer.web import i18n

_WIDTH, _HEIGHT, _MARGIN = 480, 200, 34


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
        f'<text x="{cx:.1f}" y="{_HEIGHT - 20}" text-anchor="middle">{xs[chosen]:g}</text>'
        f'<text x="{_WIDTH - _MARGIN + 4}" y="{_MARGIN / 2 + 4}" fill-opacity="0.6" '
        f'text-anchor="end">{high:.3g}</text></svg>'
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
        f'<button type="button" data-hex="{code}" aria-label="{code}, {share:.1%}">'
        f'<i style="background:{code}"></i><span>{code}</span>'
        f'<span class="share">{share:.1%}</span></button>'
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
