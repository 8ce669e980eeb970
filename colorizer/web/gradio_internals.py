"""All that the page uses of Gradio without its documentation saying so, behind one door.

Such names may change with any version. So Gradio is pinned, nothing else in this package touches
them, and `check()` tries each of them at the start: a page that would run without its protection
does not run. `tests/web/test_gradio_internals.py` keeps other modules away from them.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Token
from pathlib import Path
from typing import Any

import gradio as gr
import gradio.mcp
import uvicorn
from gradio import http_server, processing_utils, queueing, route_utils, routes, utils
from gradio.context import LocalContext
from starlette.requests import Request

VERSION = "6.31."

LAUNCH_OPTIONS: dict[str, Any] = {
    # Gradio's own first look, else: it ends the app when the page takes 3 s to come, which it does
    # after a restart on a busy machine with people waiting at the door.
    "_frontend": False,
}

UNKNOWN_EVENT = (KeyError, route_utils.FnIndexInferError)
"""What Gradio raises for an event or a component that it does not have."""

Fetch = Callable[[str, str], Coroutine[Any, Any, str]]
Explain = Callable[[BaseException], gr.Error]

_error_payload = utils.error_payload
_Server = http_server.Server


class GradioChanged(RuntimeError):
    """The Gradio that is installed does not have, or does not do, what the page relies on."""


# Functions that are replaced -----------------------------------------------------------------


def replace_download(fetch: Fetch) -> None:
    """Let `fetch(address, folder)` answer for every address that an event names as a file.

    It returns a path or raises; Gradio would download any public address, of any size.
    """
    vars(processing_utils)["async_ssrf_protected_download"] = fetch


def replace_error_texts(explain: Explain) -> None:
    """Let `explain(error)` be what browsers are told of an error.

    Gradio would tell them `{"error": null}`, or in English what its components think of a value.
    """

    def payload(error: BaseException | None, show_error: bool) -> dict[str, Any]:
        return _error_payload(error and explain(error), show_error)

    utils.error_payload = payload
    vars(queueing)["error_payload"] = payload  # imported there by name


def configure_server(configure: Callable[[uvicorn.Config], None]) -> None:
    """Let `configure` change uvicorn's settings before `launch` starts it; there is no other way.

    For all apps that are launched from now on.
    """

    class Server(_Server):
        def __init__(self, config: uvicorn.Config, *arguments: Any, **options: Any) -> None:
            configure(config)
            super().__init__(config, *arguments, **options)

    http_server.Server = Server  # type: ignore[misc]


# Names that are read -------------------------------------------------------------------------


def current_request() -> Any:
    """The request whose event is being answered, or None."""
    return LocalContext.request.get(None)


def set_current_request(request: Any) -> Token[Any]:
    """For tests: what `current_request` returns until `reset_current_request`."""
    return LocalContext.request.set(request)


def reset_current_request(token: Token[Any]) -> None:
    """For tests: end `set_current_request`."""
    LocalContext.request.reset(token)


def event_details(event: gr.EventData) -> Mapping[str, Any]:
    """What a component tells with its event; empty when it is nothing that a component tells."""
    return event._data if isinstance(event._data, dict) else {}


def waiting_requests(app: gr.Blocks) -> Iterator[Request]:
    """The requests of all events that wait in the queue; on the server's loop only."""
    for places in app._queue.event_queue_per_concurrency_id.values():
        yield from (event.request for event in places.queue)


def running_requests(app: gr.Blocks) -> Iterator[Request]:
    """The requests of all events of the queue that are being answered; as above."""
    for job in app._queue.active_jobs:
        yield from (event.request for event in job or ())


def reorder_queue(
    app: gr.Blocks, order: Callable[[list[Request], list[Request]], list[int]]
) -> None:
    """Let `order(running, waiting)` say in which order waiting events are answered.

    It returns positions in `waiting`; both are of one group of events. On the server's loop only.
    """
    queue = app._queue
    jobs = [event for job in queue.active_jobs for event in job or ()]
    for group, places in queue.event_queue_per_concurrency_id.items():
        if len(places.queue) > 1:
            running = [event.request for event in jobs if event.concurrency_id == group]
            waiting = list(places.queue)
            positions = order(running, [event.request for event in waiting])
            places.queue[:] = [waiting[at] for at in positions]


def blocks_of(server_app: Any) -> gr.Blocks:
    """The page that Gradio's server, as in an ASGI scope, serves."""
    blocks: gr.Blocks = server_app.get_blocks()
    return blocks


