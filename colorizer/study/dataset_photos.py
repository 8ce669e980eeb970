"""Photos of a public dataset on the Hugging Face Hub that a visitor names.

Nobody knows how large a stranger's dataset is: only the beginning of its list is read, a file's
size is known before it is asked for, and one file at a time is on the disk. The server's own token,
which may read what the stranger may not, is never used.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

import httpx2
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.hf_api import RepoFile

from colorizer.errors import StudyError
from colorizer.study.photos import SUFFIXES

MAX_ENTRIES = 5000
"""Entries of a dataset's list that are looked at; photos come first or not at all."""

_FAILURES = (HfHubHTTPError, HFValidationError, httpx2.HTTPError, OSError)


def dataset_photos(
    name: str, *, limit: int, max_bytes: int, endpoint: str | None = None
) -> Iterator[Path]:
    """The first image files of the dataset `owner/name`, each deleted when the next is asked for.

    limit: files. max_bytes: of a file; larger ones are passed over, as is what lies inside of
    archives and tables. StudyError if it is not there or cannot be downloaded.
    """
    api = HfApi(endpoint=endpoint, token=False)
    try:
        tree = api.list_repo_tree(name, recursive=True, repo_type="dataset")
        photos = [
            entry.path
            for entry in islice(tree, MAX_ENTRIES)
            if isinstance(entry, RepoFile)
            and PurePosixPath(entry.path).suffix.lower() in SUFFIXES
            and entry.size <= max_bytes
        ]
        for path in photos[:limit]:
            with tempfile.TemporaryDirectory(prefix="colorizer-dataset-") as folder:
                yield Path(api.hf_hub_download(name, path, repo_type="dataset", local_dir=folder))
    except _FAILURES as error:
        raise StudyError("study_download", source=name) from error
