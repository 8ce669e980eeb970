"""Photos are sent, never fetched: an address where a file belongs leads to an upload or nowhere.

Gradio would download any public address that an event names, without a bound on its size.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from colorizer.web import gradio_internals, i18n
from colorizer.web.errors import refusal
from colorizer.web.temporary_files import temporary_folder

_SERVED = "/gradio_api/file="


def fetch_nothing() -> None:
    """Take the place of Gradio's download, for all events and every kind of component."""
    gradio_internals.replace_download(_uploaded)


async def _uploaded(url: str, cache_dir: str) -> str:
    """The file that was uploaded here and is named by its address; refused if there is none.

    Agents name uploads so. The address tells no more than the bare path, which Gradio takes as
    well; its host is not looked at.
    """
    try:
        _, served, name = urlsplit(url).path.partition(_SERVED)
        file = Path(unquote(name)).resolve()
        if served and file.is_relative_to(temporary_folder()) and file.is_file():
            return str(file)
    except (ValueError, OSError):  # no address, no path
        pass
    raise refusal(i18n.NO_ADDRESS)
