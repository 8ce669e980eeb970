"""From the library's errors to the page, in the visitor's language."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from colorizer.errors import ColorizerError
from colorizer.web import i18n

logger = logging.getLogger(__name__)


class Refusal(gr.Error):
    """A sentence of ours, in the visitor's language; any other `gr.Error` is one of Gradio's."""


def refusal(sentence: str) -> Refusal:
    """An error for the page that leaves no traceback in the log."""
    return Refusal(sentence, title=i18n.ERROR, print_exception=False)


def explained(error: BaseException) -> gr.Error:
    """What the page says of an error: of one that is none of ours, none of its own words."""
    return error if isinstance(error, Refusal) else refusal(_sentence(error))


def _sentence(error: BaseException) -> str:
    if isinstance(error, gr.Error):  # a component turns a value down
        return i18n.BAD_VALUE
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
