"""What surrounds every answer, by HTTP: headers, no folders, no paths, no foreign addresses."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from colorizer.web.middleware import FILE_POLICY, HEADERS, MAX_BODY
from colorizer.web.temporary_files import temporary_folder
from tests.support.running_app import ROOT

JPEG = (ROOT / "assets" / "examples" / "leaves.jpg").read_bytes()


@pytest.fixture(scope="module")
def http(page_url: str) -> Iterator[httpx.Client]:
    # One connection for each request: the server closes it after an error of its own.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=page_url, timeout=60, limits=limits) as client:
        yield client


def upload(http: httpx.Client, name: str, content: bytes) -> str:
    answer = http.post("gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    (path,) = answer.json()
    return str(path)


def tells_of_the_host(text: str) -> list[str]:
    """What an answer should not hold; Gradio's own addresses of files name the temporary folder."""
    told = re.sub(re.escape(str(temporary_folder())), "", text)
    secrets = (str(ROOT), str(Path.home()), "Traceback", 'File "', "site-packages", "/usr/lib")
    return [secret for secret in secrets if secret in told]


PATHS = ["", "config", "gradio_api/info", "theme.css", "static/img/logo_nosize.svg", "nothing-here"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_and_tells_nothing_of_the_host(
    http: httpx.Client, path: str
) -> None:
    answer = http.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert not tells_of_the_host(answer.text)


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["content-security-policy"].split("; "))
    return {name: values for name, *values in parts}


def test_only_the_pages_own_inline_scripts_run(http: httpx.Client) -> None:
    first, second = http.get(""), http.get("")
    (nonce,) = (v for v in policy(first)["script-src"] if v.startswith("'nonce-"))
    assert "'unsafe-inline'" not in policy(first)["script-src"]
    assert nonce not in policy(second)["script-src"]
    scripts = re.findall(r"<script[^>]*>", first.text)
    assert len(scripts) >= 4
    assert all(f'nonce="{nonce[7:-1]}"' in script for script in scripts)


def test_a_file_is_no_page(http: httpx.Client) -> None:
    served = http.get(f"gradio_api/file={upload(http, 'photo.jpg', JPEG)}")
    assert served.headers["content-security-policy"] == FILE_POLICY
    assert "script-src" not in FILE_POLICY


def test_a_space_may_frame_the_page_and_others_may_not(http: httpx.Client) -> None:
    policy = http.get("").headers["content-security-policy"]
    (framing,) = (part for part in policy.split("; ") if part.startswith("frame-ancestors"))
    assert {"'self'", "https://huggingface.co", "https://*.hf.space"} <= set(framing.split())
    assert not {"*", "https:", "http:"} & set(framing.split())


INSIDE = ["app.py", "README.md", "assets/study/LICENSES.md", "colorizer/settings.py", ".git/HEAD"]
OUTSIDE = ["/etc/passwd", "/proc/self/environ", "~/.colorizer/votes.db", "\\\\host\\share"]


@pytest.mark.parametrize("path", [*(str(ROOT / inside) for inside in INSIDE), *OUTSIDE])
def test_no_file_but_what_passes_through_is_served(http: httpx.Client, path: str) -> None:
    for address in (path, f"{temporary_folder()}/../../{path}", path.replace("/", "%2f")):
        answer = http.get(f"gradio_api/file={address}")
        assert answer.status_code in (403, 404), address
        assert not tells_of_the_host(answer.text.replace(path, "").replace(address, ""))


def test_no_folder_is_served(http: httpx.Client) -> None:
    upload(http, "photo.jpg", JPEG)
    folders = ["static/", "assets/", "svelte/", "static/img/", "gradio_api/file=."]
    folders += [f"gradio_api/file={folder}" for folder in (temporary_folder(), "/tmp", "/")]
    for folder in folders:
        assert http.get(folder).status_code in (400, 403, 404), folder


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/", "HTTP://localhost/", "https://example.org/", "http:/example.org",
        "https:example.org", "http://169.254.169.254/latest/meta-data/", "ftp://example.org/",
        "file:///etc/passwd", "//example.org/",
    ],
)  # fmt: skip
def test_the_server_fetches_no_address_and_redirects_to_none(http: httpx.Client, url: str) -> None:
    for way in ("file", "proxy"):
        answer = http.get(f"gradio_api/{way}={url}", follow_redirects=False)
        assert answer.status_code in (403, 404)
        assert "location" not in answer.headers


