"""What events are given: anybody may call them with anything, so nothing is taken for granted."""

from collections.abc import Callable
from typing import TypeGuard

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
