"""Send a checkpoint to the Hugging Face Hub, with its model card, in one commit.

    python -m train.push runs/classification/checkpoint owner/name --private

Needs a token with write permission: `hf auth login`, or HF_TOKEN in the environment. A checkpoint
that does not load, or whose metrics.json was not measured on it, is refused.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2
import tyro
from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from tyro.conf import Positional

from colorizer.errors import CheckpointError
from colorizer.model.bundled import CONFIG_FILE, bundled_checkpoints
from colorizer.model.checkpoint import (
    CARD_FILE,
    load_checkpoint,
)
from colorizer.model.checkpoint_identity import (
    EXAMPLES_FILE,
    METRICS_FILE,
    PALETTE_FILE,
    WEIGHTS_FILE,
)
from colorizer.pipeline import Colorizer
from train.example_pictures import draw_examples
from train.model_card import model_card, own_metrics

logger = logging.getLogger(__name__)

Files = Mapping[str, bytes]
Result = TypeVar("Result")

_ATTEMPTS = 3
_PAUSE_SECONDS = 2.0
_MAY_PASS = (408, 412, 429, 500, 502, 503, 504)  # 412: somebody else's commit came in between


class PushError(ValueError):
    """A checkpoint cannot be sent; the text says why and what to do."""


def files_of(folder: Path, repo_id: str, *, evaluated: bool = True) -> dict[str, bytes]:
    """Everything that goes to the Hub, by its path there; raises PushError.

    evaluated: refuse a checkpoint without metrics of its own; a training that pushes on its way
    has none yet.
    """
    checkpoint = load_checkpoint(folder)
    measured = bool(own_metrics(checkpoint))
    if evaluated and not measured:
        raise PushError(
            f"{folder.name!r} has no {METRICS_FILE} measured on these weights and this decoding; "
            "run train.evaluate with --write-into-checkpoints first."
        )
    names = [CONFIG_FILE, WEIGHTS_FILE]
    names += [PALETTE_FILE] if checkpoint.ab_bins is not None else []
    names += [METRICS_FILE] if measured else []
    return {
        **{name: (folder / name).read_bytes() for name in names},
        CARD_FILE: model_card(checkpoint, source=repo_id).encode(),
        EXAMPLES_FILE: draw_examples(Colorizer(checkpoint)),
    }


def push(
    files: Files,
    repo_id: str,
    *,
    api: HfApi,
    private: bool = False,
    branch: str | None = None,
    message: str = "Upload checkpoint",
) -> CommitInfo:
    """Send `files` in one commit to a repository, made if needed; raises PushError.

    private: refuse a repository that is public already. branch: made from main if needed. Files
    that the Hub has already are not sent again; without any change there is no new commit.
    """
    with _sentences(repo_id):
        _patiently(lambda: api.create_repo(repo_id, private=private or None, exist_ok=True))
        if private and not api.model_info(repo_id).private:
            raise PushError(f"{repo_id!r} is public; push without --private or to another name.")
        if branch is not None:
            _patiently(lambda: api.create_branch(repo_id, branch=branch, exist_ok=True))
        return _patiently(lambda: _commit(files, repo_id, api, branch, message))


def _commit(files: Files, repo_id: str, api: HfApi, branch: str | None, message: str) -> CommitInfo:
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(name, content) for name, content in files.items()
    ]
    for name in (PALETTE_FILE, METRICS_FILE):
        if name not in files and api.file_exists(repo_id, name, revision=branch):
            operations.append(CommitOperationDelete(name))  # of another checkpoint
    return api.create_commit(repo_id, operations, commit_message=message, revision=branch)


def _patiently(request: Callable[[], Result]) -> Result:
    """Try again what may pass; a request that did arrive is recognised by its unchanged files."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return request()
        except (httpx2.HTTPError, RuntimeError) as error:
            if attempt == _ATTEMPTS or not _passes(error):
                raise
            logger.info("attempt %d failed: %s", attempt, error)
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def _passes(error: BaseException | None) -> bool:
    """Whether another attempt may help; an upload's error is wrapped into a RuntimeError."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in _MAY_PASS
    if isinstance(error, RuntimeError):
        return _passes(error.__cause__)
    return isinstance(error, httpx2.TransportError)


@contextmanager
def _sentences(repo_id: str) -> Iterator[None]:
    """Turn what the Hub and the way to it can answer into sentences."""
    try:
        yield
    except (PushError, CheckpointError):
        raise
    except HFValidationError as error:
        raise PushError(f"{repo_id!r} cannot be a name on the Hub: owner/name.") from error
    except (OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
        cause = error.__cause__ if isinstance(error, RuntimeError) else error
        raise PushError(_sentence(cause or error, repo_id)) from error


def _sentence(error: BaseException, repo_id: str) -> str:
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    if status in (401, 403) or isinstance(error, RepositoryNotFoundError):
        return (
            f"The Hub does not let you write to {repo_id!r}; log in with a token that has write "
            "permission there."
        )
    if status == 412:
        return f"Somebody else keeps pushing to {repo_id!r}; try again when they are done."
    if status:
        return f"The Hub answers {status} for {repo_id!r}; try again later."
    if isinstance(error, httpx2.HTTPError | ConnectionError):
        return f"The Hub cannot be reached, nothing was pushed to {repo_id!r}; try again later."
    return f"The Hub did not take the checkpoint for {repo_id!r}: {str(error)[:200]}"


@dataclass(frozen=True)
class PushOptions:
    """Send a checkpoint to the Hugging Face Hub, with its model card, in one commit."""

    checkpoint: Positional[str]
    """Checkpoint folder or bundled name; evaluated with --write-into-checkpoints before."""
    repository: Positional[str]
    """owner/name; made if it does not exist."""
    private: bool = False
    """Make the repository private; an existing one must be private already."""
    revision: str | None = None
    """Branch to push to, made from main if needed."""


def main(arguments: list[str] | None = None) -> None:
    """Push and print where it went."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    options = tyro.cli(PushOptions, prog="python -m train.push", args=arguments)
    folder = bundled_checkpoints().get(options.checkpoint, Path(options.checkpoint))
    api = HfApi()
    try:
        if not folder.is_dir():
            raise PushError(f"There is no checkpoint folder {options.checkpoint!r}.")
        files = files_of(folder, options.repository)
        commit = push(
            files,
            options.repository,
            api=api,
            private=options.private,
            branch=options.revision,
        )
    except (PushError, CheckpointError) as error:
        raise SystemExit(str(error)) from error
    print(f"{api.endpoint}/{options.repository}")
    print(f"commit {commit.oid}")


if __name__ == "__main__":
    main()