@pytest.mark.parametrize("name", ["photo.svg", "photo.html", "photo.xml", "photo.svgz", "a.xhtml"])
def test_markup_that_was_uploaded_is_never_shown_as_a_page(http: httpx.Client, name: str) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    served = http.get(f"gradio_api/file={upload(http, name, script)}")
    assert served.status_code == 200
    assert served.headers["content-type"].startswith("application/octet-stream")
    assert served.headers["content-disposition"].startswith("attachment")
    assert served.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["../../../escape.jpg", "..\\..\\escape.jpg", "/etc/escape.jpg", "a\0b.jpg", "\u202egpj.exe",
     "x" * 400 + ".jpg", "con", ".", "..", "%2e%2e%2fescape.jpg"],
)  # fmt: skip
def test_names_of_uploads_lead_nowhere(http: httpx.Client, name: str) -> None:
    answer = http.post("gradio_api/upload", files={"files": (name, JPEG)})
    assert answer.status_code in (200, 400)
    for path in answer.json() if answer.status_code == 200 else ():
        assert Path(path).resolve().is_relative_to(temporary_folder())
        assert not Path(path).is_symlink()


def test_a_file_over_the_limit_is_refused_on_its_way(http: httpx.Client) -> None:
    before = set(temporary_folder().rglob("*"))
    answer = http.post("gradio_api/upload", files={"files": ("big.jpg", bytes(51 << 20))})
    assert answer.status_code == 413
    assert not tells_of_the_host(answer.text)
    left = set(temporary_folder().rglob("*")) - before
    assert sum(path.stat().st_size for path in left if path.is_file()) < 1 << 20


@pytest.mark.parametrize("path", ["gradio_api/queue/join", "gradio_api/run/colorize", "nothing"])
@pytest.mark.parametrize("announced", [True, False], ids=["length announced", "in pieces"])
def test_only_uploads_may_be_large(http: httpx.Client, path: str, announced: bool) -> None:
    body = b'{"data": ["' + bytes(MAX_BODY) + b'"]}'
    answer = http.post(path, content=body if announced else iter([body[:99], body[99:]]))
    assert answer.status_code == (404 if path == "nothing" else 413)


@pytest.mark.parametrize(
    "path",
    ["openapi.json", "docs", "redoc", "monitoring", "monitoring/summary", "gradio_api/runs",
     "gradio_api/dev/reload", ".env", "robots.txt/../app.py"],
)  # fmt: skip
def test_what_only_developers_need_is_not_there(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code in (401, 403, 404)


UNKNOWN: list[tuple[str, dict[str, Any]]] = [
    ("gradio_api/run/nothing", {"data": []}),
    ("gradio_api/call/nothing", {"data": []}),
    ("gradio_api/queue/join", {"data": [], "fn_index": 9999, "session_hash": "x"}),
    (
        "gradio_api/component_server/",
        {"data": 1, "component_id": 9999, "fn_name": "x", "session_hash": "x"},
    ),
]


@pytest.mark.parametrize(("path", "body"), UNKNOWN)
def test_what_is_not_there_is_the_senders_fault(
    http: httpx.Client, path: str, body: dict[str, Any]
) -> None:
    answer = http.post(path, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing of this name.")


@pytest.mark.parametrize("body", [{}, {"data": []}, {"file": None, "other": 1}, {"model": {}}])
def test_arguments_that_are_none_are_the_senders_fault(
    http: httpx.Client, body: dict[str, Any]
) -> None:
    answer = http.post("gradio_api/call/v2/colorize", json=body)
    assert answer.status_code == 422
    assert "arguments" in answer.json()["detail"]


def test_the_direct_way_passes_by_no_queue(http: httpx.Client) -> None:
    answer = http.post("gradio_api/run/colorize", json={"data": [None, "regression", 1.0, 0.0]})
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["call/colorize/x", "queue/data?session_hash=x"])
def test_an_event_that_was_never_asked_for_ends_its_answer(
    http: httpx.Client,
    path: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    answer = http.get(f"gradio_api/{path}")
    assert not tells_of_the_host(answer.text)
    assert "an answer ended with status 404" in caplog.text
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())


BAD_BODIES = [b"", b"{", b"[]", b"\xff\xfe", b'{"data": 1}', b"null", b'{"data":' + b"[" * 50_000]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
@pytest.mark.parametrize("path", ["queue/join", "component_server/", "upload", "cancel"])
def test_bodies_that_are_none_are_the_senders_fault(
    http: httpx.Client, path: str, body: bytes
) -> None:
    answer = http.post(
        f"gradio_api/{path}", content=body, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 500
    assert not tells_of_the_host(answer.text)
