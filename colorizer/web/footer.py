"""The foot of the page: what happens to photos, and the way to the tab about the models."""

import gradio as gr

from colorizer.web import i18n

_SCRIPT = """
element.addEventListener('click', (event) => {
  if (!event.target.closest('a')) return;
  event.preventDefault();
  const tab = document.getElementById('tab-about-button');
  tab.click();
  tab.scrollIntoView({block: 'nearest'});
  tab.focus({preventScroll: true});
});
"""


def small_print() -> gr.HTML:
    """The component, inside the current Blocks."""
    link = f'<a href="?tab=about">{i18n.TAB_ABOUT}</a>'
    return gr.HTML(
        f"<p>{i18n.PRIVACY} {link}{i18n.FOOTER}</p>",
        js_on_load=_SCRIPT,
        apply_default_css=False,
        padding=False,
        elem_id="small-print",
    )
