"""From the library's errors to the page, in the visitor's language."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from colorizer.errors import ColorizerError
from colorizer.web import i18n

logger = logging.getLogger(__name__)


def refusal(sentence: str) -> gr.Error:
    """An error for the page that leaves no traceback in the log."""
    return gr.Error(sentence, title=i18n.ERROR, print_exception=False)


def explained(error: BaseException) -> str:
    """What the page says of an error that nobody turned into a sentence: none of its own words."""
    causes = [error]
    while causes[-1].__cause__ is not None and len(causes) < 9:
        causes.append(causes[-1].__cause__)
    for cause in causes:
        if isinstance(cause, ColorizerError):
            return i18n.told(cause)
        if isinstance(cause, MemoryError):
            return i18n.NO_MEMORY
        if isinstance(cause, OSError):
            return i18n.NOT_STORED
    return i18n.FAILED


@contextmanager
def errors_on_the_page() -> Iterator[None]:
    """What goes wrong with a photo, a model or the study inside becomes a sentence on the page."""
    try:
        yield
    except ColorizerError as error:
        raise refusal(i18n.told(error)) from error
    except OSError as error:  # a full or read-only disk; what it says may hold paths
        logger.error("a file for the page could not be written: %s", error.strerror or "unknown")
        raise refusal(i18n.NOT_STORED) from error
    except MemoryError as error:
        logger.error("not enough memory for an event")
        raise refusal(i18n.NO_MEMORY) from error
