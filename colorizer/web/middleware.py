"""Around every answer: what is open, what one address may take, headers that protect the page.

One address has so many requests at a time, of which a few are answered at once; so many events in
the queue and so many bytes an hour, whatever way they come. Photos come as uploads, whose size
Gradio bounds; every other request is small, so that none can carry a file around that bound. A
request that stops halfway is given up.

Gradio's page holds inline scripts, which get a number that only this answer knows (a nonce); other
inline scripts do not run. It builds components with `new Function`, which has to stay allowed.
"""

import asyncio
import errno
import logging
import secrets
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorizer.web import gradio_internals, i18n
from colorizer.web.callers import address_of
from colorizer.web.fair_queue import Places, fair_order
from colorizer.web.open_routes import JOINING, UPLOAD, OpenRoutes, lasts, route_path
from colorizer.web.quota import Quota

logger = logging.getLogger(__name__)

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self' https://huggingface.co https://*.huggingface.co https://*.hf.space",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For files that strangers sent: as a picture they work, as a page they can do nothing."""

MAX_BODY = 1 << 20
"""Bytes of a request that is no upload; the page's own stay below 100 kB."""

ANSWERED_AT_ONCE = 4
"""Requests of one address. The page and its description take 15 to 40 ms of the processor each, in
threads that would keep everybody else's answers waiting; fifty at a time would make it seconds."""

SECONDS_BETWEEN_PIECES = 30.0
"""So long a request may send nothing before it is complete."""


@dataclass(frozen=True)
class Share:
    """What visitors of one address may have together.

    requests: at a time. waiting: events in the queue. events: those and the ones that are being
    answered. hourly_bytes: sent in requests.
    """

    requests: int
    waiting: int
    events: int
    hourly_bytes: int


