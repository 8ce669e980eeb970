"""Theme and style of the page: calm, photos first, no fonts or scripts from elsewhere."""

import gradio as gr

CSS = """
.gradio-container { max-width: 1180px !important; margin: 0 auto; }
#lead { font-size: 1.05rem; opacity: 0.85; }
#small-print { font-size: 0.85rem; opacity: 0.7; }
#before-after img { max-height: 78vh; }
"""


def theme() -> gr.themes.Base:
    """Neutral greys around the photos, one warm accent, system fonts."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.amber,
        neutral_hue=gr.themes.colors.stone,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
    )
