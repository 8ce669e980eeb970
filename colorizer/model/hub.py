"""A repository on the Hugging Face Hub, file by file into the local cache.

Each file's size is asked for before it is downloaded, its content is compared with the checksum
that the Hub names it by, and whatever goes wrong is a CheckpointError. Without network, what the
cache has is used. All files come from the commit that the first one came from.
"""

import errno
import hashlib
import logging
import re
import time
from pathlib import Path

import httpx2
from huggingface_hub import (
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from colorizer.errors import CheckpointError

logger = logging.getLogger(__name__)

_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0
_ANSWER_SECONDS = 10.0
_REVISION = re.compile(r"(?!.*\.\.)[\w./-]{1,255}")
_BUSY = (408, 429, 500, 502, 503, 504)
_STORAGE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


class _DamagedError(Exception):
    """A file in the cache is not what its checksum says; it has been removed."""


class _HubAwayError(ConnectionError):
    """An earlier file found the Hub unreachable; it is not asked for this one."""


_UNREACHABLE = (
    httpx2.ConnectError,
    httpx2.TimeoutException,
    OfflineModeIsEnabled,
    LocalEntryNotFoundError,
    _HubAwayError,
)


class HubRepository:
    """One revision of a model repository. Its own token and cache unless others are given."""

    def __init__(
        self,
        repo_id: str,
        revision: str | None = None,
        *,
        endpoint: str | None = None,
        token: str | bool | None = None,
        cache: Path | None = None,
    ) -> None:
        """Nothing is asked for before `fetch`. revision: branch, tag or commit, None = main.

        token: None is the one that this machine is logged in with, False is none at all.
        """
        if revision is not None and not _REVISION.fullmatch(revision):
            raise CheckpointError("bad_revision", revision=revision)
        self._repo_id = repo_id
        self._revision = revision
        self._endpoint = endpoint
        self._token = token
        self._cache = cache
        self._is_away = False

    def fetch(self, name: str, *, max_bytes: int) -> Path:
        """The local path of the repository's file `name`; raises CheckpointError."""
        try:
            path = self._cached(name) if self._is_pinned else None
            path = path or self._ask_patiently(name, max_bytes)
        except RemoteEntryNotFoundError as error:
            raise CheckpointError("hub_no_checkpoint", repo=self._repo_id, file=name) from error
        except (httpx2.HTTPError, HFValidationError, OSError, _DamagedError) as error:
            raise self._error(error, name) from error
        self._revision = path.parent.name  # the commit
        return path

    def fetch_if_there(self, name: str, *, max_bytes: int) -> Path | None:
        """Like `fetch`, but None for a file that the repository lacks or that cannot be had now."""
        try:
            return self.fetch(name, max_bytes=max_bytes)
        except CheckpointError as error:
            if isinstance(error.__cause__, (RemoteEntryNotFoundError, *_UNREACHABLE)):
                return None
            raise

    @property
    def _is_pinned(self) -> bool:
        return re.fullmatch(r"[0-9a-f]{40}", self._revision or "") is not None

    def _ask_patiently(self, name: str, max_bytes: int) -> Path:
        """Ask the Hub, again where that may help, and in the end only the cache."""
        failure: Exception = _HubAwayError(name)
        for _ in range(0 if self._is_away else _ATTEMPTS):
            try:
                return self._ask(name, max_bytes)
            except _UNREACHABLE as error:
                failure, self._is_away = error, True
                break
            except (httpx2.TransportError, HfHubHTTPError, _DamagedError) as error:
                if isinstance(error, HfHubHTTPError) and error.response.status_code not in _BUSY:
                    raise
                failure = error
                time.sleep(_PAUSE_SECONDS)
        logger.info("%s of %s only from the cache: %s", name, self._repo_id, failure)
        if cached := self._cached(name):
            return cached
        raise failure

    def _ask(self, name: str, max_bytes: int) -> Path:
        """Size first, then content, then its checksum."""
        address = hf_hub_url(self._repo_id, name, revision=self._revision, endpoint=self._endpoint)
        size = get_hf_file_metadata(
            address, token=self._token, timeout=_ANSWER_SECONDS, endpoint=self._endpoint
        ).size
        if size is None or size > max_bytes:
            raise CheckpointError(
                "hub_file_too_large", file=name, repo=self._repo_id, kilobytes=max_bytes >> 10
            )
        path = Path(
            hf_hub_download(
                self._repo_id,
                name,
                revision=self._revision,
                endpoint=self._endpoint,
                token=self._token,
                cache_dir=self._cache,
            )
        )
        return _checked(path)

    def _cached(self, name: str) -> Path | None:
        path = try_to_load_from_cache(
            self._repo_id, name, cache_dir=self._cache, revision=self._revision
        )
        if not isinstance(path, str):
            return None
        try:
            return _checked(Path(path))
        except _DamagedError:
            return None

    def _error(self, error: Exception, name: str) -> CheckpointError:
        """What went wrong, for people."""
        repo = self._repo_id
        if isinstance(error, HFValidationError):
            return CheckpointError("hub_bad_name", repo=repo)
        if isinstance(error, RepositoryNotFoundError):
            return CheckpointError("hub_unknown", repo=repo)
        if isinstance(error, RevisionNotFoundError):
            return CheckpointError("hub_no_revision", repo=repo, revision=str(self._revision))
        if isinstance(error, HfHubHTTPError):
            status = error.response.status_code
            if status in (401, 403):
                return CheckpointError("hub_refuses", repo=repo)
            return CheckpointError("hub_answers", status=status, repo=repo)
        if isinstance(error, (httpx2.HTTPError, *_UNREACHABLE)):
            return CheckpointError("hub_away", repo=repo)
        if isinstance(error, OSError) and error.errno in _STORAGE_ERRORS:
            reason = str(error.strerror)
            return CheckpointError("hub_not_stored", file=name, repo=repo, reason=reason)
        return CheckpointError("hub_damaged", file=name, repo=repo)


def _checked(path: Path) -> Path:
    """A cached file whose content fits its blob's name; another is removed: _DamagedError.

    The name is its SHA-256, or git's SHA-1 of a small file. Where the cache has no links to blobs
    (Windows without developer mode) nothing can be compared.
    """
    blob = path.resolve()
    data = blob.read_bytes()
    if len(blob.name) == 64:
        digest = hashlib.sha256(data)
    elif len(blob.name) == 40:
        digest = hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False)
    else:
        return path
    if digest.hexdigest() == blob.name:
        return path
    blob.unlink()
    path.unlink()
    raise _DamagedError(path.name)
