"""What events are given: anybody may call them with anything, so nothing is taken for granted.

Photos are sent, never fetched: Gradio would download any public address that an event names,
without a bound on its size. Here an address leads to an upload or nowhere.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeGuard
from urllib.parse import unquote, urlsplit

from colorizer.web import gradio_internals, i18n
from colorizer.web.errors import refusal
from colorizer.web.temporary_files import temporary_folder

_SERVED = "/gradio_api/file="


def is_number_in(value: object, low: float, high: float) -> TypeGuard[float]:
    """Whether `value` is a number in low … high; NaN is in nothing."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def known_model(
    model: object, models: list[str], *, offers: Callable[[str], bool] | None = None
) -> str:
    """The model's name if it is one of `models` or is offered; an error on the page otherwise.

    offers: what else may be asked for, see `ColorizerService.offers`.
    """
    if isinstance(model, str) and (model in models or (offers is not None and offers(model))):
        return model
    raise refusal(i18n.UNKNOWN_MODEL.format(model=str(model)[:40], known=", ".join(models)))


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
