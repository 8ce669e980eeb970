"""What events are given: anybody may call them with anything, so nothing is taken for granted."""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import gradio as gr

from colorizer.web import i18n
from colorizer.web.errors import refusal


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


def event_details(event: gr.EventData) -> Mapping[str, Any]:
    """What a component tells with its event; empty when it is nothing that a component tells."""
    return event._data if isinstance(event._data, dict) else {}
