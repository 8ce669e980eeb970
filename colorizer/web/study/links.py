"""Which study a visitor's address asks for, and the addresses that are passed on.

`?tab=study&study=ID` asks for a visitor's study. Its owner's key stands behind the "#", where no
server and no other page ever gets to see it: scripts here hand it over.
"""

from urllib.parse import urlsplit

import gradio as gr

STUDY_SCRIPT = """
(...values) => {
  values[values.length - 1] = new URLSearchParams(location.search).get('study') ?? '';
  return values;
}
"""
"""Puts the study of the address into an event's last input."""

OWNER_SCRIPT = """
(...values) => {
  const [key, study] = [values.length - 2, values.length - 1];
  values[study] = new URLSearchParams(location.search).get('study') ?? '';
  values[key] ||= location.hash.match(/^#owner=([\\w-]+)$/)?.[1] ?? '';
  return values;
}
"""
"""As above, and the owner's key into the last but one, unless it was typed in."""


def study_input() -> gr.Textbox:
    """The input that STUDY_SCRIPT fills, inside the current Blocks; programs send the id in it."""
    return gr.Textbox("", visible=False, label="study")


def page_address(request: gr.Request | None) -> str:
    """Where the visitor's browser found the page, without what follows a "?"; "" if unknown.

    It goes back to this visitor only, as text, so it may be whatever their browser says.
    """
    parts = urlsplit(str(request.headers.get("referer", "")) if request else "")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def friends_link(request: gr.Request | None, study_id: object) -> str:
    """The address that leads others to the same study."""
    page = page_address(request)
    return f"{page}?tab=study&study={study_id}" if study_id else page


def owners_link(request: gr.Request | None, study_id: str, key: str) -> str:
    """The address that opens results, votes and deletion."""
    return f"{friends_link(request, study_id)}#owner={key}"
