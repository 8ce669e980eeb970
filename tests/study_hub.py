"""A dataset repository as the Hub serves it, over real HTTP on the loopback interface.

Speaks what CommitScheduler and snapshot_download need and nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

TOKEN = "hf_tests"
COMMIT = "a" * 40


@dataclass
class Hub:
    """What the server holds, and how it fails when told to."""

    endpoint: str = ""
    files: dict[str, bytes] | None = None  # None: there is no such repository yet
    commits: int = 0
    private: bool | None = None
    refusing: bool = False
    requests: list[str] = field(default_factory=list)


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Run a Hub with no repository on a free port."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer_reading()

    def do_HEAD(self) -> None:
        self._answer_reading()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        self.hub.requests.append(f"POST {path}")
        if not self._allowed():
            return
        if path == "/api/repos/create":
            self._create(json.loads(body))
        elif path.endswith("/preupload/main"):
            files = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}
                for f in json.loads(body)["files"]
            ]
            self._json({"files": files})
        elif path.endswith("/commit/main"):
            self._commit(body)
        else:
            self._error(404, "EntryNotFound")

    def _answer_reading(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        if not self._allowed():
            return
        files = self.hub.files
        if files is None:
            self._error(404, "RepoNotFound")
        elif "/tree/" in path:
            self._json([_entry(name, data) for name, data in files.items()])
        elif "/resolve/" in path:
            name = path.split("/resolve/")[1].split("/", 1)[1]
            self._send(files[name], "application/octet-stream")
        else:
            self._json({"id": "owner/votes", "sha": COMMIT, "private": True, "siblings": []})

    def _allowed(self) -> bool:
        if self.hub.refusing:
            self._error(403, "Forbidden")
            return False
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._error(401, "RepoNotFound")
            return False
        return True

    def _create(self, wanted: dict[str, object]) -> None:
        new = self.hub.files is None
        if new:
            self.hub.files = {".gitattributes": b""}
            self.hub.private = wanted.get("visibility") == "private" or bool(wanted.get("private"))
        url = (
            f"{self.hub.endpoint}/datasets/{wanted.get('organization') or 'owner'}/{wanted['name']}"
        )
        self._json({"url": url}, status=200 if new else 409)

    def _commit(self, body: bytes) -> None:
        assert self.hub.files is not None
        for line in body.splitlines():
            change = json.loads(line)
            if change["key"] == "file":
                value = change["value"]
                self.hub.files[value["path"]] = base64.b64decode(value["content"])
        self.hub.commits += 1
        url = f"{self.hub.endpoint}/datasets/owner/votes/commit/{COMMIT}"
        self._json({"success": True, "commitOid": COMMIT, "commitUrl": url})

    def _error(self, status: int, code: str) -> None:
        self._json({"error": code}, status=status, code=code)

    def _json(self, value: object, *, status: int = 200, code: str = "") -> None:
        self._send(json.dumps(value).encode(), "application/json", status=status, code=code)

    def _send(self, data: bytes, kind: str, *, status: int = 200, code: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        if code:
            self.send_header("X-Error-Code", code)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


def _entry(path: str, data: bytes) -> dict[str, object]:
    oid = hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
    return {"type": "file", "path": path, "size": len(data), "oid": oid}
