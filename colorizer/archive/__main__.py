"""`python -m colorizer.archive SOURCE DEST`: colour an archive, and go on with one."""

import argparse
import dataclasses
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from colorizer.album.arguments import (
    EXIT_DONE,
    EXIT_NOTHING_DONE,
    EXIT_SOME_FAILED,
    add_colouring,
    colorizer_of,
    guide_of,
    limits_of,
    save_options,
)
from colorizer.album.plan import UsageError
from colorizer.album.report import be_quiet_but_for_us, printable, say
from colorizer.album.stopping import Stopping
from colorizer.archive import results, sources
from colorizer.archive.manifest import DONE, FAILED, Manifest
from colorizer.archive.plan import Plan, Settings, plan
from colorizer.archive.results import Results
from colorizer.archive.sources import Sources
from colorizer.archive.store import Store
from colorizer.archive.verify import verify
from colorizer.batch import SaveOptions
from colorizer.errors import ColorizerError
from colorizer.pipeline import Colorizer

_DESCRIPTION = """\
Colour an archive of photos, on this machine or on a Ray cluster. DEST gets the results and a
manifest, Parquet files with a row for each photo. The same command again does what is missing.
"""

_EXAMPLES = """\
examples:
  python -m colorizer.archive scans/ coloured/
  python -m colorizer.archive s3://museum/scans s3://museum/coloured --address ray://head:10001
  python -m colorizer.archive photos.parquet coloured/ --to parquet --batch 256
  python -m colorizer.archive scans/ coloured/ --verify

exit status:
  0 every photo is done, 1 some could not be, 2 none could be or the command makes no sense, 130
  stopped with Ctrl-C, 143 by SIGTERM.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; returns the exit status."""
    arguments = build_parser().parse_args(argv)
    be_quiet_but_for_us()
    with Stopping() as stopping:
        try:
            store = Store.at(arguments.dest)
            places = Results(store, arguments.to, arguments.format)
            manifest = Manifest(store)
            if arguments.verify:
                return _verify(places, manifest, dry=arguments.dry_run)
            return _run(arguments, places, manifest, stopping)
        except (UsageError, ColorizerError) as error:
            _say(str(error))
            return EXIT_NOTHING_DONE


