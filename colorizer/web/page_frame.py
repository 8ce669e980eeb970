"""What stands above and below the tabs: name, language, keyboard; what happens to photos.

The head brings the page's own script.
"""

import json
from html import escape
from pathlib import Path

import gradio as gr

from colorizer.web import i18n

_SCRIPT = (Path(__file__).parent / "page_script.js").read_text(encoding="utf-8")
_TO_ABOUT = """
element.addEventListener('click', (event) => {
  if (!event.target.closest('a')) return;
  event.preventDefault();
  const tab = document.getElementById('tab-about-button');
  tab.click();
  tab.scrollIntoView({block: 'nearest'});
  tab.focus({preventScroll: true});
});
"""


def page_head(name: str) -> gr.HTML:
    """The head, inside the current Blocks."""
    code, language = i18n.OTHER_LANGUAGE
    labels = escape(json.dumps(i18n.GRADIOS_LABELS), quote=True)
    keys = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in i18n.KEYS)
    return gr.HTML(
        f"<h1>{escape(name)}</h1>"
        f'<nav data-spoken="{i18n.LANGUAGE}" data-labels="{labels}">'
        f'<button type="button" data-keys>{i18n.KEYS_TITLE}</button>'
        f'<button type="button" data-language="{code}" lang="{code}">{language}</button></nav>'
        f'<dialog id="keys" aria-label="{i18n.KEYS_TITLE}"><h2>{i18n.KEYS_TITLE}</h2>'
        f'<dl>{keys}</dl><form method="dialog"><button>{i18n.CLOSE}</button></form></dialog>',
        # Not `launch(head=…)`: such a script comes without the nonce and would not be run.
        js_on_load=_SCRIPT,
        apply_default_css=False,
        padding=False,
        elem_id="page-head",
    )


def small_print() -> gr.HTML:
    """The foot: what happens to photos, and the way to the tab about the models."""
    link = f'<a href="?tab=about">{i18n.TAB_ABOUT}</a>'
    return gr.HTML(
        f"<p>{i18n.PRIVACY} {link}{i18n.FOOTER}</p>",
        js_on_load=_TO_ABOUT,
        apply_default_css=False,
        padding=False,
        elem_id="small-print",
    )
