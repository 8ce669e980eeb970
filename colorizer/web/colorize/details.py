"""A closer look at one photo: both models, the real colours, the model's certainty, the palette."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.uncertainty import heat_map
from colorizer.metrics import compare_colours
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.photo_colours import count_colours
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web import i18n
from colorizer.web.before_after import pair_value
from colorizer.web.colorize.choice import Choice, look_at
from colorizer.web.colorize.compare_grid import Compared, compare_value
from colorizer.web.figures import certainty_legend, swatches_html
from colorizer.web.screen_pictures import screen_picture

PALETTE_COLOURS = 12
PALETTE_SIDE = 384
"""Long side of the picture whose colours are grouped, pixels."""

VERSIONS, VERSION_SIDE = 4, 400
"""How many other versions are offered, and the long side of their pictures, pixels."""

Own = Callable[[str], None]
"""Told of every picture that is made, so that it can be deleted with the visit."""


class Details:
    """Makes what the folded parts of the Colorize tab show; raises PhotoError, CheckpointError."""

    def __init__(self, service: ColorizerService, long_side: int) -> None:
        self._service = service
        self._long_side = long_side

    def compare(self, choice: Choice, models: list[str], own: Own) -> dict[str, Any]:
        """What each model makes of the photo, then the photo as it came.

        models: the bundled ones; the chosen one is added where it is another.
        """
        previews = {
            model: look_at(self._service, replace(choice, model=model), self._long_side)
            for model in dict.fromkeys([*models, choice.model])
        }
        pictures = [
            Compared(_made(p.after, own), i18n.COMPARED.get(model, model), model)
            for model, p in previews.items()
        ]
        as_it_came = previews[choice.model]
        pictures.append(Compared(_made(as_it_came.before, own), i18n.COMPARE_BEFORE))
        if as_it_came.real is not None:
            pictures.append(Compared(_made(as_it_came.real, own), i18n.COMPARE_REAL))
        return compare_value(pictures, choice.model)

    def versions(self, choice: Choice, own: Own) -> tuple[dict[str, Any] | None, str]:
        """The likeliest picture and others, small, and what is said where there are none."""
        if not self._service.has_likely_colours(choice.model):
            return compare_value([], ""), i18n.NO_VERSIONS
        pictures = []
        for number in range(VERSIONS + 1):
            after = look_at(self._service, choice.guided(variant=number), VERSION_SIDE).after
            caption = i18n.VERSION.format(number=number) if number else i18n.VERSION_FIRST
            pictures.append(Compared(_made(after, own), caption, str(number)))
        return compare_value(pictures, str(choice.guide.variant)), ""

    def real(self, choice: Choice, own: Own) -> tuple[dict[str, Any] | None, str]:
        """The photo's own colours beside ours, and how far apart they are."""
        preview = look_at(self._service, choice, self._long_side)
        if preview.real is None:
            return None, i18n.NO_REAL
        figures = compare_colours(preview.real, preview.after)
        pair = _made(preview.real, own), _made(preview.after, own)
        return pair_value(pair), i18n.REAL_FIGURES.format(
            ab_rmse=figures.ab_rmse, real=figures.colorfulness_real, ours=figures.colorfulness
        )

    def certainty(self, choice: Choice, own: Own) -> tuple[dict[str, Any] | None, str]:
        """The photo beside the map of the classifier's entropy, and the map's legend as HTML."""
        certainty = self._service.certainty(choice.file, choice.model)
        if certainty is None:
            return None, i18n.NO_CERTAINTY
        before = look_at(self._service, choice, self._long_side).before
        picture = heat_map(certainty, *before.shape[:2])
        pair = _made(before, own), _made(picture, own)
        return pair_value(pair), certainty_legend(certainty)

    def palette(self, choice: Choice) -> str:
        """The colours of the coloured photo as swatches, HTML."""
        after = look_at(self._service, choice, self._long_side).after
        colours = count_colours(_smaller(after))
        return swatches_html(kmeans_palette(colours, PALETTE_COLOURS, space="ab"))


def _made(rgb: NDArray[np.uint8], own: Own) -> str:
    path = screen_picture(rgb)
    own(path)
    return path


def _smaller(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from colorizer.colour.resizing import shrink

    return shrink(rgb, PALETTE_SIDE)
