"""Theme and style of the page: calm, photos first, no fonts or scripts from elsewhere."""

from pathlib import Path

import gradio as gr

CSS = """
.gradio-container { width: 100%; max-width: 1180px !important; margin: 0 auto; }
#lead { font-size: 1.05rem; opacity: 0.85; }
.dark { --color-accent: var(--primary-500); }
#small-print { font-size: 0.85rem; opacity: 0.75; }
#small-print, #small-print .html-container { padding: 0; }
#small-print a { color: inherit; text-decoration: underline; }
footer .divider { display: none !important; }

/* On a phone a label ends before the buttons in the other corner of its box. */
@media (max-width: 700px) {
  [data-testid=block-label]:not(.float-none) { max-width: calc(100% - 72px); }
}
""" + "".join(
    (Path(__file__).parent / name).read_text(encoding="utf-8")
    for name in (
        "page.css",
        "before_after.css",
        "colorize/colorize.css",
        "film/film.css",
        "previews/previews.css",
        "study/study.css",
        "about/about.css",
    )
)


def theme() -> gr.themes.Base:
    """Neutral greys around the photos, one warm accent, system fonts."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.amber,
        neutral_hue=gr.themes.colors.stone,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
    ).set(  # contrast of 4.5 to 1 for every text, WCAG 2.2, 1.4.3
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        color_accent="*primary_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
    )
