"""The examples of the Colorize tab: they come with the package, coloured, and need no torch."""

import json
from dataclasses import dataclass
from pathlib import Path

from colorizer.model.bundled import bundled_examples
from colorizer.web import i18n

MODEL = "classification"
"""The model that coloured them; another one colours them when it is asked for."""

INDEX_FILE = "examples.json"


@dataclass(frozen=True)
class Example:
    """One black-and-white photo, the same as `MODEL` coloured it, and a thumbnail of both."""

    name: str
    grey: Path
    coloured: Path
    thumbnail: Path


def load_examples() -> list[Example]:
    """The examples that came with this installation, in the order in which they are shown."""
    folder = bundled_examples()
    index = folder / INDEX_FILE
    if not index.is_file():
        return []
    names = json.loads(index.read_text(encoding="utf-8"))["examples"]
    return [
        Example(
            name=name,
            grey=folder / grey_file(name),
            coloured=folder / coloured_file(name),
            thumbnail=folder / thumbnail_file(name),
        )
        for name in names
    ]


def example_caption(name: str) -> str:
    """What is said below an example; Markdown."""
    title, note = i18n.EXAMPLES[name]
    return f"**{i18n.EXAMPLE}: {title}**, {note}. {i18n.EXAMPLE_INVITATION}"


def grey_file(name: str) -> str:
    """File name of an example as the model gets it."""
    return f"{name}.jpg"


def coloured_file(name: str) -> str:
    """File name of an example as `MODEL` coloured it."""
    return f"{name}-{MODEL}.jpg"


def thumbnail_file(name: str) -> str:
    """File name of the small picture that is grey on the left and coloured on the right."""
    return f"{name}-thumbnail.jpg"
