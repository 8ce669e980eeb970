"""Loaded models and recently analysed photos, for front ends that colour the same photo again.

Another vividness or another look at the same photo must not run the network twice: analyses are
kept by (photo, model), the least recently used leave first, and their total size is bounded.
The pipeline is imported with the first photo, so that a page can be shown before.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.colour.uncertainty import Certainty
from colorizer.model.bundled import bundled_checkpoints
from colorizer.model.checkpoint_identity import CheckpointIdentity, identify
from colorizer.photo import Photo, PhotoError, open_photo
from colorizer.service import memory
from colorizer.service.hub_models import HubModels
from colorizer.service.lru_cache import Recent

if TYPE_CHECKING:
    from colorizer.guide.guide import Reference
    from colorizer.guide.guiding import HintResult
    from colorizer.pipeline import Colorized, Colorizer, NetworkPass, Prediction

MAX_REFERENCES = 64
"""Reference photos that are kept, some 160 kB each."""


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """before, after: uint8 (h, w, 3), grey and coloured. photo: the full-size input.

    real: uint8 (h, w, 3), the photo as it came, or None when it has no colour of its own.
    seconds: the network and this decoding, without reading the file. hints: what became of each.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    real: NDArray[np.uint8] | None
    photo: Photo
    seconds: float
    hints: "tuple[HintResult, ...]" = ()


@dataclass(frozen=True)
class _Print:
    """A photo at preview size, uint8 (h, w, 3): as it came, and grey."""

    rgb: NDArray[np.uint8]
    grey: NDArray[np.uint8]