class Guard:
    """ASGI middleware; pass it to Gradio by `launch(app_kwargs={"middleware": [...]})`."""

    def __init__(self, app: ASGIApp, *, share: Share, mcp: bool = False) -> None:
        """mcp: whether agents have a way in, see `open_routes`."""
        self._app = app
        self._share = share
        self._open = OpenRoutes(mcp=mcp)
        self._requests: Counter[str] = Counter()
        self._joining: Counter[str] = Counter()
        self._bytes = Quota(share.hourly_bytes)
        self._places = Places(ANSWERED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        asking = address_of(Request(scope))
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        self._requests[asking] += 1
        try:
            answer = self._refused(scope, asking) or self._passed_on(asking)
            await answer(scope, receive, _with_headers(send, scope, nonce))
        finally:
            self._requests -= Counter([asking])

    def _refused(self, scope: Scope, asking: str) -> Response | None:
        """The answer to a request that is not even looked at."""
        path = route_path(scope)
        if not self._open.has(scope["method"], path):
            return PlainTextResponse("Not found", status_code=404)
        if self._requests[asking] > self._share.requests:
            return _told(scope, 429, "TOO_MANY_REQUESTS")
        if _joins(scope) and self._has_its_events(scope, asking):
            return _told(scope, 503, "TOO_MANY_EVENTS")
        if _announced_bytes(scope) > MAX_BODY and path != UPLOAD:
            return _told(scope, 413, "REQUEST_TOO_LARGE")
        if self._bytes.left(asking) < _announced_bytes(scope):
            return _told(scope, 429, "TOO_MANY_BYTES")
        return None

    def _passed_on(self, asking: str) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            begun = False

            async def send_noticed(message: Message) -> None:
                nonlocal begun
                begun = True
                await send(message)

            if _joins(scope):
                self._joining[asking] += 1
            place = nullcontext() if lasts(scope) else self._places.of(asking)
            try:
                async with place:
                    await self._app(scope, self._bounded(scope, receive, asking), send_noticed)
            except (OSError, MemoryError) as error:
                if begun:
                    raise
                logger.error("a request could not be answered: %s", _reason(error))
                await _out_of_room(scope, error)(scope, receive, send)
            except gradio_internals.UNKNOWN_EVENT as error:
                if begun:
                    raise
                logger.warning("a request asked for what is not there: %s", type(error).__name__)
                await _told(scope, 404, "UNKNOWN_EVENT")(scope, receive, send)
            except (TypeError, ValueError) as error:  # arguments that Gradio cannot put in order
                if begun or not _joins(scope):
                    raise
                logger.warning("a request had other arguments: %s", type(error).__name__)
                await _told(scope, 422, "BAD_ARGUMENTS")(scope, receive, send)
            except RuntimeError as error:  # refused in the middle of an answer, which says why
                if not (begun and isinstance(error.__cause__, HTTPException)):
                    raise
                logger.warning("an answer ended with status %s", error.__cause__.status_code)
                await send({"type": "http.response.body", "body": b""})
            finally:
                if _joins(scope):
                    self._joining -= Counter([asking])
                    gradio_internals.reorder_queue(
                        gradio_internals.blocks_of(scope["app"]), _in_turn
                    )

        return answer

    def _has_its_events(self, scope: Scope, asking: str) -> bool:
        """Whether as many events of the address are in the queue, or on their way, as may be."""
        app = gradio_internals.blocks_of(scope["app"])
        waiting = self._joining[asking] + sum(
            address_of(each) == asking for each in gradio_internals.waiting_requests(app)
        )
        running = sum(address_of(each) == asking for each in gradio_internals.running_requests(app))
        return waiting >= self._share.waiting or waiting + running >= self._share.events

    def _bounded(self, scope: Scope, receive: Receive, asking: str) -> Receive:
        """Hold a body to its bounds, also one that comes in pieces and announces no length."""
        taken, complete = 0, False
        is_upload = route_path(scope) == UPLOAD

        async def receive_bounded() -> Message:
            nonlocal taken, complete
            try:
                message = await asyncio.wait_for(
                    receive(), None if complete else SECONDS_BETWEEN_PIECES
                )
            except TimeoutError:
                complete = True
                raise HTTPException(408, i18n.in_language_of(scope, "REQUEST_STOPPED")) from None
            body = message.get("body", b"")
            complete = not message.get("more_body", False)
            taken += len(body)
            if taken > MAX_BODY and not is_upload:
                raise HTTPException(413, i18n.in_language_of(scope, "REQUEST_TOO_LARGE"))
            if body and not self._bytes.take(asking, len(body)):
                raise HTTPException(429, i18n.in_language_of(scope, "TOO_MANY_BYTES"))
            return message

        return receive_bounded


def _with_headers(send: Send, scope: Scope, nonce: str) -> Send:
    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            is_file = "/file=" in scope["path"]
            headers["Content-Security-Policy"] = FILE_POLICY if is_file else page_policy(nonce)
        await send(message)

    return send_guarded


def page_policy(nonce: str) -> str:
    """The content security policy of an answer whose own inline scripts carry the nonce."""
    policy = _POLICY | {"script-src": f"{_POLICY['script-src']} 'nonce-{nonce}'"}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _in_turn(running: list[Request], waiting: list[Request]) -> list[int]:
    return fair_order(
        [address_of(each) for each in running], [address_of(each) for each in waiting]
    )


def _joins(scope: Scope) -> bool:
    return scope["method"] == "POST" and route_path(scope).startswith(JOINING)


def _announced_bytes(scope: Scope) -> int:
    announced = Headers(scope=scope).get("content-length", "0")
    return int(announced) if announced.isdecimal() else 0


def _told(scope: Scope, status: int, name: str) -> Response:
    """A refusal where every reader looks: Gradio's page and client for `detail` or `error`."""
    said = i18n.in_language_of(scope, name)
    if route_path(scope) == UPLOAD:
        return PlainTextResponse(said, status_code=status)
    return JSONResponse({"detail": said, "error": said}, status_code=status)


def _out_of_room(scope: Scope, error: OSError | MemoryError) -> Response:
    if isinstance(error, MemoryError):
        return _told(scope, 503, "NO_MEMORY")
    return _told(scope, 507, "NOT_STORED")


def _reason(error: BaseException) -> str:
    """What the log is told: no path, which may hold a name that a stranger chose."""
    if isinstance(error, OSError) and error.errno:
        return errno.errorcode.get(error.errno, "OSError")
    return type(error).__name__
