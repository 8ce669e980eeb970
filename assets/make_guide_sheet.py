"""Make docs/guide.md's picture: guesses of the model, and the same after at most five hints.

    python -m assets.make_guide_sheet

From the black-and-white examples and the demo photographs of the study, see LICENSES.md. Another folder and a JSON file of
hints for each photo, {"name.jpg": [[x, y, "#rrggbb"], …]}, make a sheet of one's own:

    python -m assets.make_guide_sheet --photos album --hints hints.json --out sheet.webp
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from colorizer import Adjustments, Colorizer, Photo, open_photo, save_photo
from colorizer.colour.recolor import grey
from colorizer.colour.resizing import resize
from colorizer.guide.guide import Guide, Hint

HERE = Path(__file__).parent
SIDE = 300
"""Of a cell, pixels."""

Point = tuple[float, float, str]

HINTS: dict[str, list[Point]] = {
    "examples/admiral.jpg": [(0.85, 0.3, "#8f8a80"), (0.2, 0.3, "#a03038"), (0.5, 0.4, "#c99a80")],
    "examples/retina.jpg": [(0.3, 0.5, "#c4502e"), (0.7, 0.3, "#c4502e"), (0.6, 0.7, "#c4502e")],
    "examples/coins.jpg": [
        (0.36, 0.13, "neutral"), (0.2, 0.35, "neutral"), (0.05, 0.62, "neutral"),
        (0.97, 0.5, "neutral"), (0.5, 0.98, "neutral"),
    ],
    "examples/cameraman.jpg": [(0.25, 0.93, "#20242e"), (0.4, 0.5, "#2e3340")],
    "study/person/astronaut.jpg": [(0.3, 0.93, "#d8641e"), (0.82, 0.85, "#d8641e")],
    "study/thing/coffee.jpg": [(0.25, 0.55, "#3f7a5a"), (0.65, 0.88, "#3f7a5a"), (0.75, 0.55, "#3f7a5a")],
    "study/thing/drum.jpg": [(0.4, 0.8, "#3b5f9a"), (0.75, 0.8, "#3b5f9a"), (0.72, 0.6, "#3b5f9a")],
    "study/plant/dahlia.jpg": [(0.5, 0.5, "#b04a90"), (0.4, 0.35, "#c86ab0"), (0.65, 0.6, "#c86ab0")],
    "study/landscape/lake.jpg": [(0.3, 0.45, "#6f9fbf"), (0.1, 0.55, "#6f9fbf")],
    "study/thing/table.jpg": [(0.6, 0.4, "#9fb0a0"), (0.3, 0.3, "#9fb0a0"), (0.1, 0.85, "#6d675e")],
    "study/plant/fig.jpg": [(0.8, 0.55, "#31506e"), (0.3, 0.55, "#31506e"), (0.5, 0.5, "#a8384a")],
    "study/animal/dogs.jpg": [(0.8, 0.4, "#7d98a8"), (0.75, 0.2, "#7d98a8"), (0.85, 0.9, "#6a6a66")],
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Write the sheet: before and after side by side, two photos a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=HERE)
    parser.add_argument("--hints", type=Path)
    parser.add_argument("--out", type=Path, default=HERE / "readme" / "guide.webp")
    arguments = parser.parse_args(argv)
    hints = json.loads(arguments.hints.read_text()) if arguments.hints else HINTS
    save_photo(Photo(rgb=sheet(arguments.photos, hints)), arguments.out)


def sheet(folder: Path, hints: Mapping[str, Sequence[Point]]) -> np.ndarray:
    """uint8 (H, W, 3): the guess and the repaired picture of each photo."""
    model = Colorizer.from_pretrained("classification")
    pairs = []
    for name, points in hints.items():
        prediction = model.predict(Photo(rgb=grey(open_photo(folder / name).rgb)))
        guide = Guide(hints=tuple(Hint(x, y, colour) for x, y, colour in points))
        after = model.decode(prediction, Adjustments(guide=guide)).photo.rgb
        pairs.append(np.hstack([_cell(model.decode(prediction).photo.rgb), _cell(after)]))
    if len(pairs) % 2:
        pairs.append(np.full_like(pairs[0], 255))
    rows = [np.hstack(pairs[at : at + 2]) for at in range(0, len(pairs), 2)]
    return np.vstack(rows)


def _cell(rgb: np.ndarray) -> np.ndarray:
    """The whole photo on white, SIDE × SIDE."""
    scale = (SIDE - 6) / max(rgb.shape[:2])
    small = resize(rgb, *(round(side * scale) for side in rgb.shape[:2]))
    cell = np.full((SIDE, SIDE, 3), 255, np.uint8)
    top, left = ((SIDE - side) // 2 for side in small.shape[:2])
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    return cell


if __name__ == "__main__":
    main()