class ColorizerService:
    """Colours files by model name; safe to share between threads.

    open_photo: opens every file, as `colorizer.photo.open_photo` does; raises PhotoError.
    device: where the networks are. network_pass: runs them elsewhere for the photos in files, as
    `colorizer.pipeline.Colorizer.predict` takes it. hub_models: how many models of the Hub are kept
    in memory, 0 if none are offered. max_bytes: bound on the photos and network outputs kept for
    another decoding.
    """

    def __init__(
        self,
        *,
        open_photo: Callable[[str | Path], Photo] = open_photo,
        device: str = "cpu",
        network_pass: "NetworkPass | None" = None,
        hub_models: int = 0,
        max_bytes: int = 384 * 2**20,
    ) -> None:
        self.open_photo = open_photo
        self._device = device
        self._network_pass = network_pass
        self._hub = HubModels(hub_models, device=device)
        self._colorizers: dict[str, Colorizer] = {}
        self._analyses: Recent[tuple[str, str, str], Prediction] = Recent(
            max_bytes, _analysis_bytes
        )
        self._prints: Recent[tuple[str, int], _Print] = Recent(max_bytes // 4, _print_bytes)
        self._references: Recent[tuple[str, str, str], Reference] = Recent(
            MAX_REFERENCES, lambda reference: 1
        )
        self._loading = threading.Lock()
        self._running = threading.Lock()

    @property
    def models(self) -> list[str]:
        """Names of the models that come with the package."""
        return list(bundled_checkpoints())

    def identity(self, model: str) -> CheckpointIdentity:
        """Head and revision of the named model; raises CheckpointError.

        Only one of the Hub is loaded for it.
        """
        if self._hub.offers(model):
            checkpoint = self._hub.colorizer(model).checkpoint
            return CheckpointIdentity(checkpoint.config.network.head, checkpoint.revision)
        return identify(bundled_checkpoints()[model])

    @property
    def borrows(self) -> bool:
        """Whether its networks run on something lent, which no photo should take in vain."""
        return self._network_pass is not None

    def offers(self, model: str) -> bool:
        """Whether the name is a bundled model's or one that can be asked for on the Hub."""
        return model in self.models or self._hub.offers(model)

    def is_loaded(self, model: str) -> bool:
        """Whether the named model is in memory; the first time takes seconds."""
        return model in self._colorizers or self._hub.is_loaded(model)

    def colorizer(self, model: str) -> "Colorizer":
        """The named model, loaded on its first use; raises CheckpointError."""
        if self._hub.offers(model):  # nobody waits for a download but those who asked for it
            return self._hub.colorizer(model)
        from colorizer.pipeline import Colorizer

        with self._loading:
            if model not in self._colorizers:
                self._colorizers[model] = Colorizer.from_pretrained(model, device=self._device)
            return self._colorizers[model]

    def colorize(
        self, file: str | Path, model: str, adjustments: Adjustments = NO_ADJUSTMENTS
    ) -> "Colorized":
        """Colour the photo in `file`; raises PhotoError or CheckpointError."""
        with self._enough_memory():
            return self.colorizer(model).decode(self.prediction(file, model), adjustments)

    def preview(
        self,
        file: str | Path,
        model: str,
        adjustments: Adjustments = NO_ADJUSTMENTS,
        *,
        long_side: int,
    ) -> Preview:
        """Before and after at a size for the screen; costs no more than the first full analysis."""
        digest = _digest(Path(file))
        with self._enough_memory():
            prediction = self._analysis(digest, file, model)
            print_ = self._print(digest, prediction.photo, long_side)
            seen = replace(prediction, photo=Photo(rgb=print_.rgb))
            coloured = self.colorizer(model).decode(seen, adjustments)
        return Preview(
            before=print_.grey,
            after=coloured.photo.rgb,
            real=None if prediction.photo.is_grey else print_.rgb,
            photo=prediction.photo,
            seconds=coloured.seconds,
            hints=coloured.hints,
        )

    def has_likely_colours(self, model: str) -> bool:
        """Whether the model can follow palettes and references and has variants; a classifier."""
        return self.colorizer(model).checkpoint.ab_bins is not None

    def reference(self, file: str | Path, model: str) -> "Reference":
        """The colours of the photo in `file` for a `Guide` of this model.

        Raises PhotoError or CheckpointError, and AdjustmentError if it has hardly any colour.
        """
        colorizer = self.colorizer(model)
        key = (_digest(Path(file)), model, colorizer.checkpoint.revision)
        kept = self._references.get(key)
        if kept is None:
            photo = self.open_photo(file)
            with self._enough_memory(), self._running:
                kept = colorizer.reference(photo)
            self._references.put(key, kept)
        return kept

    def suggestions(self, file: str | Path, model: str, x: float, y: float) -> tuple[str, ...]:
        """Five likely colours (#rrggbb) at x, y in 0…1 of the photo in `file`."""
        with self._enough_memory():
            return self.colorizer(model).suggestions(self.prediction(file, model), x, y)

    def certainty(self, file: str | Path, model: str) -> Certainty | None:
        """How sure the model is of the photo in `file`; None when it cannot tell (regression)."""
        with self._enough_memory():
            return self.colorizer(model).certainty(self.prediction(file, model))

    def prediction(self, file: str | Path, model: str) -> "Prediction":
        """The network's view of the photo in `file`, from memory where it was seen lately."""
        return self._analysis(_digest(Path(file)), file, model)

    def predict(self, photo: Photo, model: str) -> "Prediction":
        """The network's view of a picture that is in no file, such as a film's; nothing is kept."""
        colorizer = self.colorizer(model)
        with self._enough_memory(), self._running:
            return colorizer.predict(photo)

    def forget(self, file: str | Path) -> None:
        """Keep nothing of the photo in `file`; nothing happens when it is not there any more."""
        with suppress(PhotoError):
            digest = _digest(Path(file))
            self._analyses.discard(lambda key: key[0] == digest)
            self._prints.discard(lambda key: key[0] == digest)
            self._references.discard(lambda key: key[0] == digest)

    @contextmanager
    def _enough_memory(self) -> Iterator[None]:
        """Whatever runs out of memory inside costs this photo, and what is kept of earlier ones."""
        try:
            yield
        except (MemoryError, RuntimeError) as error:
            # PyTorch says so in words alone: "not enough memory", "can't allocate memory" …
            if not isinstance(error, MemoryError) and "memory" not in str(error).lower():
                raise
            logger.error("out of memory; photos kept for another look are dropped")
            self._analyses.clear()
            self._prints.clear()
            raise PhotoError("no_memory") from error

    def _analysis(self, digest: str, file: str | Path, model: str) -> "Prediction":
        colorizer = self.colorizer(model)
        key = (
            digest,
            model,
            colorizer.checkpoint.revision,
        )  # a name on the Hub may change its model
        kept = self._analyses.get(key)
        if kept is not None:
            return kept
        photo = replace(self.open_photo(file), grey16=None)  # the page saves 8 bits
        with self._running:  # two networks at once would only slow each other down
            prediction = _on_own_pages(colorizer.predict(photo, network_pass=self._network_pass))
        self._analyses.put(key, prediction)
        return prediction

    def _print(self, digest: str, photo: Photo, long_side: int) -> _Print:
        from colorizer.colour.recolor import grey
        from colorizer.colour.resizing import shrink

        kept = self._prints.get((digest, long_side))
        if kept is not None:
            return kept
        rgb = shrink(photo.rgb, long_side)
        print_ = _Print(rgb=memory.moved(rgb), grey=memory.moved(grey(rgb)))
        self._prints.put((digest, long_side), print_)
        return print_


def _on_own_pages(prediction: "Prediction") -> "Prediction":
    """The same for long keeping; photos have their own pages from the decoder."""
    return replace(
        prediction,
        L=memory.moved(prediction.L),
        output=memory.moved(prediction.output),
        features=memory.moved(prediction.features),
    )


def _analysis_bytes(prediction: "Prediction") -> int:
    photo = prediction.photo
    alpha = 0 if photo.alpha is None else photo.alpha.nbytes
    arrays = (photo.rgb, prediction.L, prediction.output, prediction.features)
    return alpha + sum(array.nbytes for array in arrays)


def _print_bytes(print_: _Print) -> int:
    return print_.rgb.nbytes + print_.grey.nbytes


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise PhotoError("gone") from error
