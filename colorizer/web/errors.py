"""From the library's errors to the page: their text is the sentence that people see."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from colorizer.model.bundled import CheckpointError
from colorizer.photo import PhotoError
from colorizer.study import TrialError
from colorizer.web import i18n
from colorizer.web.i18n.library_sentences import in_their_language

logger = logging.getLogger(__name__)


def refusal(sentence: str) -> gr.Error:
    """An error for the page that leaves no traceback in the log."""
    return gr.Error(sentence, title=i18n.ERROR, print_exception=False)


@contextmanager
def errors_on_the_page() -> Iterator[None]:
    """What goes wrong with a photo, a model or the study inside becomes a sentence on the page."""
    try:
        yield
    except (PhotoError, CheckpointError, TrialError) as error:
        raise refusal(in_their_language(str(error))) from error
    except OSError as error:  # a full or read-only disk; what it says may hold paths
        logger.error("a file for the page could not be written: %s", error.strerror or "unknown")
        raise refusal(i18n.NOT_STORED) from error
