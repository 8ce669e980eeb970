"""The flags of `python -m train.evaluate`."""

from dataclasses import dataclass
from pathlib import Path

from tyro.conf import Positional


@dataclass(frozen=True)
class EvaluationOptions:
    """Compare checkpoints with each other, with no colour and with the real photos.

    Writes OUT/metrics.json, OUT/table.md and OUT/sheet-1.png …: grey, every checkpoint and the real
    photo side by side.
    """

    checkpoints: Positional[tuple[str, ...]]
    """Folders, bundled names or Hub ids; LABEL=CHECKPOINT gives the row a name of its own."""
    photos: tuple[Path, ...]
    """Folders of colour photos that no checkpoint was trained on."""
    out: Path
    """Folder for the results."""
    side: int = 256
    """Short side of the photos in pixels; smaller photos stay as they are."""
    index: Path | None = None
    """CSV with the columns path (from its own folder on) and subject; default: index.csv in the
    photo folders, if there is one."""
    limit: int | None = None
    """Evaluate this many photos, drawn at random."""
    temperature: tuple[float, ...] = ()
    """Further temperatures to decode classifiers at, besides 1 and the checkpoint's own."""
    palette: Path | None = None
    """Palette file of train.fit_palette: the training photos' colours for the two constant rows.
    Default: that of the first classifier given, else that of the bundled one."""
    robustness: int = 0
    """Photos to colour at four sizes and two aspect ratios each; 20 take some minutes."""
    sheet_photos: int = 40
    """Photos on the contact sheets, drawn at random."""
    write_into_checkpoints: bool = False
    """Put each checkpoint's own rows and the constant ones into its metrics.json; folders only."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos."""
    device: str = "cpu"
    """Where the colorization networks run."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.checkpoints or not self.photos:
            raise SystemExit("Give at least one checkpoint and one folder of --photos.")
        if self.limit is not None and self.limit < 2:
            raise SystemExit("--limit must be 2 or more: one photo has no spread.")
