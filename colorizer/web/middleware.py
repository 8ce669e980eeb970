"""Around every answer: headers that tell browsers what the page needs; some doors are closed.

The queue has room for everybody: one address gets at most half of it. Photos come as uploads, whose
size Gradio bounds; every other request is small, so that none can carry a file around that bound.

Gradio's pages build themselves with inline scripts and `new Function`, so `script-src` can keep out
foreign addresses only. The page may be framed by itself and by Hugging Face, which shows Spaces so.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorizer.web.fair_queue import visitor_address

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co https://*.hf.space",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_CLOSED = (
    "/gradio_api/file=http:", "/gradio_api/file=https:",  # Gradio fetches public addresses for all
    "/gradio_api/proxy=",
    "/gradio_api/dev/",  # a stream without end that wakes twenty times a second
)  # fmt: skip


_JOINING = ("/gradio_api/queue/join", "/gradio_api/call/")
"""The ways into the queue; to its full half the page says "busy", as to a full queue."""

_UPLOADING = "/gradio_api/upload"
MAX_BODY = 1 << 20
"""Bytes of a request that is no upload; the page's own stay below 100 kB."""


class Guard:
    """ASGI middleware; pass it to Gradio by `launch(app_kwargs={"middleware": [...]})`."""

    def __init__(self, app: ASGIApp, *, behind_proxy: bool = False) -> None:
        """behind_proxy: see `visitor_address`."""
        self._app = app
        self._behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._app
        if scope["path"].lower().startswith(_CLOSED):
            answer = PlainTextResponse("Not found", status_code=404)
        elif self._crowds_out_others(scope):
            answer = JSONResponse({"detail": "Queue is full for your address."}, status_code=503)
        elif not scope["path"].startswith(_UPLOADING):
            if _announced_bytes(scope) > MAX_BODY:
                answer = PlainTextResponse(_TOO_LARGE, status_code=413)
            receive = _bounded(receive)
        await answer(scope, receive, send_guarded)

    def _crowds_out_others(self, scope: Scope) -> bool:
        """Whether the request would take more than half of the queue for one address."""
        if scope["method"] != "POST" or not scope["path"].startswith(_JOINING):
            return False
        queue = scope["app"].get_blocks()._queue
        asking = self._address(Request(scope))
        waiting = sum(
            self._address(event.request) == asking
            for places in queue.event_queue_per_concurrency_id.values()
            for event in tuple(places.queue)
        )
        return queue.max_size is not None and waiting >= max(1, queue.max_size // 2)

    def _address(self, request: Request) -> str:
        return visitor_address(request, behind_proxy=self._behind_proxy)


_TOO_LARGE = "Content Too Large"


def _announced_bytes(scope: Scope) -> int:
    announced = Headers(scope=scope).get("content-length", "0")
    return int(announced) if announced.isdecimal() else 0


def _bounded(receive: Receive) -> Receive:
    """Hold a body that comes in pieces and announces no length to the same bound."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return receive_bounded
