"""The command line: colour photos and folders of photos.

Parses, prints and counts; what happens to the photos is in `colorizer.batch`.
"""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from colorizer import __version__
from colorizer.adjustments import MAX_VIVIDNESS, MAX_WARMTH, Adjustments
from colorizer.batch import Job, SaveOptions, colour_album, coloured_stem
from colorizer.errors import CheckpointError
from colorizer.photo import READABLE_SUFFIXES
from colorizer.settings import Settings

EXIT_DONE = 0
EXIT_SOME_FAILED = 1
EXIT_NOTHING_DONE = 2

_DESCRIPTION = """\
Turn black-and-white photographs into plausible colour ones. The colours are invented: a guess of a
trained model, not a record. The result keeps the size and the lightness of the photo.
"""

_EXAMPLES = """\
examples:
  python -m colorizer grandmother.jpg                    writes grandmother-colour.jpg beside it
  python -m colorizer album/ more/*.png -o coloured/     colours folders, keeps their structure
  python -m colorizer album/ -o coloured/ --model regression --vividness 1.2 --warmth 0.3
  python -m colorizer grandmother.jpg --layer            also the colours alone, for photo editors

exit status: 0 all photos done, 1 some could not be done, 2 none could be done.
"""


def build_parser() -> argparse.ArgumentParser:
    """All flags, in plain words."""
    parser = argparse.ArgumentParser(
        prog="colorizer",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("photos", nargs="+", type=Path, help="photos, or folders that are searched for photos")
    add("-o", "--out", type=Path, help="folder for the results (default: beside each photo)")
    add(
        "--model",
        default="classification",
        help="classification (vivid), regression (cautious), a checkpoint folder, or owner/name on "
        "the Hugging Face Hub (default: %(default)s)",
    )
    add("--revision", help="branch, tag or commit of a model on the Hub")
    add("--vividness", type=_vividness, default=1.0, help="0 = grey, 1 = normal, up to 3")
    add(
        "--warmth",
        type=_warmth,
        default=0.0,
        help="white balance: -1 = cooler, 0 = as the model means it, 1 = warmer",
    )
    add(
        "--temperature",
        type=_temperature,
        help="classification only: 0 = the likeliest colour everywhere, 1 = the average of all "
        "(default: the model's own)",
    )
    add("--format", choices=["jpg", "png", "webp", "tiff"], help="default: as the photo came")
    add(
        "--layer",
        action="store_true",
        help="also write the colours alone, a transparent PNG for photo editors to lay over the "
        "black-and-white photo",
    )
    add(
        "--no-mark",
        action="store_true",
        help="do not note in the file that colours are invented",
    )
    add("--device", default="cpu", help="cpu or cuda (default: %(default)s)")
    add("-q", "--quiet", action="store_true", help="no progress bar")
    add("--version", action="version", version=f"colorizer {__version__}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Colour what the arguments name; returns the exit status."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        limits = Settings.from_env().limits
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_NOTHING_DONE
    jobs = list(plan(arguments.photos, arguments.out))
    if not jobs:
        print("No photos found there.", file=sys.stderr)
        return EXIT_NOTHING_DONE

    # Not at the top: --help and mistyped flags need not wait for it.
    from colorizer.pipeline import Colorizer

    try:
        colorizer = Colorizer.from_pretrained(
            arguments.model, revision=arguments.revision, device=arguments.device
        )
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return EXIT_NOTHING_DONE
    outcomes = colour_album(colorizer, jobs, save_options(arguments), limits=limits)
    silent = arguments.quiet or not sys.stderr.isatty()
    done = 0
    for outcome in tqdm(outcomes, total=len(jobs), unit="photo", disable=silent):
        if outcome.written is None:
            tqdm.write(f"{outcome.job.source}: {outcome.reason}", file=sys.stderr)
            continue
        done += 1
        tqdm.write(str(outcome.written), file=sys.stdout)
    if done < len(jobs):
        print(f"{len(jobs) - done} of {len(jobs)} photos could not be coloured.", file=sys.stderr)
    return EXIT_DONE if done == len(jobs) else EXIT_SOME_FAILED if done else EXIT_NOTHING_DONE


def save_options(arguments: argparse.Namespace) -> SaveOptions:
    """How the photos are to be coloured and saved."""
    return SaveOptions(
        adjustments=Adjustments(arguments.vividness, arguments.warmth, arguments.temperature),
        format=arguments.format,
        marked=not arguments.no_mark,
        layer=arguments.layer,
    )


def plan(sources: Sequence[Path], out: Path | None) -> Iterator[Job]:
    """The photos that `sources` name, each once, folders searched in sorted order."""
    seen: set[Path] = set()
    for source in sources:
        files = sorted(_photos_in(source)) if source.is_dir() else [source]
        for file in files:
            if file in seen:
                continue
            seen.add(file)
            inner = file.relative_to(source).parent if source.is_dir() else Path()
            folder = file.parent if out is None else out / inner
            yield Job(source=file, target=folder / coloured_stem(file))


def _photos_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        ours = path.stem.endswith(("-colour", "-colour-layer"))
        if path.suffix.lower() in READABLE_SUFFIXES and not ours:
            yield path


def _vividness(text: str) -> float:
    return _number(text, 0.0, MAX_VIVIDNESS)


def _warmth(text: str) -> float:
    return _number(text, -MAX_WARMTH, MAX_WARMTH)


def _temperature(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _number(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
    return value
