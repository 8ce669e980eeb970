"""The command line: colour photos and folders of photos.

Parses, prints and counts; all that a photo goes through is in `colorizer.pipeline`.
"""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from colorizer import __version__
from colorizer.bundled import CheckpointError
from colorizer.photo import READABLE_SUFFIXES, PhotoError, open_photo, save_photo

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer

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
  python -m colorizer album/ -o coloured/ --model regression --vividness 1.2

exit status: 0 all photos done, 1 some could not be done, 2 none could be done.
"""


@dataclass(frozen=True)
class Job:
    """One photo to colour: where it lies and where the result goes (without a final suffix)."""

    source: Path
    target: Path


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
        "--temperature",
        type=_temperature,
        help="classification only: 0 = the likeliest colour everywhere, 1 = the average of all "
        "(default: the model's own)",
    )
    add("--format", choices=["jpg", "png", "webp", "tiff"], help="default: as the photo came")
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
    jobs = list(plan(arguments.photos, arguments.out))
    if not jobs:
        print("No photos found there.", file=sys.stderr)
        return EXIT_NOTHING_DONE

    # torch is imported from here on: --help and mistyped flags need not wait for it.
    from colorizer.pipeline import Colorizer

    try:
        colorizer = Colorizer.from_pretrained(
            arguments.model, revision=arguments.revision, device=arguments.device
        )
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return EXIT_NOTHING_DONE
    done = 0
    for job in tqdm(jobs, unit="photo", disable=arguments.quiet or not sys.stderr.isatty()):
        try:
            target = colorize_file(colorizer, job, arguments)
        except PhotoError as error:
            tqdm.write(f"{job.source}: {error}", file=sys.stderr)
            continue
        done += 1
        tqdm.write(str(target), file=sys.stdout)
    if done < len(jobs):
        print(f"{len(jobs) - done} of {len(jobs)} photos could not be coloured.", file=sys.stderr)
    return EXIT_DONE if done == len(jobs) else EXIT_SOME_FAILED if done else EXIT_NOTHING_DONE


def colorize_file(colorizer: "Colorizer", job: Job, arguments: argparse.Namespace) -> Path:
    """Colour one photo and save it; returns the file written, raises PhotoError."""
    result = colorizer.colorize(
        open_photo(job.source), vividness=arguments.vividness, temperature=arguments.temperature
    )
    suffix = f".{arguments.format}" if arguments.format else result.photo.suffix
    target = job.target.with_name(job.target.name + suffix)
    mark = None if arguments.no_mark else result.mark
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PhotoError(f"The folder {target.parent} cannot be made: {error.strerror}.") from error
    return save_photo(result.photo, target, mark=mark)


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
            yield Job(source=file, target=folder / f"{file.stem}-colour")


def _photos_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix.lower() in READABLE_SUFFIXES and not path.stem.endswith("-colour"):
            yield path


def _vividness(text: str) -> float:
    return _number(text, 0.0, 3.0)


def _temperature(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _number(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
    return value