def build_parser() -> argparse.ArgumentParser:
    """All flags, those of colouring as the command line has them."""
    parser = argparse.ArgumentParser(
        prog="python -m colorizer.archive",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("source", help="a folder, a list (.txt, a name a line), a .parquet or .tar file, or an "
        "address such as s3://bucket/prefix")  # fmt: skip
    add("dest", help="a folder or an address for the results and the manifest")
    add("--from", dest="kind", choices=sources.KINDS, help="what SOURCE holds (default: by its "
        "name; a folder holds photo files)")  # fmt: skip
    add("--column", help="of the photos in Parquet files (default: image, or the first of bytes)")
    add("--to", choices=results.KINDS, default="files", help="a file for each result, or shards "
        "of --batch results (default: %(default)s)")  # fmt: skip
    add("--address", help="of a Ray cluster (default: Ray on this machine)")
    add("--workers", type=_count, help="at most; each uses a core (default: one a core)")
    add("--batch", type=_count, default=32, help="photos in one task (default: %(default)s)")
    add("--limit", type=_count, help="colour at most so many photos this time")
    add("--retry", action="store_true", help="also try again what cannot be read")
    add("--overwrite", action="store_true", help="do again what was done with other settings")
    add("--dry-run", action="store_true", help="say what there is to do, and do nothing")
    add("--verify", action="store_true", help="compare the results with the manifest; rows of "
        "what is missing or damaged are taken out of it, unless with --dry-run")  # fmt: skip
    add_colouring(parser)
    parser.set_defaults(device="cpu")
    return parser


def _run(
    arguments: argparse.Namespace, places: Results, manifest: Manifest, stopping: Stopping
) -> int:
    archive = Sources.at(arguments.source, arguments.kind, arguments.column)
    if archive.store == places.store:
        raise UsageError("SOURCE and DEST are the same place.")
    limits = limits_of(arguments)
    colorizer = colorizer_of(arguments)
    options = save_options(arguments, guide_of(arguments, colorizer, limits))
    options = dataclasses.replace(options, refuse_results=True)
    settings = settings_of(colorizer, options, places)
    if not arguments.dry_run:
        manifest.recover()
    found = archive.find(not_in=places.store)
    what = plan(
        found.photos, manifest, settings, overwrite=arguments.overwrite, retry=arguments.retry
    )
    _tell(what, found.left_out)
    if not what.total:
        return EXIT_NOTHING_DONE
    if arguments.dry_run:
        return EXIT_DONE
    manifest.drop(what.again)
    places.remove_unfinished(manifest)
    todo = what.todo if arguments.limit is None else what.todo.slice(0, arguments.limit)
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    if todo.num_rows:
        from colorizer.archive.cluster import Cluster, colour  # Ray takes a second to load
        from colorizer.archive.worker import Task

        cluster = Cluster(arguments.address, arguments.workers, arguments.batch)
        task = Task(archive, places, options, limits, settings)
        bar = tqdm(total=todo.num_rows, unit="photo", disable=not sys.stderr.isatty())
        try:
            for rows in colour(todo, task, colorizer.checkpoint, cluster, stopped=stopping):
                manifest.add(rows)
                states.update(rows["state"].to_pylist())
                reasons.update(filter(None, rows["reason"].to_pylist()))
                bar.update(rows.num_rows)
                bar.set_postfix(reasons)
        finally:
            bar.close()
            manifest.flush()
        manifest.recover()
    return _end(what, states, reasons, stopping)


def settings_of(colorizer: Colorizer, options: SaveOptions, places: Results) -> Settings:
    """Everything that a result depends on beside its source; arrays by their checksum."""
    asked = dataclasses.asdict(options) | {"format": places.format}
    text = json.dumps(asked, sort_keys=True, default=_digest)
    return Settings(colorizer.name, colorizer.checkpoint.revision, text)


def _digest(value: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()[:16]


def _tell(what: Plan, left_out: dict[str, int]) -> None:
    """What was found, before anything is done."""
    _say(
        f"{what.total} photos: {what.done} done earlier, {what.failed} that could not be done, "
        f"{what.todo.num_rows} to do."
    )
    if left_out:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(left_out.items()))
        _say(f"Left out: {kinds}.")
    if what.changed:
        _say(f"Changed since they were coloured, and done again: {what.changed}.")
    if what.other_settings:
        _say(
            f"Done with another model or other settings, and kept: {what.other_settings} "
            "(--overwrite does them again)."
        )
    if what.vanished:
        _say(f"In the manifest, but not in the archive any more: {what.vanished}.")


def _end(what: Plan, states: Counter[str], reasons: Counter[str], stopping: Stopping) -> int:
    """The summary; its numbers add up to the number of photos."""
    done, failed = states[DONE], states[FAILED]
    left = what.total - what.done - what.failed - done - failed
    _say(
        f"{what.total} photos: {done} coloured, {what.done} done earlier, "
        f"{failed + what.failed} could not be done, {left} left to do."
    )
    for reason, count in reasons.most_common():
        _say(f"  {reason}: {count}")
    if stopping():
        return stopping.exit_status
    if not failed + what.failed:
        return EXIT_DONE
    return EXIT_SOME_FAILED if done + what.done else EXIT_NOTHING_DONE


def _verify(places: Results, manifest: Manifest, *, dry: bool) -> int:
    if not dry:
        manifest.recover()
    found = verify(places, manifest)
    for kind, names in (("missing", found.missing), ("damaged", found.damaged)):
        for name in names:
            _say(f"{name}: the result is {kind}.")
    _say(
        f"{found.rows} rows of {found.sources} sources: {found.whole} results are whole, "
        f"{len(found.missing)} missing, {len(found.damaged)} damaged; "
        f"{found.unnamed} other files are there."
    )
    if not dry and (found.missing or found.damaged):
        manifest.drop(pa.array(found.missing + found.damaged, pa.string()))
        _say("Their rows were taken out: the next run colours them again.")
    return EXIT_DONE if found.is_right else EXIT_SOME_FAILED


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _say(text: str) -> None:
    """A line for people."""
    say(printable(text), sys.stderr)


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(main())
