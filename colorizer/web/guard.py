"""Around every answer: headers that tell browsers what the page needs; some doors are closed.

Gradio's pages build themselves with inline scripts and `new Function`, so `script-src` can keep out
foreign addresses only. The page may be framed by itself and by Hugging Face, which shows Spaces so.
"""

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Guard:
    """ASGI middleware; pass it to Gradio by `launch(app_kwargs={"middleware": [...]})`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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

        closed = scope["path"].lower().startswith(_CLOSED)
        answer = PlainTextResponse("Not found", status_code=404) if closed else self._app
        await answer(scope, receive, send_guarded)
