"""The arguments of the command line, in plain words, and what they mean for the library."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer import __version__
from colorizer.adjustments import MAX_VIVIDNESS, MAX_WARMTH, NO_GUIDE, Adjustments
from colorizer.album.plan import PlanOptions, UsageError
from colorizer.batch import SaveOptions, fingerprint
from colorizer.errors import CheckpointError
from colorizer.film.options import CODECS
from colorizer.guide.files import palette_named, read_hints
from colorizer.guide.guide import MAX_VARIANT, Guide
from colorizer.model.bundled import bundled_checkpoints
from colorizer.photo import DEFAULT_LIMITS, PhotoLimits, open_photo

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer

EXIT_DONE = 0
EXIT_SOME_FAILED = 1
EXIT_NOTHING_DONE = 2

DEFAULT_MEGAPIXELS = 200
DEFAULT_MEGABYTES = 1000

_USUAL = {"vividness": 1.0, "warmth": 0.0, "strength": 1.0, "bits": 16}

_DESCRIPTION = """\
Turn black-and-white photographs into plausible colour ones. The colours are invented: a guess of a
trained model, not a record. The result keeps the size and the lightness of the photo.
"""

_EXAMPLES = f"""\
examples:
  python -m colorizer grandmother.jpg                    writes grandmother-colour.jpg beside it
  python -m colorizer grandmother.jpg -o result.png      one photo, one file
  python -m colorizer album/ more/*.png -o coloured/     colours folders, keeps their structure
  python -m colorizer album/ -o coloured/ --model regression --vividness 1.2 --warmth 0.3
  python -m colorizer grandmother.jpg --layer            also the colours alone, for photo editors
  python -m colorizer album/ -o coloured/ --report report.csv
  python -m colorizer film.mp4 -o film-colour.mp4        a film, with the extra "film"

existing files:
  A file that does not say it was made by Colorizer is never replaced, unless with --overwrite. One
  that does, of the same photo, is skipped: a run that was stopped goes on where it was, and the
  summary tells how many were made with other settings than now. Results are never coloured again,
  and no photo is replaced by its result, not even with --overwrite.

what a result keeps:
  Date, caption, author, copyright, keywords, camera and resolution of the photo. The line that its
  colours are invented is added to the caption. Thumbnails and the place (GPS) are left out. Grey of
  16 bits keeps its lightness with 16 bits in TIFF and PNG; --bits 8 rounds it.

limits:
  {DEFAULT_MEGAPIXELS} megapixels and {DEFAULT_MEGABYTES} MB a photo; --max-megapixels and
  --max-megabytes change them. The settings COLORIZER_MAX_... are the page's and do not count here.

environment:
  HF_HOME, HF_TOKEN              where models of the Hub are kept, and the right to private ones
  OMP_WAIT_POLICY=PASSIVE        kinder to other programs on a busy machine

exit status:
  0 all photos done or already there, 1 some could not be done, 2 none could be done or the command
  makes no sense, 130 stopped with Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
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
    add("photos", nargs="+", help="photos, folders that are searched for photos, patterns such as "
        "'*.jpg', or - for one photo from standard input; or films")  # fmt: skip
    add("-o", "--out", help="folder for the results (default: beside each photo), or for one photo "
        "the file, such as result.jpg")  # fmt: skip
    add_colouring(parser)
    add("--variants", type=_variants, default=0, help="also write this many other versions")
    add(
        "--layer",
        action="store_true",
        help="also write the colours alone, a transparent PNG for photo editors to lay over the "
        "black-and-white photo",
    )
    add("--codec", choices=list(CODECS), help="of a film's pictures (default: "
        "h264, in WebM vp9)")  # fmt: skip
    add("--crf", type=_crf, help="quality of a film's pictures: 0 is best and largest, 63 worst "
        f"(default: {CODECS['h264'].crf} for h264)")  # fmt: skip
    add("--overwrite", action="store_true", help="replace files that are there")
    add("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add("--report", type=Path, metavar="FILE", help="write a table (CSV) with a row for each photo")
    add("--device", choices=["cpu", "cuda"], default="cpu", help="default: %(default)s")
    add("-q", "--quiet", action="store_true", help="no progress bar, no notes, no summary")
    add("--version", action="version", version=f"colorizer {__version__}")
    return parser


def add_colouring(parser: argparse.ArgumentParser) -> None:
    """The flags that decide how a photo is coloured, kept and refused, wherever it lies."""
    add = parser.add_argument
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
        type=_share,
        help="classification only: 0 = the likeliest colour everywhere, 1 = the average of all "
        "(default: the model's own)",
    )
    add("--hints", type=Path, help="JSON file of hints (default: photo.hints.json beside a photo)")
    add("--palette", help="colours to use: '#aa3322, #e0c080', a .gpl or a .css file")
    add("--like", type=Path, help="a colour photo whose colours are to be taken")
    add("--strength", type=_share, default=1.0, help="of --palette and --like: 0 to 1")
    add("--format", choices=["jpg", "png", "webp", "tiff"], help="default: as the photo came")
    add(
        "--no-mark",
        action="store_true",
        help="do not note in the file that colours are invented; such a file is not known as a "
        "result later",
    )
    add("--no-metadata", action="store_true", help="keep no date, caption and so on of the photo")
    add("--bits", type=int, choices=[8, 16], default=16, help="a channel, of TIFF and PNG, for a "
        "grey photo that has more than 8: 16 keeps its steps, 8 makes smaller files "
        "(default: %(default)s)")  # fmt: skip
    add("--keep-gps", action="store_true", help="also keep the place where the photo was taken")
    add(
        "--max-megapixels", type=_positive, default=DEFAULT_MEGAPIXELS, metavar="N",
        help="largest photo (default: %(default)s); memory needed is some 12 MB each",
    )  # fmt: skip
    add(
        "--max-megabytes", type=_positive, default=DEFAULT_MEGABYTES, metavar="N",
        help="largest file (default: %(default)s)",
    )  # fmt: skip


def limits_of(arguments: argparse.Namespace) -> PhotoLimits:
    """What one photo may cost."""
    max_pixels = int(arguments.max_megapixels * 1e6)
    memory = max_pixels * DEFAULT_LIMITS.max_memory // DEFAULT_LIMITS.max_pixels
    return PhotoLimits(
        max_bytes=int(arguments.max_megabytes * 2**20),
        max_pixels=max_pixels,
        max_memory=max(memory, DEFAULT_LIMITS.max_memory),
    )


def plan_options(arguments: argparse.Namespace) -> PlanOptions:
    """Where results go; raises UsageError."""
    if arguments.out == "":
        raise UsageError("The name after -o is empty. For this folder write a dot: -o .")
    return PlanOptions(
        out=None if arguments.out is None else Path(arguments.out),
        format=arguments.format,
        layer=arguments.layer,
        variants=arguments.variants,
        overwrite=arguments.overwrite,
        settings=settings_text(arguments),
    )


def colorizer_of(arguments: argparse.Namespace) -> "Colorizer":
    """The model that the arguments name; raises UsageError or CheckpointError."""
    model, is_local = arguments.model, Path(arguments.model).is_dir()
    if arguments.revision and (model in bundled_checkpoints() or is_local):
        raise UsageError(f"--revision is for models on the Hub; {model} is not from there.")

    # Not at the top: --help and mistyped flags need not wait for it.
    from colorizer.pipeline import Colorizer

    try:
        colorizer = Colorizer.from_pretrained(
            model, revision=arguments.revision, device=arguments.device
        )
    except (RuntimeError, AssertionError) as error:  # PyTorch's, without a card or its driver
        if arguments.device == "cpu":
            raise
        raise CheckpointError("no_card") from error
    if arguments.temperature is not None and colorizer.checkpoint.ab_bins is None:
        raise UsageError(f"--temperature is for models that classify; {model} does not.")
    return colorizer


def settings_text(arguments: argparse.Namespace) -> str:
    """What the arguments change in the colours, in a few words that name no folder."""
    model = Path(arguments.model)
    said = [f"model {model.name if model.is_dir() else arguments.model}"]
    for name, value in (
        ("revision", arguments.revision),
        ("vividness", arguments.vividness),
        ("warmth", arguments.warmth),
        ("temperature", arguments.temperature),
        ("hints", arguments.hints),
        ("palette", arguments.palette),
        ("like", arguments.like),
        ("strength", arguments.strength),
        ("bits", arguments.bits),
    ):
        if value != _USUAL.get(name):
            is_file = isinstance(value, (str, Path)) and Path(value).is_file()
            said.append(f"{name} {fingerprint(Path(value)) if is_file else value}")
    return ", ".join(said)


def guide_of(arguments: argparse.Namespace, colorizer: "Colorizer", limits: PhotoLimits) -> Guide:
    """What the arguments ask of the colours by hand; raises AdjustmentError or PhotoError."""
    like = open_photo(arguments.like, limits) if arguments.like else None
    return Guide(
        hints=read_hints(arguments.hints) if arguments.hints else (),
        palette=palette_named(arguments.palette) if arguments.palette else None,
        reference=colorizer.reference(like) if like else None,
        strength=arguments.strength,
    )


def save_options(arguments: argparse.Namespace, guide: Guide = NO_GUIDE) -> SaveOptions:
    """How the photos are to be coloured and saved."""
    return SaveOptions(
        adjustments=Adjustments(
            arguments.vividness, arguments.warmth, arguments.temperature, guide
        ),
        marked=not arguments.no_mark,
        metadata=not arguments.no_metadata,
        keep_gps=arguments.keep_gps,
        sixteen_bits=arguments.bits == 16,
        settings=settings_text(arguments),
    )


def _vividness(text: str) -> float:
    return _number(text, 0.0, MAX_VIVIDNESS)


def _warmth(text: str) -> float:
    return _number(text, -MAX_WARMTH, MAX_WARMTH)


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _variants(text: str) -> int:
    return int(_number(str(int(text)), 0, MAX_VARIANT))


def _crf(text: str) -> int:
    return int(_number(str(int(text)), 0, 63))


def _positive(text: str) -> float:
    return _number(text, 0.001, 1e6)


def _number(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
    return value
