"""The Hub over real HTTP on the loopback interface: repositories, commits, LFS, and its failures.

Speaks what HfApi, hf_hub_download, snapshot_download and CommitScheduler need. `Hub.fail` makes the
next requests of a kind fail, break off, arrive damaged or take long.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

from tests.support.hub_state import TOKEN, Fault, Hub, Repository


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Run a Hub without repositories on a free port."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Refused(Exception):
    """Ends a request with a status and the Hub's own error code."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    fault: Fault | None = None

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        self.fault = self.hub.next_fault(f"{self.command} {path}")
        try:
            if self.fault:
                time.sleep(self.fault.seconds)
            if self.fault and self.fault.drop:
                self.close_connection = True
                return
            if self.fault and self.fault.status:
                raise _Refused(self.fault.status, "", "told to fail")
            if not path.startswith("/lfs/"):
                self._check_token()
            for pattern, method in _ROUTES:
                if match := re.fullmatch(pattern, f"{self.command} {path}"):
                    parts = (unquote(part) for part in match.groups() if part is not None)
                    method(self, *parts, body=body)
                    return
            raise _Refused(404, "EntryNotFound")
        except _Refused as refused:
            self._json({"error": refused.message}, status=refused.status, refused=refused)

    def _check_token(self) -> None:
        if self.hub.refusing:
            raise _Refused(403, "Forbidden")
        given = self.headers.get("Authorization")
        if given not in (None, f"Bearer {TOKEN}"):
            raise _Refused(401, "", "Invalid credentials in Authorization header")
        if given is None and self.command in ("POST", "PUT"):
            raise _Refused(401, "", "Invalid username or password.")

    def _repository(self, id: str) -> Repository:
        repository = self.hub.repositories.get(id)
        unseen = repository and repository.private and not self.headers.get("Authorization")
        if repository is None or unseen:
            raise _Refused(404, "RepoNotFound", "Repository not found")
        return repository

    def _commit_of(self, repository: Repository, revision: str) -> str:
        commit = repository.resolve(revision)
        if commit is None:
            raise _Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def _create(self, *, body: bytes) -> None:
        wanted = json.loads(body)
        kind = wanted.get("type") or "model"
        id = f"{wanted.get('organization') or 'owner'}/{wanted['name']}"
        known = id in self.hub.repositories
        if not known:
            private = wanted.get("visibility") == "private" or bool(wanted.get("private"))
            self.hub.add(id, {".gitattributes": b""}, kind=kind, private=private)
        prefix = "" if kind == "model" else f"{kind}s/"
        url = f"{self.hub.endpoint}/{prefix}{id}"
        self._json({"url": url}, status=409 if known else 200)

    def _validate_card(self, *, body: bytes) -> None:
        front_matter = json.loads(body)["content"].startswith("---\n")
        errors = [] if front_matter else [{"message": "no metadata"}]
        self._json({"errors": errors, "warnings": []}, status=400 if errors else 200)

    def _preupload(self, id: str, revision: str, *, body: bytes) -> None:
        repository = self._repository(id)
        files = repository.commits[self._commit_of(repository, revision)]
        answers = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if _is_large(file["path"]) else "regular",
                "shouldIgnore": False,
                "oid": _etag(file["path"], files[file["path"]]) if file["path"] in files else None,
            }
            for file in json.loads(body)["files"]
        ]
        self._json({"files": answers})

    def _lfs_batch(self, id: str, *, body: bytes) -> None:
        self._repository(id)
        answers = []
        for wanted in json.loads(body)["objects"]:
            answer = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.hub.large:
                url = f"{self.hub.endpoint}/lfs/{wanted['oid']}"
                verify = f"{self.hub.endpoint}/verify"
                answer["actions"] = {"upload": {"href": url}, "verify": {"href": verify}}
            answers.append(answer)
        self._json({"transfer": "basic", "objects": answers})

    def _lfs_put(self, oid: str, *, body: bytes) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            raise _Refused(400, "", "the content is not what its name says")
        self.hub.large[oid] = body
        self._json({})

    def _lfs_verify(self, *, body: bytes) -> None:
        wanted = json.loads(body)
        if len(self.hub.large.get(wanted["oid"], b"")) != wanted["size"]:
            raise _Refused(404, "", "not uploaded")
        self._json({})

    def _commit(self, id: str, branch: str, *, body: bytes) -> None:
        repository = self._repository(id)
        head = self._commit_of(repository, branch)
        files = dict(repository.commits[head])
        for line in body.splitlines():
            change = json.loads(line)
            value = change["value"]
            if change["key"] == "header" and value.get("parentCommit", head) != head:
                raise _Refused(412, "", "A commit has happened since. Please refresh and try again")
            if change["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if change["key"] == "lfsFile":
                files[value["path"]] = self.hub.large[value["oid"]]
            if change["key"] == "deletedFile":
                del files[value["path"]]
        oid = repository.commit(files, branch)
        url = f"{self.hub.endpoint}/{id}/commit/{oid}"
        self._json({"success": True, "commitOid": oid, "commitUrl": url})

    def _tag(self, id: str, revision: str, *, body: bytes) -> None:
        repository = self._repository(id)
        self._point(repository, json.loads(body)["tag"], self._commit_of(repository, revision))

    def _branch(self, id: str, name: str, *, body: bytes) -> None:
        repository = self._repository(id)
        start = json.loads(body or b"{}").get("startingPoint", "main")
        self._point(repository, name, self._commit_of(repository, start))

    def _point(self, repository: Repository, name: str, commit: str) -> None:
        if name in repository.refs:
            raise _Refused(409, "", "Reference already exists")
        repository.refs[name] = commit
        self._json({})

    def _info(self, id: str, revision: str = "main", *, body: bytes) -> None:
        repository = self._repository(id)
        commit = self._commit_of(repository, revision)
        siblings = [{"rfilename": path} for path in repository.commits[commit]]
        self._json(
            {"id": id, "sha": commit, "private": repository.private, "siblings": siblings},
        )

    def _tree(self, id: str, revision: str, folder: str = "", *, body: bytes) -> None:
        repository = self._repository(id)
        files = repository.commits[self._commit_of(repository, revision)]
        inside = f"{folder}/" if folder else ""
        below = {path: data for path, data in files.items() if path.startswith(inside)}
        depth = len(folder.split("/")) if folder else 0
        found: dict[str, dict[str, object]] = {}
        for path, data in below.items():
            *folders, _ = path.split("/")
            if "recursive=true" in self.path.lower() or len(folders) == depth:
                oid = _git_oid(data)
                found[path] = {"type": "file", "path": path, "size": len(data), "oid": oid}
            else:
                inner = "/".join(folders[: depth + 1])
                found[inner] = {"type": "directory", "path": inner, "size": 0, "oid": "0" * 40}
        self._json(list(found.values()))

    def _resolve(self, id: str, revision: str, path: str, *, body: bytes) -> None:
        repository = self._repository(id)
        commit = self._commit_of(repository, revision)
        files = repository.commits[commit]
        if path not in files:
            raise _Refused(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_etag(path, files[path])}"'}
        self._send(files[path], "application/octet-stream", headers=headers)

    def _json(self, value: object, *, status: int = 200, refused: _Refused | None = None) -> None:
        headers = {}
        if refused:
            headers["X-Error-Message"] = refused.message
            if refused.code:
                headers["X-Error-Code"] = refused.code
        self._send(json.dumps(value).encode(), "application/json", status=status, headers=headers)

    def _send(
        self, data: bytes, kind: str, *, status: int = 200, headers: Mapping[str, str]
    ) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        start = int(wanted[1]) if wanted else 0
        end = min(int(wanted[2]) + 1, len(data)) if wanted and wanted[2] else len(data)
        self.send_response(206 if wanted else status)
        if wanted:
            self.hub.ranges.append(wanted[0])
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.fault and self.fault.damage:
            data = data[:-1] + bytes([data[-1] ^ 1])
        sent = self.fault.sent if self.fault else None
        self.wfile.write(data[start:end] if sent is None else data[start : start + sent])
        self.close_connection = self.close_connection or sent is not None

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


_ID = r"([^/]+/[^/]+)"
_ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"POST /api/repos/create", _Handler._create),
    (r"POST /api/validate-yaml", _Handler._validate_card),
    (rf"POST /api/\w+s/{_ID}/preupload/([^/]+)", _Handler._preupload),
    (rf"POST /(?:\w+s/)?{_ID}\.git/info/lfs/objects/batch", _Handler._lfs_batch),
    (r"PUT /lfs/(\w+)", _Handler._lfs_put),
    (r"POST /verify", _Handler._lfs_verify),
    (rf"POST /api/\w+s/{_ID}/commit/([^/]+)", _Handler._commit),
    (rf"POST /api/\w+s/{_ID}/tag/([^/]+)", _Handler._tag),
    (rf"POST /api/\w+s/{_ID}/branch/([^/]+)", _Handler._branch),
    (rf"GET /api/\w+s/{_ID}", _Handler._info),
    (rf"GET /api/\w+s/{_ID}/revision/([^/]+)", _Handler._info),
    (rf"GET /api/\w+s/{_ID}/tree/([^/]+)(?:/(.+))?", _Handler._tree),
    (rf"(?:GET|HEAD) /(?:\w+s/)?{_ID}/resolve/([^/]+)/(.+)", _Handler._resolve),
]


def _is_large(path: str) -> bool:
    """What the default .gitattributes of a new repository sends to LFS."""
    return path.endswith((".safetensors", ".zip"))


def _etag(path: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if _is_large(path) else _git_oid(data)


def _git_oid(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