def upload_folder() -> Path:
    """Where uploads go: GRADIO_TEMP_DIR, or Gradio's own choice."""
    return Path(utils.get_upload_folder())


def serve_bytes(content: bytes, name: str) -> str:
    """Path of a file with this content that Gradio serves; equal contents share it."""
    return processing_utils.save_bytes_to_cache(content, name, utils.get_upload_folder())


def serve_copy(file: Path) -> str:
    """Path of a copy that Gradio serves, wherever the file is."""
    return processing_utils.save_file_to_cache(file, utils.get_upload_folder())


def shown_files(app: gr.Blocks) -> set[str]:
    """The files that the page shows at first, which Gradio serves as long as it runs."""
    return {file for block in app.blocks.values() for file in block.keep_in_cache}


def forget_files(app: gr.Blocks, deleted: Iterable[str]) -> None:
    """Take deleted files out of Gradio's own lists, which would grow for ever."""
    gone = set(deleted)
    for listed in app.temp_file_sets:
        listed -= gone


def at_start(app: gr.Blocks, *begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Let these coroutines run when the server answers."""
    app.extra_startup_events += begin


def put_files_of_mcp_calls(folder: Path) -> None:
    """Where photos inside of an agent's call go."""
    gradio.mcp.DEFAULT_TEMP_DIR = str(folder)


# The check -----------------------------------------------------------------------------------


def check(app: gr.Blocks) -> None:
    """Try all of the above on the finished page; raises GradioChanged naming what is not there."""
    if not gr.__version__.startswith(VERSION):
        raise GradioChanged(
            f"Gradio {gr.__version__} is installed; this page was tried with {VERSION}x only: "
            f"pip install 'gradio~={VERSION}0'"
        )
    for what, holds in (
        ("downloads are refused", _download_is_replaced),
        ("errors have a text", _errors_have_a_text),
        ("the server can be configured", _server_is_used),
        ("the queue can be read", lambda: _nothing_in_queue(app)),
        ("the queue can be put in order", lambda: _done(reorder_queue, app, lambda *_: [])),
        ("the page's files are known", lambda: isinstance(shown_files(app), set)),
        ("lists of files can be shortened", lambda: _done(forget_files, app, ())),
        ("requests are known to events", lambda: current_request() is None),
        ("events have details", lambda: event_details(gr.EventData(None, {"a": 1})) == {"a": 1}),
        ("uploads have a folder", lambda: upload_folder().is_dir()),
        ("something can begin with the server", lambda: _asynchronous(app.extra_startup_events)),
        ("agents' files have a folder", lambda: isinstance(gradio.mcp.DEFAULT_TEMP_DIR, str)),
        ("launch takes the options", _launch_takes_options),
    ):
        try:
            kept = holds()
        except Exception as error:
            raise GradioChanged(f"Gradio {gr.__version__}: not so: {what} ({error!r})") from error
        if not kept:
            raise GradioChanged(f"Gradio {gr.__version__}: not so: {what}")


def _download_is_replaced() -> bool:
    """Whether a file that an event names by an address ends in our function: tried, not looked up.

    The address is one that no machine has (RFC 5737), were it asked for after all.
    """
    named = {"path": "http://192.0.2.1/x.png", "meta": {"_type": "gradio.FileData"}}

    async def move() -> object:
        return await processing_utils.async_move_files_to_cache(
            named, gr.File(render=False), check_in_upload_folder=True
        )

    with ThreadPoolExecutor(1) as other:  # here, a loop may be running
        try:
            other.submit(asyncio.run, move()).result()
        except gr.Error:
            return True
    return False


def _errors_have_a_text() -> bool:
    by_queue = vars(queueing)["error_payload"]
    by_route = vars(routes)["utils"].error_payload
    return bool(by_queue(OSError(28, "full"), False)["error"]) and by_route is by_queue


def _server_is_used() -> bool:
    return issubclass(http_server.Server, _Server) and (
        http_server.Server is not _Server and "Server" in http_server.start_server.__code__.co_names
    )


def _nothing_in_queue(app: gr.Blocks) -> bool:
    return [*waiting_requests(app), *running_requests(app)] == []


def _done(function: Callable[..., None], *arguments: Any) -> bool:
    function(*arguments)
    return True


def _launch_takes_options() -> bool:
    return LAUNCH_OPTIONS.keys() <= inspect.signature(gr.Blocks.launch).parameters.keys()


def _asynchronous(functions: Iterable[Any]) -> bool:
    found = list(functions)
    return bool(found) and all(map(asyncio.iscoroutinefunction, found))
